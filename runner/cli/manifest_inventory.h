// SPDX-License-Identifier: Apache-2.0
//
// What the inventory that goes into a cluster asks of the manifests around it: which identities the
// pods need, which Secrets of the cluster are read, and what of it no pod will find.
//
// THREADS: pure functions.

#ifndef UPKEEP_RUNNER_CLI_MANIFEST_INVENTORY_H_
#define UPKEEP_RUNNER_CLI_MANIFEST_INVENTORY_H_

#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/status.h"
#include "checks/targets/inventory.h"

namespace upkeep::cli {

/// A target is the cluster that the pods run in.
bool LooksAtItsCluster(const checks::Inventory& inventory);
/// Such a target declares a write identity.
bool WritesItsCluster(const checks::Inventory& inventory);

/// The Secrets of that cluster that hold credentials of targets, or that `others` name: names by
/// namespace.
std::map<std::string, std::set<std::string>> SecretsRead(const checks::Inventory& inventory,
                                                         const std::vector<checks::SecretSource>& others);

/// Files, variables and programs that the inventory names and pods do not have, each as a warning at
/// its target. Pods have the folders secrets/, write/ and keys/ beside the inventory.
std::vector<Status> NotInPods(const checks::Inventory& inventory);

}  // namespace upkeep::cli

#endif  // UPKEEP_RUNNER_CLI_MANIFEST_INVENTORY_H_
