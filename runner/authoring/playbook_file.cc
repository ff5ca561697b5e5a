// SPDX-License-Identifier: Apache-2.0
#include "runner/authoring/playbook_file.h"

#include <utility>

#include "runner/run/catalog.h"

namespace upkeep::authoring {

std::vector<PlaybookFile> PlaybookFilesOf(const std::string& pack, std::vector<Status>* errors) {
  std::vector<Status> unheard;
  std::vector<PlaybookFile> files;
  for (run::PlaybookPlace& place : run::PlaybookPlaces(pack, errors == nullptr ? unheard : *errors)) {
    files.push_back({std::move(place.id), std::move(place.pack), std::move(place.path)});
  }
  return files;
}

}  // namespace upkeep::authoring
