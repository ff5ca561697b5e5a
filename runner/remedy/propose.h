// SPDX-License-Identifier: Apache-2.0
//
// Propose turns a stored result that names a remedy into a plan that people can decide on.
// Nothing is changed: plan() looks under the reading identity, and where the server can try a
// change without making it, it is asked to, under the write identity.
//
// THREADS: as the reactor. References outlive the tasks.

#ifndef UPKEEP_RUNNER_REMEDY_PROPOSE_H_
#define UPKEEP_RUNNER_REMEDY_PROPOSE_H_

#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/status.h"
#include "base/task.h"
#include "runner/remedy/workbench.h"

namespace upkeep::remedy {

struct ProposeRequest {
  store::RunId run = 0;         ///< 0: the newest finished one that is no verification.
  std::string subject = "*";    ///< Glob over Subject::Key().
  store::Actor requester;
};

/// What came of one result that names a remedy.
struct Proposed {
  std::string playbook, target, subject, remedy;
  store::PlanId plan = 0;       ///< 0 when no plan was made:
  Text refused;                 ///< the remedy itself says that it must not be done, or
  Status status;                ///< it could not be planned.
  Status held;                  ///< Not ok: the plan is made, and for now it would not be applied.
};

struct ProposeOutcome {
  store::RunId run = 0;
  std::vector<Proposed> results;   ///< Empty: no result of the run names a remedy.
};

/// kNotFound when there is no such run.
Task<Result<ProposeOutcome>> Propose(Workbench& bench, ProposeRequest request, Limits limits);

}  // namespace upkeep::remedy

#endif  // UPKEEP_RUNNER_REMEDY_PROPOSE_H_
