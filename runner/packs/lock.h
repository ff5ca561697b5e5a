// SPDX-License-Identifier: Apache-2.0
//
// packs.lock: which packs are installed in a folder, in which version, with the digest of every
// file, the signature, and the needs that somebody has agreed to. It is YAML so that a review of a
// change shows what changed; upkeep alone writes it.
//
// THREADS: plain values.

#ifndef UPKEEP_RUNNER_PACKS_LOCK_H_
#define UPKEEP_RUNNER_PACKS_LOCK_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "checks/model/need.h"
#include "runner/keys/ed25519.h"
#include "runner/packs/digest_list.h"

namespace upkeep::packs {

inline constexpr std::string_view kLockFile = "packs.lock";

struct LockedPack {
  DigestList digests;                          ///< Id, version, files.
  std::string owner;
  std::vector<checks::Need> needs;
  std::optional<keys::Signature> signature;    ///< Absent: installed as unsigned, knowingly.
  bool isolate = false;                        ///< Its playbooks run in a process of their own.

  /// Its folder below that of the lock: "shop-checks/1.4.0-1a2b3c4d".
  std::string Folder() const;
};

struct Lock {
  std::vector<LockedPack> packs;               ///< By id.
  const LockedPack* Find(std::string_view id) const;
};

/// The lock of `packs_folder`; an empty one when there is none. kInvalid for one that is broken.
Result<Lock> ReadLock(const std::string& packs_folder);
Result<Lock> ReadLockText(std::string text, const std::string& file);
std::string LockText(const Lock& lock);

/// Replaces the lock at once, and makes sure that it is on the disk. kOutput.
Status WriteLock(const std::string& packs_folder, const Lock& lock);

}  // namespace upkeep::packs

#endif  // UPKEEP_RUNNER_PACKS_LOCK_H_
