// SPDX-License-Identifier: Apache-2.0
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>

#include "checks/kubernetes/access.h"

namespace upkeep::kubernetes {

Result<std::string> ReadSmallFile(const std::string& path) {
  constexpr std::streamsize kMost = 1 << 20;
  std::ifstream file(path, std::ios::binary);
  if (!file) return Status(Code::kConfig, "cannot read " + path + ": " + std::strerror(errno));
  std::string bytes(static_cast<std::size_t>(kMost) + 1, '\0');
  file.read(bytes.data(), kMost + 1);
  if (file.bad()) return Status(Code::kConfig, "cannot read " + path);
  if (file.gcount() > kMost) return Status(Code::kConfig, path + " is larger than 1 MiB");
  bytes.resize(static_cast<std::size_t>(file.gcount()));
  return bytes;
}

Result<Access> InClusterAccess(Redactor& redactor, const std::string& folder) {
  const char* const host = std::getenv("KUBERNETES_SERVICE_HOST");
  const char* const port = std::getenv("KUBERNETES_SERVICE_PORT");
  if (host == nullptr || *host == '\0') {
    return Status(Code::kConfig, "this is no pod: KUBERNETES_SERVICE_HOST is not set")
        .WithHint("name a kubeconfig instead of in_cluster: true");
  }
  Access access;
  access.context = "in-cluster";
  const std::string name = host;
  access.server = "https://" + (name.find(':') == std::string::npos ? name : "[" + name + "]") +
                  ":" + (port != nullptr && *port != '\0' ? port : "443");
  access.disable_compression = true;  // The network is near; the API server's time is dear.
  access.token_file = folder + "/token";

  Result<std::string> token = ReadSmallFile(access.token_file);
  if (!token.ok()) {
    return token.status().WithHint(
        "mount a ServiceAccount token: automountServiceAccountToken must not be false");
  }
  redactor.Add(*token);
  Result<std::string> authority = ReadSmallFile(folder + "/ca.crt");
  if (!authority.ok()) return authority.status();
  access.tls.ca_pem = *std::move(authority);
  if (Result<std::string> space = ReadSmallFile(folder + "/namespace"); space.ok()) {
    if (!space->empty()) access.default_namespace = *space;
  }
  return access;
}

}  // namespace upkeep::kubernetes
