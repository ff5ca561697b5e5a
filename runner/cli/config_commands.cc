// SPDX-License-Identifier: Apache-2.0
//
// upkeep config show and context: what upkeep will use, before it uses it.
#include "checks/kubernetes/access.h"
#include "runner/cli/command_parts.h"
#include "runner/cli/settings.h"
#include "runner/cli/table_layout.h"

namespace upkeep::cli {
namespace {

int ShowConfig(Invocation& invocation) {
  std::vector<std::vector<std::string>> rows = {{"store", StorePath(invocation)},
                                                {"schedules", ScheduleFolder(invocation)},
                                                {"language", Language(invocation)}};
  for (const std::string& folder : PlaybookFolders(invocation)) rows.push_back({"playbooks", folder});
  rows.push_back({"packs", PacksFolder(invocation)});
  const Result<checks::Inventory> inventory = LoadInventory(invocation);
  if (inventory.ok()) {
    rows.push_back({"inventory", inventory->file.empty() ? "-" : inventory->file});
    for (const checks::Target& target : inventory->targets) {
      rows.push_back({"target", target.name + " (" + std::string(checks::TargetKindName(target.kind)) + ")"});
    }
  }
  for (std::vector<std::string>& row : rows) row.front() = invocation.Say(row.front());
  *invocation.out << LayOutTable(rows, invocation.columns);
  return inventory.ok() ? 0 : invocation.Fail(inventory.status());
}

int Context(Invocation& invocation) {
  const std::string kubeconfig = invocation.Value("--kubeconfig");
  if (kubeconfig.empty()) {
    return invocation.Fail(Status(Code::kUsage, "config context needs --kubeconfig FILE"));
  }
  Redactor redactor;
  const Result<kubernetes::Access> access =
      kubernetes::ReadKubeconfig(kubeconfig, invocation.Value("--context"), redactor);
  if (!access.ok()) return invocation.Fail(access.status());
  *invocation.out << access->context << " (" << access->server << ")\n";
  return 0;
}

}  // namespace

std::vector<Command> MakeConfigCommands() {
  Command show, context;
  show.name = "config show";
  show.summary = "Which store, inventory, targets and playbooks upkeep would use";
  show.run = ShowConfig;
  context.name = "config context";
  context.summary = "Which context and API server a kubeconfig leads to";
  context.run = Context;
  return {show, context};
}

}  // namespace upkeep::cli
