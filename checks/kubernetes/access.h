// SPDX-License-Identifier: Apache-2.0
//
// How one API server is reached, and as whom: what a kubeconfig's context says, or what a pod
// finds in itself. Reading gives every error of the file at once, as kConfig with its place.
//
// Read here: certificate authority (data, file), insecure-skip-tls-verify (then tls.verify is
// false, and reports must say so), tls-server-name, disable-compression; users by client
// certificate, token, tokenFile, name and password, exec plugin; impersonation (as, as-uid,
// as-groups). Refused, since nothing here would honour them: proxy-url, auth-provider.
// Keys that kubectl knows and we don't are passed over, unless they look like a slip of a known one.
//
// THREADS: plain values.

#ifndef UPKEEP_CHECKS_KUBERNETES_ACCESS_H_
#define UPKEEP_CHECKS_KUBERNETES_ACCESS_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/io/transfer.h"
#include "base/status.h"
#include "base/text.h"

namespace upkeep::kubernetes {

/// A program that prints a credential (client.authentication.k8s.io).
struct ExecPlugin {
  std::vector<std::string> arguments;  ///< The program first; run without a shell.
  std::vector<std::pair<std::string, std::string>> environment;  ///< Added to ours.
  std::string api_version;             ///< client.authentication.k8s.io/v1 or /v1beta1.
  bool provide_cluster_info = false;
  std::string install_hint;
  SourcePlace place;                   ///< Of its command.
};

struct Access {
  std::string context;                 ///< Name of the context; "in-cluster" in a pod.
  std::string server;                  ///< "https://host:port/prefix", no slash at the end.
  std::string default_namespace = "default";
  io::TlsOptions tls;                  ///< Authorities, and a client certificate where one is fixed.
  bool disable_compression = false;

  std::string token;                   ///< Secret.
  std::string token_file;              ///< Read again whenever it changes; wins over `token`.
  std::string user, password;          ///< Secret.
  std::optional<ExecPlugin> exec;

  std::string impersonate_user, impersonate_uid;
  std::vector<std::string> impersonate_groups;
};

/// Reads `context` (empty: the file's current-context) of the kubeconfig at `path`. Secrets in
/// it go to `redactor`.
Result<Access> ReadKubeconfig(const std::string& path, const std::string& context,
                              Redactor& redactor);
/// The same from text; `file` names it, and relative paths in it are relative to its folder.
Result<Access> ParseKubeconfig(std::string text, const std::string& file,
                               const std::string& context, Redactor& redactor);

/// The pod's own ServiceAccount: token and ca.crt in `folder`, the address in
/// KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT.
Result<Access> InClusterAccess(
    Redactor& redactor,
    const std::string& folder = "/var/run/secrets/kubernetes.io/serviceaccount");

/// All of a small file (at most 1 MiB); kConfig when it can't be read.
Result<std::string> ReadSmallFile(const std::string& path);

}  // namespace upkeep::kubernetes

#endif  // UPKEEP_CHECKS_KUBERNETES_ACCESS_H_
