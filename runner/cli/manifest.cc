// SPDX-License-Identifier: Apache-2.0
#include "runner/cli/manifest.h"

#include <algorithm>
#include <map>

#include "runner/cli/cron_job_time.h"
#include "runner/cli/manifest_daemon.h"
#include "runner/cli/manifest_inventory.h"
#include "runner/cli/manifest_pod.h"

namespace upkeep::cli {
namespace {

constexpr const char* kLabels = "{app.kubernetes.io/name: upkeep}";
/// A CronJob adds eleven characters to its name for a Job's.
constexpr std::size_t kLongestCronJob = 52;

std::string Head(const std::string& version, const std::string& kind, const std::string& name,
                 const std::string& space) {
  return "---\napiVersion: " + version + "\nkind: " + kind + "\nmetadata:\n  name: " + name + "\n" +
         (space.empty() ? "" : "  namespace: " + Quoted(space) + "\n") + "  labels: " + kLabels + "\n";
}

std::string ConfigMap(const ManifestOptions& options, const std::string& name,
                      const std::vector<std::pair<std::string, std::string>>& files) {
  std::string text = Head("v1", "ConfigMap", name, options.space) + "data:\n";
  for (const auto& [file, content] : files) text += Indented(BlockYaml(Quoted(file), content), 2);
  return text;
}

std::string Identity(const ManifestOptions& options, const std::string& name,
                     const std::vector<kubernetes::RbacRule>& rules) {
  // The same name in two namespaces of one cluster would take the other's rights away.
  const std::string role = options.space == "upkeep" ? name : name + "-" + options.space;
  return Head("v1", "ServiceAccount", name, options.space) + ClusterRoleYaml(role, rules) +
         Head("rbac.authorization.k8s.io/v1", "ClusterRoleBinding", role, "") +
         "roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: " + role + "}\n" +
         "subjects:\n  - {kind: ServiceAccount, name: " + name + ", namespace: " + Quoted(options.space) + "}\n";
}

/// Who may read the Secrets that hold credentials of targets: these, by name, and no others.
std::string SecretReaders(const ManifestOptions& options) {
  std::string text;
  const std::string name = options.space == "upkeep" ? "upkeep-secrets" : "upkeep-secrets-" + options.space;
  for (const auto& [space, secrets] : SecretsRead(options.inventory, options.delivery_secrets)) {
    std::string names;
    for (const std::string& secret : secrets) names += (names.empty() ? "" : ", ") + Quoted(secret);
    text += Head("rbac.authorization.k8s.io/v1", "Role", name, space) +
            "rules:\n  - {apiGroups: [\"\"], resources: [secrets], resourceNames: [" + names + "], verbs: [get]}\n" +
            Head("rbac.authorization.k8s.io/v1", "RoleBinding", name, space) +
            "roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: " + name + "}\n" +
            "subjects:\n  - {kind: ServiceAccount, name: upkeep, namespace: " + Quoted(options.space) + "}\n";
  }
  return text;
}

std::string WriteIdentity(const ManifestOptions& options) {
  return Head("v1", "Secret", "upkeep-write-token", options.space) +
         "  annotations: {kubernetes.io/service-account.name: upkeep-write}\n"
         "type: kubernetes.io/service-account-token\n" +
         ConfigMap(options, "upkeep-write-kubeconfig",
                   {{"kubeconfig",
                     "apiVersion: v1\n"
                     "kind: Config\n"
                     "current-context: in-cluster\n"
                     "clusters:\n"
                     "  - name: in-cluster\n"
                     "    cluster:\n"
                     "      server: https://kubernetes.default.svc\n"
                     "      certificate-authority: /etc/upkeep/write/ca.crt\n"
                     "users:\n"
                     "  - name: upkeep-write\n"
                     "    user: {tokenFile: /etc/upkeep/write/token}\n"
                     "contexts:\n"
                     "  - name: in-cluster\n"
                     "    context: {cluster: in-cluster, user: upkeep-write}\n"}});
}

std::string StoreClaim(const ManifestOptions& options) {
  return Head("v1", "PersistentVolumeClaim", "upkeep-store", options.space) +
         "spec:\n"
         "  accessModes: [ReadWriteOnce]\n" +
         (options.storage_class.empty() ? "" : "  storageClassName: " + Quoted(options.storage_class) + "\n") +
         "  resources: {requests: {storage: " + Quoted(options.storage) + "}}\n";
}

/// "upkeep-daily"; what a name of Kubernetes may not have becomes '-'.
std::string CronJobName(const std::string& id) {
  std::string name = "upkeep-";
  for (const char c : id) {
    const bool upper = c >= 'A' && c <= 'Z';
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    name += upper ? static_cast<char>(c - 'A' + 'a') : plain ? c : '-';
  }
  while (name.ends_with('-')) name.pop_back();
  return name;
}

std::int64_t Seconds(std::chrono::microseconds duration) {
  return std::chrono::ceil<std::chrono::seconds>(duration).count();
}

/// Deliveries go out side by side when the run has ended, and a Job that ends before them leaves a
/// report that nobody gets.
std::chrono::microseconds LongestDelivery(const ManifestOptions& options, const schedules::Schedule& schedule) {
  std::chrono::microseconds longest{0};
  for (const std::string& name : schedule.deliver) {
    const auto known = options.delivery_times.find(name);
    if (known != options.delivery_times.end()) longest = std::max(longest, known->second);
  }
  return longest;
}

Result<std::string> CronJob(const ManifestOptions& options, const schedules::Schedule& schedule) {
  const Result<CronJobTime> time = CronJobTimeOf(schedule);
  if (!time.ok()) return Status(time.status()).Within("schedule " + schedule.id);
  const std::string name = CronJobName(schedule.id);
  if (name.size() > kLongestCronJob) {
    return Status(Code::kInvalid, "schedule " + schedule.id + ": a CronJob's name has at most 52 characters")
        .WithHint("shorten the id to 45 characters");
  }
  Pod pod;
  pod.arguments = {"tick", "--schedule", schedule.id};
  // A start that the controller missed is worth making up for within grace; upkeep books the rest.
  constexpr std::int64_t kShortestStart = 60, kSpare = 120;
  const std::int64_t start = std::max(Seconds(schedule.grace), kShortestStart);
  const std::int64_t active =
      Seconds(schedule.deadline + schedule.splay + schedule.jitter) * (schedule.retry.attempts + 1) +
      Seconds(schedule.retry.cap) * schedule.retry.attempts + Seconds(LongestDelivery(options, schedule)) + kSpare;
  return Head("batch/v1", "CronJob", name, options.space) +
         "  annotations: {upkeep/expression: " + Quoted(schedule.expression.text()) + "}\n" +
         "spec:\n"
         "  schedule: " + Quoted(time.value().schedule) + "\n" +
         "  timeZone: " + Quoted(time.value().time_zone) + "\n" +
         (schedule.enabled ? "" : "  suspend: true\n") +
         "  concurrencyPolicy: Forbid\n"
         "  startingDeadlineSeconds: " + std::to_string(start) + "\n" +
         "  successfulJobsHistoryLimit: 3\n"
         "  failedJobsHistoryLimit: 3\n"
         "  jobTemplate:\n"
         "    metadata:\n"
         "      labels: " + kLabels + "\n"
         "    spec:\n"
         "      backoffLimit: 0\n"
         "      activeDeadlineSeconds: " + std::to_string(active) + "\n" +
         "      template:\n" + PodTemplateYaml(options, pod, 8);
}

}  // namespace

std::string InClusterInventory() {
  return "apiVersion: upkeep/v1\n"
         "targets:\n"
         "  - name: this-cluster\n"
         "    kind: kubernetes\n"
         "    inCluster: true\n"
         "    write: {kubeconfig: write/kubeconfig}\n";
}

Result<std::string> Manifests(const ManifestOptions& options) {
  std::string text =
      "# Generated by `upkeep manifests`; change its input, not this file.\n"
      "#\n"
      "# Pods see no secret until a Secret upkeep-secrets is made: its keys are the files of\n"
      "# /etc/upkeep/secrets. ";
  text += options.replicas > 0
              ? "Of the daemon's pods the one that holds the Lease leads; the others\n"
                "# stand by on the same volume, which is why all are on one node.\n"
              : "Every CronJob runs `upkeep tick`, which books the slots of its\n"
                "# schedule; where a CronJob has no words for an expression it fires more often than that.\n";
  if (options.make_namespace) {
    text += "---\napiVersion: v1\nkind: Namespace\nmetadata:\n  name: " + Quoted(options.space) +
            "\n  labels:\n    app.kubernetes.io/name: upkeep\n"
            "    pod-security.kubernetes.io/enforce: restricted\n";
  }
  // No right is given that no target asks for.
  text += LooksAtItsCluster(options.inventory) ? Identity(options, "upkeep", options.rights.read)
                                               : Head("v1", "ServiceAccount", "upkeep", options.space);
  text += SecretReaders(options);
  if (WritesItsCluster(options.inventory)) {
    text += Identity(options, "upkeep-write", options.rights.write);
    text += WriteIdentity(options);
  }
  text += ConfigMap(options, "upkeep-config", options.config_files);
  text += ConfigMap(options, "upkeep-schedules", options.schedule_files);
  if (!options.calendar_files.empty()) {
    text += ConfigMap(options, "upkeep-calendars", options.calendar_files);
  }
  text += StoreClaim(options);
  if (options.replicas > 0) return text + DaemonYaml(options);
  std::map<std::string, std::string> names;
  for (const schedules::Schedule& schedule : options.schedules) {
    const auto [first, added] = names.emplace(CronJobName(schedule.id), schedule.id);
    if (!added) {
      return Status(Code::kInvalid, "schedules " + first->second + " and " + schedule.id +
                                        " would both be the CronJob " + first->first);
    }
    Result<std::string> job = CronJob(options, schedule);
    if (!job.ok()) return job;
    text += *job;
  }
  return text;
}

std::string JobYaml(const ManifestOptions& options, const OneJob& job) {
  constexpr const char* kKept = "86400";
  Pod pod;
  pod.arguments = job.arguments;
  pod.writes = job.writes;
  pod.by_hand = true;
  pod.approver = job.approver;
  return std::string("apiVersion: batch/v1\nkind: Job\nmetadata:\n  generateName: upkeep-by-hand-\n  namespace: ") +
         Quoted(options.space) + "\n  labels: " + kLabels + "\nspec:\n  backoffLimit: 0\n  ttlSecondsAfterFinished: " +
         kKept + "\n  template:\n" + PodTemplateYaml(options, pod, 4);
}

}  // namespace upkeep::cli
