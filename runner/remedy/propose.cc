// SPDX-License-Identifier: Apache-2.0
#include "runner/remedy/propose.h"

#include <utility>

#include "runner/remedy/hold.h"
#include "runner/remedy/plan_document.h"
#include "runner/remedy/remedy_call.h"
#include "runner/remedy/repeats.h"
#include "runner/store/waivers.h"

namespace upkeep::remedy {
namespace {

constexpr std::int64_t kRunsLookedThrough = 200;

Result<store::RunId> NewestRun(store::Store& store) {
  store::RunFilter filter;
  filter.state = store::RunState::kFinished;
  filter.limit = kRunsLookedThrough;
  Result<std::vector<store::RunRecord>> runs = store.Runs(filter);
  if (!runs.ok()) return runs.status();
  for (const store::RunRecord& run : *runs) {
    if (run.trigger != "verify") return run.id;
  }
  return Status(Code::kNotFound, "no run is stored, so there is nothing to plan for")
      .WithHint("upkeep run daily");
}

Result<std::int64_t> CountOpen(store::Store& store) {
  store::PlanFilter filter;
  filter.states = {store::PlanState::kPending, store::PlanState::kApproved,
                   store::PlanState::kApplying};
  filter.limit = 10'000;
  Result<std::vector<store::Plan>> plans = store.Plans(filter);
  if (!plans.ok()) return plans.status();
  return static_cast<std::int64_t>(plans->size());
}

/// Plans that nobody decided on in time make room, and may be made again.
Status ExpireOld(store::Store& store, const Clock& clock, const store::Actor& actor) {
  store::PlanFilter filter;
  filter.states = {store::PlanState::kPending, store::PlanState::kApproved};
  filter.limit = 10'000;
  Result<std::vector<store::Plan>> plans = store.Plans(filter);
  if (!plans.ok()) return plans.status();
  for (const store::Plan& plan : *plans) {
    if (plan.expires > clock.Now()) continue;
    const Text outcome{"expired before it was applied", "적용되기 전에 만료됨"};
    const Status moved = store.MovePlan(plan.id, store::PlanState::kExpired, outcome, actor);
    // Somebody else may have moved it this moment.
    if (!moved.ok() && moved.code() != Code::kBusy) return moved;
  }
  return Status::Ok();
}

/// Lets the server try each change that it can try; `tried` says which.
Task<Status> DryRun(const run::Modules& writers, const std::vector<Change>& changes,
                    std::vector<bool>& tried, Limits limits) {
  for (std::size_t i = 0; i < changes.size(); ++i) {
    Value arguments = DryRunArguments(changes[i]);
    if (arguments.is_null()) continue;
    checks::HostModule* const module = FindModule(writers, changes[i].module);
    if (module == nullptr) co_return Status(Code::kInternal, "no module " + changes[i].module);
    std::string function = changes[i].function;
    const Limits own = limits.Within(std::chrono::seconds(30));
    const Result<lua::Answer> answer =
        co_await module->Call(std::move(function), std::move(arguments), own);
    if (!answer.ok()) {
      Status refused = answer.status();
      std::string context = "the server refuses " + changes[i].Call();
      co_return std::move(refused).Within(context);
    }
    tried[i] = true;
  }
  co_return Status::Ok();
}

/// Plans for one result; the answer is in `proposed`.
Task<void> ProposeOne(Workbench& bench, const ProposeRequest& request, store::RunId run,
                      const store::StoredResult& result, Proposed& proposed, Limits limits) {
  const auto fail = [&proposed](Status status) { proposed.status = std::move(status); };
  const Result<run::Playbook> playbook = bench.catalog.Find(result.playbook);
  if (!playbook.ok()) co_return fail(playbook.status());
  const checks::Remedy* const remedy = FindRemedy(playbook->head, result.result.remedy);
  if (remedy == nullptr) {
    co_return fail(Status(Code::kInvalid, "the playbook " + result.playbook + " no longer has the remedy " +
                                              result.result.remedy)
                       .WithHint("run the check again"));
  }
  const checks::Target* const target = bench.inventory.Find(result.target);
  if (target == nullptr) {
    co_return fail(Status(Code::kConfig, "the inventory has no target '" + result.target + "'"));
  }
  Status gate = GateRisk(bench.policy, remedy->risk);
  if (!gate.ok()) co_return fail(std::move(gate));
  Value finding = FindingOf(result.result);
  const Repeat repeat{result.playbook, result.target, remedy->name, finding, playbook->head.owner};
  Status repeats = CheckRepeats(bench.store, bench.policy, repeat, bench.clock.Now());
  if (!repeats.ok()) co_return fail(std::move(repeats));
  Result<Proposal> proposal = co_await AskForChanges(bench, *playbook, *remedy, *target,
                                                     std::move(finding), limits);
  if (!proposal.ok()) co_return fail(proposal.status());
  if (proposal->changes.empty()) {
    proposed.refused = proposal->refused;
    co_return;
  }
  const Result<std::int64_t> open = CountOpen(bench.store);
  if (!open.ok()) co_return fail(open.status());
  gate = GateSize(bench.policy, static_cast<std::int64_t>(proposal->changes.size()), *open);
  if (!gate.ok()) co_return fail(std::move(gate));
  const Result<run::Modules> writers = co_await MakeWriters(bench, *remedy, *target, limits);
  if (!writers.ok()) co_return fail(writers.status());
  std::vector<bool> tried(proposal->changes.size(), false);
  Status dry_run = co_await DryRun(*writers, proposal->changes, tried, limits);
  if (!dry_run.ok()) co_return fail(std::move(dry_run));

  store::Plan plan;
  plan.run = run;
  plan.fingerprint = result.fingerprint;
  plan.playbook = result.playbook;
  plan.target = result.target;
  plan.subject = result.result.subject.Key();
  plan.remedy = remedy->name;
  plan.risk = std::string(checks::RiskName(remedy->risk));
  plan.requester = request.requester;
  plan.approvals_needed = bench.policy.ApprovalsFor(remedy->risk);
  const Instant now = bench.clock.Now();
  plan.expires = now + bench.policy.expires_after;
  // The store removes secrets from what it keeps; the hash is of what it will keep.
  plan.document = bench.redactor.Redact(
      MakeDocument({playbook->head, *remedy, result, run, proposal->changes, tried, bench.policy,
                    request.requester, now}));
  plan.hash = HashOf(plan.document);
  const Result<store::PlanId> added = bench.store.AddPlan(plan);
  if (!added.ok()) co_return fail(added.status());
  proposed.plan = *added;
  proposed.held = CheckHold(bench.store, bench.policy, plan.target, bench.clock.Now());
}

}  // namespace

Task<Result<ProposeOutcome>> Propose(Workbench& bench, ProposeRequest request, Limits limits) {
  ProposeOutcome outcome;
  outcome.run = request.run;
  if (outcome.run == 0) {
    const Result<store::RunId> newest = NewestRun(bench.store);
    if (!newest.ok()) co_return newest.status();
    outcome.run = *newest;
  }
  const Result<store::RunRecord> record = bench.store.Run(outcome.run);
  if (!record.ok()) co_return record.status();
  const Status expired = ExpireOld(bench.store, bench.clock, request.requester);
  if (!expired.ok()) co_return expired;
  const Result<std::vector<store::StoredResult>> results = bench.store.Results(outcome.run);
  if (!results.ok()) co_return results.status();
  for (const store::StoredResult& result : *results) {
    // An accepted finding is left alone: somebody has a reason.
    if (result.result.remedy.empty() || result.waiver != 0) continue;
    const std::string subject = result.result.subject.Key();
    if (!store::GlobMatches(request.subject, subject)) continue;
    Proposed proposed{result.playbook, result.target, subject, result.result.remedy, 0, {}, {}, {}};
    co_await ProposeOne(bench, request, outcome.run, result, proposed, limits);
    outcome.results.push_back(std::move(proposed));
  }
  co_return outcome;
}

}  // namespace upkeep::remedy
