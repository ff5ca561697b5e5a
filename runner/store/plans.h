// SPDX-License-Identifier: Apache-2.0
//
// Plans, approvals and actions. A plan is the exact changes with their before-values and a
// hash; an approval belongs to that hash. The intent of an action is committed before its call
// and the outcome after it: an intent without an outcome is something nobody knows, and is
// never applied again.
//
//   pending -> approved, denied, expired, cancelled
//   approved -> applying, expired, cancelled
//   applying -> applied, failed, unknown
//   applied, unknown -> verified, unverified
//
// THREADS: as Store.

#ifndef UPKEEP_RUNNER_STORE_PLANS_H_
#define UPKEEP_RUNNER_STORE_PLANS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/status.h"
#include "base/text.h"
#include "base/value.h"
#include "runner/store/actor.h"
#include "runner/store/runs.h"

namespace upkeep::store {

using PlanId = std::int64_t;
using ActionId = std::int64_t;

enum class PlanState {
  kPending, kApproved, kDenied, kExpired, kCancelled, kApplying, kApplied, kFailed, kUnknown,
  kVerified, kUnverified
};
std::string_view PlanStateName(PlanState state);   ///< "pending" … "unverified"
bool MayMove(PlanState from, PlanState to);

struct Plan {
  PlanId id = 0;                     ///< Given by AddPlan.
  RunId run = 0;                     ///< Whose result it answers.
  std::string fingerprint;           ///< Of the finding; "" when there is none.
  std::string playbook, target, subject, remedy, risk;
  Value document;                    ///< The changes with their before-values, as shown.
  std::string hash;                  ///< Of what is approved; made by who plans, unique.
  Actor requester;
  int approvals_needed = 1;          ///< Different people who must approve.
  Instant created{}, expires{};
  PlanState state = PlanState::kPending;
  Text outcome;                      ///< What came of it, for people.
  RunId verified_by = 0;             ///< The run that looked again.
  Instant changed{};
};

struct Approval {
  PlanId plan = 0;
  std::string hash;                  ///< Must be the plan's.
  Actor actor;                       ///< Never the requester.
  bool approve = false;              ///< False: deny.
  std::string reason;                ///< Required.
  Instant at{};                      ///< Set by the store.
  std::string signature;             ///< Base64, where a registered key decided; else "".
};

struct ActionIntent {
  PlanId plan = 0;
  int step = 1;                      ///< Of the plan, from 1; each step is begun once.
  Value call;                        ///< What will be called, without secrets.
  Value before;
  Actor actor;                       ///< The write identity.
};

enum class ActionState { kIntended, kDone, kFailed, kUnknown };
std::string_view ActionStateName(ActionState state);   ///< "intended", "done", "failed", "unknown"

struct Action {
  ActionId id = 0;
  ActionIntent intent;
  ActionState state = ActionState::kIntended;
  Value after;
  std::string detail;
  Instant begun{};
  std::optional<Instant> ended;
};

struct PlanFilter {
  std::vector<PlanState> states;     ///< Empty: any.
  std::string playbook, target, subject;
  std::int64_t limit = 200;          ///< Newest first.
};

class PlanStore {
 public:
  virtual ~PlanStore() = default;
  /// kBusy when an open plan for the same playbook, target, subject and remedy exists; the
  /// message names it.
  virtual Result<PlanId> AddPlan(const Plan& plan) = 0;
  virtual Result<Plan> FindPlan(PlanId plan) = 0;                       ///< kNotFound
  virtual Result<std::vector<Plan>> Plans(const PlanFilter& filter) = 0;

  /// Adds the approval; the last one needed moves the plan to approved, the first refusal to
  /// denied. kDenied when the actor is the
  /// requester (same source and identity); kNotApproved when the plan expired or the hash is
  /// another one; kBusy when it is no longer pending (an approved plan takes further approvals);
  /// kInvalid without a reason.
  virtual Status Approve(const Approval& approval) = 0;
  virtual Result<std::vector<Approval>> Approvals(PlanId plan) = 0;

  /// kBusy when the plan is not in a state that may: so of two processes that apply, one does.
  virtual Status MovePlan(PlanId plan, PlanState to, const Text& outcome, const Actor& actor,
                          RunId verified_by = 0) = 0;

  /// Whether the plan's row and its approvals are those that the ledger recorded: kNotApproved
  /// names the first difference, kEvidence an entry whose hash is not of its content.
  virtual Status CheckPlan(PlanId plan) = 0;

  /// Commits the intent, before the call. kBusy unless the plan is applying and the step was
  /// never begun.
  virtual Result<ActionId> BeginAction(const ActionIntent& intent) = 0;
  /// Commits the outcome, after the call. kBusy when there is one.
  virtual Status EndAction(ActionId action, ActionState state, const Value& after,
                           const std::string& detail) = 0;
  virtual Result<std::vector<Action>> Actions(PlanId plan) = 0;
  /// Intents without an outcome, oldest first.
  virtual Result<std::vector<Action>> OpenActions() = 0;
};

}  // namespace upkeep::store

#endif  // UPKEEP_RUNNER_STORE_PLANS_H_
