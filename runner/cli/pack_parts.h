// SPDX-License-Identifier: Apache-2.0
//
// What the commands about packs share.

#ifndef UPKEEP_RUNNER_CLI_PACK_PARTS_H_
#define UPKEEP_RUNNER_CLI_PACK_PARTS_H_

#include <string>

#include "base/status.h"
#include "runner/cli/command.h"
#include "runner/packs/install.h"
#include "runner/packs/pack.h"

namespace upkeep::cli {

/// The playbooks in `folder` are valid, there is at least one, and the pack's manifest declares
/// what they need; kInvalid with everything that is wrong. With `isolate` each is read in a process
/// of its own.
Status CheckPackFolder(const std::string& folder, bool isolate = false);

/// "shop-checks 1.4.0".
std::string NameOf(const packs::Pack& pack);

/// What a pack would change, for a person.
std::string ChangeText(const Invocation& invocation, const packs::Pack& pack, const packs::Change& change);

/// Writes digest list and, with `key_file`, signature into the pack. kConfig for a bad key.
Status Seal(packs::Pack& pack, const std::string& key_file);

/// Writes the pack as an archive to `path`; kOutput.
Status WritePack(const Invocation& invocation, const packs::Pack& pack, const std::string& path);

}  // namespace upkeep::cli

#endif  // UPKEEP_RUNNER_CLI_PACK_PARTS_H_
