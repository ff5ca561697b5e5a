// SPDX-License-Identifier: Apache-2.0
#include "schedules/clock_changes.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>

namespace upkeep::schedules {
namespace {

using std::chrono::floor;
using std::chrono::seconds;
using zone::LocalSeconds;
using zone::Period;

/// The wall time in the gap before `period` that `at` stands for.
std::optional<LocalSeconds> SkippedFor(const CronExpression& expression, const Period& period,
                                       zone::SysSeconds at) {
  const LocalSeconds begin = period.LocalEndOfPrevious(), end = period.LocalStart();
  const Gap gap = expression.wildcard() ? Gap::kSkip : expression.dst().gap;
  if (begin >= end || gap == Gap::kSkip) return std::nullopt;
  const seconds into = at - period.start;
  if (gap == Gap::kAfter ? into > seconds(0) : into >= end - begin) return std::nullopt;
  const auto wall = expression.fields().NextLocal(begin + into);
  if (!wall || *wall >= end) return std::nullopt;
  if (gap == Gap::kShift && *wall != begin + into) return std::nullopt;
  return wall;
}

}  // namespace

std::optional<ChangeHit> NextChangeHit(const CronExpression& expression, Instant after,
                                       Instant until) {
  const zone::Zone& zone = expression.zone();
  const auto end_of_search = floor<seconds>(until);
  Period period = zone.PeriodAt(floor<seconds>(after));
  while (period.end < end_of_search) {
    period = zone.PeriodAt(period.end);
    const bool gap = period.offset > period.previous_offset;
    const auto begin = gap ? period.LocalEndOfPrevious() : period.LocalStart();
    const auto end = gap ? period.LocalStart() : period.LocalEndOfPrevious();
    const auto wall = expression.fields().NextLocal(begin);
    if (wall && *wall < end) {
      return ChangeHit{.at = Instant(period.start), .gap = gap, .wall = *wall};
    }
  }
  return std::nullopt;
}

ClockMark MarkOf(const CronExpression& expression, Instant at) {
  if (expression.interval()) return {};
  const auto whole = floor<seconds>(at);
  const Period period = expression.zone().PeriodAt(whole);
  if (const auto wall = SkippedFor(expression, period, whole)) {
    return {.kind = ClockMark::Kind::kMoved, .wall = *wall};
  }
  return MarkOf(expression.zone(), at, expression.zone().ToLocal(whole));
}

ClockMark MarkOf(const zone::Zone& zone, Instant at, LocalSeconds meant) {
  if (zone.ToLocal(floor<seconds>(at)) != meant) {
    return {.kind = ClockMark::Kind::kMoved, .wall = meant};
  }
  const zone::Resolved resolved = zone.FromLocal(meant);
  if (resolved.occurrence != zone::Occurrence::kTwice) return {};
  return {.kind = at < Instant(resolved.change) ? ClockMark::Kind::kFirstPass
                                                : ClockMark::Kind::kSecondPass};
}

std::string FormatWall(LocalSeconds wall) {
  const auto day = floor<std::chrono::days>(wall);
  const std::chrono::year_month_day date{std::chrono::local_days(day)};
  const std::chrono::hh_mm_ss time(wall - day);
  std::array<char, 64> text{};
  const int length = std::snprintf(
      text.data(), text.size(), "%04d-%02u-%02u %02d:%02d", int(date.year()),
      unsigned(date.month()), unsigned(date.day()), static_cast<int>(time.hours().count()),
      static_cast<int>(time.minutes().count()));
  std::string shown(text.data(), static_cast<std::size_t>(std::max(0, length)));
  if (time.seconds().count() != 0) {
    std::snprintf(text.data(), text.size(), ":%02d", static_cast<int>(time.seconds().count()));
    shown += text.data();
  }
  return shown;
}

}  // namespace upkeep::schedules
