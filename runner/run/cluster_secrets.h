// SPDX-License-Identifier: Apache-2.0
//
// Reads Kubernetes Secrets that the inventory names, from a cluster of the same inventory.
//
// THREADS: as its reactor.

#ifndef UPKEEP_RUNNER_RUN_CLUSTER_SECRETS_H_
#define UPKEEP_RUNNER_RUN_CLUSTER_SECRETS_H_

#include <string>

#include "base/io/reactor.h"
#include "base/text.h"
#include "checks/targets/inventory.h"
#include "checks/targets/secrets.h"

namespace upkeep::run {

class ClusterSecrets final : public checks::SecretReader {
 public:
  /// All must outlive it.
  ClusterSecrets(io::Reactor& reactor, Redactor& redactor, const checks::Inventory& inventory)
      : reactor_(reactor), redactor_(redactor), inventory_(inventory) {}

  Task<Result<std::string>> ReadSecretKey(std::string cluster, std::string secret_namespace,
                                          std::string name, std::string key, Limits limits) override;

 private:
  io::Reactor& reactor_;
  Redactor& redactor_;
  const checks::Inventory& inventory_;
};

}  // namespace upkeep::run

#endif  // UPKEEP_RUNNER_RUN_CLUSTER_SECRETS_H_
