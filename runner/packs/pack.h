// SPDX-License-Identifier: Apache-2.0
//
// A pack as somebody hands it over: manifest, files, and who signed them. Opening one proves that
// its files are what its digest list says; whether the signer is known is the caller's question.
//
// THREADS: plain values; functions may be called from any thread.

#ifndef UPKEEP_RUNNER_PACKS_PACK_H_
#define UPKEEP_RUNNER_PACKS_PACK_H_

#include <optional>
#include <string>

#include "base/status.h"
#include "runner/keys/ed25519.h"
#include "runner/keys/key_ring.h"
#include "runner/packs/contents.h"
#include "runner/packs/digest_list.h"
#include "runner/packs/manifest.h"

namespace upkeep::packs {

struct Pack {
  std::string path;                        ///< Where it was read from.
  Manifest manifest;
  Contents contents;
  DigestList digests;                      ///< Of the contents, as they are.
  std::optional<keys::Signature> signature;
};

/// Reads the folder or archive at `path`. kInvalid for a bad manifest, and for a pack whose files
/// are not what its own pack.digests says: every difference is named.
Result<Pack> OpenPack(const std::string& path);

/// As OpenPack(), for building and signing anew: a digest list and a signature that lie in it are
/// of an earlier state and are left out.
Result<Pack> OpenUnsigned(const std::string& path);

/// What pack.signature holds: {"key": fingerprint, "signature": base64} as lines.
std::string SignatureText(const keys::Signature& signature);
Result<keys::Signature> ReadSignature(std::string_view text, const std::string& file);

/// Whose signature `list` bears: the registered key's name. kDenied for an unknown key (the hint
/// says where it would have to lie, `keys_folder`), kInvalid for a signature that is not over this
/// list: something was altered.
Result<std::string> Signer(const DigestList& list, const keys::Signature& signature,
                           const keys::KeyRing& ring, const std::string& keys_folder);

}  // namespace upkeep::packs

#endif  // UPKEEP_RUNNER_PACKS_PACK_H_
