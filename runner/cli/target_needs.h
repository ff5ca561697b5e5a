// SPDX-License-Identifier: Apache-2.0
//
// What all playbooks together need of one target: asked by doctor, printed and compared by rbac.
//
// THREADS: pure functions.

#ifndef UPKEEP_RUNNER_CLI_TARGET_NEEDS_H_
#define UPKEEP_RUNNER_CLI_TARGET_NEEDS_H_

#include <string>
#include <vector>

#include "checks/model/need.h"
#include "checks/targets/inventory.h"
#include "runner/run/catalog.h"

namespace upkeep::cli {

/// Each need once; it is optional only where every playbook can do without it.
struct TargetNeeds {
  std::vector<checks::Need> read;    ///< Of checks, and of the plans of remedies.
  std::vector<checks::Need> write;   ///< Of what remedies change, under the write identity.
};

/// False for what every authenticated user has: nobody is asked for it, and so it shows nothing.
bool IsAskedFor(const checks::Need& need);

/// Of the playbooks that look at `kind` ("kubernetes", "postgres" …), and of those that look at any.
TargetNeeds NeedsOnKind(const std::string& kind, const std::vector<run::Playbook>& playbooks);
TargetNeeds NeedsOn(const checks::Target& target, const std::vector<run::Playbook>& playbooks);

}  // namespace upkeep::cli

#endif  // UPKEEP_RUNNER_CLI_TARGET_NEEDS_H_
