// SPDX-License-Identifier: Apache-2.0
//
// Playbook files before they are read: one that is wrong is a file, too.
//
// THREADS: any.

#ifndef UPKEEP_RUNNER_AUTHORING_PLAYBOOK_FILE_H_
#define UPKEEP_RUNNER_AUTHORING_PLAYBOOK_FILE_H_

#include <string>
#include <vector>

namespace upkeep::authoring {

struct PlaybookFile {
  std::string id, pack, path;
};

/// Every playbook file of the folder `pack`, by id; none is opened.
std::vector<PlaybookFile> PlaybookFilesOf(const std::string& pack);

}  // namespace upkeep::authoring

#endif  // UPKEEP_RUNNER_AUTHORING_PLAYBOOK_FILE_H_
