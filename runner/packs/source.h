// SPDX-License-Identifier: Apache-2.0
//
// Where playbooks are read from: a plain folder, or an installed pack, of which only those bytes
// are given out that packs.lock has the digest of. Everything of a pack goes through here:
// playbooks and the modules that they require.
//
// THREADS: immutable; may be read from any thread.

#ifndef UPKEEP_RUNNER_PACKS_SOURCE_H_
#define UPKEEP_RUNNER_PACKS_SOURCE_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"
#include "runner/packs/lock.h"
#include "runner/packs/manifest.h"

namespace upkeep::packs {

class Source {
 public:
  /// A plain folder; one with a pack.yaml is held to the needs that it declares. kInvalid for a
  /// broken pack.yaml, and when there is no such folder.
  static Result<Source> OfFolder(const std::string& folder);

  /// `locked`, installed in `packs_folder`. Whether its signature counts is for OpenSources to say.
  static Source OfInstalled(const std::string& packs_folder, LockedPack locked);

  const std::string& folder() const { return folder_; }
  /// Id and version, "" for a plain folder without pack.yaml.
  std::string Name() const;
  const std::optional<Manifest>& manifest() const { return manifest_; }
  /// Whether its playbooks are read and run in a process of their own.
  bool isolate() const { return locked_ && locked_->isolate; }

  /// Names of its files, sorted. Of an installed pack those of the lock: a file that somebody
  /// added is not of the pack. What can't be listed is told in `errors`.
  std::vector<std::string> Names(std::vector<Status>& errors) const;

  /// A file's bytes and its path; kNotFound. kInvalid when it is larger than `at_most`, leads out
  /// of the pack, or is not what was installed.
  struct File {
    std::string path, bytes;
  };
  Result<File> Read(std::string_view name, std::uintmax_t at_most) const;

 private:
  std::string folder_;
  std::optional<Manifest> manifest_;
  std::optional<LockedPack> locked_;
};

/// What `folder` stands for: one plain folder, or the installed packs where it holds a packs.lock.
/// A pack whose signature does not count (any more) is told in `errors` and left out.
std::vector<std::shared_ptr<const Source>> OpenSources(const std::string& folder, std::vector<Status>& errors);

}  // namespace upkeep::packs

#endif  // UPKEEP_RUNNER_PACKS_SOURCE_H_
