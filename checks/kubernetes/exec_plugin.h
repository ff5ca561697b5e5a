// SPDX-License-Identifier: Apache-2.0
//
// Running a credential plugin: no shell, no input, an end in time, bounded output.
//
// THREADS: RunExecPlugin blocks, and is meant for Reactor::Offload; any thread.

#ifndef UPKEEP_CHECKS_KUBERNETES_EXEC_PLUGIN_H_
#define UPKEEP_CHECKS_KUBERNETES_EXEC_PLUGIN_H_

#include <chrono>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/status.h"
#include "checks/kubernetes/access.h"

namespace upkeep::kubernetes {

/// What a plugin printed.
struct ExecCredential {
  std::string token;                 ///< Secret; empty when it gave a certificate instead.
  std::string certificate_pem, private_key_pem;
  std::optional<Instant> expires;    ///< None: good until the API server says otherwise.
};

/// The JSON that a plugin finds in KUBERNETES_EXEC_INFO.
std::string ExecInfo(const ExecPlugin& plugin, const Access& access);

/// Starts the plugin and reads its credential. kConfig at the kubeconfig's line when it can't be
/// started, kTimeout when it takes longer than `at_most` (it is killed with its children),
/// kTruncated when it prints more than 1 MiB, kError when it fails or prints something else.
Result<ExecCredential> RunExecPlugin(const ExecPlugin& plugin, const std::string& exec_info,
                                     std::chrono::milliseconds at_most);

/// The credential in `json`, which must be an ExecCredential of the plugin's version.
Result<ExecCredential> ParseExecCredential(const std::string& json, const ExecPlugin& plugin);

}  // namespace upkeep::kubernetes

#endif  // UPKEEP_CHECKS_KUBERNETES_EXEC_PLUGIN_H_
