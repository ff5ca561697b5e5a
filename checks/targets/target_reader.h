// SPDX-License-Identifier: Apache-2.0
//
// Reads one target of an inventory, and the parts of one that other files have too: where a
// secret comes from, and how TLS is checked.
//
// THREADS: any.

#ifndef UPKEEP_CHECKS_TARGETS_TARGET_READER_H_
#define UPKEEP_CHECKS_TARGETS_TARGET_READER_H_

#include <string>
#include <vector>

#include "base/status.h"
#include "base/yaml/yaml.h"
#include "checks/targets/inventory.h"

namespace upkeep::checks {

/// A Kubernetes Secret that a target names: its cluster must be a target too.
struct ClusterReference {
  std::string cluster;
  const yaml::Node* node;
};

struct ReadContext {
  const yaml::Document& document;
  std::string folder;                        ///< What relative paths are relative to.
  std::vector<Status>& errors;
  std::vector<ClusterReference> references;
};

Target ReadTarget(const yaml::Node& node, ReadContext& context);

/// A secret's source at `key`: a mapping with exactly one of file, environment, exec, secret.
SecretSource ReadSecret(yaml::MappingReader& parent, std::string_view key, ReadContext& context);

/// The key `tls`; defaults where it is absent.
TlsSettings ReadTls(yaml::MappingReader& parent, ReadContext& context);

/// `path` as the inventory means it: "~/" is the home folder, and a relative path is relative to
/// `folder`. Empty stays empty.
std::string ResolvePath(const std::string& path, const std::string& folder);

/// `text`, a line of a file that people edit, with what follows a password's or token's key or
/// stands in a URL as one removed: error texts show lines, and must not show secrets.
std::string WithoutSecrets(const std::string& text);

/// `status` with the line at its place cleaned in the same way.
Status WithoutSecrets(Status status);

/// Whether `name` may name a target: [a-z0-9-], at most 63, no '-' at the ends.
bool IsTargetName(std::string_view name);

}  // namespace upkeep::checks

#endif  // UPKEEP_CHECKS_TARGETS_TARGET_READER_H_
