// SPDX-License-Identifier: Apache-2.0
//
// Text files of the source tree that are compiled in, so that the program needs none beside it: the
// declarations and schemas that editors read, and the templates of `upkeep new`.

#ifndef UPKEEP_RUNNER_AUTHORING_EMBEDDED_H_
#define UPKEEP_RUNNER_AUTHORING_EMBEDDED_H_

#include <string_view>

namespace upkeep::authoring {

struct EmbeddedFile {
  std::string_view path;   ///< Of an editor's file: in the author's folder. Of a template: its kind of target.
  std::string_view text;
};

extern const EmbeddedFile kEditorFiles[];
extern const unsigned kEditorFilesSize;
extern const EmbeddedFile kTemplates[];
extern const unsigned kTemplatesSize;

}  // namespace upkeep::authoring

#endif  // UPKEEP_RUNNER_AUTHORING_EMBEDDED_H_
