// SPDX-License-Identifier: Apache-2.0
//
// The commands that act on schedules, and what they share; MakeScheduleCommands() joins them with
// those that only read.

#ifndef UPKEEP_RUNNER_CLI_SCHEDULE_PARTS_H_
#define UPKEEP_RUNNER_CLI_SCHEDULE_PARTS_H_

#include <string>
#include <vector>

#include "base/clock.h"
#include "base/status.h"
#include "runner/cli/command.h"
#include "runner/cli/workplace.h"
#include "runner/daemon/slot_runner.h"
#include "runner/daemon/world.h"
#include "runner/store/pauses.h"

namespace upkeep::cli {

Command MakeDescribeCommand();                 ///< schedule describe
Command MakeSimulateCommand();                 ///< schedule simulate
Command MakeScheduleCheckCommand();            ///< schedule check
std::vector<Command> MakeDaemonCommands();     ///< tick, daemon, serve
std::vector<Command> MakeControlCommands();    ///< ps, cancel
std::vector<Command> MakePauseCommands();      ///< pause, resume
Command MakeBackfillCommand();

/// Where files are for tick, daemon and backfill; both outlive the places.
daemon::Places PlacesOf(const Invocation& invocation, Workplace& place);

/// kNotFound, with the nearest name, for a schedule that no file and no quarantine has.
Status CheckScheduleIsKnown(const Invocation& invocation, const std::string& id);
/// kNotFound for a target that the inventory lacks, where there is one.
Status CheckTargetIsKnown(const Invocation& invocation, const std::string& name);

/// "2026-12-31", an RFC 3339 time, or a duration from `now` (`sign` 1) or before it (-1).
Result<Instant> ReadWhen(const std::string& option, const std::string& text, Instant now, int sign);

/// "since 2026-11-26T09:00:00Z by jin, until 2026-11-27T09:00:00Z: the reason"
std::string DescribePause(const store::Pause& pause, const std::string& language);
/// "daily on orders" of what it pauses.
std::string ScopeOfPause(const store::Pause& pause, const std::string& language);

/// --control, or the usual place beside the store.
std::string ControlPathOf(const Invocation& invocation);
/// Tells a running daemon to look at the store now; nothing happens where none runs.
void WakeDaemon(const Invocation& invocation);

}  // namespace upkeep::cli

#endif  // UPKEEP_RUNNER_CLI_SCHEDULE_PARTS_H_
