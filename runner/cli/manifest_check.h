// SPDX-License-Identifier: Apache-2.0
//
// Whether the API server will take the names and sizes of the manifests.
//
// THREADS: pure functions.

#ifndef UPKEEP_RUNNER_CLI_MANIFEST_CHECK_H_
#define UPKEEP_RUNNER_CLI_MANIFEST_CHECK_H_

#include "base/status.h"
#include "runner/cli/manifest.h"

namespace upkeep::cli {

/// kUsage for what was typed: namespace, image, storage and its class, the approver's Secret (""
/// for none); kInvalid for Secrets that the inventory and the deliveries name, and for files.
Status CheckManifest(const ManifestOptions& options, const std::string& approver);

}  // namespace upkeep::cli

#endif  // UPKEEP_RUNNER_CLI_MANIFEST_CHECK_H_
