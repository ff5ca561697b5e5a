// SPDX-License-Identifier: Apache-2.0
#include "runner/packs/install.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "runner/packs/disk.h"

namespace upkeep::packs {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> Missing(const std::vector<checks::Need>& from, const std::vector<checks::Need>& in) {
  std::vector<std::string> missing;
  for (const checks::Need& need : from) {
    const bool there = std::any_of(in.begin(), in.end(), [&](const checks::Need& one) { return one.Covers(need); });
    if (!there) missing.push_back(need.ToString());
  }
  return missing;
}

std::string Listed(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

Status CheckUpdate(const Pack& pack, const LockedPack* old, const Change& change, const InstallOptions& options) {
  if (old == nullptr) return Status::Ok();
  const std::string& id = pack.manifest.id;
  if (!options.allow_older && change.to < change.from) {
    return Status(Code::kDenied, id + " " + change.to.ToString() + " is older than the installed " + change.from.ToString())
        .WithHint("--allow-older goes back to it");
  }
  if (!options.allow_older && change.to == change.from && !change.files.empty()) {
    return Status(Code::kDenied, id + " " + change.to.ToString() + " is installed with other files: " + Listed(change.files))
        .WithHint("raise the version in pack.yaml, or --allow-older");
  }
  if (!options.accept_needs && !change.new_needs.empty()) {
    return Status(Code::kDenied, id + " " + change.to.ToString() + " needs more than " + change.from.ToString() + ": " +
                                     Listed(change.new_needs))
        .WithHint("--accept-needs agrees to that");
  }
  return Status::Ok();
}

/// Writes the files under a name that nobody reads.
Status Unpack(const Pack& pack, const fs::path& folder) {
  std::error_code error;
  fs::remove_all(folder, error);   // What a crash left behind.
  for (const auto& [name, bytes] : pack.contents) {
    const fs::path path = folder / name;
    fs::create_directories(path.parent_path(), error);
    if (error) {
      return Status(Code::kOutput, "cannot write " + path.string() + ": " + error.message())
          .WithHint("check that its folder exists, is writable and has room");
    }
    UPKEEP_RETURN_IF_ERROR(WriteNewFile(path.string(), bytes));
  }
  return Status::Ok();
}

/// Every version of the pack but the one that counts and the one before it, from which a run that
/// has begun may still read modules.
void RemoveOthers(const fs::path& packs_folder, const LockedPack& kept, const std::string& before) {
  std::error_code error;
  const fs::path current = packs_folder / kept.Folder();
  for (const auto& entry : fs::directory_iterator(current.parent_path(), error)) {
    if (entry.path() != current && entry.path() != packs_folder / before) fs::remove_all(entry.path(), error);
  }
}

}  // namespace

Change ChangeOf(const Lock& lock, const Pack& pack) {
  Change change;
  change.to = pack.manifest.version;
  const LockedPack* const old = lock.Find(pack.manifest.id);
  change.installed = old != nullptr;
  change.new_needs = Missing(pack.manifest.needs, old == nullptr ? std::vector<checks::Need>() : old->needs);
  if (old == nullptr) return change;
  change.from = old->digests.version;
  change.dropped_needs = Missing(old->needs, pack.manifest.needs);
  DigestList recorded = old->digests;
  recorded.version = change.to;   // The versions are told apart from the files.
  change.files = Differences(recorded, pack.digests);
  return change;
}

std::string KeysFolder(const std::string& packs_folder) { return (fs::path(packs_folder) / "keys").string(); }

Result<keys::KeyRing> PackKeys(const std::string& packs_folder) {
  return keys::ReadKeys(KeysFolder(packs_folder), keys::Trust::kRootOrUser);
}

Result<std::string> CheckSignature(const Pack& pack, const std::string& packs_folder, bool allow_unsigned) {
  if (pack.signature) {
    const Result<keys::KeyRing> ring = PackKeys(packs_folder);
    if (!ring.ok()) return ring.status();
    return Signer(pack.digests, *pack.signature, *ring, KeysFolder(packs_folder));
  }
  if (allow_unsigned) return std::string();
  return Status(Code::kDenied, pack.manifest.id + " " + pack.manifest.version.ToString() + " is not signed")
      .WithHint("upkeep pack sign signs it; --allow-unsigned takes it as it is");
}

Result<LockedPack> Install(const Pack& pack, const std::string& packs_folder, const InstallOptions& options) {
  if (Result<std::string> signer = CheckSignature(pack, packs_folder, options.allow_unsigned); !signer.ok()) {
    return signer.status();
  }
  std::error_code error;
  fs::create_directories(packs_folder, error);
  const FolderLock held(packs_folder);
  UPKEEP_RETURN_IF_ERROR(held.status());
  Result<Lock> lock = ReadLock(packs_folder);
  if (!lock.ok()) return lock.status();
  const Change change = ChangeOf(*lock, pack);
  UPKEEP_RETURN_IF_ERROR(CheckUpdate(pack, lock->Find(pack.manifest.id), change, options));

  LockedPack locked;
  locked.digests = pack.digests;
  locked.owner = pack.manifest.owner;
  locked.needs = pack.manifest.needs;
  locked.signature = pack.signature;
  const LockedPack* const old = lock->Find(locked.digests.id);
  // Only removing the pack ends it: no update may do so unnoticed.
  locked.isolate = options.isolate || (old != nullptr && old->isolate);
  const fs::path folder = fs::path(packs_folder) / locked.Folder();
  const fs::path fresh = folder.parent_path() / ".new";
  Status ready = Unpack(pack, fresh);
  if (ready.ok() && options.check) ready = options.check(fresh.string(), locked);
  if (ready.ok()) {
    // The same version again repairs what was altered.
    fs::remove_all(folder, error);
    fs::rename(fresh, folder, error);
    if (error) ready = Status(Code::kOutput, "cannot write " + folder.string() + ": " + error.message());
  }
  if (!ready.ok()) {
    fs::remove_all(fresh, error);
    return ready;
  }
  const std::string before = old == nullptr ? locked.Folder() : old->Folder();
  std::erase_if(lock->packs, [&](const LockedPack& one) { return one.digests.id == locked.digests.id; });
  lock->packs.push_back(locked);
  std::sort(lock->packs.begin(), lock->packs.end(),
            [](const LockedPack& a, const LockedPack& b) { return a.digests.id < b.digests.id; });
  UPKEEP_RETURN_IF_ERROR(WriteLock(packs_folder, *lock));
  RemoveOthers(packs_folder, locked, before);
  return locked;
}

Status Remove(const std::string& id, const std::string& packs_folder) {
  const Status missing(Code::kNotFound, "no pack '" + id + "' is installed in " + packs_folder);
  std::error_code error;
  if (!fs::exists(fs::path(packs_folder) / kLockFile, error)) return missing;
  const FolderLock held(packs_folder);
  UPKEEP_RETURN_IF_ERROR(held.status());
  Result<Lock> lock = ReadLock(packs_folder);
  if (!lock.ok()) return lock.status();
  const LockedPack* const found = lock->Find(id);
  if (found == nullptr) return missing;
  const fs::path folder = fs::path(packs_folder) / found->digests.id;
  std::erase_if(lock->packs, [&](const LockedPack& one) { return one.digests.id == id; });
  UPKEEP_RETURN_IF_ERROR(WriteLock(packs_folder, *lock));
  fs::remove_all(folder, error);
  return Status::Ok();
}

}  // namespace upkeep::packs
