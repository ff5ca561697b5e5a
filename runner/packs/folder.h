// SPDX-License-Identifier: Apache-2.0
//
// A pack as a folder: a working copy, a git checkout, a mounted ConfigMap. What begins with a dot
// is not of the pack (.git, and the ..data of a ConfigMap, whose files are links into it). A link
// counts where it leads to something in the same folder; one that leads out of it is refused.
//
// THREADS: pure but for the disk.

#ifndef UPKEEP_RUNNER_PACKS_FOLDER_H_
#define UPKEEP_RUNNER_PACKS_FOLDER_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace upkeep::packs {

inline constexpr std::uintmax_t kMostPackBytes = std::uintmax_t{64} << 20;
inline constexpr std::size_t kMostPackFiles = 10'000;

/// Whether `name` can be a file of a pack on any disk: parts joined by '/', none empty or with a
/// dot first, no backslash and no control character, at most 240 bytes.
bool IsFileName(std::string_view name);

/// The files in `folder`, by name as in the pack ("kubernetes/nodes.lua"), sorted. What can't be
/// listed is told in `errors` (kInvalid) and left out.
std::vector<std::string> ListFolder(const std::string& folder, std::vector<Status>& errors);

/// Where the file `name` of `folder` is; kNotFound when it has none, kInvalid when it leads out of
/// the folder or is no file.
Result<std::string> FindFile(const std::string& folder, std::string_view name);

/// The bytes at `path`, at most `at_most` of them: kInvalid when there are more, or none can be read.
Result<std::string> ReadBytes(const std::string& path, std::uintmax_t at_most);

}  // namespace upkeep::packs

#endif  // UPKEEP_RUNNER_PACKS_FOLDER_H_
