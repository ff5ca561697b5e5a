// SPDX-License-Identifier: Apache-2.0
//
// upkeep pack install: a pack that is at hand becomes part of what runs.
#include <algorithm>
#include <filesystem>

#include "runner/cli/command_parts.h"
#include "runner/cli/pack_parts.h"
#include "runner/cli/settings.h"
#include "runner/run/catalog.h"

namespace upkeep::cli {
namespace {

/// An id that another folder has would hide one of the two playbooks.
Status CheckIdsAreFree(const Invocation& invocation, const std::string& folder, const std::string& pack_id) {
  const std::string packs_folder = PacksFolder(invocation);
  std::vector<std::string> others = PlaybookFolders(invocation);
  std::erase(others, packs_folder);
  const Result<packs::Lock> lock = packs::ReadLock(packs_folder);
  if (!lock.ok()) return lock.status();
  for (const packs::LockedPack& other : lock->packs) {
    if (other.digests.id != pack_id) {
      others.push_back((std::filesystem::path(packs_folder) / other.Folder()).string());
    }
  }
  const std::vector<std::string> ids = run::Catalog({folder}).Ids();
  for (const std::string& other : others) {
    for (const std::string& id : run::Catalog({other}).Ids()) {
      if (std::find(ids.begin(), ids.end(), id) == ids.end()) continue;
      return Status(Code::kInvalid, "the playbook " + id + " is there already, in " + other)
          .WithHint("an id belongs to one pack: give the playbook another one");
    }
  }
  return Status::Ok();
}

int Install(Invocation& invocation) {
  const Result<packs::Pack> pack = packs::OpenPack(invocation.positionals.front());
  if (!pack.ok()) return invocation.Fail(pack.status());
  const std::string folder = PacksFolder(invocation);
  const Result<packs::Lock> lock = packs::ReadLock(folder);
  if (!lock.ok()) return invocation.Fail(lock.status());
  // Shown before anything is decided: what a refusal is about, and what was agreed to.
  *invocation.err << ChangeText(invocation, *pack, packs::ChangeOf(*lock, *pack));
  packs::InstallOptions options;
  options.allow_unsigned = invocation.Has("--allow-unsigned");
  options.allow_older = invocation.Has("--allow-older");
  options.accept_needs = invocation.Has("--accept-needs");
  options.isolate = invocation.Has("--isolate");
  options.check = [&](const std::string& unpacked, const packs::LockedPack& locked) {
    UPKEEP_RETURN_IF_ERROR(CheckPackFolder(unpacked, locked.isolate));
    return CheckIdsAreFree(invocation, unpacked, locked.digests.id);
  };
  const Result<packs::LockedPack> installed = packs::Install(*pack, folder, options);
  if (!installed.ok()) return invocation.Fail(installed.status());
  *invocation.out << (std::filesystem::path(folder) / installed->Folder()).string() << "\n";
  *invocation.err << invocation.Say("installed " + NameOf(*pack)) << "\n";
  return 0;
}

}  // namespace

Command MakePackInstallCommand() {
  Command install;
  install.name = "pack install";
  install.summary = "Install or update a pack from an archive or a folder";
  install.positionals = {{"PACK", "An archive or a folder", true, false}};
  install.options = {{"--accept-needs", "", "Agree to needs that the installed version does not have", false, {}},
                     {"--isolate", "", "Run its playbooks in a process of their own, with no rights; updates keep it", false, {}},
                     {"--allow-unsigned", "", "Take a pack without a signature", false, {}},
                     {"--allow-older", "", "Go back to an older version, or replace the same one", false, {}}};
  install.examples = "  upkeep pack install shop-checks-1.4.0.tar.gz\n";
  install.run = Install;
  return install;
}

}  // namespace upkeep::cli
