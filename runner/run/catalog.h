// SPDX-License-Identifier: Apache-2.0
//
// The catalog: which playbooks there are. A pack is a folder; the file
// <pack>/kubernetes/nodes.lua is the playbook kubernetes.nodes. Nothing is indexed ahead of
// time, so an index can never be stale: one playbook costs one file, all of them one walk.
//
// THREADS: immutable after loading.

#ifndef UPKEEP_RUNNER_RUN_CATALOG_H_
#define UPKEEP_RUNNER_RUN_CATALOG_H_

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "checks/model/head.h"

namespace upkeep::run {

struct Playbook {
  checks::Head head;
  std::string path;     ///< Of the file.
  std::string pack;     ///< The pack's folder.
  std::string source;   ///< Its text, as hashed into head.definition.
  Value data;           ///< The head as the file has it, for the store and for documentation.
};

/// "kubernetes.nodes" of <pack>/kubernetes/nodes.lua; "" for what is no playbook: a module in lib/,
/// and what lies in a folder whose name begins with a dot.
std::string PlaybookIdOf(const std::string& pack, const std::string& path);

/// Reads one playbook file that lies in `pack`. kInvalid has every error of the head, each with
/// its place; with `apart`, each is there by itself as well, unless the file can't even be loaded.
Result<Playbook> ReadPlaybook(const std::string& pack, const std::string& path,
                              std::vector<Status>* apart = nullptr);

class Catalog {
 public:
  explicit Catalog(std::vector<std::string> packs) : packs_(std::move(packs)) {}

  /// The playbook `id`: kNotFound with the nearest id as a hint, kInvalid as ReadPlaybook.
  Result<Playbook> Find(std::string_view id) const;

  /// Every playbook of every pack, sorted by id. A bad file is reported in `errors` and stops no
  /// other. An id that two packs have belongs to the first.
  std::vector<Playbook> All(std::vector<Status>& errors) const;

  /// Ids by file name alone, sorted; opens no file.
  std::vector<std::string> Ids() const;

  const std::vector<std::string>& packs() const { return packs_; }

 private:
  std::vector<std::string> packs_;
};

}  // namespace upkeep::run

#endif  // UPKEEP_RUNNER_RUN_CATALOG_H_
