// SPDX-License-Identifier: Apache-2.0
//
// What a console writes: values like JSON, in a bounded number of lines; what a check would report;
// and the needs that a head would declare. Secrets are taken out, and whatever a target said is
// written so that a terminal shows it and does nothing else.

#ifndef UPKEEP_RUNNER_AUTHORING_CONSOLE_TEXT_H_
#define UPKEEP_RUNNER_AUTHORING_CONSOLE_TEXT_H_

#include <map>
#include <set>
#include <string>

#include "base/lua/shown.h"
#include "base/text.h"
#include "checks/model/result.h"
#include "runner/authoring/console_host.h"

namespace upkeep::authoring {

/// What is cut is counted; the deeper levels go first. Ends with a line feed.
std::string ValueText(const lua::Shown& value, const Redactor& redactor, std::string_view language);

/// A line for each result and each figure, and one for the coverage.
std::string OutcomeText(const checks::PlaybookOutcome& outcome, std::string_view language);

/// `text` of a playbook or a target without secrets, for a terminal; a line feed at its end.
std::string PlainText(std::string text, const Redactor& redactor);

/// "needs = { … }," for a head, over several lines where it is long; "" when nothing was used.
/// `read` is lua::Prompt::read().
std::string NeedsText(const std::map<std::string, ConsoleHost::Used>& used,
                      const std::map<std::string, std::set<std::string>>& read);

}  // namespace upkeep::authoring

#endif  // UPKEEP_RUNNER_AUTHORING_CONSOLE_TEXT_H_
