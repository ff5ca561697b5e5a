// SPDX-License-Identifier: Apache-2.0
//
// The daemon in a cluster, in place of CronJobs: replicas of one pod on one volume, which agree by
// a Lease who leads, and the least rights for that one Lease.
//
// THREADS: pure functions.

#ifndef UPKEEP_RUNNER_CLI_MANIFEST_DAEMON_H_
#define UPKEEP_RUNNER_CLI_MANIFEST_DAEMON_H_

#include <string>

#include "runner/cli/manifest.h"

namespace upkeep::cli {

/// Role, RoleBinding and Deployment. REQUIRES: options.replicas > 0.
std::string DaemonYaml(const ManifestOptions& options);

}  // namespace upkeep::cli

#endif  // UPKEEP_RUNNER_CLI_MANIFEST_DAEMON_H_
