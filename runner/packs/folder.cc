// SPDX-License-Identifier: Apache-2.0
#include "runner/packs/folder.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace upkeep::packs {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostNameBytes = 240;
constexpr int kMostDepth = 16;

bool IsInside(const fs::path& root, const fs::path& path) {
  return std::mismatch(root.begin(), root.end(), path.begin(), path.end()).first == root.end();
}

/// What `path` really is; kInvalid when that lies outside of `root`. Both are canonical.
Result<fs::path> Inside(const fs::path& root, const fs::path& path) {
  std::error_code error;
  const fs::path real = fs::canonical(path, error);
  if (error) return Status(Code::kInvalid, "cannot read " + path.string() + ": " + error.message());
  if (!IsInside(root, real)) {
    return Status(Code::kInvalid, path.string() + " leads out of the pack, to " + real.string())
        .WithHint("put a copy of the file into the pack");
  }
  return real;
}

void List(const fs::path& root, const fs::path& folder, const std::string& prefix, int depth,
          std::vector<std::string>& names, std::vector<Status>& errors) {
  if (depth > kMostDepth) {
    errors.push_back(Status(Code::kInvalid, folder.string() + " lies too deep"));
    return;
  }
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    const std::string part = at->path().filename().string();
    if (part.starts_with('.')) continue;
    const Result<fs::path> real = Inside(root, at->path());
    if (!real.ok()) {
      errors.push_back(real.status());
      continue;
    }
    std::error_code unreadable;
    const fs::file_status status = fs::status(*real, unreadable);
    if (fs::is_directory(status) && IsInside(*real, folder)) {
      errors.push_back(Status(Code::kInvalid, at->path().string() + " is a link to a folder that it lies in"));
    } else if (fs::is_directory(status)) {
      List(root, *real, prefix + part + "/", depth + 1, names, errors);
    } else if (!fs::is_regular_file(status)) {
      errors.push_back(Status(Code::kInvalid, at->path().string() + " is no file"));
    } else if (!IsFileName(prefix + part)) {
      errors.push_back(Status(Code::kInvalid, at->path().string() + " has a name that no file of a pack may have"));
    } else {
      names.push_back(prefix + part);
    }
  }
  if (error) errors.push_back(Status(Code::kInvalid, "cannot read " + folder.string() + ": " + error.message()));
}

}  // namespace

bool IsFileName(std::string_view name) {
  if (name.empty() || name.size() > kMostNameBytes) return false;
  const auto bad = [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f' || c == '\\'; };
  if (std::any_of(name.begin(), name.end(), bad)) return false;
  for (std::size_t start = 0; start <= name.size();) {
    const std::size_t end = std::min(name.find('/', start), name.size());
    if (end == start || name[start] == '.') return false;
    start = end + 1;
  }
  return true;
}

std::vector<std::string> ListFolder(const std::string& folder, std::vector<Status>& errors) {
  std::vector<std::string> names;
  std::error_code error;
  const fs::path root = fs::canonical(folder, error);
  if (error || !fs::is_directory(root, error)) {
    errors.push_back(Status(Code::kInvalid, "there is no playbook folder at " + folder));
    return names;
  }
  List(root, root, "", 0, names, errors);
  std::sort(names.begin(), names.end());
  return names;
}

Result<std::string> FindFile(const std::string& folder, std::string_view name) {
  const Status missing(Code::kNotFound, folder + " has no file " + std::string(name));
  std::error_code error;
  const fs::path root = fs::canonical(folder, error);
  if (error || !IsFileName(name)) return missing;
  const fs::path path = root / name;
  if (!fs::exists(path, error)) return missing;
  const Result<fs::path> real = Inside(root, path);
  if (!real.ok()) return real.status();
  if (!fs::is_regular_file(*real, error)) return Status(Code::kInvalid, path.string() + " is no file");
  return real->string();
}

Result<std::string> ReadBytes(const std::string& path, std::uintmax_t at_most) {
  std::error_code error;
  const std::uintmax_t size = fs::file_size(path, error);
  if (error) return Status(Code::kInvalid, "cannot read " + path + ": " + error.message());
  if (size > at_most) {
    return Status(Code::kInvalid, path + " is larger than " + std::to_string(at_most) + " bytes");
  }
  std::ifstream in(path, std::ios::binary);
  std::string bytes(size, '\0');
  in.read(bytes.data(), static_cast<std::streamsize>(size));
  if (in.gcount() != static_cast<std::streamsize>(size)) return Status(Code::kInvalid, "cannot read " + path);
  return bytes;
}

}  // namespace upkeep::packs
