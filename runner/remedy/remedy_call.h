// SPDX-License-Identifier: Apache-2.0
//
// Calls the functions of a remedy, plan() and verify(), in a sandbox of their own. Both only
// look: they get a host under the reading identity that refuses every change.
//
// THREADS: as the reactor. References outlive the tasks.

#ifndef UPKEEP_RUNNER_REMEDY_REMEDY_CALL_H_
#define UPKEEP_RUNNER_REMEDY_REMEDY_CALL_H_

#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/status.h"
#include "base/task.h"
#include "checks/targets/inventory.h"
#include "runner/remedy/change.h"
#include "runner/remedy/workbench.h"
#include "runner/run/catalog.h"

namespace upkeep::remedy {

/// The remedy `name` of `head`, or null.
const checks::Remedy* FindRemedy(const checks::Head& head, const std::string& name);

/// Calls `remedies.NAME.FUNCTION` with the run object and then `arguments`. The answer of each
/// look is fresh: nothing of an earlier call is remembered.
Task<Result<Value>> CallRemedy(Workbench& bench, const run::Playbook& playbook,
                               const checks::Remedy& remedy, const checks::Target& target,
                               std::string function, std::vector<Value> arguments, Limits limits);

/// Asks plan() for its changes and checks each against the remedy's needs: kUndeclared for a
/// call that they don't name, kInvalid for one that can't be made or changes nothing.
Task<Result<Proposal>> AskForChanges(Workbench& bench, const run::Playbook& playbook,
                                     const checks::Remedy& remedy, const checks::Target& target,
                                     Value finding, Limits limits);

/// The modules of `target` under the write identity, with the remedy's rights tried.
/// kNotPermitted names the missing grant; kDenied: the target has no write identity.
Task<Result<run::Modules>> MakeWriters(Workbench& bench, const checks::Remedy& remedy,
                                       const checks::Target& target, Limits limits);

checks::HostModule* FindModule(const run::Modules& modules, const std::string& name);

}  // namespace upkeep::remedy

#endif  // UPKEEP_RUNNER_REMEDY_REMEDY_CALL_H_
