// SPDX-License-Identifier: Apache-2.0
//
// The least rights that playbooks need in a cluster, as rules of a ClusterRole: what
// `upkeep rbac` prints and `upkeep manifests` applies.
//
// THREADS: pure functions.

#ifndef UPKEEP_RUNNER_CLI_CLUSTER_ROLE_H_
#define UPKEEP_RUNNER_CLI_CLUSTER_ROLE_H_

#include <string>
#include <vector>

#include "base/status.h"
#include "checks/kubernetes/resource.h"
#include "runner/run/catalog.h"

namespace upkeep::cli {

struct ClusterRights {
  std::vector<kubernetes::RbacRule> read;    ///< What checks and remedies look at.
  std::vector<kubernetes::RbacRule> write;   ///< What remedies change, under the write identity.
};

/// Merged by resource and then by equal verbs, and sorted: the same playbooks, the same rules.
Result<ClusterRights> RightsOf(const std::vector<run::Playbook>& playbooks);

/// A ClusterRole object as YAML, with a `---` line before it.
std::string ClusterRoleYaml(const std::string& name, const std::vector<kubernetes::RbacRule>& rules);

}  // namespace upkeep::cli

#endif  // UPKEEP_RUNNER_CLI_CLUSTER_ROLE_H_
