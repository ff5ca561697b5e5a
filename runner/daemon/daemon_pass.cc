// SPDX-License-Identifier: Apache-2.0
//
// One pass over the schedules: what is due is planned and claimed together, and then launched.
#include "runner/daemon/daemon.h"

#include <algorithm>
#include <utility>

#include "runner/daemon/assignment.h"
#include "runner/daemon/planned_targets.h"

namespace upkeep::daemon {
namespace {

using std::chrono::milliseconds;

constexpr std::chrono::microseconds kTryAgain = std::chrono::seconds(5);
constexpr std::chrono::microseconds kPlanAtLatest = std::chrono::hours(1);
// Of a pass, so that the rest of the loop has its turn in between: what is due can't wait long for the
// planning of very many schedules, and is claimed all at once.
// Of the times that the loop turns at least: half a minute. Only something from outside keeps it so long.
constexpr int kStandstill = 15;
constexpr milliseconds kDueBudget{500}, kPlanBudget{20};
// Of the horizon at once, a few milliseconds of work: a schedule of every second has four times as
// many in a day, one of every hour 840 in all 35 days.
constexpr std::int64_t kHorizonInstants = 20'000;

}  // namespace

void Daemon::Pass() {
  const Instant now = parts_.clock.Now();
  const bool moved_back = now < seen_;   // Then what was planned by the old time is too far off.
  NoteStandstill(now);
  seen_ = now;
  if (moved_back) {
    for (auto& [id, watched] : watched_) watched.look = watched.plan = now;
  }
  LookAtThose([now](const Watched& one) { return now >= one.look && now < one.plan; }, now, kDueBudget);
  LookAtThose([now](const Watched& one) { return now >= one.plan; }, now, kPlanBudget);
}

void Daemon::NoteStandstill(Instant now) {
  if (seen_ != Instant{} && now - seen_ > kStandstill * options_.look_every) absences_.Add(AbsenceKind::kStoodStill, seen_, now);
}

void Daemon::LookAtThose(const std::function<bool(const Watched&)>& wanted, Instant now, milliseconds budget) {
  const auto end = std::chrono::steady_clock::now() + budget;
  std::vector<Looked> all;
  bool together = false;
  for (auto& [id, watched] : watched_) {
    if (!leader_.leads()) break;   // Also after a look that took too long.
    if (!wanted(watched)) continue;
    if (std::chrono::steady_clock::now() >= end) break;   // The others are next in a moment.
    Turn();
    // Slots that fall due in the same second are claimed with one wait for the disk, not with one each.
    if (!together) {
      const Status begun = parts_.store.BeginTogether();
      if (!begun.ok()) {
        LookFailed(watched, now, begun);
        break;
      }
      together = true;
    }
    Result<Looked> looked = Look(watched, now);
    if (looked.ok()) {
      all.push_back(std::move(*looked));
      continue;
    }
    LookFailed(watched, now, looked.status());
    if (looked.status().code() == Code::kDenied) break;
  }
  if (!together) return;
  const Status kept = parts_.store.EndTogether();
  for (Looked& looked : all) {
    if (kept.ok()) {
      Report(looked);
    } else {
      LookFailed(*looked.watched, now, kept);
    }
  }
}

void Daemon::LookFailed(Watched& watched, Instant now, const Status& why) {
  health_.Stored(why);
  if (why.code() != Code::kDenied && !store_failed_) store_failed_ = now;
  watched.look = watched.plan = now + kTryAgain;   // What was planned may be undone.
  if (why.code() == Code::kDenied) {
    if (leader_.leads()) leader_.Lose(why);   // Without a fence nothing is refused with this.
  } else {
    parts_.journal.Error("schedule.failed", why, {{"schedule", watched.schedule->id}});
  }
}

Result<Daemon::Looked> Daemon::Look(Watched& watched, Instant now) {
  const schedules::Schedule& schedule = *watched.schedule;
  const Assignment assignment = Assign(schedule, world_->playbooks, world_->inventory);
  auto targets = TargetsToPlan(schedule, assignment, world_->inventory, parts_.store);
  if (!targets.ok()) return targets.status();
  Looked looked;
  looked.watched = &watched;
  looked.broken = assignment.Broken();
  TakeRequest take;
  take.targets = assignment.Targets();
  take.kept_from = std::move(targets->kept_from);
  take.absence = [this, now](Instant start, Instant end) {
    Absences all = absences_;
    if (store_failed_) all.Add(AbsenceKind::kStoreFailed, *store_failed_, now);
    return all.During(start, end);
  };
  // A run that is told to end writes how it ended: not inside of a transaction that may be undone.
  take.replace = [&](const std::string& target) {
    const bool runs = Runs(schedule.id, target);
    if (runs) looked.replaced.insert(target);
    return runs;
  };
  if (now >= watched.plan) {
    PlanRequest plan;
    plan.targets.assign(targets->all.begin(), targets->all.end());
    plan.horizon_instants = kHorizonInstants;
    auto planned = planner_.Plan(schedule, plan);
    if (!planned.ok()) return planned.status();
    if (!planned->gap_filled) {
      watched.look = watched.plan = now;   // The next piece, after the others had their turn.
      looked.planned = std::move(*planned);
      return looked;
    }
    const auto half = std::min<std::chrono::microseconds>((planned->until - now) / 2, kPlanAtLatest);
    watched.plan = planned->horizon_complete ? now + half : now + std::chrono::seconds(1);
    looked.planned = std::move(*planned);
  }
  auto taken = taker_.Take(schedule, take);
  if (!taken.ok()) return taken.status();
  watched.waits = taken->waits_for_running;
  const auto next = schedule.enabled ? schedules::NextPlanned(schedule, now) : std::nullopt;
  watched.look = next.value_or(now + std::chrono::hours(24));
  if (taken->next) watched.look = std::min(watched.look, *taken->next);
  if (taken->more) watched.look = now;
  looked.taken = std::move(*taken);
  return looked;
}

void Daemon::Report(Looked& looked) {
  const schedules::Schedule& schedule = *looked.watched->schedule;
  const Planned& planned = looked.planned;
  Taken& taken = looked.taken;
  health_.Stored(Status::Ok());
  if (store_failed_) absences_.Add(AbsenceKind::kStoreFailed, *store_failed_, parts_.clock.Now());
  store_failed_.reset();
  if (planned.added + planned.superseded > 0) {
    parts_.journal.Info("planned", {{"schedule", schedule.id}, {"added", planned.added},
                                    {"superseded", planned.superseded}, {"filled", planned.filled}});
  }
  if (!planned.gap_problem.ok()) {
    parts_.journal.Error("schedule.gap", planned.gap_problem, {{"schedule", schedule.id}});
  }
  if (taken.missed > 0) {
    parts_.journal.Warning("missed", {{"schedule", schedule.id}, {"slots", taken.missed}});
    health_.Missed(taken.missed);
    self_.Missed(schedule.id, taken.missed_targets);
    check_itself_ = true;
  }
  if (taken.paused > 0) {
    parts_.journal.Info("paused", {{"schedule", schedule.id}, {"slots", taken.paused}});
  }
  if (taken.blackout > 0) {
    parts_.journal.Info("blackout", {{"schedule", schedule.id}, {"slots", taken.blackout}});
  }
  if (taken.overlapped > 0) {
    parts_.journal.Warning("overlapped", {{"schedule", schedule.id}, {"slots", taken.overlapped}});
  }
  if (!looked.broken.empty()) {
    parts_.journal.Warning("schedule.idle", {{"schedule", schedule.id}, {"why", looked.broken}});
  }
  for (const std::string& target : looked.replaced) Replace(schedule.id, target);
  for (Batch& batch : taken.batches) Launch(schedule, std::move(batch));
}

}  // namespace upkeep::daemon
