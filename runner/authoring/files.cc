// SPDX-License-Identifier: Apache-2.0
#include "runner/authoring/files.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace upkeep::authoring {
namespace {

namespace fs = std::filesystem;

Status CannotWrite(const std::string& path, const std::string& why) {
  return Status(Code::kOutput, "cannot write " + path + ": " + why)
      .WithHint("check that its folder exists, is writable and has room");
}

Status MakeFolderOf(const fs::path& path) {
  std::error_code error;
  if (path.has_parent_path()) fs::create_directories(path.parent_path(), error);
  return error ? CannotWrite(path.string(), error.message()) : Status::Ok();
}

}  // namespace

Status ReplaceFile(const std::string& path, std::string_view text) {
  UPKEEP_RETURN_IF_ERROR(MakeFolderOf(path));
  const std::string temporary = path + ".new." + std::to_string(getpid());
  std::ofstream file(temporary, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  if (!file || std::rename(temporary.c_str(), path.c_str()) != 0) {
    const std::string why = std::strerror(errno);
    std::remove(temporary.c_str());
    return CannotWrite(path, why);
  }
  return Status::Ok();
}

Status WriteNewFile(const std::string& path, const std::string& text) {
  std::error_code error;
  if (fs::exists(path, error)) {
    return Status(Code::kOutput, path + " is there already, and nothing was written")
        .WithHint("choose another id, or remove the file first");
  }
  return ReplaceFile(path, text);
}

}  // namespace upkeep::authoring
