// SPDX-License-Identifier: Apache-2.0
#include "runner/run/cluster_secrets.h"

#include <optional>
#include <utility>

#include "checks/kubernetes/client.h"
#include "checks/kubernetes/encoding.h"

namespace upkeep::run {

Task<Result<std::string>> ClusterSecrets::ReadSecretKey(std::string cluster,
                                                        std::string secret_namespace,
                                                        std::string name, std::string key,
                                                        Limits limits) {
  const checks::Target* const target = inventory_.Find(cluster);
  if (target == nullptr || target->kind != checks::TargetKind::kKubernetes) {
    co_return Status(Code::kConfig, "the inventory has no cluster '" + cluster + "' to read a Secret from");
  }
  Result<kubernetes::Access> access = target->in_cluster
                                          ? kubernetes::InClusterAccess(redactor_)
                                          : kubernetes::ReadKubeconfig(target->kubeconfig, target->context, redactor_);
  if (!access.ok()) co_return access.status();
  kubernetes::KubernetesClient client(reactor_, std::move(*access), redactor_);
  const std::string what = secret_namespace + "/" + name;
  Result<Value> secret = co_await client.Get("secrets", secret_namespace, name, limits);
  if (!secret.ok()) co_return Status(secret.status()).Within("Secret " + what);
  const Value data = secret->value("data", Value::object());
  const std::string encoded = StringAt(data, key);
  if (encoded.empty()) {
    co_return Status(Code::kNotFound, "the Secret " + what + " of " + cluster + " has no key '" + key + "'");
  }
  std::optional<std::string> decoded = kubernetes::DecodeBase64(encoded);
  if (!decoded) co_return Status(Code::kError, "the key '" + key + "' of Secret " + what + " is not base64");
  co_return std::move(*decoded);
}

}  // namespace upkeep::run
