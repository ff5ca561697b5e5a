// SPDX-License-Identifier: Apache-2.0
//
// Names of resources, as needs spell them, and where the API serves them: "pods",
// "deployments" (built-in kinds need no group), "backups.velero.io", "nodes/proxy".
// Also what RBAC rule grants a need: the one place that knows it, for error hints and for
// `upkeep rbac`.
//
// THREADS: plain values and pure functions.

#ifndef UPKEEP_CHECKS_KUBERNETES_RESOURCE_H_
#define UPKEEP_CHECKS_KUBERNETES_RESOURCE_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "checks/model/need.h"

namespace upkeep::kubernetes {

struct Resource {
  std::string group;                 ///< "" for the core group.
  std::string version;               ///< "v1"; empty until discovery has told it.
  std::string plural;                ///< "pods"
  std::string subresource;           ///< "proxy", "log", or empty.
  bool namespaced = true;            ///< Known when `version` is.

  /// "pods", "deployments.apps", "nodes/proxy": unique, and what messages say.
  std::string Name() const;
  /// "/api/v1" or "/apis/apps/v1". REQUIRES: version is known.
  std::string GroupPath() const;
  /// The path of all objects, of those of a namespace, or of one (with its subresource).
  std::string Path(std::string_view space, std::string_view name) const;
};

/// Reads a resource's name. A name without a group must be a built-in kind's; kInvalid tells
/// what else it could be. `version` is empty where only the API server knows it.
Result<Resource> ParseResource(std::string_view name);

/// Where a resource outside of the API server itself is served in nearly every cluster that has it
/// ("pods.metrics.k8s.io"): worth a try before discovery is asked. Nothing where that isn't known.
std::optional<Resource> UsualPlace(const Resource& resource);

/// kInvalid when `name` can't be an object's or a namespace's name, so that no path is made of it.
Status CheckName(std::string_view name);

/// One rule of a Role or ClusterRole.
struct RbacRule {
  std::vector<std::string> api_groups, resources, non_resource_urls, verbs;
  /// `{apiGroups: [""], resources: [pods], verbs: [list]}`
  std::string ToString() const;
};

/// The least rule that grants `need`; nothing where every authenticated user has it already
/// ("kubernetes:get:version", "…:get:apis", "…:get:selfsubjectaccessreviews").
/// kInvalid for needs that are no kubernetes needs.
Result<std::optional<RbacRule>> RuleOf(const checks::Need& need);

}  // namespace upkeep::kubernetes

#endif  // UPKEEP_CHECKS_KUBERNETES_RESOURCE_H_
