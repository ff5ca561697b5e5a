// SPDX-License-Identifier: Apache-2.0
//
// The commands by family, and what several of them share. commands.cc joins them into the table.

#ifndef UPKEEP_RUNNER_CLI_COMMAND_PARTS_H_
#define UPKEEP_RUNNER_CLI_COMMAND_PARTS_H_

#include <string>
#include <vector>

#include "base/status.h"
#include "reports/model.h"
#include "runner/cli/command.h"

namespace upkeep::cli {

/// One -o FORMAT[:PATH].
struct Output {
  std::string format, path;
};

/// The -o options; `fallback` when there is none. kUsage, before any work, for a format that is none of
/// `formats` (the hint is `formats_said` where none of them is near), and for one whose path is empty.
Result<std::vector<Output>> ReadOutputs(const Invocation& invocation, const std::string& fallback,
                                        const std::vector<std::string>& formats, const std::string& formats_said);
/// ReadOutputs() of a report's formats.
Result<std::vector<Output>> ReadReportOutputs(const Invocation& invocation, const std::string& fallback);

/// Renders and writes each; kOutput when one can't be written.
Status WriteReports(const Invocation& invocation, const std::vector<Output>& outputs,
                    const reports::ReportModel& model);

/// LayOutTable() for the terminal, with the heading (the first of `rows`) in the language of the invocation.
std::string HeadedTable(const Invocation& invocation, std::vector<std::vector<std::string>> rows);

Command MakeRunCommand();
std::vector<Command> MakePlaybookCommands();   ///< list, explain, validate, test, record, console
std::vector<Command> MakeAuthorCommands();     ///< new, stubs, docs
Command MakeValidateCommand();
Command MakeTestCommand();
Command MakeConsoleCommand();
Command MakeDocsCommand();
std::vector<Command> MakeHistoryCommands();    ///< history, diff, trend
std::vector<Command> MakeReportCommands();     ///< report
std::vector<Command> MakeDeliverCommands();    ///< deliver
std::vector<Command> MakeWaiverCommands();     ///< waiver add, list, revoke
std::vector<Command> MakeRemedyCommands();     ///< plan, approvals, approve, apply
std::vector<Command> MakeScheduleCommands();   ///< schedule next, simulate; tick, daemon, serve
Command MakeDoctorCommand();
Command MakeRbacCommand();
std::vector<Command> MakeClusterCommands();    ///< doctor, manifests, rbac
std::vector<Command> MakeStoreCommands();      ///< db check, db ledger
Command MakePackBuildCommand();
Command MakePackSignCommand();
Command MakePackVerifyCommand();
Command MakePackDiffCommand();
Command MakePackInstallCommand();
Command MakePackRemoveCommand();
Command MakePackListCommand();
std::vector<Command> MakeConfigCommands();    ///< config show, context
std::vector<Command> MakeToolCommands();       ///< version, completion

}  // namespace upkeep::cli

#endif  // UPKEEP_RUNNER_CLI_COMMAND_PARTS_H_
