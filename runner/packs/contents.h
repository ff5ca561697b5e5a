// SPDX-License-Identifier: Apache-2.0
//
// Every byte of a pack, read before anything is believed or written: from a folder, or from an
// archive (tar, gzip or plain). What is too large, is a link or leads elsewhere is refused here.
//
// THREADS: plain values.

#ifndef UPKEEP_RUNNER_PACKS_CONTENTS_H_
#define UPKEEP_RUNNER_PACKS_CONTENTS_H_

#include <map>
#include <string>
#include <string_view>

#include "base/status.h"

namespace upkeep::packs {

/// Bytes by name in the pack: at most 10,000 files of at most 64 MiB together.
using Contents = std::map<std::string, std::string>;

/// Of the folder, or of the archive, at `path`. kInvalid names what is wrong.
Result<Contents> ReadContents(const std::string& path);

/// An archive's bytes. Names may all lie in one folder, as `git archive --prefix` makes them; what
/// begins with a dot is left out. `file` is what messages call it.
Result<Contents> ReadArchive(std::string_view bytes, const std::string& file);

/// The archive (tar.gz) of `contents`; the same contents give the same bytes.
Result<std::string> WriteArchive(const Contents& contents);

}  // namespace upkeep::packs

#endif  // UPKEEP_RUNNER_PACKS_CONTENTS_H_
