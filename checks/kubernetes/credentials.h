// SPDX-License-Identifier: Apache-2.0
//
// Credentials gives each request the identity that is valid now: a token file is read again
// when it has changed, a plugin is run again when its credential expires or is refused.
//
// THREADS: as the reactor that it was made with.

#ifndef UPKEEP_CHECKS_KUBERNETES_CREDENTIALS_H_
#define UPKEEP_CHECKS_KUBERNETES_CREDENTIALS_H_

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/io/reactor.h"
#include "base/task.h"
#include "base/text.h"
#include "checks/kubernetes/access.h"
#include "checks/kubernetes/exec_plugin.h"
#include "checks/kubernetes/gate.h"

namespace upkeep::kubernetes {

/// What one request shows of itself.
struct Identity {
  std::vector<std::pair<std::string, std::string>> headers;
  std::string user, password;        ///< For basic authentication.
  std::string certificate_pem, private_key_pem;
};

class Credentials {
 public:
  /// How long a plugin may take.
  static constexpr std::chrono::seconds kExecTime{30};

  /// `reactor` and `redactor` must outlive it; `redactor` learns every token.
  Credentials(io::Reactor& reactor, Access access, Redactor& redactor)
      : reactor_(reactor), access_(std::move(access)), redactor_(redactor) {}

  const Access& access() const { return access_; }

  Task<Result<Identity>> Current(Limits limits);
  /// The API server refused what Current() gave: true when asking again may give another.
  bool Refuse();

 private:
  Task<Status> RunPlugin(Limits limits);
  Result<std::string> Token();

  io::Reactor& reactor_;
  const Access access_;
  Redactor& redactor_;
  Gate plugin_gate_{1};              ///< Requests side by side share one run of the plugin.
  std::optional<ExecCredential> exec_;
  std::string file_token_, file_stamp_;
};

}  // namespace upkeep::kubernetes

#endif  // UPKEEP_CHECKS_KUBERNETES_CREDENTIALS_H_
