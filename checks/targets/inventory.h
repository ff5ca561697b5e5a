// SPDX-License-Identifier: Apache-2.0
//
// The inventory: which clusters, databases, endpoints and hosts there are, and where their
// credentials come from. Secrets are named here, never held: a SecretSource is read when it is
// needed, and read again when it may have changed.

#ifndef UPKEEP_CHECKS_TARGETS_INVENTORY_H_
#define UPKEEP_CHECKS_TARGETS_INVENTORY_H_

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "base/yaml/yaml.h"

namespace upkeep::checks {

enum class TargetKind { kKubernetes, kPostgres, kRedis, kMysql, kHttp, kTls, kDns, kHost };
std::string_view TargetKindName(TargetKind kind);  ///< "kubernetes", "postgres" …
/// The time limit of one look where the inventory gives none: 30 s for clusters and SQL databases,
/// whose answers may be large or computed; 10 s for the others.
std::chrono::microseconds UsualTimeLimit(TargetKind kind);

/// Where one secret comes from; exactly one is set, or none when there is no secret.
struct SecretSource {
  std::string file;                          ///< Read at each use; a trailing newline is dropped.
  std::string environment;                   ///< Name of a variable.
  std::vector<std::string> exec;             ///< Argument vector, no shell; its standard output.
  std::string cluster, secret_namespace, secret_name, secret_key;  ///< A Kubernetes Secret of `cluster`.
  bool set() const;
};

struct TlsSettings {
  std::string mode = "verify-full";          ///< disable, require (not verified), verify-ca, verify-full
  std::string ca_file;
  std::string certificate_file, key_file;
  std::string server_name;
  bool verified() const { return mode == "verify-ca" || mode == "verify-full"; }
};

struct Target {
  std::string name;                          ///< Unique in the inventory: [a-z0-9-], at most 63.
  TargetKind kind = TargetKind::kHost;
  std::map<std::string, std::string> labels;
  std::string owner;
  /// Monitoring plugins that playbooks may have run: name → program and its arguments.
  std::map<std::string, std::vector<std::string>> plugins;
  std::vector<std::string> expects;          ///< What must be there: "velero", "metrics-server" … Absent: critical.

  // kubernetes
  std::string kubeconfig, context;           ///< Empty kubeconfig with in_cluster: the pod's ServiceAccount.
  bool in_cluster = false;

  // databases, endpoints
  std::string host, database, user;
  int port = 0;
  std::string role;                          ///< Expected: "primary", "standby", "replica", or "" for any.
  SecretSource password;
  TlsSettings tls;

  std::string url;                           ///< http
  std::string method = "GET";
  int expect_status = 200;
  std::string expect_body;                   ///< Substring that must be in the body; empty: any.

  /// For one look of any kind: one request to a cluster or an endpoint, one query, one command.
  std::chrono::microseconds time_limit{std::chrono::seconds(10)};

  /// The separate identity that applies remedies; a target without one can't be changed.
  std::string write_kubeconfig, write_context, write_user;
  SecretSource write_password;

  SourcePlace place;                         ///< Where it stands in the inventory.
};

struct Inventory {
  std::string file;
  std::vector<Target> targets;
  const Target* Find(std::string_view name) const;
  /// What to say where there is none of that name, with the nearest one as the hint.
  Status NoTarget(const std::string& name, Code code) const;
};

/// Reads an inventory; relative paths in it are relative to its folder. All errors of the file
/// in one Status (kConfig), each with file:line:column, caret and hint.
Result<Inventory> ReadInventory(const std::string& path);
Result<Inventory> ParseInventory(std::string text, const std::string& file);

/// The inventory of one kubeconfig without a file: one cluster named after the context.
Result<Inventory> InventoryOfKubeconfig(const std::string& kubeconfig, const std::string& context);

}  // namespace upkeep::checks

#endif  // UPKEEP_CHECKS_TARGETS_INVENTORY_H_
