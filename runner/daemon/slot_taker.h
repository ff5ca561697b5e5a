// SPDX-License-Identifier: Apache-2.0
//
// Takes the slots of one schedule that are due: those nobody can start any more are booked as
// missed, those that a window of the schedule or its calendar keeps from starting as blackout,
// those that collide with a running one as the overlap rule says, the others are claimed.
// Any number of processes may do this at once on one store: each slot goes to one of them, and
// where the schedule does not allow overlap, one slot of a target at a time.
//
// THREADS: as the store.

#ifndef UPKEEP_RUNNER_DAEMON_SLOT_TAKER_H_
#define UPKEEP_RUNNER_DAEMON_SLOT_TAKER_H_

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/status.h"
#include "runner/store/store.h"
#include "schedules/planner.h"

namespace upkeep::daemon {

struct RunInFlight;

/// Claimed slots of one planned time: one run looks at all their targets together.
struct Batch {
  Instant planned{};
  std::vector<store::Attempt> attempts;
  std::vector<store::AttemptEnd> ends;   ///< How each ends when all goes well.
  /// "backfill" for what somebody runs by hand: its reports are not sent, nor are heartbeats.
  std::string trigger = "schedule";
  std::shared_ptr<RunInFlight> about;    ///< Shared with who shows or cancels the run; may be null.
  std::vector<std::string> Targets() const;
};

struct Taken {
  std::vector<Batch> batches;             ///< In time order; those that are caught up last.
  std::int64_t missed = 0, overlapped = 0, queued = 0, paused = 0, blackout = 0;
  std::set<std::string> missed_targets;   ///< Of those that are missed.
  bool waits_for_running = false;         ///< Something is queued, to be caught up, or waits for a replaced run.
  /// Very many slots are open: these were some targets', and Take() is to be called again at once.
  bool more = false;
  std::optional<Instant> retry;           ///< When the first of the interrupted ones may be tried again.
  std::optional<Instant> next;            ///< When an open slot of the schedule is to start.
};

struct TakeRequest {
  std::set<std::string> targets;          ///< On which a playbook of the schedule can run.
  /// Why none can run on a target that slots were planned on.
  std::map<std::string, std::string> kept_from;
  /// Why a slot that could start from the one to the other time was missed, where that is known.
  std::function<std::string(Instant start, Instant end)> absence;
  /// Asks the running run of (schedule, target) to end; false when that is not in this
  /// process's power.
  std::function<bool(const std::string& target)> replace;
};

class SlotTaker {
 public:
  /// Both must outlive it.
  SlotTaker(store::Store& store, const Clock& clock, store::Actor actor, std::string holder)
      : store_(store), clock_(clock), actor_(std::move(actor)), holder_(std::move(holder)) {}

  Result<Taken> Take(const schedules::Schedule& schedule, const TakeRequest& request);

  /// Why a schedule's slots can't run: it can't be read as it is now, and whoever asks comes again or does
  /// not; or it was taken out of the files.
  enum class Unable { kForNow, kThisTime, kGone };
  /// Books the due slots of such a schedule as missed, or as paused where it was; how many, and on which
  /// targets, is in `missed`, `paused` and `missed_targets`. kForNow leaves those whose grace is not over;
  /// with kGone those that had not begun to be due become superseded.
  Result<Taken> BookMissed(const std::string& schedule, const std::string& reason, Unable why);

 private:
  struct Candidate {
    store::Slot slot;
    schedules::Verdict verdict;
  };
  /// It is caught up or tried again: it goes after what is due now, and waits for what runs.
  static bool StandsBack(const Candidate& candidate);
  /// The definition that planned it; null where that can't be computed any more.
  Result<const schedules::Schedule*> DefinitionOf(const store::Slot& slot);
  /// By the schedule's rules; but of a slot beyond its grace that an earlier definition planned, the
  /// windows of that one count. A window that is written down later does not excuse a missed slot.
  Result<std::vector<schedules::Decision>> DecideByTheirTime(const schedules::Schedule& schedule,
                                                             const std::vector<store::Slot>& slots, Instant now);
  Result<std::vector<store::Slot>> OpenSlots(const schedules::Schedule& schedule, Instant now,
                                             Taken& taken);
  /// Takes those out of `open` that a pause covers, and moves them; those that were to start by
  /// `start_of` and may not now count as covered, too.
  Status MovePaused(const std::string& schedule, const std::function<Instant(Instant)>& start_of,
                    Instant now, std::vector<store::Slot>& open, Taken& taken);
  Result<std::map<std::string, int>> RunningByTarget(const std::string& schedule);
  enum class Started { kYes, kSomebodyWasFaster, kNever };
  Result<Started> Start(const schedules::Schedule& schedule, const Candidate& candidate,
                        Taken& taken);
  /// Moves those that are still open; returns how many that were.
  Result<std::int64_t> Move(const std::vector<store::SlotId>& slots, store::SlotState to,
                            const std::string& reason) {
    return MoveAs(slots, to, reason, actor_);
  }
  Result<std::int64_t> MoveAs(const std::vector<store::SlotId>& slots, store::SlotState to,
                              const std::string& reason, const store::Actor& actor);

  store::Store& store_;
  const Clock& clock_;
  store::Actor actor_;
  std::string holder_;
  std::map<std::string, schedules::Schedule> earlier_;   // By definition.
};

}  // namespace upkeep::daemon

#endif  // UPKEEP_RUNNER_DAEMON_SLOT_TAKER_H_
