// SPDX-License-Identifier: Apache-2.0
//
// What the API server asks of names and sizes, checked here, where a person sees the error.
//
// THREADS: pure functions.

#ifndef UPKEEP_RUNNER_CLI_KUBERNETES_NAMES_H_
#define UPKEEP_RUNNER_CLI_KUBERNETES_NAMES_H_

#include <string_view>

namespace upkeep::cli {

/// A label of RFC 1123: a namespace.
bool IsDnsLabel(std::string_view name);
/// Labels between dots: a Secret, a storage class.
bool IsDnsSubdomain(std::string_view name);
/// A key of a ConfigMap, and so a file's name in a pod.
bool IsConfigMapKey(std::string_view name);
/// More than nothing, as a resource quantity: 1Gi, 1.5Ti, 500M, 1e9.
bool IsSize(std::string_view quantity);

}  // namespace upkeep::cli

#endif  // UPKEEP_RUNNER_CLI_KUBERNETES_NAMES_H_
