// SPDX-License-Identifier: Apache-2.0
#include "runner/daemon/tick.h"

#include <map>

#include "base/yaml/yaml.h"
#include "runner/daemon/planned_targets.h"
#include "runner/daemon/absence.h"
#include "runner/daemon/plan_recovery.h"
#include "runner/daemon/recovery.h"
#include "runner/daemon/self_check.h"
#include "runner/daemon/slot_planner.h"
#include "runner/run/session.h"

namespace upkeep::daemon {
namespace {

/// A daemon signs every minute.
constexpr std::chrono::minutes kDaemonLives{3};

Status NoSuchSchedule(const World& world, const std::string& id) {
  std::vector<std::string> known;
  for (const schedules::Schedule& schedule : world.schedules.schedules) known.push_back(schedule.id);
  const std::string near = yaml::NearestWord(id, known);
  return Status(Code::kNotFound, "there is no schedule '" + id + "'")
      .WithHint(near.empty() ? "upkeep schedule list shows them" : "did you mean '" + near + "'?");
}

void Add(reports::StateTotals& sum, const reports::StateTotals& more) {
  sum.ok += more.ok;
  sum.warning += more.warning;
  sum.critical += more.critical;
  sum.unknown += more.unknown;
  sum.skipped += more.skipped;
  sum.waived += more.waived;
}

void Add(TickOutcome& outcome, const Taken& taken) {
  outcome.missed += taken.missed;
  outcome.blackout += taken.blackout;
  outcome.overlapped += taken.overlapped;
  outcome.paused += taken.paused;
}

/// What a run found whose slots are all to be tried again: it counts when that does not happen.
struct Deferred {
  reports::StateTotals totals;
  bool no_target_answered = false;
};
/// Of slots that are to be tried again, by planned time.
using Promised = std::map<Instant, Deferred>;

Task<void> RunBatches(SlotRunner& runner, std::shared_ptr<const World> world,
                      const schedules::Schedule& schedule, Taken& taken, Limits limits,
                      TickOutcome& outcome, Promised& promised) {
  for (Batch& batch : taken.batches) {
    const Instant planned = batch.planned;
    BatchEnd end = co_await runner.Run(world, schedule, std::move(batch), limits);
    if (!end.status.ok()) {
      if (outcome.status.ok()) outcome.status = end.status;
      continue;
    }
    ++outcome.runs;
    promised.erase(planned);
    const bool nobody = end.summary.exit_code == run::kNoTargetAnswered;
    if (end.all_again) {
      promised[planned] = {end.summary.totals, nobody};
      continue;
    }
    if (end.again > 0) promised[planned] = {};   // The others of its targets count already.
    Add(outcome.totals, end.summary.totals);
    outcome.cancelled = outcome.cancelled || end.cancelled;
    outcome.no_target_answered = outcome.no_target_answered || nobody;
    for (Status& problem : end.problems) outcome.problems.push_back(std::move(problem));
  }
}

Task<Status> Sleep(const RunnerParts& parts, Instant until, const Limits& limits) {
  const SteadyInstant when = std::chrono::steady_clock::now() + (until - parts.clock.Now());
  co_return co_await parts.reactor.SleepUntil(when, limits);
}

}  // namespace

namespace {

/// No CronJob comes for a schedule that was taken out of the files: what is open of it is ended here, where
/// no daemon does.
void RetireGone(const World& world, RunnerParts& parts, SlotTaker& taker, SelfCheck& self) {
  const auto daemon = parts.store.LastSign(kDaemonSign);
  const auto planned = parts.store.PlannedSchedules();
  if (!world.whole || !daemon.ok() || !planned.ok()) return;
  if (*daemon && parts.clock.Now() - **daemon < kDaemonLives) return;
  SlotPlanner planner(parts.store, parts.clock);
  for (const std::string& id : *planned) {
    if (world.Find(id) != nullptr || !world.Quarantine(id).empty()) continue;
    const Status retired = planner.Retire(id);
    if (!retired.ok()) {
      parts.journal.Error("schedule.failed", retired, {{"schedule", id}});
      continue;
    }
    parts.journal.Info("schedule.retired", {{"schedule", id}});
    const auto booked = taker.BookMissed(id, "its schedule was taken out of the files", SlotTaker::Unable::kGone);
    if (booked.ok()) self.Missed(id, booked->missed_targets);
  }
}

}  // namespace

Task<Result<TickOutcome>> Tick(std::shared_ptr<const World> world, std::string id, RunnerParts parts,
                               Limits limits) {
  TickOutcome outcome;
  RecoveryOptions recovery;
  recovery.holder = parts.holder;
  recovery.actor = parts.actor;
  recovery.judge_own = false;
  recovery.may_live = run::HolderMayLive;
  recovery.deadline = [&world](const std::string& name) {
    const schedules::Schedule* const found = world->Find(name);
    return found == nullptr ? kDeadlineByHand : found->deadline;
  };
  const auto recovered = InterruptDead(parts.store, parts.clock, recovery);
  if (!recovered.ok()) co_return recovered.status();
  outcome.interrupted = recovered->attempts + recovered->runs;
  const auto over = parts.store.EndExpiredPauses();
  if (!over.ok()) co_return over.status();
  SelfCheck self(parts.store, parts.clock, parts.actor, parts.holder);
  const std::string sign = TickSign(id);
  const auto seen = parts.store.LastSign(sign);
  if (!seen.ok()) co_return seen.status();
  Absences absences;
  if (*seen) absences.Add(AbsenceKind::kNotHeard, **seen, parts.clock.Now());

  SlotTaker taker(parts.store, parts.clock, parts.actor, parts.holder);
  const schedules::Schedule* const schedule = world->Find(id);
  if (schedule == nullptr) {
    const std::string quarantine = world->Quarantine(id);
    if (quarantine.empty()) {
      RetireGone(*world, parts, taker, self);
      co_return NoSuchSchedule(*world, id);
    }
    // A daemon that is at work here keeps what it had read, and books by itself what it can't run.
    const auto daemon = parts.store.LastSign(kDaemonSign);
    if (!daemon.ok()) co_return daemon.status();
    if (*daemon && parts.clock.Now() - **daemon < kDaemonLives) co_return world->schedules.Errors();
    SlotPlanner planner(parts.store, parts.clock);
    const Status kept = planner.KeepUp(id);
    if (!kept.ok()) parts.journal.Error("schedule.failed", kept, {{"schedule", id}});
    const auto booked = taker.BookMissed(id, quarantine, SlotTaker::Unable::kThisTime);
    if (!booked.ok()) co_return booked.status();
    self.Missed(id, booked->missed_targets);
    const Status said = self.Look(*world);
    if (!said.ok()) co_return said;
    co_return world->schedules.Errors();
  }

  const Assignment assignment = Assign(*schedule, world->playbooks, world->inventory);
  auto targets = TargetsToPlan(*schedule, assignment, world->inventory, parts.store);
  if (!targets.ok()) co_return targets.status();
  TakeRequest take;
  take.targets = assignment.Targets();
  take.kept_from = std::move(targets->kept_from);
  take.absence = [&absences](Instant start, Instant end) { return absences.During(start, end); };
  PlanRequest plan;
  plan.targets.assign(targets->all.begin(), targets->all.end());
  plan.begin_with_due = true;
  SlotPlanner planner(parts.store, parts.clock);
  Result<Planned> planned = planner.Plan(*schedule, plan);
  while (planned.ok() && !planned->gap_filled) planned = planner.Plan(*schedule, plan);
  if (!planned.ok()) co_return planned.status();
  if (!planned->gap_problem.ok()) parts.journal.Error("schedule.gap", planned->gap_problem, {{"schedule", id}});
  auto taken = taker.Take(*schedule, take);
  // The CronJob starts at the planned time; splay and jitter are waited out here.
  const std::chrono::microseconds moved = schedule->splay + schedule->jitter;
  while (taken.ok() && taken->batches.empty() && !taken->more && taken->next &&
         *taken->next <= parts.clock.Now() + moved && !limits.cancel.cancelled()) {
    const Status slept = co_await Sleep(parts, *taken->next, limits);
    if (!slept.ok()) break;
    const Taken before = std::move(*taken);
    taken = taker.Take(*schedule, take);
    if (!taken.ok()) break;
    taken->missed += before.missed;
    taken->blackout += before.blackout;
    taken->paused += before.paused;
    taken->missed_targets.insert(before.missed_targets.begin(), before.missed_targets.end());
  }
  if (!taken.ok()) co_return taken.status();
  Add(outcome, *taken);
  // Before the runs: should one of them kill this process, what was missed is known all the same.
  self.Missed(schedule->id, taken->missed_targets);
  const Status said = self.Look(*world);
  if (!said.ok()) outcome.problems.push_back(said);
  if (const std::string broken = assignment.Broken(); !broken.empty()) {
    outcome.problems.push_back(Status(Code::kInvalid, broken));
  }

  SlotRunner runner(parts);
  Promised promised;
  while (true) {
    co_await RunBatches(runner, world, *schedule, *taken, limits, outcome, promised);
    outcome.cancelled = outcome.cancelled || limits.cancel.cancelled();
    // What is caught up, queued or to be tried again had to wait; nobody else comes for it.
    if (outcome.cancelled) break;
    if (promised.empty() && !taken->waits_for_running && !taken->more) {
      // Another tick may have queued something behind what ran here, and gone.
      auto queued = parts.store.Slots({schedule->id, "", {store::SlotState::kQueued}, {}, {}, 1});
      if (!queued.ok()) co_return queued.status();
      if (queued->empty()) break;
    }
    taken = taker.Take(*schedule, take);
    if (!taken.ok()) co_return taken.status();
    Add(outcome, *taken);
    self.Missed(schedule->id, taken->missed_targets);
    if (!taken->batches.empty() || taken->more) continue;
    const bool soon = !promised.empty() && taken->retry && *taken->retry <= parts.clock.Now() + schedule->retry.cap;
    if (!soon) break;
    const Status slept = co_await Sleep(parts, *taken->retry, limits);
    if (!slept.ok()) outcome.cancelled = limits.cancel.cancelled();
    if (!slept.ok()) break;
  }
  for (const auto& [planned_time, found] : promised) {
    Add(outcome.totals, found.totals);
    outcome.no_target_answered = outcome.no_target_answered || found.no_target_answered;
  }
  const Status signed_off = parts.store.Sign(sign);
  if (!signed_off.ok()) outcome.problems.push_back(signed_off);
  RetireGone(*world, parts, taker, self);
  co_await RecoverPlans(world, parts, limits);
  const Status settled = self.Look(*world);
  if (!settled.ok()) outcome.problems.push_back(settled);
  co_return outcome;
}

}  // namespace upkeep::daemon
