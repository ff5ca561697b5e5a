// SPDX-License-Identifier: Apache-2.0
//
// Slots: one planned time of one schedule on one target. The store keeps the state machine of
// DESIGN.md 2 and lets nobody past it:
//
//   planned  -> queued, running, missed, cancelled, blackout, overlapped, paused, superseded
//   queued   -> running, missed, cancelled, blackout, overlapped, paused, superseded
//   running  -> on_time, late, cancelled, interrupted       (by the end of its attempt only)
//   interrupted -> running   (tried again, only where no action had begun)
//   missed   -> running      (backfill by hand, only where the claim says so)
//   superseded -> planned    (a schedule was changed back before the time came)
//
// Every move is in the ledger. THREADS: as Store.

#ifndef UPKEEP_RUNNER_STORE_SLOTS_H_
#define UPKEEP_RUNNER_STORE_SLOTS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/status.h"
#include "reports/model.h"
#include "runner/store/actor.h"

namespace upkeep::store {

using SlotId = std::int64_t;
using AttemptId = std::int64_t;

enum class SlotState {
  kPlanned, kQueued, kRunning, kOnTime, kLate, kMissed, kCancelled, kBlackout, kOverlapped,
  kPaused, kInterrupted, kSuperseded
};
std::string_view SlotStateName(SlotState state);   ///< "planned" … "superseded"
Result<SlotState> SlotStateFromName(std::string_view name);
/// Whether the machine above has the arrow.
bool MayMove(SlotState from, SlotState to);

/// Unique.
struct SlotKey {
  std::string schedule, target;
  Instant planned{};
  bool operator==(const SlotKey&) const = default;
};

struct Slot {
  SlotId id = 0;
  SlotKey key;
  std::string definition;        ///< SHA-256 of the schedule that planned it.
  SlotState state = SlotState::kPlanned;
  std::string reason, actor;     ///< Why and by whom it came into its state.
  int attempts = 0;
  Instant changed{};             ///< When it came into its state.
};

/// The promise for a longer time than there are rows for: how many instants, and their hash.
struct Horizon {
  std::string schedule, definition, zone_data;
  Instant from{}, until{};       ///< [from, until)
  std::int64_t count = 0;
  std::string hash;              ///< SHA-256 of the instants' RFC 3339 texts, one a line.
  bool operator==(const Horizon&) const = default;
};

/// A target that a schedule is planned for, and how far it is.
struct PlannedTarget {
  std::string target;            ///< "": the schedule was planned, for whatever targets.
  Instant since{};               ///< When it was first planned for, without a break.
  /// Each time of the schedule from `since` up to here has its row.
  Instant filled{};
  /// Where the clock has gone back: up to here it had been filled before. Never before `filled`.
  Instant covered{};
  bool operator==(const PlannedTarget&) const = default;
};

/// What the planner says about one schedule, for [from, until).
struct SlotPlan {
  std::string schedule, definition;
  Instant from{}, until{};
  std::vector<SlotKey> slots;    ///< Of this schedule, inside the range.
  std::vector<Horizon> horizons;
  /// Slots still planned in the range that `slots` does not name become superseded.
  bool supersede_others = true;
  /// What was superseded is owed all the same: slots of a time in which nobody planned, and the one
  /// that is due now.
  bool owed = false;
  /// How far targets are planned now; written as they are.
  std::vector<PlannedTarget> planned_for = {};
  /// `planned_for` names all targets that the schedule is planned for from now on: others are forgotten,
  /// and what is planned for one of them is superseded, also beyond `until`.
  bool for_no_other = false;
};

struct PlanOutcome {
  std::int64_t added = 0, superseded = 0;
};

struct ClaimRequest {
  Actor actor;
  /// Names the process across restarts: host, boot id, pid and its start time. Never empty.
  std::string holder;
  bool backfill = false;         ///< A missed slot may be claimed.
  /// Only while no other attempt of the slot's schedule is looking at its target.
  bool alone = false;
};

struct Attempt {
  AttemptId id = 0;
  SlotId slot = 0;
  SlotKey key;
  int number = 1;
  std::int64_t run = 0;          ///< 0 before StartRun.
  std::string holder;
  Instant claimed{};
  std::int64_t fence = 0;        ///< What its claimer led with (fence.h); 0: nothing.
  bool looked = false;           ///< As SetLooked() said.
};

/// How an attempt ended: kOnTime, kLate, kCancelled or kInterrupted.
struct AttemptEnd {
  AttemptId attempt = 0;
  SlotState state = SlotState::kOnTime;
  std::string reason;
  /// Who ended it, where that is somebody else than who claimed it: a run that was cancelled.
  std::optional<Actor> actor = std::nullopt;
};

struct SlotFilter {
  std::string schedule, target;             ///< Empty: any.
  std::vector<SlotState> states;            ///< Empty: any.
  std::optional<Instant> from, until;       ///< Of planned: [from, until).
  std::int64_t limit = 1000;                ///< Oldest first,
  bool newest = false;                      ///< or newest first.
};

class SlotStore {
 public:
  virtual ~SlotStore() = default;

  /// Writes slots down ahead of time; those that exist already are left as they are, but for
  /// what is superseded, and for what a clock that ran ahead has booked as missed. Each horizon
  /// is written only when it differs from the last one of its schedule and range.
  virtual Result<PlanOutcome> RecordPlanned(const SlotPlan& plan) = 0;

  /// One unique-keyed write: of all processes that ask, one gets the attempt. kBusy when the
  /// slot is taken, in a state from which nothing is claimed, or not alone as the request wants
  /// it; kDenied for a slot whose earlier attempt had begun an action; kNotFound.
  virtual Result<Attempt> ClaimSlot(SlotId slot, const ClaimRequest& request) = 0;

  /// Says of open attempts that their targets have been looked at wholly, while their run still waits
  /// for others: another slot may look at them now. What was found is written when the run ends, and
  /// lost with it. One that is not open stays as it is.
  virtual Status SetLooked(const std::vector<AttemptId>& attempts) = 0;

  /// Ends an attempt without a run (one with a run ends with it). kBusy when it is not open.
  virtual Status FinishSlot(const AttemptEnd& end, const Actor& actor) = 0;

  /// Moves slots that nobody runs, all or none: to queued, missed, cancelled, blackout,
  /// overlapped, paused or superseded. kBusy when one is not in a state that may, naming it:
  /// somebody was faster.
  virtual Status MoveSlots(const std::vector<SlotId>& slots, SlotState to,
                           const std::string& reason, const Actor& actor) = 0;

  virtual Result<std::vector<Slot>> Slots(const SlotFilter& filter) = 0;
  /// How many slots before `until` are planned or queued on each target of `schedule`.
  virtual Result<std::map<std::string, std::int64_t>> OpenByTarget(const std::string& schedule, Instant until) = 0;
  /// The newest slot of (schedule, target) in one of `states` that was planned at `until` or
  /// before; nothing when there is none.
  virtual Result<std::optional<Slot>> LatestSlot(const std::string& schedule,
                                                 const std::string& target,
                                                 const std::vector<SlotState>& states,
                                                 Instant until) = 0;
  virtual Result<Slot> FindSlot(const SlotKey& key) = 0;              ///< kNotFound
  /// Attempts that nobody ended; whoever finds their holder dead interrupts them.
  virtual Result<std::vector<Attempt>> OpenAttempts() = 0;
  virtual Result<std::vector<Horizon>> Horizons(const std::string& schedule) = 0;
  /// As SlotPlan::planned_for said the last time; by name.
  virtual Result<std::vector<PlannedTarget>> PlannedTargets(const std::string& schedule) = 0;
  /// Schedules that are planned, with slots ahead or without; by id.
  virtual Result<std::vector<std::string>> PlannedSchedules() = 0;

  /// Slots with planned in [from, until) by state. Those planned after `as_of` are not yet due.
  virtual Result<reports::SlotTotals> CountSlots(Instant from, Instant until, Instant as_of,
                                                 const std::string& schedule = "") = 0;
};

}  // namespace upkeep::store

#endif  // UPKEEP_RUNNER_STORE_SLOTS_H_
