// SPDX-License-Identifier: Apache-2.0
//
// Apply carries out an approved plan: once, in its order, stopping at the first step that fails.
// The intent of each step is committed before its call and the outcome after it. An answer that
// got lost is unknown, and is looked at, never repeated.
//
// THREADS: as the reactor. References outlive the tasks.

#ifndef UPKEEP_RUNNER_REMEDY_APPLY_H_
#define UPKEEP_RUNNER_REMEDY_APPLY_H_

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/status.h"
#include "base/task.h"
#include "runner/remedy/apply_lock.h"
#include "runner/remedy/workbench.h"

namespace upkeep::remedy {

struct ApplyRequest {
  store::PlanId plan = 0;
  store::Actor actor;                                     ///< Who says "apply".
  std::optional<std::chrono::microseconds> verify_after;  ///< Instead of the remedy's own.
};

struct Applied {
  store::PlanId plan = 0;
  store::PlanState state = store::PlanState::kUnknown;    ///< verified, unverified or failed.
  Text outcome;
  store::RunId verified_by = 0;
  /// Of Recover(): not ok when this plan could not be looked at, and stays in `state`.
  Status status = Status::Ok();
};

/// Applies and verifies. Nothing was changed when the answer is a Status with kPending (80),
/// kNotApproved (81: denied, expired, or the world has changed), kDenied, kNotPermitted, kBusy.
/// `lock` proves that nobody else applies.
Task<Result<Applied>> Apply(Workbench& bench, const ApplyLock& lock, ApplyRequest request,
                            Limits limits);

/// What a process that died left behind: intents without an outcome become unknown, and each plan
/// that was being applied is looked at again. Nothing is applied. A plan whose change can't be seen
/// yet (VerifyAfter) is left for the next time, but for `wait_for` (0: none), which is waited for.
/// What goes wrong with one plan stands in its Applied::status and stops no other; the answer is a
/// Status when the store failed or `limits` were cancelled.
Task<Result<std::vector<Applied>>> Recover(Workbench& bench, const ApplyLock& lock,
                                           store::Actor actor, store::PlanId wait_for,
                                           Limits limits);

/// Waits until the plan's change may be seen, verifies, and moves the plan to verified or
/// unverified. `plan` is applied or unknown.
Task<Result<Applied>> Conclude(Workbench& bench, store::Plan plan, store::Actor actor,
                               std::chrono::microseconds wait, Limits limits);

/// How long after its actions the plan's check runs again, as its document says.
std::chrono::microseconds VerifyAfter(const store::Plan& plan);

}  // namespace upkeep::remedy

#endif  // UPKEEP_RUNNER_REMEDY_APPLY_H_
