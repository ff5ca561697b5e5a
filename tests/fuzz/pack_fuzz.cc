// SPDX-License-Identifier: Apache-2.0
//
// Any bytes as each file of a pack: what is accepted has one text, which reads as the same again.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "runner/packs/contents.h"
#include "runner/packs/digest_list.h"
#include "runner/packs/folder.h"
#include "runner/packs/lock.h"
#include "runner/packs/manifest.h"
#include "runner/packs/pack.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace upkeep;  // NOLINT: a harness is one function.
  const std::string text(reinterpret_cast<const char*>(bytes), size);
  const auto manifest = packs::ReadManifest(text, "pack.yaml");
  if (!manifest.ok() && manifest.status().code() != Code::kInvalid) std::abort();
  if (const auto list = packs::ReadDigests(text, "pack.digests"); list.ok() && list->ToText() != text) std::abort();
  if (const auto lock = packs::ReadLockText(text, "packs.lock"); lock.ok()) {
    const std::string written = packs::LockText(*lock);
    const auto again = packs::ReadLockText(written, "packs.lock");
    if (!again.ok() || packs::LockText(*again) != written) std::abort();
  }
  if (const auto signature = packs::ReadSignature(text, "pack.signature");
      signature.ok() && packs::SignatureText(*signature) != text) {
    std::abort();
  }
  if (const auto contents = packs::ReadArchive(text, "pack.tar.gz"); contents.ok()) {
    std::size_t bytes_of_all = 0;
    for (const auto& [name, content] : *contents) {
      if (!packs::IsFileName(name)) std::abort();
      bytes_of_all += content.size();
    }
    if (bytes_of_all > packs::kMostPackBytes) std::abort();
  }
  return 0;
}
