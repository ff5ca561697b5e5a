// SPDX-License-Identifier: Apache-2.0
//
// What runs upkeep inside a cluster, generated from schedule files and playbooks: a CronJob for
// each schedule or replicas of the daemon, the volume claim of the store, two ServiceAccounts with
// the least rights, and the files as ConfigMaps. Same input, same bytes.
//
// THREADS: pure functions.

#ifndef UPKEEP_RUNNER_CLI_MANIFEST_H_
#define UPKEEP_RUNNER_CLI_MANIFEST_H_

#include <chrono>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/status.h"
#include "checks/targets/inventory.h"
#include "runner/cli/cluster_role.h"
#include "schedules/schedule.h"

namespace upkeep::cli {

struct ManifestOptions {
  std::string space = "upkeep";      ///< Namespace.
  bool make_namespace = true;        ///< False: it is somebody else's, and stays as it is.
  std::string image;
  std::string storage = "1Gi";
  std::string storage_class;         ///< Empty: the cluster's default.
  /// A daemon of so many pods in place of the CronJobs; they agree by a Lease. 0: CronJobs.
  int replicas = 0;
  std::vector<schedules::Schedule> schedules;
  ClusterRights rights;
  /// What is in config_files, read: whose rights are needed follows from it.
  checks::Inventory inventory;
  std::vector<checks::SecretSource> delivery_secrets;   ///< Of the deliveries that go along.
  /// How long each of them may take, by name.
  std::map<std::string, std::chrono::microseconds> delivery_times;
  /// Name and text of each file: inventory.yaml, perhaps deliveries.yaml …
  std::vector<std::pair<std::string, std::string>> config_files;
  std::vector<std::pair<std::string, std::string>> schedule_files;
  /// Those of the folder calendars/ beside them; only where a schedule names one.
  std::vector<std::pair<std::string, std::string>> calendar_files;
};

/// kInvalid for a schedule that can't be a CronJob, naming it.
Result<std::string> Manifests(const ManifestOptions& options);

/// The inventory of a pod that looks at its own cluster; its write identity is the token of the
/// ServiceAccount upkeep-write, which only pods that apply remedies get.
std::string InClusterInventory();

/// One command in a pod of its own, beside the CronJobs: plan, approve, apply, report … The name
/// is generated, so that `kubectl create -f -` makes a new one each time.
struct OneJob {
  std::vector<std::string> arguments;
  bool writes = false;               ///< Mounts the write identity.
  std::string approver{};            ///< The Secret with one person's key; "" for none.
};
std::string JobYaml(const ManifestOptions& options, const OneJob& job);

}  // namespace upkeep::cli

#endif  // UPKEEP_RUNNER_CLI_MANIFEST_H_
