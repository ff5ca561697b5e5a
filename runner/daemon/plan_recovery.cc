// SPDX-License-Identifier: Apache-2.0
#include "runner/daemon/plan_recovery.h"

#include "runner/remedy/apply.h"

namespace upkeep::daemon {
namespace {

using store::PlanState;

/// Whether any plan waits to be looked at: most of the time there is none, and no lock is taken.
Result<bool> AnyLeft(store::Store& store) {
  store::PlanFilter filter;
  filter.states = {PlanState::kApplying, PlanState::kApplied, PlanState::kUnknown};
  filter.limit = 1;
  auto plans = store.Plans(filter);
  if (!plans.ok()) return plans.status();
  return !plans->empty();
}

/// Changes are made by nobody here.
run::ModuleMaker NoWriters() {
  return [](const checks::Target&, Limits) -> Task<Result<run::Modules>> {
    co_return Status(Code::kDenied, "schedules change nothing");
  };
}

void Tell(Journal& journal, const remedy::Applied& plan) {
  const Value fields = {{"plan", plan.plan},
                        {"state", store::PlanStateName(plan.state)},
                        {"run", plan.verified_by},
                        {"outcome", plan.outcome.en}};
  if (!plan.status.ok()) {
    journal.Error("plan.failed", plan.status, {{"plan", plan.plan}});
  } else if (plan.state == PlanState::kVerified) {
    journal.Info("plan.ended", fields);
  } else {
    journal.Warning("plan.ended", fields);
  }
}

}  // namespace

Task<void> RecoverPlans(std::shared_ptr<const World> world, const RunnerParts& parts, Limits limits) {
  const Result<bool> any = AnyLeft(parts.store);
  if (any.ok() && !*any) co_return;
  Status failed = any.status();
  if (failed.ok()) {
    auto lock = remedy::ApplyLock::Take(parts.store.path());
    if (lock.status().code() == Code::kBusy) co_return;   // Who applies recovers as well.
    failed = lock.status();
    if (failed.ok()) {
      const run::Catalog catalog(world->packs);
      remedy::Workbench bench{parts.store,    parts.reactor, parts.clock,     parts.redactor,
                              world->inventory, catalog,     world->modules, NoWriters(),
                              remedy::Policy(), remedy::KeyRing()};
      store::Actor actor = parts.actor;
      const auto plans = co_await remedy::Recover(bench, *lock, std::move(actor), 0, limits);
      failed = plans.status();
      if (plans.ok()) {
        for (const remedy::Applied& plan : *plans) Tell(parts.journal, plan);
      }
    }
  }
  if (!failed.ok() && failed.code() != Code::kCancelled) parts.journal.Error("plans.failed", failed);
}

}  // namespace upkeep::daemon
