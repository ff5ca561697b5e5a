// SPDX-License-Identifier: Apache-2.0
#include "runner/cli/manifest_daemon.h"

#include "runner/cli/manifest_pod.h"

namespace upkeep::cli {
namespace {

constexpr const char* kDaemonLabels = "{app.kubernetes.io/name: upkeep, app.kubernetes.io/component: daemon}";
/// Lease, Role, RoleBinding and Deployment; all of them live in the namespace of the pods.
constexpr const char* kName = "upkeep-daemon";

std::string Head(const char* version, const char* kind, const ManifestOptions& options) {
  return std::string("---\napiVersion: ") + version + "\nkind: " + kind + "\nmetadata:\n  name: " + kName +
         "\n  namespace: " + Quoted(options.space) + "\n  labels: " + kDaemonLabels + "\n";
}

/// A rule can't name what is to be created, so that is one of its own; nothing is listed, watched
/// or deleted.
std::string LeaseRights(const ManifestOptions& options) {
  return Head("rbac.authorization.k8s.io/v1", "Role", options) +
         "rules:\n"
         "  - {apiGroups: [coordination.k8s.io], resources: [leases], verbs: [create]}\n"
         "  - {apiGroups: [coordination.k8s.io], resources: [leases], resourceNames: [" + std::string(kName) +
         "], verbs: [get, update]}\n" +
         Head("rbac.authorization.k8s.io/v1", "RoleBinding", options) +
         "roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: " + kName + "}\n" +
         "subjects:\n  - {kind: ServiceAccount, name: upkeep, namespace: " + Quoted(options.space) + "}\n";
}

}  // namespace

std::string DaemonYaml(const ManifestOptions& options) {
  Pod pod;
  pod.arguments = {"daemon", "--lease", kName};
  pod.forever = true;
  return LeaseRights(options) + Head("apps/v1", "Deployment", options) +
         "spec:\n"
         "  replicas: " + std::to_string(options.replicas) + "\n" +
         "  selector: {matchLabels: " + kDaemonLabels + "}\n" +
         "  template:\n" + PodTemplateYaml(options, pod, 4);
}

}  // namespace upkeep::cli
