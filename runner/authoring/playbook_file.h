// SPDX-License-Identifier: Apache-2.0
//
// Playbook files before they are read: one that is wrong is a file, too.
//
// THREADS: any.

#ifndef UPKEEP_RUNNER_AUTHORING_PLAYBOOK_FILE_H_
#define UPKEEP_RUNNER_AUTHORING_PLAYBOOK_FILE_H_

#include <string>
#include <vector>

#include "base/status.h"

namespace upkeep::authoring {

struct PlaybookFile {
  std::string id, pack, path;
};

/// Every playbook file of the folder `pack`, or of the packs installed in it, by id; none is opened.
/// What can't be listed is told in `errors`, where that is given.
std::vector<PlaybookFile> PlaybookFilesOf(const std::string& pack, std::vector<Status>* errors = nullptr);

}  // namespace upkeep::authoring

#endif  // UPKEEP_RUNNER_AUTHORING_PLAYBOOK_FILE_H_
