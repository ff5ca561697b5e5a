// SPDX-License-Identifier: Apache-2.0
//
// upkeep version and completion, and the options that every command has.
#include "base/version.h"
#include "runner/cli/command_parts.h"

namespace upkeep::cli {

std::vector<Command> MakeToolCommands() {
  Command version, completion;
  version.name = "version";
  version.summary = "The version of this build";
  version.run = [](Invocation& invocation) {
    *invocation.out << "upkeep " << Version() << "\n";
    return 0;
  };
  completion.name = "completion";
  completion.summary = "A completion script for bash, zsh or fish";
  completion.positionals = {{"SHELL", "bash, zsh or fish", true, false, {"bash", "zsh", "fish"}}};
  completion.examples = "  source <(upkeep completion bash)\n";
  completion.run = [](Invocation& invocation) {
    Result<std::string> script = CompletionScript(invocation.positionals.front());
    if (!script.ok()) return invocation.Fail(script.status());
    *invocation.out << *script;
    return 0;
  };
  return {version, completion};
}

const std::vector<Option>& CommonOptions() {
  static const std::vector<Option> options = {
      {"--store", "FILE", "The store (UPKEEP_STORE)", false, {}},
      {"--inventory", "FILE", "The inventory (UPKEEP_INVENTORY)", false, {}},
      {"--kubeconfig", "FILE", "A cluster instead of or beside the inventory", false, {}},
      {"--context", "NAME", "Of the kubeconfig (default: its current one)", false, {}},
      {"--playbooks", "FOLDER", "A pack of playbooks (UPKEEP_PLAYBOOKS)", true, {}},
      {"--packs", "FOLDER", "Where packs are installed (UPKEEP_PACKS)", false, {}},
      {"--schedules", "FOLDER", "The schedule files (UPKEEP_SCHEDULES)", false, {}},
      {"--lang", "LANGUAGE", "ko or en (UPKEEP_LANG)", false, {"ko", "en"}},
      {"--no-input", "", "Never ask", false, {}},
  };
  return options;
}

}  // namespace upkeep::cli
