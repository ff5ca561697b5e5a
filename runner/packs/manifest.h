// SPDX-License-Identifier: Apache-2.0
//
// pack.yaml: what a pack is called, which version it is, and everything that its playbooks may
// ever ask for. docs/packs.md is the contract for authors.
//
//   apiVersion: upkeep/v1
//   id: shop-checks
//   version: 1.4.0
//   owner: shop
//   requires: {format: 1}
//   needs: ["kubernetes:list:pods", "http:get"]
//
// THREADS: plain values.

#ifndef UPKEEP_RUNNER_PACKS_MANIFEST_H_
#define UPKEEP_RUNNER_PACKS_MANIFEST_H_

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "checks/model/head.h"
#include "checks/model/need.h"
#include "runner/packs/version.h"

namespace upkeep::packs {

inline constexpr std::string_view kManifestFile = "pack.yaml";
/// The playbook format (docs/playbook-format.md) that this upkeep reads.
inline constexpr int kPlaybookFormat = 1;

struct Manifest {
  std::string id;                      ///< [a-z0-9-], at most 63.
  PackVersion version;
  std::string owner;
  std::string description;             ///< May be empty.
  int format = kPlaybookFormat;        ///< Of the playbooks inside.
  std::vector<checks::Need> needs;     ///< In the file's order; no need stands twice.
  std::string file;                    ///< Where it was read from.
};

/// kInvalid with every error of the file, each with its place; also for a format that this upkeep
/// does not read yet.
Result<Manifest> ReadManifest(std::string text, const std::string& file);

/// A need of the playbook or of one of its remedies that the manifest does not declare: kInvalid
/// that names the line to add. The first one is the answer.
Status CheckDeclared(const Manifest& manifest, const checks::Head& head);

}  // namespace upkeep::packs

#endif  // UPKEEP_RUNNER_PACKS_MANIFEST_H_
