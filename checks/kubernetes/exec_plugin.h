// SPDX-License-Identifier: Apache-2.0
//
// Running a credential plugin: no shell, no input, an end in time, bounded output.
//
// THREADS: as the reactor.

#ifndef UPKEEP_CHECKS_KUBERNETES_EXEC_PLUGIN_H_
#define UPKEEP_CHECKS_KUBERNETES_EXEC_PLUGIN_H_

#include <optional>
#include <string>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/io/reactor.h"
#include "base/status.h"
#include "base/task.h"
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
/// started, kTimeout or kCancelled when the wait ends before it does (it is killed with its
/// children), kTruncated when it prints more than 1 MiB, kError when it fails or prints something
/// else. `reactor` must outlive the task.
Task<Result<ExecCredential>> RunExecPlugin(io::Reactor& reactor, ExecPlugin plugin, std::string exec_info,
                                           Limits limits);

/// The credential in `json`, which must be an ExecCredential of the plugin's version.
Result<ExecCredential> ParseExecCredential(const std::string& json, const ExecPlugin& plugin);

}  // namespace upkeep::kubernetes

#endif  // UPKEEP_CHECKS_KUBERNETES_EXEC_PLUGIN_H_
