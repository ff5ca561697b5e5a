// SPDX-License-Identifier: Apache-2.0
//
// What exactly a version of a pack consists of: the SHA-256 of each file. Its text is canonical
// (one text for one list), and it is what a signature covers:
//
//   upkeep pack 1
//   id shop-checks
//   version 1.4.0
//   <64 hexadecimal digits>  http/shop.lua
//
// In a pack it is the file pack.digests, with the signature beside it in pack.signature.
//
// THREADS: plain values.

#ifndef UPKEEP_RUNNER_PACKS_DIGEST_LIST_H_
#define UPKEEP_RUNNER_PACKS_DIGEST_LIST_H_

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "runner/packs/contents.h"
#include "runner/packs/manifest.h"

namespace upkeep::packs {

inline constexpr std::string_view kDigestFile = "pack.digests";
inline constexpr std::string_view kSignatureFile = "pack.signature";
inline constexpr std::size_t kDigestDigits = 64;   ///< Hexadecimal, of a SHA-256.

struct DigestList {
  std::string id;
  PackVersion version;
  std::map<std::string, std::string> files;   ///< Name → lower-case hexadecimal SHA-256.
  std::string ToText() const;
};

/// The list of `contents`, without pack.digests and pack.signature themselves.
DigestList DigestsOf(const Manifest& manifest, const Contents& contents);

/// A list's text; kInvalid when it is not exactly what ToText() writes. `file` is for messages.
Result<DigestList> ReadDigests(std::string_view text, const std::string& file);

/// Every way in which `found` is not `recorded`, a sentence each: the altered, missing and added
/// files by name, and another id or version. Empty when they are the same.
std::vector<std::string> Differences(const DigestList& recorded, const DigestList& found);

}  // namespace upkeep::packs

#endif  // UPKEEP_RUNNER_PACKS_DIGEST_LIST_H_
