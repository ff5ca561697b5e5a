// SPDX-License-Identifier: Apache-2.0
#include "runner/packs/lock.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "base/value.h"
#include "base/yaml/yaml.h"
#include "runner/packs/disk.h"
#include "runner/packs/folder.h"

namespace upkeep::packs {
namespace {

constexpr std::uintmax_t kMostLockBytes = std::uintmax_t{4} << 20;

/// A string as YAML reads it on any account: JSON's form.
std::string Quoted(const std::string& text) { return Value(text).dump(); }

void ReadFiles(yaml::MappingReader& reader, const yaml::Node* node, LockedPack& pack) {
  if (node == nullptr || node->kind != yaml::Kind::kMapping) return;
  for (const auto& [name, digest] : node->entries) {
    const bool good = IsFileName(name.scalar) && digest.scalar.size() == kDigestDigits &&
                      digest.scalar.find_first_not_of("0123456789abcdef") == std::string::npos;
    if (!good) {
      reader.Error(name, "'" + name.scalar + "' has no digest here", "upkeep pack install writes this file");
    }
    pack.digests.files[name.scalar] = digest.scalar;
  }
}

LockedPack ReadPack(const yaml::Document& document, const yaml::Node& node, std::vector<Status>& errors) {
  LockedPack pack;
  yaml::MappingReader reader(document, node, "pack", errors);
  pack.digests.id = reader.RequiredString("id");
  const auto version = ParseVersion(reader.RequiredString("version"));
  if (version) {
    pack.digests.version = *version;
  } else {
    reader.Error(node, "the pack has no version", "MAJOR.MINOR.PATCH, such as 1.4.0");
  }
  pack.owner = reader.OptionalString("owner");
  for (const std::string& text : reader.OptionalStrings("needs")) {
    Result<checks::Need> need = checks::ParseNeed(Value(text));
    if (need.ok()) {
      pack.needs.push_back(*std::move(need));
    } else {
      reader.Error(node, need.status().message(), need.status().hint());
    }
  }
  keys::Signature signature;
  signature.fingerprint = reader.OptionalString("key");
  signature.base64 = reader.OptionalString("signature");
  const bool is_unsigned = reader.OptionalBool("unsigned", false);
  if (is_unsigned != (signature.fingerprint.empty() && signature.base64.empty())) {
    reader.Error(node, "a pack is either signed or unsigned", "upkeep pack install writes this file");
  }
  if (!is_unsigned) pack.signature = std::move(signature);
  pack.isolate = reader.OptionalChoice("isolate", {"none", "process"}) == "process";
  ReadFiles(reader, reader.Take("files"), pack);
  reader.Finish();
  return pack;
}

}  // namespace

std::string LockedPack::Folder() const {
  constexpr std::size_t kShownDigits = 8;
  return digests.id + "/" + digests.version.ToString() + "-" + Sha256Hex(digests.ToText()).substr(0, kShownDigits);
}

const LockedPack* Lock::Find(std::string_view id) const {
  const auto found = std::find_if(packs.begin(), packs.end(),
                                  [&](const LockedPack& pack) { return pack.digests.id == id; });
  return found == packs.end() ? nullptr : &*found;
}

Result<Lock> ReadLock(const std::string& packs_folder) {
  const std::string path = (std::filesystem::path(packs_folder) / kLockFile).string();
  std::error_code error;
  if (!std::filesystem::exists(path, error)) return Lock();
  Result<std::string> text = ReadBytes(path, kMostLockBytes);
  if (!text.ok()) return text.status();
  return ReadLockText(*std::move(text), path);
}

Result<Lock> ReadLockText(std::string text, const std::string& file) {
  Result<yaml::Document> document = yaml::Read(std::move(text), file);
  if (!document.ok()) return document.status();
  std::vector<Status> errors;
  Lock lock;
  yaml::MappingReader reader(*document, document->root, "lock", errors);
  reader.OptionalChoice("apiVersion", {"upkeep/v1"});
  if (const yaml::Node* const packs = reader.Take("packs"); packs != nullptr) {
    for (const yaml::Node& node : packs->items) {
      LockedPack pack = ReadPack(*document, node, errors);
      if (lock.Find(pack.digests.id) != nullptr) reader.Error(node, "the pack '" + pack.digests.id + "' stands twice");
      lock.packs.push_back(std::move(pack));
    }
  }
  reader.Finish();
  if (!errors.empty()) return yaml::Combine(errors);
  return lock;
}

std::string LockText(const Lock& lock) {
  std::string text = "# Written by upkeep pack install; a change by hand makes the pack invalid.\n"
                     "apiVersion: upkeep/v1\npacks:" + std::string(lock.packs.empty() ? " []\n" : "\n");
  for (const LockedPack& pack : lock.packs) {
    text += "  - id: " + Quoted(pack.digests.id) + "\n    version: " + Quoted(pack.digests.version.ToString()) +
            "\n    owner: " + Quoted(pack.owner) + "\n    needs:" + (pack.needs.empty() ? " []" : "") + "\n";
    for (const checks::Need& need : pack.needs) text += "      - " + Quoted(need.ToString()) + "\n";
    text += pack.signature ? "    key: " + Quoted(pack.signature->fingerprint) + "\n    signature: " +
                                 Quoted(pack.signature->base64) + "\n"
                           : std::string("    unsigned: true\n");
    if (pack.isolate) text += "    isolate: process\n";
    text += "    files:\n";
    for (const auto& [name, digest] : pack.digests.files) text += "      " + Quoted(name) + ": " + Quoted(digest) + "\n";
  }
  return text;
}

Status WriteLock(const std::string& packs_folder, const Lock& lock) {
  return ReplaceFile((std::filesystem::path(packs_folder) / kLockFile).string(), LockText(lock));
}

}  // namespace upkeep::packs
