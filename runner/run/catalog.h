// SPDX-License-Identifier: Apache-2.0
//
// The catalog: which playbooks there are. A pack is a folder; the file
// <pack>/kubernetes/nodes.lua is the playbook kubernetes.nodes, and so is the file
// <pack>/kubernetes.nodes.lua, since the keys of a ConfigMap have no slash. A folder with a packs.lock
// holds installed packs, each of whose files is compared with its digest when it is read. Nothing is
// indexed ahead of time, so an index can never be stale: one playbook costs one file, all of them one
// walk.
//
// THREADS: immutable after loading.

#ifndef UPKEEP_RUNNER_RUN_CATALOG_H_
#define UPKEEP_RUNNER_RUN_CATALOG_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/lua/sandbox.h"
#include "base/status.h"
#include "checks/model/head.h"

namespace upkeep::run {

struct Playbook {
  checks::Head head;
  std::string path;     ///< Of the file.
  std::string pack;     ///< The pack's folder.
  std::string source;   ///< Its text, as hashed into head.definition.
  Value data;           ///< The head as the file has it, for the store and for documentation.
  lua::ModuleReader read_module;   ///< Of its pack; for the sandbox that runs it.
  bool isolate = false;   ///< It runs in a process of its own (runner/isolate), and was read in one.
};

/// "kubernetes.nodes" of <pack>/kubernetes/nodes.lua; "" for what is no playbook: a module in lib/,
/// and what lies in a folder whose name begins with a dot.
std::string PlaybookIdOf(const std::string& pack, const std::string& path);

/// Where playbook files lie that nobody has opened.
struct PlaybookPlace {
  std::string id, pack, path;
};
/// Of one folder, or of the packs installed in it, by id. What can't be listed is told in `errors`.
std::vector<PlaybookPlace> PlaybookPlaces(const std::string& folder, std::vector<Status>& errors);

/// Reads one playbook file that lies in the folder `pack`. kInvalid has every error of the head, each
/// with its place, also when it needs what the pack's pack.yaml does not declare; with `apart`, each is there by itself as well, unless the file can't even be loaded.
Result<Playbook> ReadPlaybook(const std::string& pack, const std::string& path,
                              std::vector<Status>* apart = nullptr);

class Catalog {
 public:
  /// With `isolate` every playbook is read and runs in a process of its own, not only those of packs
  /// that were installed so.
  explicit Catalog(std::vector<std::string> packs, bool isolate = false)
      : packs_(std::move(packs)), isolate_(isolate) {}

  /// The playbook `id`: kNotFound with the nearest id as a hint, kInvalid as ReadPlaybook
  /// and for a file that was altered after its pack was installed.
  Result<Playbook> Find(std::string_view id) const;

  /// Every playbook of every pack, sorted by id. A bad file is reported in `errors` and stops no
  /// other. An id that two packs have belongs to the first.
  std::vector<Playbook> All(std::vector<Status>& errors) const;

  /// Ids by file name alone, sorted; opens no file.
  std::vector<std::string> Ids() const;

  const std::vector<std::string>& packs() const { return packs_; }

 private:
  std::vector<std::string> packs_;
  bool isolate_;
};

}  // namespace upkeep::run

#endif  // UPKEEP_RUNNER_RUN_CATALOG_H_
