// SPDX-License-Identifier: Apache-2.0
//
// upkeep pack list: what is installed, who signed it, and whether it still is what was installed.
#include <filesystem>

#include "base/value.h"
#include "runner/cli/command_parts.h"
#include "runner/cli/exit_codes.h"
#include "runner/cli/settings.h"
#include "runner/packs/install.h"
#include "runner/packs/pack.h"

namespace upkeep::cli {
namespace {

struct Row {
  const packs::LockedPack* pack;
  std::string signer;   ///< "-" for an unsigned pack.
  Status state;
};

Row RowOf(const packs::LockedPack& pack, const std::string& folder, const Result<keys::KeyRing>& ring) {
  Row row{&pack, "-", Status::Ok()};
  if (pack.signature) {
    const Result<std::string> signer =
        ring.ok() ? packs::Signer(pack.digests, *pack.signature, *ring, packs::KeysFolder(folder))
                  : Result<std::string>(ring.status());
    row.signer = signer.ok() ? *signer : pack.signature->fingerprint;
    row.state = signer.status();
  }
  if (!row.state.ok()) return row;
  const std::string path = (std::filesystem::path(folder) / pack.Folder()).string();
  const Result<packs::Pack> now = packs::OpenPack(path);
  if (!now.ok()) {
    row.state = now.status();
    return row;
  }
  // A folder that bears no list of its own was still installed from one.
  const auto differences = packs::Differences(pack.digests, now->digests);
  if (!differences.empty()) row.state = Status(Code::kInvalid, path + ": " + differences.front());
  return row;
}

int ListPacks(Invocation& invocation) {
  const std::string folder = PacksFolder(invocation);
  const Result<packs::Lock> lock = packs::ReadLock(folder);
  if (!lock.ok()) return invocation.Fail(lock.status());
  const Result<keys::KeyRing> ring = packs::PackKeys(folder);
  std::vector<std::vector<std::string>> rows = {{"PACK", "VERSION", "OWNER", "SIGNED BY", "FILES", "ISOLATE", "STATE"}};
  Value json = Value::array();
  int code = 0;
  for (const packs::LockedPack& pack : lock->packs) {
    const Row row = RowOf(pack, folder, ring);
    rows.push_back({pack.digests.id, pack.digests.version.ToString(), pack.owner, row.signer,
                    std::to_string(pack.digests.files.size()), pack.isolate ? "process" : "-", row.state.ok() ? "ok" : invocation.Say("refused")});
    Value needs = Value::array();
    for (const checks::Need& need : pack.needs) needs.push_back(need.ToString());
    json.push_back({{"id", pack.digests.id}, {"version", pack.digests.version.ToString()}, {"owner", pack.owner},
                    {"signed_by", row.signer == "-" ? Value() : Value(row.signer)}, {"needs", std::move(needs)},
                    {"files", pack.digests.files}, {"isolate", pack.isolate ? Value("process") : Value()}, {"ok", row.state.ok()}, {"problem", row.state.message()}});
    if (row.state.ok()) continue;
    *invocation.err << "upkeep: " << invocation.Describe(row.state) << "\n";
    code = code == 0 ? ExitOf(row.state) : WorseExit(code, ExitOf(row.state));
  }
  *invocation.out << (invocation.Has("--output") ? json.dump(2) + "\n" : HeadedTable(invocation, std::move(rows)));
  return code;
}

}  // namespace

Command MakePackListCommand() {
  Command list;
  list.name = "pack list";
  list.summary = "Installed packs, who signed them, and whether they are unaltered";
  list.options = {{"-o,--output", "FORMAT", "json", false, {"json"}}};
  list.run = ListPacks;
  return list;
}

}  // namespace upkeep::cli
