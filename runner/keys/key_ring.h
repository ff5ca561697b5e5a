// SPDX-License-Identifier: Apache-2.0
//
// Registered keys: Ed25519 public keys (PEM) in a folder, NAME.pub each. Registering is the
// administrator's act: the folder and its files count only when nobody else could have written them.
//
// THREADS: plain values; functions may be called from any thread.

#ifndef UPKEEP_RUNNER_KEYS_KEY_RING_H_
#define UPKEEP_RUNNER_KEYS_KEY_RING_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"
#include "runner/keys/ed25519.h"

namespace upkeep::keys {

class KeyRing {
 public:
  KeyRing() = default;
  explicit KeyRing(std::vector<RegisteredKey> keys) : keys_(std::move(keys)) {}
  const RegisteredKey* Find(std::string_view fingerprint) const;
  const std::vector<RegisteredKey>& keys() const { return keys_; }

 private:
  std::vector<RegisteredKey> keys_;
};

/// Who may have put keys there. kRootOrUser also accepts files of the user that this process runs
/// as: whoever could write those could change what it does anyway.
enum class Trust { kRootOnly, kRootOrUser, kAnyOwner };

/// Whether only root can have written what is open at `descriptor`: it is root's and nobody else may
/// write it, or it lies on a read-only mount.
bool OnlyRootWrote(int descriptor);

/// The keys in `folder`, by name; none when there is no such folder. kConfig for a file that is no
/// Ed25519 public key, a key registered twice, and a folder or file that others than `trust` says
/// could have written. kAnyOwner is for tests.
Result<KeyRing> ReadKeys(const std::string& folder, Trust trust = Trust::kRootOnly);

}  // namespace upkeep::keys

#endif  // UPKEEP_RUNNER_KEYS_KEY_RING_H_
