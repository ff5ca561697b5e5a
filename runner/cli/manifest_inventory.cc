// SPDX-License-Identifier: Apache-2.0
#include "runner/cli/manifest_inventory.h"

#include <algorithm>

#include "runner/cli/pod_files.h"

namespace upkeep::cli {
namespace {

using checks::SecretSource;
using checks::Target;

}  // namespace

bool LooksAtItsCluster(const checks::Inventory& inventory) {
  return std::any_of(inventory.targets.begin(), inventory.targets.end(),
                     [](const Target& target) { return target.in_cluster; });
}

bool WritesItsCluster(const checks::Inventory& inventory) {
  return std::any_of(inventory.targets.begin(), inventory.targets.end(),
                     [](const Target& target) { return target.in_cluster && !target.write_kubeconfig.empty(); });
}

std::map<std::string, std::set<std::string>> SecretsRead(const checks::Inventory& inventory,
                                                         const std::vector<SecretSource>& others) {
  std::vector<SecretSource> sources = others;
  for (const Target& target : inventory.targets) {
    sources.push_back(target.password);
    sources.push_back(target.write_password);
  }
  std::map<std::string, std::set<std::string>> secrets;
  for (const SecretSource& source : sources) {
    const Target* const cluster = inventory.Find(source.cluster);
    if (cluster != nullptr && cluster->in_cluster) secrets[source.secret_namespace].insert(source.secret_name);
  }
  return secrets;
}

std::vector<Status> NotInPods(const checks::Inventory& inventory) {
  PodFiles files(inventory.file);
  for (const Target& target : inventory.targets) {
    files.File(target.kubeconfig, target.place);
    files.File(target.write_kubeconfig, target.place);
    files.Secret(target.password, target.place);
    files.Secret(target.write_password, target.place);
    files.Tls(target.tls, target.place);
    for (const auto& [name, words] : target.plugins) files.File(words.front(), target.place);
  }
  return files.missing();
}

}  // namespace upkeep::cli
