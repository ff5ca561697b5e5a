// SPDX-License-Identifier: Apache-2.0
#include "runner/packs/source.h"

#include <filesystem>

#include "base/value.h"
#include "runner/packs/folder.h"
#include "runner/packs/install.h"
#include "runner/packs/pack.h"

namespace upkeep::packs {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kMostManifestBytes = std::uintmax_t{1} << 20;

}  // namespace

Result<Source> Source::OfFolder(const std::string& folder) {
  Source source;
  source.folder_ = folder;
  std::error_code error;
  if (!fs::is_directory(folder, error)) return Status(Code::kInvalid, "there is no playbook folder at " + folder);
  const Result<std::string> path = FindFile(folder, kManifestFile);
  if (!path.ok()) {
    if (path.status().code() == Code::kNotFound) return source;
    return path.status();
  }
  Result<std::string> text = ReadBytes(*path, kMostManifestBytes);
  if (!text.ok()) return text.status();
  Result<Manifest> manifest = ReadManifest(*std::move(text), (fs::path(folder) / kManifestFile).string());
  if (!manifest.ok()) return manifest.status();
  source.manifest_ = *std::move(manifest);
  return source;
}

Source Source::OfInstalled(const std::string& packs_folder, LockedPack locked) {
  Source source;
  source.folder_ = (fs::path(packs_folder) / locked.Folder()).string();
  Manifest manifest;
  manifest.id = locked.digests.id;
  manifest.version = locked.digests.version;
  manifest.owner = locked.owner;
  manifest.needs = locked.needs;
  manifest.file = (fs::path(source.folder_) / kManifestFile).string();
  source.manifest_ = std::move(manifest);
  source.locked_ = std::move(locked);
  return source;
}

std::string Source::Name() const {
  return manifest_ ? manifest_->id + " " + manifest_->version.ToString() : std::string();
}

std::vector<std::string> Source::Names(std::vector<Status>& errors) const {
  if (!locked_) return ListFolder(folder_, errors);
  std::vector<std::string> names;
  for (const auto& [name, digest] : locked_->digests.files) names.push_back(name);
  return names;
}

Result<Source::File> Source::Read(std::string_view name, std::uintmax_t at_most) const {
  Result<std::string> path = FindFile(folder_, name);
  const std::string shown = (fs::path(folder_) / name).string();
  if (locked_) {
    const auto digest = locked_->digests.files.find(std::string(name));
    if (digest == locked_->digests.files.end()) return Status(Code::kNotFound, Name() + " has no file " + std::string(name));
    const auto altered = [&](const std::string& how) {
      return Status(Code::kInvalid, shown + " " + how + " after " + Name() + " was installed")
          .WithHint("install the pack again");
    };
    if (!path.ok()) return altered(path.status().code() == Code::kNotFound ? "was removed" : "was altered");
    Result<std::string> bytes = ReadBytes(*path, at_most);
    if (!bytes.ok()) return bytes.status();
    if (Sha256Hex(*bytes) != digest->second) return altered("was altered");
    return File{shown, *std::move(bytes)};
  }
  if (!path.ok()) return path.status();
  Result<std::string> bytes = ReadBytes(*path, at_most);
  if (!bytes.ok()) return bytes.status();
  return File{shown, *std::move(bytes)};
}

std::vector<std::shared_ptr<const Source>> OpenSources(const std::string& folder, std::vector<Status>& errors) {
  std::vector<std::shared_ptr<const Source>> sources;
  std::error_code error;
  if (!fs::exists(fs::path(folder) / kLockFile, error)) {
    Result<Source> source = Source::OfFolder(folder);
    if (source.ok()) {
      sources.push_back(std::make_shared<const Source>(*std::move(source)));
    } else {
      errors.push_back(source.status());
    }
    return sources;
  }
  Result<Lock> lock = ReadLock(folder);
  if (!lock.ok()) {
    errors.push_back(lock.status());
    return sources;
  }
  const Result<keys::KeyRing> ring = PackKeys(folder);
  for (LockedPack& pack : lock->packs) {
    if (pack.signature) {
      const Status counts = ring.ok() ? Signer(pack.digests, *pack.signature, *ring, KeysFolder(folder)).status()
                                      : ring.status();
      if (!counts.ok()) {
        errors.push_back(counts);
        continue;
      }
    }
    sources.push_back(std::make_shared<const Source>(Source::OfInstalled(folder, std::move(pack))));
  }
  return sources;
}

}  // namespace upkeep::packs
