// SPDX-License-Identifier: Apache-2.0
//
// Ed25519 signatures over text, with keys in PEM files. The secret half comes from a file that
// nobody else may read, never from a flag.
//
// THREADS: plain values; functions may be called from any thread.

#ifndef UPKEEP_RUNNER_KEYS_ED25519_H_
#define UPKEEP_RUNNER_KEYS_ED25519_H_

#include <string>
#include <string_view>

#include "base/status.h"

namespace upkeep::keys {

struct RegisteredKey {
  std::string name;
  std::string public_key;     ///< 32 raw bytes.
  std::string fingerprint;    ///< "SHA256:" and lower-case hexadecimal, of the raw bytes.
};

struct Signature {
  std::string fingerprint;    ///< Of the private key's public half.
  std::string base64;
};

/// The key in `pem`, without a name; kConfig when it is no Ed25519 public key. `file` is what the
/// message calls it.
Result<RegisteredKey> ReadPublicKey(std::string_view pem, const std::string& file);

/// Signs `text` with the private key (PEM, Ed25519, not encrypted) in `file`. kConfig when it is
/// none, or when others than its owner may read it.
Result<Signature> Sign(const std::string& file, std::string_view text);

/// kDenied when the signature is not this key's over `text`.
Status Verify(const RegisteredKey& key, std::string_view text, std::string_view base64);

}  // namespace upkeep::keys

#endif  // UPKEEP_RUNNER_KEYS_ED25519_H_
