// SPDX-License-Identifier: Apache-2.0
#include "runner/authoring/editor_files.h"

#include <filesystem>
#include <span>
#include <string_view>

#include "runner/authoring/embedded.h"
#include "runner/authoring/files.h"

namespace upkeep::authoring {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kOurs = ".upkeep/";

}  // namespace

Result<std::vector<WrittenFile>> WriteEditorFiles(const std::string& folder) {
  std::vector<WrittenFile> written;
  for (const EmbeddedFile& file : std::span(kEditorFiles, kEditorFilesSize)) {
    const std::string path = (fs::path(folder) / file.path).lexically_normal().string();
    std::error_code error;
    const bool kept = !file.path.starts_with(kOurs) && fs::exists(path, error);
    if (!kept) UPKEEP_RETURN_IF_ERROR(ReplaceFile(path, file.text));
    written.push_back({path, kept});
  }
  return written;
}

}  // namespace upkeep::authoring
