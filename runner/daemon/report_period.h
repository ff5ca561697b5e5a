// SPDX-License-Identifier: Apache-2.0
//
// Which time a report is about: a calendar's day, week, month or quarter in a zone, or what
// lies between a slot of a schedule and the one before it.
//
// THREADS: pure functions.

#ifndef UPKEEP_RUNNER_DAEMON_REPORT_PERIOD_H_
#define UPKEEP_RUNNER_DAEMON_REPORT_PERIOD_H_

#include <string>

#include "base/clock.h"
#include "base/status.h"
#include "base/zone/zone.h"
#include "runner/store/report_query.h"
#include "schedules/schedule.h"

namespace upkeep::daemon {

/// "daily", "weekly", "monthly", "quarterly"; kUsage otherwise.
Result<reports::ReportKind> ReportKindFromName(const std::string& name);

/// The calendar's period of `kind` that contains `at`.
store::ReportQuery CalendarPeriod(reports::ReportKind kind, const zone::Zone& zone, Instant at);

/// The report of a scheduled run: of the run alone, or, where the schedule runs a whole cadence,
/// of everything since its slot before `planned` up to `end`. Such reports leave no time out.
store::ReportQuery PeriodOfSlot(const schedules::Schedule& schedule, store::RunId run,
                                Instant planned, Instant end);

}  // namespace upkeep::daemon

#endif  // UPKEEP_RUNNER_DAEMON_REPORT_PERIOD_H_
