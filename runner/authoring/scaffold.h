// SPDX-License-Identifier: Apache-2.0
//
// `upkeep new`: a check that works and the cases that test it, to be changed into one's own.
//
// THREADS: any.

#ifndef UPKEEP_RUNNER_AUTHORING_SCAFFOLD_H_
#define UPKEEP_RUNNER_AUTHORING_SCAFFOLD_H_

#include <string>
#include <vector>

#include "base/status.h"

namespace upkeep::authoring {

/// Kinds of target that there is a template for, sorted.
std::vector<std::string> ScaffoldKinds();

struct Scaffold {
  std::string playbook_path, playbook;
  std::string case_path, cases;
};

/// The files of the new check `id` in the pack `folder`; nothing is written. kUsage for an id that
/// is none and for a kind without a template.
Result<Scaffold> MakeScaffold(const std::string& folder, const std::string& id, const std::string& kind);

/// Writes both files, or neither where one is there already (kOutput).
Status WriteScaffold(const Scaffold& scaffold);

}  // namespace upkeep::authoring

#endif  // UPKEEP_RUNNER_AUTHORING_SCAFFOLD_H_
