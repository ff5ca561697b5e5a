// SPDX-License-Identifier: Apache-2.0
#include "runner/authoring/playbook_file.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "runner/run/catalog.h"

namespace upkeep::authoring {

std::vector<PlaybookFile> PlaybookFilesOf(const std::string& pack) {
  std::vector<PlaybookFile> files;
  std::error_code error;
  for (std::filesystem::recursive_directory_iterator at(pack, error), end; !error && at != end;
       at.increment(error)) {
    if (!at->is_regular_file(error)) continue;
    std::string id = run::PlaybookIdOf(pack, at->path().string());
    if (!id.empty()) files.push_back({std::move(id), pack, at->path().string()});
  }
  std::sort(files.begin(), files.end(),
            [](const PlaybookFile& a, const PlaybookFile& b) { return a.id < b.id; });
  return files;
}

}  // namespace upkeep::authoring
