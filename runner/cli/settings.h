// SPDX-License-Identifier: Apache-2.0
//
// Where things are: resolved from flags, then the environment, then the usual places.
//
//   store      --store      UPKEEP_STORE      /var/lib/upkeep/upkeep.db as root, else
//                                             $XDG_STATE_HOME/upkeep/upkeep.db
//   inventory  --inventory  UPKEEP_INVENTORY  ./inventory.yaml, /etc/upkeep/inventory.yaml
//   playbooks  --playbooks  UPKEEP_PLAYBOOKS  the folder installed with upkeep, or the source tree's
//   packs      --packs      UPKEEP_PACKS      /var/lib/upkeep/packs for root, else
//                                             $XDG_DATA_HOME/upkeep/packs; read as well where a
//                                             pack is installed and no --playbooks is given
//   schedules  --schedules  UPKEEP_SCHEDULES  as playbooks
//   language   --lang       UPKEEP_LANG       LC_ALL, LC_MESSAGES, LANG
//
// THREADS: main only.

#ifndef UPKEEP_RUNNER_CLI_SETTINGS_H_
#define UPKEEP_RUNNER_CLI_SETTINGS_H_

#include <string>
#include <vector>

#include "base/status.h"
#include "checks/targets/inventory.h"
#include "runner/cli/command.h"

namespace upkeep::cli {

/// Of what is for people and has to have a width where no terminal gives one: help, a report's table.
constexpr int kUsualColumns = 80;

std::string StorePath(const Invocation& invocation);
/// Where packs are installed; it need not exist.
std::string PacksFolder(const Invocation& invocation);
/// Folders of playbooks, and the folder of packs where any is installed; see the table above.
std::vector<std::string> PlaybookFolders(const Invocation& invocation);
std::string ScheduleFolder(const Invocation& invocation);
/// "ko" or "en".
std::string Language(const Invocation& invocation);

/// The inventory, with the cluster of --kubeconfig added where that is given. Neither given and
/// none in the usual places: kConfig, and the hint says what to write.
Result<checks::Inventory> LoadInventory(const Invocation& invocation);

/// True when messages may be drawn over (a terminal, and not --no-input with CI).
bool IsTerminal(int descriptor);

/// Columns of the terminal `descriptor`: 80 where it does not say, 0 where it is no terminal.
int TerminalColumns(int descriptor);

/// True when `descriptor` is a pipe whose reader went away: upkeep list | head -1.
bool ReaderIsGone(int descriptor);

/// Writes `text` to `path` (a new file beside it, then renamed), or to invocation.out for "" and
/// "-". kOutput; what nobody reads any more is no error.
Status WriteOutput(const Invocation& invocation, const std::string& path, const std::string& text);

}  // namespace upkeep::cli

#endif  // UPKEEP_RUNNER_CLI_SETTINGS_H_
