// SPDX-License-Identifier: Apache-2.0
//
// What an editor needs to know upkeep: LuaCATS declarations of every function that a playbook can
// call, the settings that make lua-language-server and EmmyLua read them, and JSON Schemas of the
// YAML files. They come from the program itself, so they fit the version that runs.
//
// THREADS: any.

#ifndef UPKEEP_RUNNER_AUTHORING_EDITOR_FILES_H_
#define UPKEEP_RUNNER_AUTHORING_EDITOR_FILES_H_

#include <string>
#include <vector>

#include "base/status.h"

namespace upkeep::authoring {

/// What became of one file.
struct WrittenFile {
  std::string path;
  bool kept = false;   ///< It was there, and is the author's: nothing was written.
};

/// Writes them into `folder`: .upkeep/ anew, settings of the editor only where there are none.
/// kOutput when one can't be written.
Result<std::vector<WrittenFile>> WriteEditorFiles(const std::string& folder);

}  // namespace upkeep::authoring

#endif  // UPKEEP_RUNNER_AUTHORING_EDITOR_FILES_H_
