// SPDX-License-Identifier: Apache-2.0
//
// Whether anything was looked at: a report without a result is never one of which nothing needs you.
//
// THREADS: pure functions.

#ifndef UPKEEP_REPORTS_LOOKED_AT_H_
#define UPKEEP_REPORTS_LOOKED_AT_H_

#include <string_view>

#include "reports/model.h"

namespace upkeep::reports {

/// Some check has a result other than skipped; an accepted one is a result too.
bool WasLookedAt(const ReportModel& model);

/// Nothing ran on that day, upkeep's check of itself included: it has no states, not zero of each.
bool NothingRan(const DayRow& day);

/// What stands in place of the list of what needs somebody where that list is empty.
std::string_view SayNothingNeedsYou(const ReportModel& model, std::string_view language);

}  // namespace upkeep::reports

#endif  // UPKEEP_REPORTS_LOOKED_AT_H_
