// SPDX-License-Identifier: Apache-2.0
#ifndef UPKEEP_BASE_WRITE_FILE_H_
#define UPKEEP_BASE_WRITE_FILE_H_

#include <string>
#include <string_view>

#include "base/status.h"

namespace upkeep {

/// Makes `text` what the file at `path` holds. A reader never sees half of it: a new file takes the old
/// one's place, and its permissions, when it is whole. A symbolic link stays and leads to the new text. What
/// is no regular file (a device, a FIFO) stays what it is and is written to; a FIFO waits for its reader.
///
/// kOutput, with the cause, when that fails; a regular file is then as it was.
Status WriteWholeFile(const std::string& path, std::string_view text);

}  // namespace upkeep

#endif  // UPKEEP_BASE_WRITE_FILE_H_
