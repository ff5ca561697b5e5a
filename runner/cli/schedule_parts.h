// SPDX-License-Identifier: Apache-2.0
//
// The commands that act on schedules; MakeScheduleCommands() joins them with those that only read.

#ifndef UPKEEP_RUNNER_CLI_SCHEDULE_PARTS_H_
#define UPKEEP_RUNNER_CLI_SCHEDULE_PARTS_H_

#include <vector>

#include "runner/cli/command.h"

namespace upkeep::cli {

Command MakeDescribeCommand();               ///< schedule describe
Command MakeSimulateCommand();               ///< schedule simulate
std::vector<Command> MakeDaemonCommands();   ///< tick, daemon, serve

}  // namespace upkeep::cli

#endif  // UPKEEP_RUNNER_CLI_SCHEDULE_PARTS_H_
