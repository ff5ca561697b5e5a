// SPDX-License-Identifier: Apache-2.0
//
// The table of commands.
#include "runner/cli/command.h"
#include "runner/cli/command_parts.h"

namespace upkeep::cli {

const std::vector<Command>& Commands() {
  static const std::vector<Command> commands = [] {
    std::vector<Command> all = {MakeRunCommand()};
    for (auto make : {MakePlaybookCommands, MakeAuthorCommands, MakeReportCommands, MakeDeliverCommands,
                      MakeHistoryCommands, MakeWaiverCommands, MakeRemedyCommands,
                      MakeScheduleCommands, MakeStoreCommands, MakeClusterCommands,
                      MakeConfigCommands, MakeToolCommands}) {
      for (Command& command : make()) all.push_back(std::move(command));
    }
    for (auto make : {MakePackBuildCommand, MakePackSignCommand, MakePackVerifyCommand, MakePackDiffCommand,
                      MakePackInstallCommand, MakePackRemoveCommand, MakePackListCommand}) {
      all.push_back(make());
    }
    return all;
  }();
  return commands;
}

}  // namespace upkeep::cli
