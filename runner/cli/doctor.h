// SPDX-License-Identifier: Apache-2.0
//
// What `upkeep doctor` looks at. It goes on after every fault, so that one call shows all.
//
// THREADS: main only.

#ifndef UPKEEP_RUNNER_CLI_DOCTOR_H_
#define UPKEEP_RUNNER_CLI_DOCTOR_H_

#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/io/reactor.h"
#include "base/status.h"
#include "base/task.h"
#include "checks/targets/inventory.h"
#include "runner/cli/command.h"
#include "runner/run/catalog.h"
#include "runner/run/modules.h"

namespace upkeep::cli {

struct Diagnosis {
  enum class Level { kOk, kNote, kFault };
  Level level = Level::kOk;
  std::string what;                  ///< "store", "schedules", or the name of a target.
  std::string text;
  std::string help;                  ///< The line that helps: a grant, a rule, a flag.
  int exit_code = 0;                 ///< Of a fault.
};

/// A fault from `status`, with its whole text and hint; `exit_code` 0: the status's own.
Diagnosis FaultOf(const std::string& what, const Status& status, int exit_code = 0);

/// The store's folder and file, free disk, zone data, schedules. Reads, and makes no store.
void DiagnoseHere(const Invocation& invocation, std::vector<Diagnosis>& found);

/// The policy in force and the folder of keys.
void DiagnosePolicy(const Invocation& invocation, std::vector<Diagnosis>& found);

/// Whether each target answers, who upkeep is there, which right is missing, whose clock is off.
/// Targets are looked at side by side; the answer has their order. All outlive the task.
Task<std::vector<Diagnosis>> DiagnoseTargets(const checks::Inventory& inventory,
                                             const std::vector<run::Playbook>& playbooks,
                                             const run::ModuleFactory& factory, Limits limits);

}  // namespace upkeep::cli

#endif  // UPKEEP_RUNNER_CLI_DOCTOR_H_
