// SPDX-License-Identifier: Apache-2.0
//
// upkeep pack diff: what installing a pack would change, its needs first.
#include "base/value.h"
#include "runner/cli/command_parts.h"
#include "runner/cli/pack_parts.h"
#include "runner/cli/settings.h"

namespace upkeep::cli {
namespace {

Value AsJson(const packs::Pack& pack, const packs::Change& change) {
  return {{"id", pack.manifest.id},
          {"from", change.installed ? Value(change.from.ToString()) : Value()},
          {"to", change.to.ToString()},
          {"new_needs", change.new_needs},
          {"dropped_needs", change.dropped_needs},
          {"files", change.files}};
}

int DiffPacks(Invocation& invocation) {
  const Result<packs::Pack> pack = packs::OpenPack(invocation.positionals.front());
  if (!pack.ok()) return invocation.Fail(pack.status());
  const Result<packs::Lock> lock = packs::ReadLock(PacksFolder(invocation));
  if (!lock.ok()) return invocation.Fail(lock.status());
  const packs::Change change = packs::ChangeOf(*lock, *pack);
  *invocation.out << (invocation.Has("--output") ? AsJson(*pack, change).dump(2) + "\n"
                                                 : ChangeText(invocation, *pack, change));
  return 0;
}

}  // namespace

Command MakePackDiffCommand() {
  Command diff;
  diff.name = "pack diff";
  diff.summary = "What installing a pack would change: needs and files";
  diff.positionals = {{"PACK", "An archive or a folder", true, false}};
  diff.options = {{"-o,--output", "FORMAT", "json", false, {"json"}}};
  diff.run = DiffPacks;
  return diff;
}

}  // namespace upkeep::cli
