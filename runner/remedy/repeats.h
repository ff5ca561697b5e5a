// SPDX-License-Identifier: Apache-2.0
//
// A remedy that is carried out again and again does not help. Before a plan is made, those of the
// last day for the same thing are counted: the thing is the subject, or, where the finding names
// its controller (data.owner), the controller, since a new pod has a new name.
//
// THREADS: as Store.

#ifndef UPKEEP_RUNNER_REMEDY_REPEATS_H_
#define UPKEEP_RUNNER_REMEDY_REPEATS_H_

#include <string>

#include "base/clock.h"
#include "base/status.h"
#include "base/value.h"
#include "runner/remedy/policy.h"
#include "runner/store/store.h"

namespace upkeep::remedy {

struct Repeat {
  std::string playbook, target, remedy;
  Value finding;                 ///< As FindingOf() gives it.
  std::string owner;             ///< Of the playbook: who gets it when no more may be tried.
};

/// kDenied after two tries in a day that failed or could not be verified, within the policy's
/// cool-down after the last one, and after as many as the policy allows a day. Names the plans.
Status CheckRepeats(store::Store& store, const Policy& policy, const Repeat& repeat, Instant now);

}  // namespace upkeep::remedy

#endif  // UPKEEP_RUNNER_REMEDY_REPEATS_H_
