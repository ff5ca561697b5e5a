// SPDX-License-Identifier: Apache-2.0
//
// Which playbook files an author's command is about: ids, files, folders, or all of them.

#ifndef UPKEEP_RUNNER_CLI_PLAYBOOK_LOOKUP_H_
#define UPKEEP_RUNNER_CLI_PLAYBOOK_LOOKUP_H_

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "runner/cli/command.h"
#include "runner/authoring/playbook_file.h"
#include "runner/run/catalog.h"

namespace upkeep::cli {

/// The files that the positionals name, or without any those of every pack, by id. What names none
/// is reported in `errors` and stops no other.
std::vector<authoring::PlaybookFile> NamedPlaybookFiles(const Invocation& invocation, std::vector<Status>& errors);

/// The playbooks of those files; one that is not valid is reported in `errors`.
std::vector<run::Playbook> NamedPlaybooks(const Invocation& invocation, std::vector<Status>& errors);

/// kNotFound, with the nearest id, for a playbook that no pack has. Opens no file.
Status CheckPlaybookIsKnown(const Invocation& invocation, const std::string& id);

/// "--playbooks mine" for a file of a folder that is not looked into unasked; else "".
std::string FolderOption(const Invocation& invocation, const authoring::PlaybookFile& file);

/// Whether the playbook is one of those that look at nothing and show what upkeep does with an outcome.
bool IsSelftest(std::string_view id);

/// Every playbook of every pack. kInvalid when one can't be read (each is said on err): what it needs
/// is not known; kConfig when there are none.
Result<std::vector<run::Playbook>> AllPlaybooks(const Invocation& invocation);

}  // namespace upkeep::cli

#endif  // UPKEEP_RUNNER_CLI_PLAYBOOK_LOOKUP_H_
