// SPDX-License-Identifier: Apache-2.0
#include "runner/packs/contents.h"

#include <filesystem>
#include <vector>

#include "base/yaml/yaml.h"
#include "runner/packs/folder.h"

namespace upkeep::packs {
namespace {

Result<Contents> ReadFolder(const std::string& folder) {
  std::vector<Status> errors;
  const std::vector<std::string> names = ListFolder(folder, errors);
  if (!errors.empty()) return yaml::Combine(errors);
  if (names.size() > kMostPackFiles) {
    return Status(Code::kInvalid, folder + " has more than " + std::to_string(kMostPackFiles) + " files");
  }
  Contents contents;
  std::uintmax_t left = kMostPackBytes;
  for (const std::string& name : names) {
    const Result<std::string> path = FindFile(folder, name);
    if (!path.ok()) return path.status();
    Result<std::string> bytes = ReadBytes(*path, left);
    if (!bytes.ok()) return bytes.status();
    left -= bytes->size();
    contents[name] = *std::move(bytes);
  }
  return contents;
}

}  // namespace

Result<Contents> ReadContents(const std::string& path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) return ReadFolder(path);
  const Result<std::string> bytes = ReadBytes(path, kMostPackBytes);
  if (!bytes.ok()) return bytes.status();
  return ReadArchive(*bytes, path);
}

}  // namespace upkeep::packs
