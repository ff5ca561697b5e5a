// SPDX-License-Identifier: Apache-2.0
//
// The load map: how many slots start in each hour of the coming days, where the heavy ones are,
// what clashes, what a window keeps
// from running, and what a clock change does to them. `upkeep schedule simulate` prints it before
// anything is switched on. It counts what the planner plans, and by when a slot really starts
// (holidays, splay and jitter included), so it shows what will happen and not what the files seem to say.
//
// THREADS: pure functions of their arguments.

#ifndef UPKEEP_SCHEDULES_LOAD_MAP_H_
#define UPKEEP_SCHEDULES_LOAD_MAP_H_

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/text.h"
#include "base/zone/zone.h"
#include "schedules/planner.h"
#include "schedules/schedule.h"

namespace upkeep::schedules {

struct LoadCell {
  std::int64_t slots = 0;    ///< That run.
  std::int64_t heavy = 0;    ///< How many of them are of heavy schedules.
  std::int64_t blackout = 0; ///< Not among `slots`: a window keeps them from running.
  std::int64_t clashes = 0;  ///< Minutes in which two heavy schedules start on one target.
};

struct LoadDay {
  std::chrono::year_month_day date;
  std::array<LoadCell, 24> hours{};  ///< By the hour on the clock; a repeated hour has both.
  std::int64_t slots = 0;
};

struct ScheduleLoad {
  std::string id;
  bool heavy = false;
  std::int64_t targets = 1;
  std::int64_t slots = 0;
  std::int64_t blackout = 0;
};

/// The slots of a schedule that one window keeps from running.
struct LoadBlackout {
  std::string schedule;
  WindowKind kind = WindowKind::kBlackout;
  Text window;
  Instant at;              ///< When the first of them would start.
  std::int64_t slots = 0;
};

/// A time of a schedule that a clock change skips or repeats.
struct LoadAtChange {
  std::string schedule;
  zone::LocalSeconds wall;  ///< The time as the expression names it.
  Text what;                ///< "skipped: runs right after the gap", "shown twice: runs once" …
};

struct LoadClash {
  std::string first, second;
  std::string target;      ///< "" when either runs on all targets.
  Instant at;              ///< The first time in these days.
  std::int64_t times = 0;  ///< In how many minutes of these days.
};

struct LoadMap {
  std::vector<LoadDay> days;
  std::int64_t slots = 0, heavy = 0, blackout = 0;
  std::vector<ScheduleLoad> schedules;   ///< Enabled ones, most slots first.
  std::vector<std::string> off;          ///< Disabled ones, which are not counted.
  std::int64_t busiest_slots = 0;        ///< Of the busiest minute ...
  Instant busiest;                       ///< ... the first one, if several are equal.
  std::vector<LoadBlackout> blackouts;   ///< In the schedules' order, then by time.
  std::vector<LoadClash> clashes;        ///< In time order.
  std::vector<LoadAtChange> at_changes;  ///< In the schedules' order.
};

/// From the midnight in `zone` that begins the day of `from`, `days` days (1 to 35) long.
/// `targets` says on how many targets a schedule runs; one that it lacks counts once.
LoadMap Simulate(const std::vector<Schedule>& schedules,
                 const std::map<std::string, std::int64_t>& targets, const zone::Zone& zone,
                 Instant from, int days);

}  // namespace upkeep::schedules

#endif  // UPKEEP_SCHEDULES_LOAD_MAP_H_
