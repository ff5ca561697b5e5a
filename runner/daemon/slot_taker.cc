// SPDX-License-Identifier: Apache-2.0
#include "runner/daemon/slot_taker.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "runner/daemon/definition.h"

namespace upkeep::daemon {
namespace {

using schedules::Schedule;
using schedules::Verdict;
using store::Slot;
using store::SlotState;
using std::chrono::microseconds;

constexpr std::int64_t kAllOpen = 1'000'000;
constexpr std::int64_t kDecidedAtOnce = 20'000;   // Whole targets, so that nothing is decided of a part.
constexpr std::size_t kMovedAtOnce = 1000;   // Of one transaction.

std::string SecondsText(microseconds duration) {
  return FormatDuration(std::chrono::floor<std::chrono::seconds>(duration));
}

/// How the slot ends when its run does: whether it was late was decided when it was claimed.
/// `was_due` says that it came in time: an earlier attempt of it ran, or it was queued.
store::AttemptEnd EndOf(const Schedule& schedule, const store::Attempt& attempt, bool was_due) {
  const Instant start = schedules::StartOf(schedule, attempt.key.planned);
  store::AttemptEnd end{attempt.id, SlotState::kOnTime, ""};
  switch (schedules::Judge(schedule, attempt.key.planned, attempt.claimed)) {
    case schedules::Punctuality::kOnTime: break;
    case schedules::Punctuality::kLate:
      end.state = SlotState::kLate;
      end.reason = "started " + SecondsText(attempt.claimed - start) + " late";
      break;
    case schedules::Punctuality::kMissed:
      end.state = SlotState::kLate;
      if (was_due) {
        end.reason = "started " + SecondsText(attempt.claimed - start) + " late";
        break;
      }
      end.reason = "caught up " + SecondsText(attempt.claimed - start) + " late, beyond the grace of " +
                   FormatDuration(schedule.grace);
      break;
  }
  if (const auto occurrence = schedules::OccurrenceAt(schedule, attempt.key.planned)) {
    const std::string moved = schedules::ShiftText(schedule, *occurrence);
    if (!moved.empty()) end.reason += (end.reason.empty() ? "" : "; ") + moved;
  }
  if (attempt.number > 1) {
    end.reason += (end.reason.empty() ? "attempt " : "; attempt ") + std::to_string(attempt.number);
  }
  return end;
}

/// By the schedule's rules; but one that is queued came in time, and waits for its turn for as long
/// as a missed one could be caught up, and one that was interrupted has its own time, too.
std::vector<schedules::Decision> DecideAll(const Schedule& schedule, const std::vector<Slot>& slots, Instant now) {
  std::vector<Instant> others;
  for (const Slot& slot : slots) {
    if (slot.state == SlotState::kPlanned) others.push_back(slot.key.planned);
  }
  auto of_others = schedules::Decide(schedule, others, now);
  if (others.size() == slots.size()) return of_others;   // As almost always.
  Schedule patient = schedule, retried = schedule;
  patient.grace = std::max(schedule.grace, schedule.catch_up.max_age);
  retried.grace = schedules::RetryLimit(schedule);
  patient.catch_up.mode = retried.catch_up.mode = schedules::CatchUp::kNone;
  std::vector<schedules::Decision> decisions;
  std::size_t at = 0;
  for (const Slot& slot : slots) {
    if (slot.state == SlotState::kPlanned) {
      decisions.push_back(of_others[at++]);
      continue;
    }
    const Schedule& rules = slot.state == SlotState::kQueued ? patient : retried;
    decisions.push_back(schedules::Decide(rules, {slot.key.planned}, now).front());
  }
  return decisions;
}

std::string Absence(const TakeRequest& request, const Schedule& schedule, const Slot& slot) {
  if (!request.absence) return "";
  const Instant start = schedules::StartOf(schedule, slot.key.planned);
  const std::string why = request.absence(start, start + schedule.grace);
  return why.empty() ? "" : "; " + why;
}

void Sooner(std::optional<Instant>& next, Instant at) {
  if (!next || at < *next) next = at;
}

}  // namespace

std::vector<std::string> Batch::Targets() const {
  std::vector<std::string> targets;
  for (const store::Attempt& attempt : attempts) targets.push_back(attempt.key.target);
  return targets;
}

bool SlotTaker::StandsBack(const Candidate& candidate) {
  return candidate.verdict == Verdict::kCatchUp || candidate.slot.state == SlotState::kInterrupted;
}

Result<Taken> SlotTaker::Take(const Schedule& schedule, const TakeRequest& request) {
  const Instant now = clock_.Now();
  Taken taken;
  auto open = OpenSlots(schedule, now, taken);
  if (!open.ok()) return open.status();
  const auto start_of = [&](Instant planned) { return schedules::StartOf(schedule, planned); };
  UPKEEP_RETURN_IF_ERROR(MovePaused(schedule.id, start_of, now, *open, taken));

  std::map<std::string, std::vector<Slot>> by_target;
  for (Slot& slot : *open) by_target[slot.key.target].push_back(std::move(slot));
  std::vector<Candidate> candidates;
  std::map<std::string, std::vector<store::SlotId>> missed, blackout;   // By reason.
  const auto miss = [&](const Slot& slot, const std::string& reason) {
    missed[reason].push_back(slot.id);
    taken.missed_targets.insert(slot.key.target);
  };
  std::map<std::string, int> queued;
  for (const auto& [target, slots] : by_target) {
    auto decided = DecideByTheirTime(schedule, slots, now);
    if (!decided.ok()) return decided.status();
    const std::vector<schedules::Decision>& decisions = *decided;
    for (std::size_t i = 0; i < slots.size(); ++i) {
      const Slot& slot = slots[i];
      const bool may_miss = slot.state != SlotState::kInterrupted;
      switch (decisions[i].verdict) {
        case Verdict::kWait:
          Sooner(taken.next, schedules::StartOf(schedule, slot.key.planned));
          break;
        case Verdict::kMissed:
          // Nothing runs in the place of another where nothing can run at all.
          if (may_miss) {
            const auto why = request.kept_from.find(target);
            miss(slot, (why == request.kept_from.end() ? decisions[i].reason : why->second) +
                           Absence(request, schedule, slot));
          }
          break;
        case Verdict::kBlackout:
          if (may_miss) {
            blackout[decisions[i].reason].push_back(slot.id);
          } else {
            // What is to be tried again waits for the window's end, which is a whole minute.
            Sooner(taken.next, std::chrono::floor<std::chrono::minutes>(now) + std::chrono::minutes(1));
          }
          break;
        case Verdict::kStart:
        case Verdict::kCatchUp:
          if (!schedule.enabled) {
            if (may_miss) miss(slot, "its schedule is switched off");
          } else if (request.targets.contains(target)) {
            candidates.push_back({slot, decisions[i].verdict});
            queued[target] += slot.state == SlotState::kQueued ? 1 : 0;
          } else if (may_miss) {
            const auto why = request.kept_from.find(target);
            miss(slot, why == request.kept_from.end() ? "no playbook of the schedule fits this target"
                                                      : why->second);
          }
          break;
      }
    }
  }
  for (const auto& [reason, slots] : missed) {
    auto moved = Move(slots, SlotState::kMissed, reason);
    if (!moved.ok()) return moved.status();
    taken.missed += *moved;
  }
  for (const auto& [reason, slots] : blackout) {
    auto moved = Move(slots, SlotState::kBlackout, reason);
    if (!moved.ok()) return moved.status();
    taken.blackout += *moved;
  }
  if (candidates.empty()) return taken;

  std::sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) {
    // What is due now does not come too late for the sake of what had its time.
    const bool a_last = StandsBack(a), b_last = StandsBack(b);
    return std::tie(a_last, a.slot.key.planned, a.slot.key.target) <
           std::tie(b_last, b.slot.key.planned, b.slot.key.target);
  });
  auto running = RunningByTarget(schedule.id);
  if (!running.ok()) return running.status();
  for (const Candidate& candidate : candidates) {
    const Slot& slot = candidate.slot;
    const bool is_queued = slot.state == SlotState::kQueued;
    int& beside = (*running)[slot.key.target];
    const auto decide = [&] {
      return schedules::DecideOverlap(schedule.overlap, beside,
                                      is_queued ? 0 : queued[slot.key.target]);
    };
    schedules::OverlapVerdict verdict = decide();
    if (verdict == schedules::OverlapVerdict::kStart) {
      const auto start = Start(schedule, candidate, taken);
      if (!start.ok()) return start.status();
      if (*start == Started::kYes) ++beside;
      if (*start != Started::kSomebodyWasFaster) continue;
      // With this slot, or with one that this may not run beside.
      auto now_running = RunningByTarget(schedule.id);
      if (!now_running.ok()) return now_running.status();
      beside = (*now_running)[slot.key.target];
      verdict = decide();
    }
    // These run one after the other, and none of them ends or takes the place of another.
    if (StandsBack(candidate) && verdict != schedules::OverlapVerdict::kStart) {
      taken.waits_for_running = true;
      continue;
    }
    switch (verdict) {
      case schedules::OverlapVerdict::kStart:
        Sooner(taken.next, now);   // The faster one has ended already.
        continue;
      case schedules::OverlapVerdict::kReplace:
        if (request.replace && request.replace(slot.key.target)) {
          taken.waits_for_running = true;   // It starts when the other has given up.
          continue;
        }
        break;
      case schedules::OverlapVerdict::kQueue: {
        taken.waits_for_running = true;
        if (is_queued) continue;
        auto moved = Move({slot.id}, SlotState::kQueued, "an earlier one still runs");
        if (!moved.ok()) return moved.status();
        taken.queued += *moved;
        queued[slot.key.target] += static_cast<int>(*moved);
        continue;
      }
      case schedules::OverlapVerdict::kOverlapped: break;
    }
    auto moved = Move({slot.id}, SlotState::kOverlapped, "an earlier one still runs");
    if (!moved.ok()) return moved.status();
    taken.overlapped += *moved;
  }
  return taken;
}

Result<const Schedule*> SlotTaker::DefinitionOf(const Slot& slot) {
  const auto found = earlier_.find(slot.definition);
  if (found != earlier_.end()) return &found->second;
  auto document = store_.Definition(slot.definition);
  if (!document.ok() && document.status().code() == Code::kStore) return document.status();
  auto read = document.ok() ? ScheduleOfDefinition(*document) : Result<Schedule>(document.status());
  // One that can't be computed any more, since its zone is gone, say, must not keep the others from theirs.
  if (!read.ok()) return nullptr;
  return &earlier_.emplace(slot.definition, std::move(*read)).first->second;
}

Result<std::vector<schedules::Decision>> SlotTaker::DecideByTheirTime(const Schedule& schedule,
                                                                      const std::vector<Slot>& slots, Instant now) {
  std::vector<schedules::Decision> decisions(slots.size());
  std::vector<Slot> rest;
  std::vector<std::pair<std::size_t, bool>> places;   // In `slots`; and whether it is of an earlier definition.
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const Slot& slot = slots[i];
    const Schedule* then = nullptr;
    if (slot.definition != schedule.definition &&
        now - schedules::StartOf(schedule, slot.key.planned) > schedule.grace) {
      auto found = DefinitionOf(slot);
      if (!found.ok()) return found.status();
      then = *found;
    }
    const schedules::Window* window = nullptr;
    if (then != nullptr) window = schedules::WindowAt(*then, schedules::StartOf(*then, slot.key.planned));
    if (window != nullptr) {
      // Before anything is decided of the others: it takes nobody's turn to be caught up.
      decisions[i] = {slot.key.planned, Verdict::kBlackout, schedules::BlackoutReason(*window)};
      continue;
    }
    rest.push_back(slot);
    places.emplace_back(i, then != nullptr);
  }
  auto decided = DecideAll(schedule, rest, now);
  for (std::size_t i = 0; i < places.size(); ++i) {
    schedules::Decision& decision = decided[i];
    if (places[i].second && decision.verdict == Verdict::kBlackout) {
      decision.verdict = Verdict::kMissed;
      decision.reason = "not started within " + FormatDuration(schedule.grace) +
                        ", and its window was written down later";
    }
    decisions[places[i].first] = std::move(decision);
  }
  return decisions;
}

Result<Taken> SlotTaker::BookMissed(const std::string& schedule, const std::string& reason, Unable why) {
  Taken taken;
  while (true) {
    auto slots = store_.Slots({schedule, "", {SlotState::kPlanned, SlotState::kQueued}, {},
                               clock_.Now() + kTick, kAllOpen});
    if (!slots.ok()) return slots.status();
    const bool all = static_cast<std::int64_t>(slots->size()) < kAllOpen;
    const auto start_of = [](Instant planned) { return planned; };
    UPKEEP_RETURN_IF_ERROR(MovePaused(schedule, start_of, clock_.Now(), *slots, taken));
    std::vector<store::SlotId> late, early;
    for (const Slot& slot : *slots) {
      auto then = DefinitionOf(slot);
      if (!then.ok()) return then.status();
      const Instant start = *then == nullptr ? slot.key.planned : schedules::StartOf(**then, slot.key.planned);
      const microseconds grace = *then == nullptr ? microseconds(0) : (*then)->grace;
      if (why == Unable::kGone && start > clock_.Now()) {
        early.push_back(slot.id);
        continue;
      }
      // What is mended within its grace may still start.
      if (why == Unable::kForNow && slot.state == SlotState::kPlanned && start + grace >= clock_.Now()) continue;
      late.push_back(slot.id);
      taken.missed_targets.insert(slot.key.target);
    }
    auto moved = Move(late, SlotState::kMissed, reason);
    if (!moved.ok()) return moved.status();
    taken.missed += *moved;
    auto gone = Move(early, SlotState::kSuperseded, reason);
    if (!gone.ok()) return gone.status();
    if (all || *moved + *gone == 0) return taken;
  }
}

Status SlotTaker::MovePaused(const std::string& schedule,
                             const std::function<Instant(Instant)>& start_of, Instant now,
                             std::vector<Slot>& open, Taken& taken) {
  if (open.empty()) return Status::Ok();
  store::PauseFilter of_schedule;
  of_schedule.schedule = schedule;
  auto pauses = store_.Pauses(of_schedule);
  if (!pauses.ok()) return pauses.status();
  if (pauses->empty()) return Status::Ok();
  std::map<const store::Pause*, std::vector<store::SlotId>> paused;
  std::vector<Slot> rest;
  for (Slot& slot : open) {
    const Instant start = start_of(slot.key.planned);
    // It fell due in the pause; or before it, and nothing starts while it holds.
    const auto covering = std::find_if(pauses->begin(), pauses->end(), [&](const store::Pause& one) {
      return start <= now && (one.Covers(slot.key.schedule, slot.key.target, start) ||
                              one.Covers(slot.key.schedule, slot.key.target, now));
    });
    if (covering == pauses->end()) {
      rest.push_back(std::move(slot));
    } else if (slot.state == SlotState::kInterrupted) {
      // Keeps its state and is not tried again before the pause is over.
      if (covering->End() > now && covering->End() != Instant::max()) Sooner(taken.next, covering->End());
    } else {
      paused[&*covering].push_back(slot.id);
    }
  }
  open = std::move(rest);
  for (const auto& [pause, slots] : paused) {
    auto moved = MoveAs(slots, SlotState::kPaused, pause->reason, pause->actor);
    if (!moved.ok()) return moved.status();
    taken.paused += *moved;
  }
  return Status::Ok();
}

Result<std::vector<Slot>> SlotTaker::OpenSlots(const Schedule& schedule, Instant now, Taken& taken) {
  auto open = store_.Slots({schedule.id, "", {SlotState::kPlanned, SlotState::kQueued}, {},
                            now + kTick, kDecidedAtOnce + 1});
  if (!open.ok()) return open.status();
  if (static_cast<std::int64_t>(open->size()) > kDecidedAtOnce) {
    // After a long outage: some targets now, and the others when these are done.
    const auto count = store_.OpenByTarget(schedule.id, now + kTick);
    if (!count.ok()) return count.status();
    open->clear();
    for (const auto& [target, slots] : *count) {
      if (!open->empty() && static_cast<std::int64_t>(open->size()) + slots > kDecidedAtOnce) {
        taken.more = true;
        continue;
      }
      auto some = store_.Slots({schedule.id, target, {SlotState::kPlanned, SlotState::kQueued}, {}, now + kTick, kAllOpen});
      if (!some.ok()) return some.status();
      std::move(some->begin(), some->end(), std::back_inserter(*open));
    }
  }
  if (schedule.retry.attempts <= 0) return open;
  const microseconds back = schedules::RetryLimit(schedule) + schedule.splay + schedule.jitter;
  auto interrupted = store_.Slots({schedule.id, "", {SlotState::kInterrupted}, now - back,
                                   now + kTick, kAllOpen});
  if (!interrupted.ok()) return interrupted.status();
  for (Slot& slot : *interrupted) {
    const auto delay = schedules::RetryDelay(schedule.retry, slot.attempts);
    if (!delay) continue;
    if (now < slot.changed + *delay) {
      Sooner(taken.next, slot.changed + *delay);
      Sooner(taken.retry, slot.changed + *delay);
      continue;
    }
    open->push_back(std::move(slot));
  }
  std::sort(open->begin(), open->end(),
            [](const Slot& a, const Slot& b) { return a.key.planned < b.key.planned; });
  return open;
}

Result<std::map<std::string, int>> SlotTaker::RunningByTarget(const std::string& schedule) {
  auto attempts = store_.OpenAttempts();
  if (!attempts.ok()) return attempts.status();
  std::map<std::string, int> running;
  for (const store::Attempt& attempt : *attempts) {
    if (attempt.key.schedule == schedule && !attempt.looked) ++running[attempt.key.target];
  }
  return running;
}

Result<SlotTaker::Started> SlotTaker::Start(const Schedule& schedule, const Candidate& candidate,
                                            Taken& taken) {
  store::ClaimRequest claim;
  claim.actor = actor_;
  claim.holder = holder_;
  claim.alone = schedule.overlap.mode != schedules::OverlapMode::kAllow;
  auto attempt = store_.ClaimSlot(candidate.slot.id, claim);
  if (attempt.status().code() == Code::kBusy) return Started::kSomebodyWasFaster;
  // An action had begun, and is never repeated by itself.
  if (attempt.status().code() == Code::kDenied) return Started::kNever;
  if (!attempt.ok()) return attempt.status();
  if (taken.batches.empty() || taken.batches.back().planned != attempt->key.planned) {
    taken.batches.emplace_back().planned = attempt->key.planned;
  }
  taken.batches.back().ends.push_back(EndOf(schedule, *attempt, attempt->number > 1 || candidate.slot.state == SlotState::kQueued));
  taken.batches.back().attempts.push_back(std::move(*attempt));
  return Started::kYes;
}

Result<std::int64_t> SlotTaker::MoveAs(const std::vector<store::SlotId>& slots, SlotState to,
                                       const std::string& reason, const store::Actor& actor) {
  std::int64_t moved = 0;
  for (std::size_t begin = 0; begin < slots.size(); begin += kMovedAtOnce) {
    const std::size_t end = std::min(slots.size(), begin + kMovedAtOnce);
    const std::vector<store::SlotId> some(slots.begin() + static_cast<std::ptrdiff_t>(begin),
                                          slots.begin() + static_cast<std::ptrdiff_t>(end));
    const Status together = store_.MoveSlots(some, to, reason, actor);
    if (together.ok()) {
      moved += static_cast<std::int64_t>(some.size());
      continue;
    }
    if (together.code() != Code::kBusy) return together;
    // Another process took some of them meanwhile: the rest is moved one by one.
    for (const store::SlotId slot : some) {
      const Status alone = store_.MoveSlots({slot}, to, reason, actor);
      if (alone.ok()) ++moved;
      if (!alone.ok() && alone.code() != Code::kBusy) return alone;
    }
  }
  return moved;
}

}  // namespace upkeep::daemon
