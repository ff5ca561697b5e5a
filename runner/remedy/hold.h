// SPDX-License-Identifier: Apache-2.0
//
// What holds every change back for a while: a window of the policy or of its calendar (a blackout,
// a freeze), or a pause of the target or of everything. Planning only says so; applying waits.
//
// THREADS: as Store.

#ifndef UPKEEP_RUNNER_REMEDY_HOLD_H_
#define UPKEEP_RUNNER_REMEDY_HOLD_H_

#include <optional>
#include <string>

#include "base/clock.h"
#include "base/status.h"
#include "runner/remedy/policy.h"
#include "runner/store/store.h"

namespace upkeep::remedy {

/// kDenied while something holds changes of `target` back; the message has its name and its end.
Status CheckHold(store::Store& store, const Policy& policy, const std::string& target, Instant now);

}  // namespace upkeep::remedy

#endif  // UPKEEP_RUNNER_REMEDY_HOLD_H_
