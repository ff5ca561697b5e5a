// SPDX-License-Identifier: Apache-2.0
#include "runner/remedy/apply.h"

#include <algorithm>
#include <utility>

#include "base/korean.h"
#include "runner/remedy/decision.h"
#include "runner/remedy/hold.h"
#include "runner/remedy/plan_document.h"
#include "runner/remedy/plan_row.h"
#include "runner/remedy/remedy_call.h"

namespace upkeep::remedy {
namespace {

using store::ActionState;
using store::PlanState;

constexpr std::chrono::seconds kStepDeadline{60};

/// Everything that must hold before anything is called.
struct Ready {
  run::Playbook playbook;
  const checks::Remedy* remedy = nullptr;
  const checks::Target* target = nullptr;
  std::vector<Change> changes;   ///< As seen just now.
  run::Modules writers;
};

Status CheckState(store::Store& store, const store::Plan& plan, const Clock& clock,
                  const store::Actor& actor) {
  const bool waits = plan.state == PlanState::kPending || plan.state == PlanState::kApproved;
  if (waits && plan.expires <= clock.Now()) {
    const Text outcome{"expired before it was applied", "적용되기 전에 만료됨"};
    const Status moved = store.MovePlan(plan.id, PlanState::kExpired, outcome, actor);
    if (!moved.ok() && moved.code() != Code::kBusy) return moved;
  }
  if (plan.state == PlanState::kExpired || (waits && plan.expires <= clock.Now())) {
    return Status(Code::kNotApproved, PlanName(plan.id) + " expired at " + FormatRfc3339(plan.expires))
        .WithHint("plan again: upkeep plan");
  }
  if (plan.state == PlanState::kDenied || plan.state == PlanState::kCancelled) {
    return Status(Code::kNotApproved, PlanName(plan.id) + " was " +
                                          std::string(store::PlanStateName(plan.state)) +
                                          (plan.outcome.empty() ? "" : ": " + plan.outcome.en));
  }
  if (!waits) {
    const Code code = plan.state == PlanState::kApplying ? Code::kBusy : Code::kUsage;
    return Status(code, PlanName(plan.id) + " is " + std::string(store::PlanStateName(plan.state)) +
                                   "; nothing is applied twice");
  }
  return Status::Ok();
}

/// The plan can no longer be applied; its place is free for a new one.
Status WorldChanged(store::Store& store, const store::Plan& plan, const store::Actor& actor,
                    const Text& how) {
  const Text outcome{"the world has changed: " + how.en, "상황이 바뀌었습니다: " + how.ko};
  UPKEEP_RETURN_IF_ERROR(store.MovePlan(plan.id, PlanState::kCancelled, outcome, actor));
  return Status(Code::kNotApproved, PlanName(plan.id) + " was not applied, since the world has changed: " + how.en)
      .WithHint("run the check and plan again");
}

Task<Result<Ready>> GetReady(Workbench& bench, const store::Plan& plan, const store::Actor& actor,
                             Limits limits) {
  Ready ready;
  const Status row = CheckRow(bench.store, plan);
  if (!row.ok()) co_return row;
  Result<std::vector<Change>> approved = ChangesOf(plan);
  if (!approved.ok()) co_return approved.status();
  Result<checks::Risk> risk = RiskFromName(plan.risk);
  if (!risk.ok()) co_return risk.status();
  const Status gate = GateRisk(bench.policy, *risk);
  if (!gate.ok()) co_return gate;
  Result<std::vector<store::Approval>> approvals = bench.store.Approvals(plan.id);
  if (!approvals.ok()) co_return approvals.status();
  const int needed = std::max(plan.approvals_needed, bench.policy.ApprovalsFor(*risk));
  const Status allowed = CheckApprovals(plan, *approvals, bench.keys, needed);
  if (!allowed.ok()) co_return allowed;
  if (plan.state != PlanState::kApproved) {
    co_return Status(Code::kPending, PlanName(plan.id) + " is " +
                                         std::string(store::PlanStateName(plan.state)));
  }

  Result<run::Playbook> playbook = bench.catalog.Find(plan.playbook);
  if (!playbook.ok()) co_return playbook.status();
  ready.playbook = *std::move(playbook);
  ready.remedy = FindRemedy(ready.playbook.head, plan.remedy);
  ready.target = bench.inventory.Find(plan.target);
  if (ready.target == nullptr) {
    co_return Status(Code::kConfig, "the inventory has no target '" + plan.target + "'");
  }
  if (ready.remedy == nullptr || ready.remedy->risk != *risk ||
      ready.playbook.head.definition != StringAt(plan.document, "definition")) {
    const Text how{"the playbook " + plan.playbook + " is another version than the one that planned",
                   "계획을 만든 뒤 플레이북 " + plan.playbook + "이(가) 변경되었습니다"};
    co_return WorldChanged(bench.store, plan, actor, how);
  }
  Value finding = plan.document.value("finding", Value::object());
  finding.erase("summary");
  Result<Proposal> now = co_await AskForChanges(bench, ready.playbook, *ready.remedy, *ready.target,
                                                std::move(finding), limits);
  if (!now.ok()) co_return now.status();
  if (now->changes.empty()) co_return WorldChanged(bench.store, plan, actor, now->refused);
  bool same = now->changes.size() == approved->size();
  for (std::size_t i = 0; same && i < approved->size(); ++i) {
    same = now->changes[i].SameAs((*approved)[i]);
  }
  if (!same) {
    const Text how{"planning again gives other changes than the approved ones",
                   "다시 계획하면 승인된 것과 다른 변경이 나옵니다"};
    co_return WorldChanged(bench.store, plan, actor, how);
  }
  ready.changes = std::move(now->changes);
  Result<run::Modules> writers = co_await MakeWriters(bench, *ready.remedy, *ready.target, limits);
  if (!writers.ok()) co_return writers.status();
  ready.writers = *std::move(writers);
  co_return ready;
}

/// The account that the target's changes are made under.
store::Actor WriteIdentity(const checks::Target& target) {
  store::Actor actor;
  actor.source = "target";
  actor.name = !target.write_user.empty()      ? target.write_user
               : !target.write_context.empty() ? target.write_context
                                               : target.write_kubeconfig;
  actor.identity = target.name + "/" + actor.name;
  return actor;
}

/// Whether a call that ended like this was not carried out for certain: it was never begun, or its
/// server clearly refused it. Whatever else came of it, it may have been carried out all the same.
bool CannotHaveHappened(Code code) {
  switch (code) {
    case Code::kUsage:
    case Code::kInvalid:
    case Code::kUndeclared:
    case Code::kConfig:
    case Code::kDenied:
    case Code::kNotPermitted:
    case Code::kNotFound:
    case Code::kNoData:   // The server does not serve what was to be changed.
    case Code::kStale:    // What was to be changed is another than was named.
    case Code::kBusy: return true;
    default: return false;
  }
}

/// How the steps went: kDone, or the state of the step that ended them.
struct StepsEnd {
  ActionState state = ActionState::kDone;
  std::size_t step = 0;
  std::string detail;
};

Task<Result<StepsEnd>> RunSteps(Workbench& bench, const store::Plan& plan, const Ready& ready,
                                Limits limits) {
  StepsEnd end;
  for (std::size_t i = 0; i < ready.changes.size(); ++i) {
    const Change& change = ready.changes[i];
    end.step = i + 1;
    checks::HostModule* const module = FindModule(ready.writers, change.module);
    if (module == nullptr) co_return Status(Code::kInternal, "no module " + change.module);
    store::ActionIntent intent;
    intent.plan = plan.id;
    intent.step = static_cast<int>(i + 1);
    intent.call = {{"call", change.Call()}, {"arguments", change.arguments}};
    intent.before = change.Known();
    intent.actor = WriteIdentity(*ready.target);
    const Result<store::ActionId> action = bench.store.BeginAction(intent);
    if (!action.ok()) co_return action.status();
    // From here on the call may happen: whatever comes, an outcome or "unknown" is written.
    std::string function = change.function;
    Value arguments = change.arguments;
    const Limits own = limits.Within(kStepDeadline);
    const Result<lua::Answer> answer =
        co_await module->Call(std::move(function), std::move(arguments), own);
    Value after;
    if (answer.ok()) {
      after = {{"expected", change.after}, {"answer", bench.redactor.Redact(answer->value)}};
    } else {
      end.state = CannotHaveHappened(answer.status().code()) ? ActionState::kFailed : ActionState::kUnknown;
      end.detail = bench.redactor.Redact(answer.status().message());
    }
    const Status ended = bench.store.EndAction(*action, end.state, after, end.detail);
    if (!ended.ok()) co_return ended;
    if (end.state != ActionState::kDone) break;
  }
  co_return end;
}

Task<Result<Applied>> ApplyReady(Workbench& bench, store::Plan plan, const Ready& ready,
                                 const ApplyRequest& request, Limits limits) {
  const Status moved = bench.store.MovePlan(plan.id, PlanState::kApplying, {}, request.actor);
  if (!moved.ok()) co_return moved;
  const Result<StepsEnd> end = co_await RunSteps(bench, plan, ready, limits);
  // The store failed: what is written down is all there is; Recover() goes on from it.
  if (!end.ok()) co_return end.status();
  const std::string steps = std::to_string(end->step) + "/" + std::to_string(ready.changes.size());
  Text outcome{"applied, not verified yet", "적용됨, 아직 검증 전"};
  PlanState state = PlanState::kApplied;
  if (end->state == ActionState::kFailed) {
    outcome = {"step " + steps + " failed, and nothing after it was done: " + end->detail,
               steps + "단계에서 실패했고 이후 단계는 실행하지 않았습니다: " + InKorean(end->detail)};
    // What the steps before it changed must be looked at.
    state = end->step > 1 ? PlanState::kUnknown : PlanState::kFailed;
  } else if (end->state == ActionState::kUnknown) {
    state = PlanState::kUnknown;
    outcome = {"nobody knows whether step " + steps + " was carried out: " + end->detail,
               steps + "단계의 실행 여부를 알 수 없습니다: " + InKorean(end->detail)};
  }
  const Status written = bench.store.MovePlan(plan.id, state, outcome, request.actor);
  if (!written.ok()) co_return written;
  if (state == PlanState::kFailed) {
    Applied failed{plan.id, state, outcome, 0};
    co_return failed;
  }
  plan.state = state;
  plan.outcome = outcome;
  const auto wait = request.verify_after.value_or(VerifyAfter(plan));
  store::Actor actor = request.actor;
  co_return co_await Conclude(bench, std::move(plan), std::move(actor), wait, limits);
}

}  // namespace

std::chrono::microseconds VerifyAfter(const store::Plan& plan) {
  const double seconds =
      plan.document.is_object() ? plan.document.value("verify_after_seconds", 0.0) : 0.0;
  return std::chrono::microseconds(static_cast<std::int64_t>(std::clamp(seconds, 0.0, 86'400.0) * 1e6));
}

Task<Result<Applied>> Apply(Workbench& bench, const ApplyLock& lock, ApplyRequest request,
                            Limits limits) {
  (void)lock;
  Result<store::Plan> plan = bench.store.FindPlan(request.plan);
  if (!plan.ok()) co_return plan.status();
  const Status state = CheckState(bench.store, *plan, bench.clock, request.actor);
  if (!state.ok()) co_return state;
  Result<Ready> ready = co_await GetReady(bench, *plan, request.actor, limits);
  if (!ready.ok()) co_return ready.status();
  // Last of all, since looking takes its time, too.
  Status hold = CheckHold(bench.store, bench.policy, plan->target, bench.clock.Now());
  if (!hold.ok()) {
    const std::string name = PlanName(plan->id);
    co_return std::move(hold).Within(name);
  }
  if (limits.cancel.cancelled()) co_return Status(Code::kCancelled, "cancelled before anything was changed");
  store::Plan approved = *std::move(plan);
  co_return co_await ApplyReady(bench, std::move(approved), *ready, request, limits);
}

}  // namespace upkeep::remedy
