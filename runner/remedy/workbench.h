// SPDX-License-Identifier: Apache-2.0
//
// What planning and applying work with. The two module makers are two identities: looks go out
// under `read`, changes under `write`.
//
// THREADS: as the reactor. Everything by reference outlives the workbench and what uses it.

#ifndef UPKEEP_RUNNER_REMEDY_WORKBENCH_H_
#define UPKEEP_RUNNER_REMEDY_WORKBENCH_H_

#include "base/clock.h"
#include "base/io/reactor.h"
#include "base/text.h"
#include "checks/targets/inventory.h"
#include "runner/remedy/approval_key.h"
#include "runner/remedy/policy.h"
#include "runner/run/catalog.h"
#include "runner/run/executor.h"
#include "runner/store/store.h"

namespace upkeep::remedy {

struct Workbench {
  store::Store& store;
  io::Reactor& reactor;
  const Clock& clock;
  const Redactor& redactor;
  const checks::Inventory& inventory;
  const run::Catalog& catalog;
  run::ModuleMaker read, write;
  Policy policy;
  KeyRing keys;
};

}  // namespace upkeep::remedy

#endif  // UPKEEP_RUNNER_REMEDY_WORKBENCH_H_
