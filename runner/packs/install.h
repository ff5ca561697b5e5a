// SPDX-License-Identifier: Apache-2.0
//
// Installing a pack into a folder of packs, and what an update would change. Nothing is fetched:
// a pack is a file or a folder that somebody already has.
//
//   <packs>/packs.lock                    what is installed
//   <packs>/keys/NAME.pub                 whose signatures count
//   <packs>/<id>/<version>-<digest>/      the files
//
// THREADS: one installation at a time, across processes too.

#ifndef UPKEEP_RUNNER_PACKS_INSTALL_H_
#define UPKEEP_RUNNER_PACKS_INSTALL_H_

#include <functional>
#include <string>
#include <vector>

#include "base/status.h"
#include "runner/keys/key_ring.h"
#include "runner/packs/lock.h"
#include "runner/packs/pack.h"

namespace upkeep::packs {

struct InstallOptions {
  bool allow_unsigned = false;
  bool allow_older = false;      ///< Also other content under the same version.
  bool accept_needs = false;     ///< New needs of an update.
  bool isolate = false;          ///< Its playbooks run in a process of their own; an update keeps it.
  /// Looks at the unpacked files before they count, as they will be locked; not ok refuses them.
  std::function<Status(const std::string& folder, const LockedPack&)> check = nullptr;
};

/// What a pack would change.
struct Change {
  bool installed = false;                                  ///< Some version is.
  PackVersion from, to;
  std::vector<std::string> new_needs, dropped_needs;
  std::vector<std::string> files;                          ///< "http/shop.lua was altered" …
};
Change ChangeOf(const Lock& lock, const Pack& pack);

/// "<packs>/keys".
std::string KeysFolder(const std::string& packs_folder);
/// The keys whose signatures count there; see keys::ReadKeys.
Result<keys::KeyRing> PackKeys(const std::string& packs_folder);

/// Who signed the pack; "" when nobody has and `allow_unsigned`, else kDenied that names the flag.
Result<std::string> CheckSignature(const Pack& pack, const std::string& packs_folder, bool allow_unsigned);

/// Installs or updates. kDenied: unsigned, an unknown key, an older version, new needs; each names
/// what allows it. kInvalid: altered, or `check` says so. kOutput, kBusy.
Result<LockedPack> Install(const Pack& pack, const std::string& packs_folder, const InstallOptions& options);

/// Removes an installed pack; kNotFound.
Status Remove(const std::string& id, const std::string& packs_folder);

}  // namespace upkeep::packs

#endif  // UPKEEP_RUNNER_PACKS_INSTALL_H_
