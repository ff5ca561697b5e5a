// SPDX-License-Identifier: Apache-2.0
#include "schedules/recurrence.h"

#include <algorithm>
#include <charconv>
#include <cstdio>

namespace upkeep::schedules {
namespace {

using std::chrono::days;
using std::chrono::weekday;
using std::chrono::year_month_day;

std::uint32_t Bit(unsigned n) { return std::uint32_t{1} << n; }

unsigned DaysIn(const year_month_day& date) {
  return unsigned((date.year() / date.month() / std::chrono::last).day());
}

long MonthNumber(const year_month_day& date) {
  return int(date.year()) * 12L + static_cast<long>(unsigned(date.month())) - 1;
}

/// The first day of the week of `day`.
LocalDays WeekOf(LocalDays day, int week_start) {
  return day - days((static_cast<int>(weekday(day).c_encoding()) - week_start + 7) % 7);
}

bool IsNth(const NthWeekday& wanted, LocalDays day, const year_month_day& date) {
  if (static_cast<int>(weekday(day).c_encoding()) != wanted.weekday) return false;
  const int number = static_cast<int>(unsigned(date.day()));
  if (wanted.nth == 0) return true;
  if (wanted.nth > 0) return (number - 1) / 7 + 1 == wanted.nth;
  return (static_cast<int>(DaysIn(date)) - number) / 7 + 1 == -wanted.nth;
}

}  // namespace

bool Recurrence::Contains(LocalDays first, LocalDays day) const {
  if (day < first || (until && day > *until)) return false;
  const year_month_day date(day), start(first);
  switch (frequency) {
    case Frequency::kYearly:
      if ((int(date.year()) - int(start.year())) % interval != 0) return false;
      break;
    case Frequency::kMonthly:
      if ((MonthNumber(date) - MonthNumber(start)) % interval != 0) return false;
      break;
    case Frequency::kWeekly:
      if ((WeekOf(day, week_start) - WeekOf(first, week_start)).count() / 7 % interval != 0) {
        return false;
      }
      break;
  }
  const bool by_day = (days | days_from_end) != 0;
  if (months != 0) {
    if ((months & Bit(unsigned(date.month()))) == 0) return false;
  } else if (frequency == Frequency::kYearly && !by_day && weekdays.empty()) {
    if (date.month() != start.month()) return false;
  }
  if (by_day) {
    const unsigned number = unsigned(date.day());
    const bool from_start = (days & Bit(number)) != 0;
    const bool from_end = (days_from_end & Bit(DaysIn(date) + 1 - number)) != 0;
    if (!from_start && !from_end) return false;
  }
  if (!weekdays.empty()) {
    return std::any_of(weekdays.begin(), weekdays.end(),
                       [&](const NthWeekday& wanted) { return IsNth(wanted, day, date); });
  }
  if (by_day) return true;
  if (frequency == Frequency::kWeekly) return weekday(day) == weekday(first);
  return date.day() == start.day();
}

std::optional<LocalDays> Recurrence::Nth(LocalDays first, int count) const {
  for (LocalDays day = first; day < first + kGregorianCycle; day += std::chrono::days(1)) {
    if (Contains(first, day) && --count == 0) return day;
  }
  return std::nullopt;
}

Value ToValue(const Recurrence& rule) {
  Value value = {{"frequency", static_cast<int>(rule.frequency)}, {"interval", rule.interval}};
  if (rule.until) value["until"] = DateText(*rule.until);
  if (rule.months != 0) value["months"] = rule.months;
  if (rule.days != 0) value["days"] = rule.days;
  if (rule.days_from_end != 0) value["days_from_end"] = rule.days_from_end;
  for (const NthWeekday& day : rule.weekdays) value["weekdays"].push_back({day.weekday, day.nth});
  if (rule.week_start != 1) value["week_start"] = rule.week_start;
  return value;
}

std::optional<Recurrence> RecurrenceFromValue(const Value& value) {
  if (!value.is_object()) return std::nullopt;
  const auto number = [&](const char* key, std::int64_t fallback) -> std::int64_t {
    const auto found = value.find(key);
    return found != value.end() && found->is_number_integer() ? found->get<std::int64_t>()
                                                              : fallback;
  };
  Recurrence rule;
  const std::int64_t frequency = number("frequency", -1);
  rule.interval = static_cast<int>(number("interval", 0));
  if (frequency < 0 || frequency > 2 || rule.interval < 1) return std::nullopt;
  rule.frequency = static_cast<Frequency>(frequency);
  if (value.contains("until")) {
    rule.until = ParseDate(StringAt(value, "until"));
    if (!rule.until) return std::nullopt;
  }
  rule.months = static_cast<std::uint32_t>(number("months", 0));
  rule.days = static_cast<std::uint32_t>(number("days", 0));
  rule.days_from_end = static_cast<std::uint32_t>(number("days_from_end", 0));
  rule.week_start = static_cast<int>(number("week_start", 1));
  for (const Value& day : value.value("weekdays", Value::array())) {
    if (!day.is_array() || day.size() != 2 || !day[0].is_number_integer() ||
        !day[1].is_number_integer()) {
      return std::nullopt;
    }
    rule.weekdays.push_back({day[0].get<int>(), day[1].get<int>()});
  }
  return rule;
}

std::string DateText(LocalDays day) {
  const year_month_day date(day);
  char text[32];
  std::snprintf(text, sizeof text, "%04d-%02u-%02u", int(date.year()), unsigned(date.month()),
                unsigned(date.day()));
  return text;
}

std::optional<LocalDays> ParseDate(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto number = [&](std::size_t from, std::size_t length) {
    unsigned value = 0;
    const char* const end = text.data() + from + length;
    const auto read = std::from_chars(text.data() + from, end, value);
    return read.ptr == end && read.ec == std::errc() ? static_cast<int>(value) : -1;
  };
  const int year = number(0, 4), month = number(5, 2), day = number(8, 2);
  if (year < 1900 || month < 1 || day < 1) return std::nullopt;
  const year_month_day date{std::chrono::year(year), std::chrono::month(unsigned(month)),
                            std::chrono::day(unsigned(day))};
  if (!date.ok()) return std::nullopt;
  return LocalDays(date);
}

}  // namespace upkeep::schedules
