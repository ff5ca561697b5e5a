// SPDX-License-Identifier: Apache-2.0
#include "runner/daemon/daemon.h"

#include <algorithm>

#include "runner/daemon/plan_recovery.h"
#include "runner/daemon/schedule_names.h"
#include "runner/run/session.h"

namespace upkeep::daemon {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;

constexpr std::chrono::microseconds kRecoverEvery = minutes(1);

}  // namespace

Daemon::Daemon(Places places, RunnerParts parts, DaemonOptions options)
    : places_(std::move(places)), parts_(std::move(parts)), options_(options),
      own_health_(), health_(options_.health == nullptr ? own_health_ : *options_.health),
      planner_(parts_.store, parts_.clock),
      taker_(parts_.store, parts_.clock, parts_.actor, parts_.holder), runner_(WithLooked(parts_)),
      self_(parts_.store, parts_.clock, parts_.actor, parts_.holder),
      leader_({options_.leadership, parts_.store, parts_.reactor, parts_.journal,
               parts_.holder, [this] { signals_.Wake(); }}) {}

Daemon::~Daemon() = default;

RunnerParts Daemon::WithLooked(RunnerParts parts) {
  parts.looked = [this](const std::string& schedule) {
    const auto watched = watched_.find(schedule);
    if (watched == watched_.end() || !watched->second.waits) return;
    watched->second.look = parts_.clock.Now();
    signals_.Wake();
  };
  return parts;
}

Status Daemon::Run() {
  UPKEEP_RETURN_IF_ERROR(signals_.status());
  // Who leads already has the place to itself; a standby waits with it.
  const bool alone = options_.leadership == nullptr || options_.leadership->Leads();
  if (alone) UPKEEP_RETURN_IF_ERROR(OpenControl());
  UPKEEP_RETURN_IF_ERROR(Reload(true));
  parts_.reactor.RunUntilDone(Live());
  parts_.journal.Info("daemon.ended");
  return failed_;
}

Task<void> Daemon::Live() {
  leader_.Start();
  while (co_await AwaitLead()) {
    const Status begun = BeginToLead();
    if (begun.code() == Code::kDenied) {
      leader_.Lose(begun);
    } else if (!begun.ok()) {
      failed_ = begun;
      break;
    }
    co_await Loop();
    // Whoever has lost it can store nothing more; the new leader does not wait for runs.
    const milliseconds drain = stopped_by_ != 0 ? options_.drain : milliseconds(0);
    co_await Drain(drain);
    co_await EndToLead();
    if (stopped_by_ != 0) break;
    leader_.Ready();
  }
  co_await leader_.Stop();
}

Task<bool> Daemon::AwaitLead() {
  bool waited = false, told = false;
  while (!leader_.leads()) {
    Turn();
    // One that leads at once is no standby before.
    if (waited && !told) manager_.Ready("standby");
    told = waited;
    waited = true;
    const Signals::Seen seen = signals_.Take();
    if (seen.stop != 0) stopped_by_ = seen.stop;
    reload_ = reload_ || seen.reload;
    if (!leader_.failed().ok()) failed_ = leader_.failed();
    if (stopped_by_ != 0 || !failed_.ok()) co_return false;
    // Woken in between for the watchdog and for /livez: a standby is no hang.
    const Limits wait = Limits().Within(manager_.watchdog().value_or(options_.look_every));
    const Status woken = co_await parts_.reactor.WaitReadable(signals_.descriptor(), wait);
    (void)woken;
  }
  co_return true;
}

Status Daemon::BeginToLead() {
  // A standby read its files when it began; who led since may have planned by newer ones, and what
  // these name must not be retired.
  Status fresh;
  if (reload_ || FingerprintOf(places_) != fingerprint_) {
    reload_ = false;
    fresh = Reload(true);
    if (!fresh.ok()) {
      health_.ReloadFailed();
      parts_.journal.Error("reload.failed", fresh);
    }
  }
  const Instant now = parts_.clock.Now();
  for (auto& [id, watched] : watched_) watched.look = watched.plan = now;
  UPKEEP_RETURN_IF_ERROR(NoteAbsence(now));
  if (fresh.ok()) Retire();
  UPKEEP_RETURN_IF_ERROR(Recover());
  if (!started_) {
    parts_.journal.Info("daemon.started", {{"schedules", world_->schedules.schedules.size()},
                                           {"targets", world_->inventory.targets.size()},
                                           {"playbooks", world_->playbooks.playbooks.size()}});
  }
  started_ = true;
  plans_cancel_ = CancelSource();
  health_.LockHeld(true);
  if (control_) control_->Start();
  else OpenControlAgain();
  manager_.Ready(StatusLine());
  return Status::Ok();
}

Status Daemon::NoteAbsence(Instant now) {
  if (lost_) {
    absences_.Add(AbsenceKind::kLockLost, *lost_, now);
    lost_.reset();
  } else {
    auto seen = parts_.store.LastSign(kDaemonSign);
    if (!seen.ok()) return seen.status();
    if (*seen) absences_.Add(AbsenceKind::kNotHeard, **seen, now);
  }
  seen_ = now;
  return Status::Ok();
}

Task<void> Daemon::EndToLead() {
  health_.LockHeld(false);
  lost_ = parts_.clock.Now();
  if (leader_.leads()) {
    const Status signed_off = parts_.store.Sign(kDaemonSign);
    if (!signed_off.ok()) parts_.journal.Error("store.failed", signed_off);
  }
  if (!control_) co_return;
  co_await control_->Stop();
  control_.reset();   // The next leader listens at the same place.
}

Status Daemon::OpenControl() {
  if (options_.control.empty()) return Status::Ok();
  auto control = ControlSocket::Listen(
      parts_.reactor, options_.control,
      [this](const Value& request, const store::Actor& actor) { return Answer(request, actor); });
  if (!control.ok()) return control.status();
  control_ = std::move(*control);
  return Status::Ok();
}

void Daemon::OpenControlAgain() {
  // A leader that was stopped, and not killed, still has it: no reason not to run schedules.
  const Status opened = OpenControl();
  if (!opened.ok()) parts_.journal.Error("control.failed", opened);
  if (control_) control_->Start();
}

Task<void> Daemon::Loop() {
  LookAtPlans();
  while (leader_.leads()) {
    Turn();
    const Signals::Seen seen = signals_.Take();
    if (seen.stop != 0) stopped_by_ = seen.stop;
    if (stopped_by_ != 0) break;
    reload_ = reload_ || seen.reload;
    if (reload_ || FingerprintOf(places_) != fingerprint_) {
      reload_ = false;
      manager_.Reloading();
      const Status reloaded = Reload(false);
      if (!reloaded.ok()) {
        health_.ReloadFailed();
        parts_.journal.Error("reload.failed", reloaded);
      }
      manager_.Ready(StatusLine());
    }
    if (parts_.clock.Now() >= recover_) {
      const Status recovered = Recover();
      health_.Stored(recovered);
      if (!recovered.ok()) parts_.journal.Error("recovery.failed", recovered);
      if (recovered.code() == Code::kDenied) leader_.Lose(recovered);
      LookAtPlans();
      if (!control_) OpenControlAgain();
    }
    FollowClock();
    Pass();
    CheckItself();
    const Limits wait = Limits().Within(UntilNext());
    // A time-out is what is waited for; a signal or the end of a run comes as a byte.
    const Status woken = co_await parts_.reactor.WaitReadable(signals_.descriptor(), wait);
    (void)woken;
  }
}

void Daemon::FollowClock() {
  constexpr std::chrono::seconds kNoticed{1};
  const Instant wall = parts_.clock.Now();
  const SteadyInstant steady = std::chrono::steady_clock::now();
  const auto back = wall_ ? std::chrono::duration_cast<std::chrono::microseconds>((steady - steady_) - (wall - *wall_))
                          : std::chrono::microseconds(0);
  wall_ = wall;
  steady_ = steady;
  if (back < kNoticed) return;
  parts_.journal.Warning("clock.went_back", {{"by", FormatDuration(std::chrono::floor<std::chrono::seconds>(back))}});
  // What a clock that ran ahead put off, or booked as missed, has its time again.
  recover_ = std::min(recover_, wall);
  for (auto& [id, watched] : watched_) watched.look = watched.plan = wall;
}

void Daemon::Turn() {
  health_.Turned();
  manager_.Alive();
}

std::string Daemon::StatusLine() const {
  return std::to_string(watched_.size()) + " schedules, " + std::to_string(going_.size()) +
         " runs in flight";
}

Task<void> Daemon::Drain(milliseconds drain) {
  parts_.journal.Info("daemon.draining", {{"running", going_.size()}});
  plans_cancel_.Cancel();   // Whoever comes next looks at them.
  if (stopped_by_ != 0) {
    health_.Ending();
    manager_.Stopping(options_.drain + options_.give_up + milliseconds(5000));
  }
  const auto wait_for_runs = [this](milliseconds at_most) -> Task<void> {
    const Limits limits = Limits().Within(at_most);
    while ((!going_.empty() || plans_going_) && std::chrono::steady_clock::now() < limits.deadline) {
      Turn();
      // Woken in between for the watchdog, which must not take the drain for a hang.
      const Limits wait = limits.Within(manager_.watchdog().value_or(options_.look_every));
      const Status woken = co_await parts_.reactor.WaitReadable(signals_.descriptor(), wait);
      if (woken.code() == Code::kTimeout) continue;
      if (!woken.ok()) break;
      // A second signal does not wait for playbooks any longer.
      const int again = signals_.Take().stop;
      if (again == 0) continue;
      stopped_by_ = again;
      break;
    }
  };
  co_await wait_for_runs(drain);
  if (going_.empty() && !plans_going_) {
    // A run that could not be stored has slots that nobody has ended yet.
    const Status recovered = stopped_by_ != 0 && leader_.leads() ? Recover() : Status::Ok();
    if (!recovered.ok()) {
      parts_.journal.Error("recovery.failed", recovered);
      failed_ = recovered;
    }
    co_return;
  }
  std::vector<CancelSource> sources;
  for (const auto& [id, going] : going_) sources.push_back(going.cancel);
  for (CancelSource& source : sources) source.Cancel();
  co_await wait_for_runs(options_.give_up);
  if (!going_.empty()) {
    const Status gave_up(Code::kCancelled, std::to_string(going_.size()) +
                                           " runs did not end in time; they count as interrupted");
    parts_.journal.Error("daemon.gave_up", gave_up);
    if (stopped_by_ != 0) failed_ = gave_up;
  }
}

Status Daemon::Reload(bool first) {
  const std::string fingerprint = FingerprintOf(places_);
  auto world = ReadWorld(places_, parts_.clock.Now(), world_.get());
  fingerprint_ = fingerprint;   // What can't be read now is not tried again before it changes.
  if (!world.ok()) return world.status();
  world_ = std::move(*world);
  for (const schedules::Quarantined& one : world_->schedules.quarantined) {
    for (const Status& error : one.errors) {
      parts_.journal.Error("schedule.quarantined", error, {{"schedule", one.id}});
    }
  }
  for (const std::string& id : world_->kept) {
    parts_.journal.Warning("schedule.kept", {{"schedule", id}, {"why", "its file can't be read; it goes on as it was"}});
  }
  for (const Status& error : world_->playbooks.errors) {
    parts_.journal.Error("playbook.invalid", error);
  }
  // These run; what they name and nobody has is said now, not when it is missed.
  const KnownNames known{run::Catalog(places_.packs).Ids(), &world_->inventory, options_.deliveries};
  watched_.clear();
  const Instant now = parts_.clock.Now();
  for (const schedules::Schedule& schedule : world_->schedules.schedules) {
    for (const Status& error : UnknownNames(schedule, known)) {
      parts_.journal.Error("schedule.unknown_name", error, {{"schedule", schedule.id}});
    }
    watched_[schedule.id] = {&schedule, now, now, false};
  }
  if (!first) {
    parts_.journal.Info("reloaded", {{"schedules", watched_.size()},
                                     {"quarantined", world_->schedules.quarantined.size()}});
    Retire();
  }
  health_.Loaded(watched_.size(), world_->schedules.quarantined.size());
  check_itself_ = true;   // A finding about a schedule that is no more is over.
  return Status::Ok();
}

void Daemon::Retire() {
  const auto planned = parts_.store.PlannedSchedules();   // With slots ahead or without.
  auto slots = parts_.store.Slots({"", "", {store::SlotState::kPlanned, store::SlotState::kQueued},
                                   {}, {}, 1'000'000});
  if (!slots.ok() || !planned.ok()) {
    parts_.journal.Error("store.failed", slots.ok() ? planned.status() : slots.status());
    return;
  }
  std::set<std::string> gone;
  for (const std::string& id : *planned) {
    if (!watched_.contains(id)) gone.insert(id);
  }
  for (const store::Slot& slot : *slots) {
    if (!watched_.contains(slot.key.schedule)) gone.insert(slot.key.schedule);
  }
  for (const std::string& id : gone) {
    // What is in quarantine may come back: its slots stay planned until they are due.
    std::string reason = world_->Quarantine(id);
    const bool is_gone = reason.empty();
    // What was promised until now is owed, whether it runs again or not.
    const Status kept = is_gone ? planner_.Retire(id) : planner_.KeepUp(id);
    if (!kept.ok()) parts_.journal.Error("schedule.failed", kept, {{"schedule", id}});
    if (is_gone) {
      reason = "its schedule was taken out of the files";
      parts_.journal.Info("schedule.retired", {{"schedule", id}});
    }
    auto booked = taker_.BookMissed(id, reason, is_gone ? SlotTaker::Unable::kGone : SlotTaker::Unable::kForNow);
    if (!booked.ok()) {
      parts_.journal.Error("store.failed", booked.status(), {{"schedule", id}});
      continue;
    }
    if (booked->missed == 0) continue;
    health_.Missed(booked->missed);
    self_.Missed(id, booked->missed_targets);
    check_itself_ = true;
  }
}

Status Daemon::Recover() {
  recover_ = parts_.clock.Now() + kRecoverEvery;
  RecoveryOptions options;
  options.holder = parts_.holder;
  options.actor = parts_.actor;
  options.own_attempts = runner_.attempts();
  // The run that verifies a plan is this process's own, and no attempt.
  options.judge_own = !plans_going_;
  options.fence = leader_.fence();
  options.may_live = run::HolderMayLive;
  options.deadline = [this](const std::string& id) {
    const schedules::Schedule* const schedule = world_->Find(id);
    return schedule == nullptr ? kDeadlineByHand : schedule->deadline;
  };
  auto recovered = InterruptDead(parts_.store, parts_.clock, options);
  if (!recovered.ok()) return recovered.status();
  UPKEEP_RETURN_IF_ERROR(parts_.store.Sign(kDaemonSign));
  if (recovered->attempts + recovered->runs > 0) {
    parts_.journal.Warning("interrupted", {{"runs", recovered->runs},
                                           {"attempts", recovered->attempts}});
  }
  const auto over = parts_.store.EndExpiredPauses();
  if (!over.ok()) return over.status();
  if (*over > 0) parts_.journal.Info("pause.over", {{"pauses", *over}});
  // Slots of schedules in quarantine come due as time goes by.
  if (!world_->schedules.quarantined.empty()) Retire();
  return Status::Ok();
}

void Daemon::LookAtPlans() {
  if (plans_going_) return;
  plans_going_ = true;
  Limits limits;
  limits.cancel = plans_cancel_.token();
  parts_.reactor.Spawn(RunPlanRecovery(world_, limits));
}

Task<void> Daemon::RunPlanRecovery(std::shared_ptr<const World> world, Limits limits) {
  co_await RecoverPlans(world, parts_, limits);
  plans_going_ = false;
  signals_.Wake();
}

void Daemon::CheckItself() {
  if (!check_itself_) return;
  check_itself_ = false;
  const Status looked = self_.Look(*world_);
  if (!looked.ok()) parts_.journal.Error("self_check.failed", looked);
  if (looked.code() == Code::kDenied) leader_.Lose(looked);
}

void Daemon::Launch(const schedules::Schedule& schedule, Batch batch) {
  const std::uint64_t id = next_run_++;
  batch.about = std::make_shared<RunInFlight>();
  batch.about->schedule = schedule.id;
  batch.about->targets = batch.Targets();
  going_[id] = {batch.about, CancelSource()};
  health_.InFlight(going_.size());
  for (const store::Attempt& attempt : batch.attempts) {
    // One that is repeated, or was caught up after an outage, says nothing about the scheduler.
    const Instant start = schedules::StartOf(schedule, attempt.key.planned);
    if (attempt.number == 1 && attempt.claimed - start <= schedule.grace) {
      health_.Started(parts_.clock.Now() - start);
    }
  }
  parts_.reactor.Spawn(RunBatch(world_, schedule, std::move(batch), id));
}

Task<void> Daemon::RunBatch(std::shared_ptr<const World> world, const schedules::Schedule& schedule,
                            Batch batch, std::uint64_t id) {
  Limits limits;
  limits.cancel = going_.at(id).cancel.token();
  const std::string name = schedule.id;
  const BatchEnd end = co_await runner_.Run(world, schedule, std::move(batch), limits);
  going_.erase(id);
  health_.InFlight(going_.size());
  const Instant now = parts_.clock.Now();
  check_itself_ = true;
  health_.Stored(end.status);
  if (end.status.code() == Code::kDenied) leader_.Lose(end.status);
  if (!end.status.ok()) recover_ = now;   // Its slots are accounted for at once.
  if (end.status.ok() && !end.cancelled && !end.all_again && end.summary.exit_code != run::kNoTargetAnswered) {
    health_.Succeeded(name, now);
  }
  const auto watched = watched_.find(name);
  if (watched != watched_.end() && (watched->second.waits || end.again > 0)) watched->second.look = now;
  signals_.Wake();
}

bool Daemon::Runs(const std::string& schedule, const std::string& target) const {
  return std::any_of(going_.begin(), going_.end(),
                     [&](const auto& going) { return going.second.Is(schedule, target); });
}

void Daemon::Replace(const std::string& schedule, const std::string& target) {
  std::vector<CancelSource> sources;   // Cancelling may end a run, and with it its entry.
  for (const auto& [id, going] : going_) {
    if (!going.Is(schedule, target)) continue;
    going.about->note = {parts_.actor, "a newer slot of its schedule took its place"};
    sources.push_back(going.cancel);
  }
  for (CancelSource& source : sources) source.Cancel();
}

bool Daemon::Going::Is(const std::string& schedule, const std::string& target) const {
  if (about->schedule != schedule) return false;
  return target.empty() || std::find(about->targets.begin(), about->targets.end(), target) !=
                               about->targets.end();
}

milliseconds Daemon::UntilNext() const {
  const Instant now = parts_.clock.Now();
  milliseconds wait = options_.look_every;
  if (const auto watchdog = manager_.watchdog()) wait = std::min(wait, *watchdog);
  for (const auto& [id, watched] : watched_) {
    const auto until = std::chrono::ceil<milliseconds>(std::min(watched.look, watched.plan) - now);
    wait = std::min(wait, std::max(until, milliseconds(0)));
  }
  return wait;
}

}  // namespace upkeep::daemon
