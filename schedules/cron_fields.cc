// SPDX-License-Identifier: Apache-2.0
#include "schedules/cron_fields.h"

#include <bit>
#include <chrono>

namespace upkeep::schedules {
namespace {

constexpr int kHorizonYears = 400;

bool IsLeap(int year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

int DaysIn(int year, int month) {
  constexpr std::array<int, 13> kDays{0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && IsLeap(year) ? 29 : kDays[static_cast<std::size_t>(month)];
}

long DayNumber(int year, int month, int day) {
  return std::chrono::sys_days(std::chrono::year(year) /
                               std::chrono::month(static_cast<unsigned>(month)) /
                               std::chrono::day(static_cast<unsigned>(day)))
      .time_since_epoch()
      .count();
}

int WeekdayOf(long day_number) {
  const long weekday = (day_number + 4) % 7;  // 1970-01-01 was a Thursday.
  return static_cast<int>(weekday < 0 ? weekday + 7 : weekday);
}

/// Bits low to high of `set` that are at least `from`; -1 when there is none.
int FirstFrom(std::uint64_t set, int from) {
  if (from > 63) return -1;
  const std::uint64_t rest = set >> static_cast<unsigned>(from);
  return rest == 0 ? -1 : from + std::countr_zero(rest);
}

/// The weekday nearest to `day` without leaving the month.
int NearestWeekday(int day, int first_weekday, int last_day) {
  const int weekday = (first_weekday + day - 1) % 7;
  if (weekday == 6) return day > 1 ? day - 1 : day + 2;
  if (weekday == 0) return day < last_day ? day + 1 : day - 2;
  return day;
}

}  // namespace

std::uint32_t CronFields::DaysOf(int year, int month) const {
  const int last = DaysIn(year, month);
  const std::uint32_t valid = kAllDays & (0xFFFFFFFFU >> static_cast<unsigned>(31 - last));
  const bool plain_weekdays = weekdays == 0x7FU;
  std::uint32_t by_day = days & valid;
  if (plain_weekdays && both_days_must_match &&
      (last_days | last_weekdays | nearest_weekdays) == 0) {
    return by_day;
  }
  const int first_weekday = WeekdayOf(DayNumber(year, month, 1));
  for (std::uint32_t rest = last_days; rest != 0; rest &= rest - 1) {
    const int day = last - std::countr_zero(rest);
    if (day >= 1) by_day |= Bit(day);
  }
  for (std::uint32_t rest = last_weekdays; rest != 0; rest &= rest - 1) {
    const int day = last - std::countr_zero(rest);
    if (day >= 1) by_day |= Bit(NearestWeekday(day, first_weekday, last));
  }
  for (std::uint32_t rest = nearest_weekdays; rest != 0; rest &= rest - 1) {
    const int day = std::countr_zero(rest);
    if (day <= last) by_day |= Bit(NearestWeekday(day, first_weekday, last));
  }
  // The week of seven bits, turned so that bit 0 is the month's first day, repeated five times.
  const auto turn = static_cast<unsigned>(first_weekday);
  const std::uint64_t week = ((weekdays >> turn) | (weekdays << (7U - turn))) & 0x7FU;
  std::uint32_t by_weekday = static_cast<std::uint32_t>((week * 0x10204081ULL) << 1U);
  for (int weekday = 0; weekday < 7; ++weekday) {
    const int first = 1 + (weekday - first_weekday + 7) % 7;
    for (std::uint32_t rest = nth_weekdays[static_cast<std::size_t>(weekday)]; rest != 0;
         rest &= rest - 1) {
      const int day = first + 7 * (std::countr_zero(rest) - 1);
      if (day <= last) by_weekday |= Bit(day);
    }
    if ((last_of_weekday & Bit(weekday)) != 0) by_weekday |= Bit(first + 7 * ((last - first) / 7));
  }
  by_weekday &= valid;
  return both_days_must_match ? by_day & by_weekday : by_day | by_weekday;
}

bool CronFields::YearMatches(int year) const {
  if (!years) return true;
  return year >= kFirstYear && year <= kLastYear &&
         years->test(static_cast<std::size_t>(year - kFirstYear));
}

std::optional<int> CronFields::NextSecondOfDay(int from) const {
  int hour = FirstFrom(hours, from / 3600);
  int minute = 0, second = 0;
  if (hour == from / 3600) {
    minute = FirstFrom(minutes, from / 60 % 60);
    if (minute == from / 60 % 60) {
      second = FirstFrom(seconds, from % 60);
      if (second >= 0) return hour * 3600 + minute * 60 + second;
      minute = FirstFrom(minutes, minute + 1);
    }
    if (minute >= 0) return hour * 3600 + minute * 60 + std::countr_zero(seconds);
    hour = FirstFrom(hours, hour + 1);
  }
  if (hour < 0) return std::nullopt;
  return hour * 3600 + std::countr_zero(minutes) * 60 + std::countr_zero(seconds);
}

std::optional<zone::LocalSeconds> CronFields::NextLocal(zone::LocalSeconds from) const {
  if (hours == 0 || minutes == 0 || seconds == 0) return std::nullopt;
  const auto at = [](long day_number, int second_of_day) {
    return zone::LocalSeconds(std::chrono::seconds(day_number * kSecondsPerDay + second_of_day));
  };
  const auto day = std::chrono::floor<std::chrono::days>(from);
  const std::chrono::year_month_day date{std::chrono::local_days(day)};
  int year = int(date.year());
  int month = static_cast<int>(unsigned(date.month()));
  int first_day = static_cast<int>(unsigned(date.day()));
  const int last_year = std::min(year + kHorizonYears, 9999);
  std::uint32_t matching =
      YearMatches(year) && (months & Bit(month)) != 0 ? DaysOf(year, month) : 0;
  if ((matching & Bit(first_day)) != 0) {
    const auto second = NextSecondOfDay(static_cast<int>((from - day).count()));
    if (second) return at(day.time_since_epoch().count(), *second);
  }
  matching = first_day == 31 ? 0 : matching & (0xFFFFFFFFU << static_cast<unsigned>(first_day + 1));
  while (matching == 0) {
    month = FirstFrom(months, month + 1);
    if (month < 0 || month > 12) {
      month = FirstFrom(months, 1);
      if (month < 0) return std::nullopt;
      do {
        if (++year > last_year) return std::nullopt;
      } while (!YearMatches(year));
    } else if (!YearMatches(year)) {
      continue;  // The rest of this year runs out without looking at its days.
    }
    matching = DaysOf(year, month);
  }
  const int start = std::countr_zero(hours) * 3600 + std::countr_zero(minutes) * 60 +
                    std::countr_zero(seconds);
  return at(DayNumber(year, month, std::countr_zero(matching)), start);
}

bool CronFields::EverMatches() const {
  const int first = years ? kFirstYear : 2000;
  const int last = years ? kLastYear : 2399;
  for (int year = first; year <= last; ++year) {
    if (!YearMatches(year)) continue;
    for (int month = 1; month <= 12; ++month) {
      if ((months & Bit(month)) != 0 && DaysOf(year, month) != 0) return true;
    }
  }
  return false;
}

}  // namespace upkeep::schedules
