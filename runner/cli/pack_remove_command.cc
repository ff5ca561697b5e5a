// SPDX-License-Identifier: Apache-2.0
//
// upkeep pack remove.
#include "runner/cli/command_parts.h"
#include "runner/cli/settings.h"
#include "runner/packs/install.h"

namespace upkeep::cli {

Command MakePackRemoveCommand() {
  Command remove;
  remove.name = "pack remove";
  remove.summary = "Remove an installed pack";
  remove.positionals = {{"ID", "The pack's id", true, false}};
  remove.run = [](Invocation& invocation) {
    const std::string& id = invocation.positionals.front();
    const Status removed = packs::Remove(id, PacksFolder(invocation));
    if (!removed.ok()) return invocation.Fail(removed);
    *invocation.err << invocation.Say("removed the pack " + id) << "\n";
    return 0;
  };
  return remove;
}

}  // namespace upkeep::cli
