// SPDX-License-Identifier: Apache-2.0
#include "runner/daemon/report_period.h"

#include <cstdio>

#include "runner/daemon/assignment.h"
#include "schedules/occurrence.h"

namespace upkeep::daemon {
namespace {

using reports::ReportKind;
using std::chrono::days;
using std::chrono::floor;
using std::chrono::local_days;
using std::chrono::months;
using std::chrono::seconds;
using std::chrono::year_month_day;

/// The first instant of `day`: after a gap at midnight, the gap's end.
Instant StartOfDay(const zone::Zone& zone, local_days day) {
  const zone::Resolved resolved = zone.FromLocal(day);
  return resolved.occurrence == zone::Occurrence::kNever ? resolved.change : resolved.first;
}

local_days FirstOf(std::chrono::year_month month) { return local_days(month / std::chrono::day(1)); }

std::pair<local_days, local_days> DaysOf(ReportKind kind, local_days day) {
  const year_month_day date(day);
  const std::chrono::year_month month(date.year(), date.month());
  switch (kind) {
    case ReportKind::kWeekly: {
      const auto monday = day - days((std::chrono::weekday(day).iso_encoding() + 6) % 7);
      return {monday, monday + days(7)};
    }
    case ReportKind::kMonthly: return {FirstOf(month), FirstOf(month + months(1))};
    case ReportKind::kQuarterly: {
      const auto start = month - months((static_cast<unsigned>(date.month()) - 1) % 3);
      return {FirstOf(start), FirstOf(start + months(3))};
    }
    default: return {day, day + days(1)};
  }
}

std::string DateText(local_days day) {
  const year_month_day date(day);
  char text[32];
  std::snprintf(text, sizeof text, "%04d-%02u-%02u", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
  return text;
}

/// The newest instant before `planned`; `planned` itself when there is none in `back`.
Instant Before(const schedules::Schedule& schedule, Instant planned, days back) {
  Instant found = planned;
  for (auto next = schedules::NextPlanned(schedule, planned - back); next && *next < planned;
       next = schedules::NextPlanned(schedule, *next)) {
    found = *next;
  }
  return found;
}

}  // namespace

Result<ReportKind> ReportKindFromName(const std::string& name) {
  if (name == "daily") return ReportKind::kDaily;
  if (name == "weekly") return ReportKind::kWeekly;
  if (name == "monthly") return ReportKind::kMonthly;
  if (name == "quarterly") return ReportKind::kQuarterly;
  return Status(Code::kUsage, "there is no report '" + name + "'")
      .WithHint("daily, weekly, monthly or quarterly");
}

store::ReportQuery CalendarPeriod(ReportKind kind, const zone::Zone& zone, Instant at) {
  store::ReportQuery query;
  query.kind = kind;
  const auto [first, end] = DaysOf(kind, floor<days>(zone.ToLocal(floor<seconds>(at))));
  query.start = StartOfDay(zone, first);
  query.end = StartOfDay(zone, end);
  query.zone = zone.name();
  for (auto day = first; day < end; day += days(1)) {
    query.days.push_back({DateText(day), StartOfDay(zone, day), StartOfDay(zone, day + days(1))});
  }
  return query;
}

store::ReportQuery PeriodOfSlot(const schedules::Schedule& schedule, store::RunId run,
                                Instant planned, Instant end) {
  store::ReportQuery query;
  const auto kind = ReportKindFromName(CadenceOf(schedule));
  if (!kind.ok()) {
    query.kind = ReportKind::kRun;
    query.run = run;
    return query;
  }
  days back{2};
  if (*kind == ReportKind::kWeekly) back = days(15);
  if (*kind == ReportKind::kMonthly) back = days(63);
  if (*kind == ReportKind::kQuarterly) back = days(187);
  query.kind = *kind;
  query.start = Before(schedule, planned, back);
  query.end = end;
  const zone::Zone& zone = schedule.expression.zone();
  query.zone = zone.name();
  const auto first = floor<days>(zone.ToLocal(floor<seconds>(query.start)));
  for (auto day = first; StartOfDay(zone, day) < query.end; day += days(1)) {
    query.days.push_back({DateText(day), StartOfDay(zone, day), StartOfDay(zone, day + days(1))});
  }
  return query;
}

}  // namespace upkeep::daemon
