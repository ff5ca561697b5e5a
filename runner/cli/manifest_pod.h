// SPDX-License-Identifier: Apache-2.0
//
// The pod of every manifest: not root, nothing writable but the store and /tmp.
//
// THREADS: pure functions.

#ifndef UPKEEP_RUNNER_CLI_MANIFEST_POD_H_
#define UPKEEP_RUNNER_CLI_MANIFEST_POD_H_

#include <string>
#include <string_view>
#include <vector>

#include "runner/cli/manifest.h"

namespace upkeep::cli {

struct Pod {
  std::vector<std::string> arguments;
  bool writes = false;               ///< Mounts the write identity.
  bool by_hand = false;              ///< Mounts the approvers' registered keys.
  std::string approver{};            ///< The Secret with one person's key; "" for none.
  bool forever = false;              ///< A replica of the daemon: on one node, as its volume is.
  int grace_seconds = 60;            ///< To store what was found when it is ended.
};

/// A pod template's lines below `template:`, each indented by `indent` blanks.
std::string PodTemplateYaml(const ManifestOptions& options, const Pod& pod, int indent);

/// Each line of `text` with `indent` blanks before it; empty lines stay empty.
std::string Indented(std::string_view text, int indent);

/// `text` as a double-quoted YAML scalar.
std::string Quoted(std::string_view text);

/// `name: |` and the text below it, as it is.
std::string BlockYaml(const std::string& name, std::string_view text);

}  // namespace upkeep::cli

#endif  // UPKEEP_RUNNER_CLI_MANIFEST_POD_H_
