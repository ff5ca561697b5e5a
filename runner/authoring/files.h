// SPDX-License-Identifier: Apache-2.0
//
// Files that authors' commands write, with the folders around them.

#ifndef UPKEEP_RUNNER_AUTHORING_FILES_H_
#define UPKEEP_RUNNER_AUTHORING_FILES_H_

#include <string>
#include <string_view>

#include "base/status.h"

namespace upkeep::authoring {

/// Writes a file anew; who reads it meanwhile sees the old one or the new one. kOutput.
Status ReplaceFile(const std::string& path, std::string_view text);

/// Writes a file that is not there yet. kOutput when it is, or can't be written.
Status WriteNewFile(const std::string& path, const std::string& text);

}  // namespace upkeep::authoring

#endif  // UPKEEP_RUNNER_AUTHORING_FILES_H_
