// SPDX-License-Identifier: Apache-2.0
#include "reports/looked_at.h"

#include <algorithm>

#include "reports/words.h"

namespace upkeep::reports {

bool WasLookedAt(const ReportModel& model) {
  // Totals are no answer: changes that failed are counted there, and nobody looked to find them.
  return std::any_of(model.checks.begin(), model.checks.end(), [](const CheckRow& check) {
    return check.state != checks::State::kSkipped ||
           std::any_of(check.counts.begin(), check.counts.end(), [](const auto& count) {
             return count.second > 0 && count.first != checks::StateName(checks::State::kSkipped);
           });
  });
}

bool NothingRan(const DayRow& day) {
  return day.runs + day.critical + day.warning + day.unknown + day.ok + day.skipped == 0;
}

std::string_view SayNothingNeedsYou(const ReportModel& model, std::string_view language) {
  if (WasLookedAt(model)) return Say(Word::kNothingNeedsYou, language);
  return Say(model.kind == ReportKind::kRun ? Word::kRunLookedAtNothing : Word::kNothingLookedAt, language);
}

}  // namespace upkeep::reports
