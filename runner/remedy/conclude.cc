// SPDX-License-Identifier: Apache-2.0
//
// The end of a plan: verified, or unverified and escalated; and the same for plans that a dead
// process left half-way.
#include <algorithm>
#include <utility>

#include "runner/remedy/apply.h"
#include "runner/remedy/verify.h"

namespace upkeep::remedy {
namespace {

using store::ActionState;
using store::PlanState;

/// The state that what is written down leads to, for a plan whose process is gone.
PlanState StateLeft(const std::vector<store::Action>& actions, std::size_t steps) {
  const auto any = [&actions](ActionState state) {
    return std::any_of(actions.begin(), actions.end(),
                       [state](const store::Action& action) { return action.state == state; });
  };
  // What the steps before a failed one changed must be looked at.
  if (any(ActionState::kFailed)) return actions.size() > 1 ? PlanState::kUnknown : PlanState::kFailed;
  const bool all_done = actions.size() == steps && !any(ActionState::kUnknown) &&
                        !any(ActionState::kIntended);
  return all_done ? PlanState::kApplied : PlanState::kUnknown;
}

/// Ends the open intents, and moves the plans whose process died out of "applying".
Status CloseOpen(store::Store& store, const store::Actor& actor) {
  Result<std::vector<store::Action>> open = store.OpenActions();
  if (!open.ok()) return open.status();
  for (const store::Action& action : *open) {
    const Status ended =
        store.EndAction(action.id, ActionState::kUnknown, nullptr,
                        "the process ended before the call's outcome was written down");
    if (!ended.ok() && ended.code() != Code::kBusy) return ended;
  }
  store::PlanFilter filter;
  filter.states = {PlanState::kApplying};
  filter.limit = 10'000;
  Result<std::vector<store::Plan>> plans = store.Plans(filter);
  if (!plans.ok()) return plans.status();
  for (const store::Plan& plan : *plans) {
    Result<std::vector<store::Action>> actions = store.Actions(plan.id);
    if (!actions.ok()) return actions.status();
    const Value changes = plan.document.is_object() ? plan.document.value("changes", Value::array())
                                                    : Value::array();
    const std::string count = std::to_string(actions->size()) + "/" + std::to_string(changes.size());
    const Text outcome{"the process that applied it ended after " + count + " steps were begun",
                       "적용하던 프로세스가 " + count + "단계를 시작한 뒤 종료되었습니다"};
    UPKEEP_RETURN_IF_ERROR(
        store.MovePlan(plan.id, StateLeft(*actions, changes.size()), outcome, actor));
  }
  return Status::Ok();
}

/// Whether a step was refused: then the plan as it was approved was not carried out.
Result<bool> InPartOnly(store::Store& store, store::PlanId plan) {
  Result<std::vector<store::Action>> actions = store.Actions(plan);
  if (!actions.ok()) return actions.status();
  return std::any_of(actions->begin(), actions->end(),
                     [](const store::Action& action) { return action.state == ActionState::kFailed; });
}

Text Escalated(const Text& first, const Text& why) {
  return {(first.en.empty() ? "" : first.en + "; ") + "unverified, a person must look: " + why.en,
          (first.ko.empty() ? "" : first.ko + "; ") + "해결 미확인, 담당자 확인 필요: " + why.ko};
}

}  // namespace

Task<Result<Applied>> Conclude(Workbench& bench, store::Plan plan, store::Actor actor,
                               std::chrono::microseconds wait, Limits limits) {
  if (wait.count() > 0) {
    const SteadyInstant when = std::chrono::steady_clock::now() + wait;
    const Status slept = co_await bench.reactor.SleepUntil(when, limits);
    // The plan stays as it is; the next apply or the daemon verifies it.
    if (!slept.ok()) co_return slept;
  }
  const bool unknown = plan.state == PlanState::kUnknown;
  store::Actor who = actor;
  const Result<Verdict> verdict = co_await VerifyPlan(bench, plan, std::move(who), limits);
  if (!verdict.ok()) co_return verdict.status();
  Applied applied;
  applied.plan = plan.id;
  applied.verified_by = verdict->run;
  // An action that nobody knows the outcome of stays told, however it turned out.
  const Text first = unknown ? plan.outcome : Text{};
  const Result<bool> in_part = InPartOnly(bench.store, plan.id);
  if (!in_part.ok()) co_return in_part.status();
  if (verdict->verified && *in_part) {
    applied.state = PlanState::kUnverified;
    const Text in_part_why{"it was carried out in part, though now " + verdict->why.en,
                           "일부만 실행되었습니다. 현재 상태: " + verdict->why.ko};
    applied.outcome = Escalated(first, in_part_why);
  } else if (verdict->verified) {
    applied.state = PlanState::kVerified;
    applied.outcome = {(unknown ? first.en + "; " : "") + "verified: " + verdict->why.en,
                       (unknown ? first.ko + "; " : "") + "해결 확인: " + verdict->why.ko};
  } else {
    applied.state = PlanState::kUnverified;
    applied.outcome = Escalated(first, verdict->why);
  }
  const Status moved =
      bench.store.MovePlan(plan.id, applied.state, applied.outcome, actor, verdict->run);
  if (!moved.ok()) co_return moved;
  co_return applied;
}

Task<Result<std::vector<Applied>>> Recover(Workbench& bench, const ApplyLock& lock,
                                           store::Actor actor, store::PlanId wait_for,
                                           Limits limits) {
  (void)lock;
  const Status closed = CloseOpen(bench.store, actor);
  if (!closed.ok()) co_return closed;
  store::PlanFilter filter;
  filter.states = {PlanState::kApplied, PlanState::kUnknown};
  filter.limit = 10'000;
  Result<std::vector<store::Plan>> plans = bench.store.Plans(filter);
  if (!plans.ok()) co_return plans.status();
  std::vector<Applied> recovered;
  for (store::Plan& plan : *plans) {
    const Instant from = plan.changed + VerifyAfter(plan), now = bench.clock.Now();
    const auto wait = from > now ? std::chrono::duration_cast<std::chrono::microseconds>(from - now)
                                 : std::chrono::microseconds(0);
    // Who looks at another target can't judge this one.
    if (bench.inventory.Find(plan.target) == nullptr) continue;
    if (wait.count() > 0 && plan.id != wait_for) continue;
    Applied left;
    left.plan = plan.id;
    left.state = plan.state;
    store::Actor who = actor;
    Result<Applied> applied = co_await Conclude(bench, std::move(plan), std::move(who), wait, limits);
    if (limits.cancel.cancelled()) {
      co_return Status(Code::kCancelled, "cancelled before every plan was looked at");
    }
    left.status = Status(applied.status()).Within("plan " + std::to_string(left.plan));
    recovered.push_back(applied.ok() ? *std::move(applied) : std::move(left));
  }
  co_return recovered;
}

}  // namespace upkeep::remedy
