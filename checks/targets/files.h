// SPDX-License-Identifier: Apache-2.0
//
// Small files with credentials. Private to checks/targets.

#ifndef UPKEEP_CHECKS_TARGETS_FILES_H_
#define UPKEEP_CHECKS_TARGETS_FILES_H_

#include <cstddef>
#include <string>

#include "base/status.h"

namespace upkeep::checks {

/// The whole file; kConfig when it is not there, kNotPermitted when it may not be read,
/// kTruncated when it is larger than `at_most`. `what` names it in messages.
Result<std::string> ReadSmallFile(const std::string& path, const std::string& what, std::size_t at_most);

}  // namespace upkeep::checks

#endif  // UPKEEP_CHECKS_TARGETS_FILES_H_
