// SPDX-License-Identifier: Apache-2.0
//
// What a report is about, as the command line names it: a day, week, month or quarter of a zone,
// or one run.
//
// THREADS: main only.

#ifndef UPKEEP_RUNNER_CLI_PERIOD_H_
#define UPKEEP_RUNNER_CLI_PERIOD_H_

#include <string>
#include <vector>

#include "base/status.h"
#include "base/zone/zone.h"
#include "runner/cli/command.h"
#include "runner/store/report_query.h"

namespace upkeep::cli {

/// What --zone names: kUsage for a name that is none, kConfig where the machine's data is at fault.
Result<zone::Zone> TypedZone(const std::string& name);

/// `what` is daily, weekly, monthly, quarterly or a run's number; the period is the one around
/// --date (today), in the days of --zone (UTC). kUsage for anything else.
Result<store::ReportQuery> ReadPeriod(const Invocation& invocation, const std::string& what);

/// {"daily", "weekly", "monthly", "quarterly"}.
const std::vector<std::string>& PeriodNames();

/// --date, --zone, --schedule.
std::vector<Option> PeriodOptions();

}  // namespace upkeep::cli

#endif  // UPKEEP_RUNNER_CLI_PERIOD_H_
