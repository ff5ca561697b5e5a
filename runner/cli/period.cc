// SPDX-License-Identifier: Apache-2.0
#include "runner/cli/period.h"

#include <cstdio>
#include <utility>

#include "base/zone/zone.h"

namespace upkeep::cli {
namespace {

using std::chrono::days;
using std::chrono::months;
using std::chrono::year_month_day;

/// The first instant of `day` in `zone`: after a gap at midnight, the gap's end.
Instant StartOfDay(const zone::Zone& zone, std::chrono::local_days day) {
  const zone::Resolved resolved = zone.FromLocal(day);
  return resolved.occurrence == zone::Occurrence::kNever ? resolved.change : resolved.first;
}

std::string DateText(std::chrono::local_days day) {
  const year_month_day date(day);
  char text[32];
  std::snprintf(text, sizeof text, "%04d-%02u-%02u", int(date.year()), unsigned(date.month()),
                unsigned(date.day()));
  return text;
}

/// The local days [first, end) that a period of `kind` containing `day` has.
std::pair<std::chrono::local_days, std::chrono::local_days> PeriodAround(
    reports::ReportKind kind, std::chrono::local_days day) {
  const year_month_day date(day);
  const std::chrono::year_month month(date.year(), date.month());
  const auto first_of = [](std::chrono::year_month at) {
    return std::chrono::local_days(at / std::chrono::day(1));
  };
  switch (kind) {
    case reports::ReportKind::kWeekly: {
      const std::chrono::weekday weekday(day);
      const auto monday = day - days((weekday.iso_encoding() + 6) % 7);
      return {monday, monday + days(7)};
    }
    case reports::ReportKind::kMonthly:
      return {first_of(month), first_of(month + months(1))};
    case reports::ReportKind::kQuarterly: {
      const unsigned in_quarter = (unsigned(date.month()) - 1) % 3;
      const std::chrono::year_month start = month - months(in_quarter);
      return {first_of(start), first_of(start + months(3))};
    }
    default:
      return {day, day + days(1)};
  }
}

}  // namespace

Result<zone::Zone> TypedZone(const std::string& name) {
  Result<zone::Zone> zone = zone::Zone::Load(name);
  // One that is no zone is a slip of who typed it; one whose data is broken or missing is the machine's.
  if (zone.ok() || zone.status().code() != Code::kNotFound) return zone;
  return Status(Code::kUsage, zone.status().message()).WithHint(zone.status().hint());
}

Result<store::ReportQuery> ReadPeriod(const Invocation& invocation, const std::string& what) {
  store::ReportQuery query;
  if (what.find_first_not_of("0123456789") == std::string::npos && !what.empty() && what.size() <= 18) {
    query.kind = reports::ReportKind::kRun;
    query.run = std::stoll(what);
  } else if (what == "daily") {
    query.kind = reports::ReportKind::kDaily;
  } else if (what == "weekly") {
    query.kind = reports::ReportKind::kWeekly;
  } else if (what == "monthly") {
    query.kind = reports::ReportKind::kMonthly;
  } else if (what == "quarterly") {
    query.kind = reports::ReportKind::kQuarterly;
  } else {
    return Status(Code::kUsage, "'" + what + "' is no period and no run's number")
        .WithHint("daily, weekly, monthly, quarterly, or a number of upkeep history");
  }
  query.schedule = invocation.Value("--schedule");
  query.zone = invocation.Value("--zone", "UTC");
  Result<zone::Zone> zone = TypedZone(query.zone);
  if (!zone.ok()) return zone.status();
  std::chrono::local_days day;
  const std::string date = invocation.Value("--date");
  if (date.empty()) {
    const auto now = std::chrono::floor<std::chrono::seconds>(SystemClock().Now());
    day = std::chrono::floor<days>(zone->ToLocal(now));
  } else {
    Result<Instant> parsed = ParseRfc3339((date.size() == 7 ? date + "-01" : date) + "T00:00:00Z");
    if (!parsed.ok()) {
      return Status(Code::kUsage, "--date '" + date + "' is no date").WithHint("2026-11-21, or 2026-11 for a month");
    }
    day = std::chrono::local_days(std::chrono::floor<days>(*parsed).time_since_epoch());
  }
  const auto [first, end] = PeriodAround(query.kind, day);
  query.start = StartOfDay(*zone, first);
  query.end = StartOfDay(*zone, end);
  for (auto at = first; at < end; at += days(1)) {
    query.days.push_back({DateText(at), StartOfDay(*zone, at), StartOfDay(*zone, at + days(1))});
  }
  return query;
}

const std::vector<std::string>& PeriodNames() {
  static const std::vector<std::string> names = {"daily", "weekly", "monthly", "quarterly"};
  return names;
}

std::vector<Option> PeriodOptions() {
  return {
      {"--date", "DATE", "A day inside the period (default: today)", false, {}},
      {"--zone", "NAME", "Whose days these are, such as Asia/Seoul (default: UTC)", false, {}},
      {"--schedule", "ID", "Only this schedule's runs and slots", false, {}},
  };
}

}  // namespace upkeep::cli
