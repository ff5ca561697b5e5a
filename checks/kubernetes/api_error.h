// SPDX-License-Identifier: Apache-2.0
//
// What an API server's refusal means: the Status object that it sends becomes a Status of ours
// that names the missing right and the RBAC rule that grants it.
//
// THREADS: pure functions.

#ifndef UPKEEP_CHECKS_KUBERNETES_API_ERROR_H_
#define UPKEEP_CHECKS_KUBERNETES_API_ERROR_H_

#include <chrono>
#include <optional>
#include <string>

#include "base/io/transfer.h"
#include "base/status.h"
#include "checks/kubernetes/resource.h"

namespace upkeep::kubernetes {

/// What was asked for, to be named in errors.
struct Asked {
  std::string verb;                  ///< As RBAC spells it: list, get, delete, patch, create.
  Resource resource;                 ///< Without a plural for paths such as /version.
  std::string space, name;
  std::string path;                  ///< For messages where there is no resource.

  /// "list pods", "get nodes/proxy \"worker-1\"", "get /version".
  std::string ToString() const;
};

/// The error of an answer whose HTTP status is not 2xx:
///   401 → kNotPermitted (credentials), 403 → kNotPermitted with the rule that grants it,
///   404 → kNotFound for an object, kNoData where the API itself is not served,
///   a change's 400, 422 → kInvalid and 409 → kStale, which say that it was not made,
///   everything else → kError with the server's words, 410 → kStale,
///   429 → kBusy, 503 → kUnreachable, 504 → kTimeout.
Status ErrorOf(const io::TransferResponse& response, const Asked& asked);

/// The refusal of `need` (in one namespace, or everywhere): kNotPermitted with the rule that
/// grants it. `words` are the server's.
Status Refused(const checks::Need& need, const std::string& space, const std::string& words);

/// Retry-After in seconds, where the answer has a sensible one.
std::optional<std::chrono::seconds> RetryAfter(const io::TransferResponse& response);

}  // namespace upkeep::kubernetes

#endif  // UPKEEP_CHECKS_KUBERNETES_API_ERROR_H_
