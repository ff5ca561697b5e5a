// SPDX-License-Identifier: Apache-2.0
//
// Files that hold one key. Private to runner/keys.

#ifndef UPKEEP_RUNNER_KEYS_SMALL_FILE_H_
#define UPKEEP_RUNNER_KEYS_SMALL_FILE_H_

#include <sys/stat.h>

#include <functional>
#include <string>

#include "base/status.h"

namespace upkeep::keys {

/// What its owner and mode say about an open file; not ok refuses it.
using Allowed = std::function<Status(int descriptor, const struct stat& about)>;

/// At most 16 KiB of the file at `path`. Looks at what it opened, not at what stands under the name
/// later. kConfig when it can't be read or is no file; else what `allowed` says.
Result<std::string> ReadSmallFile(const std::string& path, const Allowed& allowed);

}  // namespace upkeep::keys

#endif  // UPKEEP_RUNNER_KEYS_SMALL_FILE_H_
