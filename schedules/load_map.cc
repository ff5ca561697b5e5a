// SPDX-License-Identifier: Apache-2.0
#include "schedules/load_map.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <utility>

#include "schedules/clock_changes.h"

namespace upkeep::schedules {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::minutes;
using std::chrono::seconds;
using zone::LocalSeconds;

constexpr std::size_t kAtOnce = 10'000;

/// The starts of a schedule from `begin` to before `end`.
std::vector<Instant> Starts(const Schedule& schedule, Instant begin, Instant end) {
  std::vector<Instant> starts;
  // What was planned before can start within.
  Instant after = begin - schedule.splay - schedule.jitter - seconds(1);
  for (;;) {
    const auto planned = PlannedBetween(schedule, after, end - seconds(1), kAtOnce);
    for (const Instant at : planned) {
      const Instant start = StartOf(schedule, at);
      if (start >= begin && start < end) starts.push_back(start);
    }
    if (planned.size() < kAtOnce) return starts;
    after = planned.back();
  }
}

Text WhatHappens(const ChangeHit& hit, const CronExpression& expression) {
  const DstPolicy dst = expression.wildcard() ? DstPolicy{Gap::kSkip, Overlap::kBoth}
                                              : expression.dst();
  if (!hit.gap) {
    return dst.overlap == Overlap::kFirst
               ? Text{.en = "shown twice: runs the first time only", .ko = "두 번 오는 시각: 첫 번째에만 실행"}
               : Text{.en = "shown twice: runs both times", .ko = "두 번 오는 시각: 두 번 모두 실행"};
  }
  switch (dst.gap) {
    case Gap::kAfter:
      return {.en = "skipped: runs right after the gap", .ko = "건너뛰는 시각: 건너뛴 직후 실행"};
    case Gap::kShift:
      return {.en = "skipped: runs later by the gap's length", .ko = "건너뛰는 시각: 건너뛴 만큼 늦게 실행"};
    case Gap::kSkip: break;
  }
  return {.en = "skipped: does not run", .ko = "건너뛰는 시각: 실행하지 않음"};
}

/// Whether the calendar takes the times of that day away from it.
bool Moves(const Schedule& schedule, LocalSeconds wall) {
  return schedule.calendar != nullptr && schedule.holiday != HolidayShift::kNone &&
         !schedule.calendar->IsWorkingDay(floor<days>(wall));
}

/// Books a slot that `window` keeps from running.
void AddBlackout(std::vector<LoadBlackout>& blackouts, std::size_t first, const Schedule& schedule,
                 const Window& window, Instant start, std::int64_t slots) {
  const auto known = std::find_if(
      blackouts.begin() + static_cast<std::ptrdiff_t>(first), blackouts.end(),
      [&](const LoadBlackout& one) { return one.window == window.reason && one.kind == window.kind; });
  if (known != blackouts.end()) {
    known->slots += slots;
    return;
  }
  blackouts.push_back({.schedule = schedule.id, .kind = window.kind, .window = window.reason,
                       .at = start, .slots = slots});
}

/// Pairs of heavy schedules that meet, from the minutes in which heavy ones start; `seen` is told
/// of each such minute.
std::vector<LoadClash> ClashesIn(
    const std::map<Instant, std::vector<const Schedule*>>& heavy_minutes,
    const std::function<void(Instant)>& seen) {
  std::map<std::pair<std::string, std::string>, LoadClash> pairs;
  for (const auto& [at, together] : heavy_minutes) {
    bool meets = false;
    for (std::size_t i = 0; i < together.size(); ++i) {
      for (std::size_t j = i + 1; j < together.size(); ++j) {
        const Schedule &a = *together[i], &b = *together[j];
        const auto target = SharedTarget(a, b);
        if (!target) continue;
        meets = true;
        LoadClash& clash = pairs[{a.id, b.id}];
        if (clash.times++ == 0) {
          clash = {.first = a.id, .second = b.id, .target = *target, .at = at, .times = 1};
        }
      }
    }
    if (meets) seen(at);
  }
  std::vector<LoadClash> clashes;
  for (auto& [_, clash] : pairs) clashes.push_back(std::move(clash));
  std::stable_sort(clashes.begin(), clashes.end(),
                   [](const LoadClash& a, const LoadClash& b) { return a.at < b.at; });
  return clashes;
}

}  // namespace

LoadMap Simulate(const std::vector<Schedule>& schedules,
                 const std::map<std::string, std::int64_t>& targets, const zone::Zone& zone,
                 Instant from, int day_count) {
  LoadMap map;
  const auto first_day = floor<days>(zone.ToLocal(floor<seconds>(from)));
  const auto begin_of = [&](std::chrono::local_days day) {
    return Instant(zone.FromLocal(LocalSeconds(day)).first);
  };
  for (int i = 0; i < day_count; ++i) {
    map.days.push_back({.date = std::chrono::year_month_day(first_day + days(i))});
  }
  const auto cell_of = [&](Instant at) -> LoadCell& {
    const LocalSeconds wall = zone.ToLocal(floor<seconds>(at));
    const auto day = floor<days>(wall);
    LoadDay& on = map.days.at(static_cast<std::size_t>((day - first_day).count()));
    return on.hours.at(static_cast<std::size_t>((wall - day) / std::chrono::hours(1)));
  };
  const Instant begin = begin_of(first_day), end = begin_of(first_day + days(day_count));
  std::map<Instant, std::int64_t> by_minute;
  std::map<Instant, std::vector<const Schedule*>> heavy_minutes;
  for (const Schedule& schedule : schedules) {
    if (!schedule.enabled) {
      map.off.push_back(schedule.id);
      continue;
    }
    const auto known = targets.find(schedule.id);
    ScheduleLoad load{.id = schedule.id, .heavy = schedule.heavy,
                      .targets = known != targets.end() ? known->second : 1};
    const std::size_t first_blackout = map.blackouts.size();
    for (const Instant start : Starts(schedule, begin, end)) {
      LoadCell& cell = cell_of(start);
      if (const Window* const window = WindowAt(schedule, start)) {
        cell.blackout += load.targets;
        load.blackout += load.targets;
        AddBlackout(map.blackouts, first_blackout, schedule, *window, start, load.targets);
        continue;
      }
      cell.slots += load.targets;
      if (schedule.heavy) cell.heavy += load.targets;
      load.slots += load.targets;
      by_minute[floor<minutes>(start)] += load.targets;
      if (!schedule.heavy) continue;
      auto& heavy = heavy_minutes[floor<minutes>(start)];
      if (heavy.empty() || heavy.back() != &schedule) heavy.push_back(&schedule);
    }
    for (auto hit = NextChangeHit(schedule.expression, begin, end); hit;
         hit = NextChangeHit(schedule.expression, hit->at, end)) {
      if (Moves(schedule, hit->wall)) continue;
      map.at_changes.push_back({.schedule = schedule.id, .wall = hit->wall,
                                .what = WhatHappens(*hit, schedule.expression)});
    }
    map.slots += load.slots;
    map.blackout += load.blackout;
    if (schedule.heavy) map.heavy += load.slots;
    map.schedules.push_back(std::move(load));
  }
  for (const auto& [minute, slots] : by_minute) {
    if (slots <= map.busiest_slots) continue;
    map.busiest_slots = slots;
    map.busiest = minute;
  }
  for (LoadDay& day : map.days) {
    for (const LoadCell& cell : day.hours) day.slots += cell.slots;
  }
  map.clashes = ClashesIn(heavy_minutes, [&](Instant at) { ++cell_of(at).clashes; });
  std::stable_sort(map.schedules.begin(), map.schedules.end(),
                   [](const ScheduleLoad& a, const ScheduleLoad& b) { return a.slots > b.slots; });
  return map;
}

}  // namespace upkeep::schedules
