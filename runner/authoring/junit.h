// SPDX-License-Identifier: Apache-2.0
//
// The report of a test run as machines read it.

#ifndef UPKEEP_RUNNER_AUTHORING_JUNIT_H_
#define UPKEEP_RUNNER_AUTHORING_JUNIT_H_

#include <string>
#include <string_view>
#include <vector>

#include "runner/authoring/case_runner.h"

namespace upkeep::authoring {

/// JUnit's XML: a suite for each playbook, a case for each case, a failure with file:line for each
/// difference. Texts in the language "en" or "ko".
std::string AsJUnit(const std::vector<PlaybookReport>& reports, std::string_view language);

/// The same and the coverage as JSON.
Value AsJson(const std::vector<PlaybookReport>& reports, std::string_view language);

}  // namespace upkeep::authoring

#endif  // UPKEEP_RUNNER_AUTHORING_JUNIT_H_
