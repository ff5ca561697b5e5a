// SPDX-License-Identifier: Apache-2.0
#include "runner/authoring/files.h"

#include <filesystem>

#include "base/write_file.h"

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
  return WriteWholeFile(path, text);
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
