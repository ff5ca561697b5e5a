// SPDX-License-Identifier: Apache-2.0
//
// What the deliveries that go into a cluster ask of the manifests around them.
//
// THREADS: pure functions.

#ifndef UPKEEP_RUNNER_CLI_MANIFEST_DELIVERIES_H_
#define UPKEEP_RUNNER_CLI_MANIFEST_DELIVERIES_H_

#include <vector>

#include "runner/cli/manifest.h"
#include "runner/notify/channel.h"

namespace upkeep::cli {

/// Sets the Secrets that they read and the time that each may take.
void TakeAlong(const notify::Deliveries& deliveries, ManifestOptions& options);

/// As NotInPods of the inventory, each as a warning at its delivery.
std::vector<Status> NotInPods(const notify::Deliveries& deliveries);

}  // namespace upkeep::cli

#endif  // UPKEEP_RUNNER_CLI_MANIFEST_DELIVERIES_H_
