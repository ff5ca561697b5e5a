// SPDX-License-Identifier: Apache-2.0
//
// The planner: schedules and the time now → slots, and what to do with each. Pure functions:
// same arguments, same answer; no clock, no store, no threads. Whoever calls them writes the
// answers down (DESIGN.md 4.1) before acting on them.
//
// THREADS: pure functions of their arguments.

#ifndef UPKEEP_SCHEDULES_PLANNER_H_
#define UPKEEP_SCHEDULES_PLANNER_H_

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "schedules/occurrence.h"
#include "schedules/schedule.h"

namespace upkeep::schedules {

struct Slot {
  std::string schedule;
  std::string target;
  /// When it is due, after the calendar's shift: with the two above, the slot's name.
  Instant planned_at;
  Instant starts_at;   ///< planned_at plus splay and jitter.
  bool operator==(const Slot&) const = default;
};

/// What one schedule plans on one day (UTC), whatever its targets are.
struct DayPlan {
  std::chrono::sys_days day;
  std::int64_t count = 0;
  /// SHA-256 over the instants as decimal seconds since 1970, each with a line end. store::Horizon::hash is of
  /// the same instants as RFC 3339 texts, which a person can write down: the two are never compared.
  std::string hash;
  bool operator==(const DayPlan&) const = default;
};

struct Limits {
  std::chrono::days ahead{35};           ///< Of the day plans, counted from now's day.
  std::chrono::hours rows_ahead{48};     ///< Of the slots.
  int rows = 1000;                       ///< Slots of one schedule, all targets together.
};

struct Plan {
  std::string definition;  ///< The schedule's version.
  std::string tzdata;      ///< The zone data's version.
  std::vector<DayPlan> days;
  std::vector<Slot> slots;  ///< In time order; never half the targets of an instant.
  bool cut = false;         ///< The slots reached Limits::rows before Limits::rows_ahead.
};

/// Everything `schedule` will do on `targets` (already resolved to names) after `now`.
Plan PlanAhead(const Schedule& schedule, const std::vector<std::string>& targets, Instant now,
               const Limits& limits = {});

/// The planned instants after `after` up to and including `until`, at most `max` of them. Ask
/// again from the last one while as many as `max` come back.
std::vector<Instant> PlannedBetween(const Schedule& schedule, Instant after, Instant until,
                                    std::size_t max);

/// When the slot planned at `planned_at` is to start: the same on every machine and restart.
Instant StartOf(const Schedule& schedule, Instant planned_at);

/// The reason of a slot whose start lies in `window`.
std::string BlackoutReason(const Window& window);

enum class Verdict {
  kWait,     ///< Its start has not come.
  kStart,    ///< Start it now: on time or late within grace.
  kCatchUp,  ///< Too late to count as operated; the catch-up rule runs it all the same.
  kMissed,   ///< Write it down as missed.
  kBlackout,  ///< Its start lies in a window: write that down.
};

struct Decision {
  Instant planned_at;
  Verdict verdict = Verdict::kWait;
  /// Of kMissed: "not started within 30m, and catch-up is none", "older than the catch-up age of 1d", …;
  /// of kBlackout the window; else "".
  std::string reason;
  bool operator==(const Decision&) const = default;
};

/// What to do at `now` with the slots of one schedule on one target that no attempt has been
/// made at. `open` must be in time order; the answer has the same order and length.
///
/// Nothing starts while a window is open: a slot whose start lies in one is kBlackout, however
/// late it is looked at, and so is one that would start in one because it is late within grace.
/// What was missed before is not caught up in a window, and stays missed.
std::vector<Decision> Decide(const Schedule& schedule, const std::vector<Instant>& open,
                             Instant now);

/// How a start is to be named: on time when at most `tolerance` after starts_at, else late.
enum class Punctuality { kOnTime, kLate, kMissed };
Punctuality Judge(const Schedule& schedule, Instant planned_at, Instant started_at,
                  std::chrono::microseconds tolerance = std::chrono::seconds(60));

enum class OverlapVerdict {
  kStart,
  kOverlapped,  ///< Write it down as overlapped.
  kReplace,     ///< Cancel the running one, then start.
  kQueue,
};
/// What a slot that is to start does beside `running` and `queued` ones of its schedule and
/// target.
OverlapVerdict DecideOverlap(const OverlapRule& rule, int running, int queued);

/// How long after its start an interrupted slot may still be tried again: as long as its attempts and
/// the waits between them may take, and where missed slots are caught up, as long as these may be.
std::chrono::microseconds RetryLimit(const Schedule& schedule);

/// How long to wait before attempt `attempt` (from 1) is repeated; nothing when it is not.
std::optional<std::chrono::microseconds> RetryDelay(const RetryRule& rule, int attempt);

/// A target that both run on: "" when both run on all, nothing when they share none.
std::optional<std::string> SharedTarget(const Schedule& a, const Schedule& b);

/// Two heavy schedules that start in the same minute on a shared target.
struct Clash {
  std::string first, second;
  std::string target;  ///< "" when both run on all targets.
  Instant at;          ///< The first time it happens.
};
std::vector<Clash> FindClashes(const std::vector<Schedule>& schedules, Instant now,
                               std::chrono::days ahead = std::chrono::days(35));

/// The ids of the heavy ones among `schedules` that start in the same minute as the slot of `heavy`
/// planned at `planned_at`, on a target that it runs on, too; none when that one is not heavy.
std::vector<std::string> ClashesAt(const std::vector<Schedule>& schedules, const Schedule& heavy,
                                   Instant planned_at);

}  // namespace upkeep::schedules

#endif  // UPKEEP_SCHEDULES_PLANNER_H_
