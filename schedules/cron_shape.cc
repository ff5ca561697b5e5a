// SPDX-License-Identifier: Apache-2.0
#include "schedules/cron_shape.h"

#include <bit>

namespace upkeep::schedules {
namespace {

constexpr std::uint32_t kAllWeekdays = 0x7FU;
/// So many times are named one by one; a step is a pattern from so many numbers on.
constexpr int kFewTimes = 6, kPattern = 4;

SetShape ShapeOfNumbers(const std::vector<int>& numbers, int first, int last) {
  SetShape shape;
  if (numbers.empty()) return shape;
  shape.low = numbers.front();
  shape.high = numbers.back();
  shape.all = static_cast<int>(numbers.size()) == last - first + 1;
  for (std::size_t i = 0; i < numbers.size();) {
    std::size_t end = i;
    while (end + 1 < numbers.size() && numbers[end + 1] == numbers[end] + 1) ++end;
    // "1 and 2" rather than "1 to 2".
    if (end == i + 1) end = i;
    shape.runs.push_back({numbers[i], numbers[end]});
    i = end + 1;
  }
  if (static_cast<int>(numbers.size()) < kPattern) return shape;
  const int step = numbers[1] - numbers[0];
  bool regular = step > 1;
  for (std::size_t i = 1; i < numbers.size() && regular; ++i) {
    regular = numbers[i] - numbers[i - 1] == step;
  }
  if (regular) shape.step = step;
  return shape;
}

std::vector<int> NumbersOf(std::uint64_t bits) {
  std::vector<int> numbers;
  for (; bits != 0; bits &= bits - 1) numbers.push_back(std::countr_zero(bits));
  return numbers;
}

void Mark(std::vector<DayMark>& marks, DayMark::Kind kind, std::uint32_t bits) {
  for (const int n : NumbersOf(bits)) marks.push_back({.kind = kind, .n = n, .weekday = 0});
}

/// The seconds of the day that the fields pick; enumerated, so that any regularity is seen.
std::vector<int> SecondsOfDay(const CronFields& fields) {
  std::vector<int> all;
  const std::vector<int> minutes = NumbersOf(fields.minutes), seconds = NumbersOf(fields.seconds);
  for (const int hour : NumbersOf(fields.hours)) {
    for (const int minute : minutes) {
      for (const int second : seconds) all.push_back(hour * 3600 + minute * 60 + second);
    }
  }
  return all;
}

}  // namespace

SetShape ShapeOf(std::uint64_t bits, int first, int last) {
  return ShapeOfNumbers(NumbersOf(bits), first, last);
}

SetShape ShapeOfYears(const CronFields& fields) {
  std::vector<int> years;
  if (fields.years) {
    for (int year = kFirstYear; year <= kLastYear; ++year) {
      if (fields.years->test(static_cast<std::size_t>(year - kFirstYear))) years.push_back(year);
    }
  }
  SetShape shape = ShapeOfNumbers(years, kFirstYear, kLastYear);
  shape.all = !fields.years;  // 1970 to 2199 is not for ever.
  return shape;
}

TimeShape TimesOf(const CronFields& fields) {
  TimeShape shape;
  shape.zero_seconds = fields.seconds == 1;
  shape.seconds = ShapeOf(fields.seconds, 0, 59);
  shape.minutes = ShapeOf(fields.minutes, 0, 59);
  shape.hours = ShapeOf(fields.hours, 0, 23);
  std::vector<int> times = SecondsOfDay(fields);
  if (times.empty()) return shape;
  shape.low = times.front();
  shape.high = times.back();
  const int count = static_cast<int>(times.size());
  const int step = count > 1 ? times[1] - times[0] : 0;
  bool regular = count >= kPattern;
  for (std::size_t i = 1; i < times.size() && regular; ++i) {
    regular = times[i] - times[i - 1] == step;
  }
  if (regular) shape.step = step;
  if (regular && shape.low == 0 && shape.high + step == kSecondsPerDay && step <= 3600) {
    shape.kind = TimeShape::Kind::kAllDay;
  } else if (regular && !shape.hours.all) {
    shape.kind = TimeShape::Kind::kSteps;
  } else if (count <= kFewTimes) {
    shape.kind = TimeShape::Kind::kTimes;
    shape.times = std::move(times);
  } else {
    shape.kind = TimeShape::Kind::kProduct;
  }
  return shape;
}

DayShape DaysOf(const CronFields& fields) {
  using Kind = DayMark::Kind;
  DayShape shape;
  const bool any_day = (fields.days & kAllDays) == kAllDays;
  const bool any_weekday = fields.weekdays == kAllWeekdays;
  if (fields.both_days_must_match) {
    shape.rule = any_day && any_weekday ? DayShape::Rule::kEvery
                 : any_day              ? DayShape::Rule::kByWeekday
                 : any_weekday          ? DayShape::Rule::kByDay
                                        : DayShape::Rule::kBoth;
  } else {
    shape.rule =
        any_day || any_weekday ? DayShape::Rule::kEvery : DayShape::Rule::kEither;
  }
  shape.days = ShapeOf(fields.days & kAllDays, 1, 31);
  Mark(shape.day_marks, Kind::kLast, fields.last_days);
  Mark(shape.day_marks, Kind::kNearest, fields.nearest_weekdays);
  Mark(shape.day_marks, Kind::kNearestToLast, fields.last_weekdays);
  shape.weekdays = fields.weekdays;
  for (int weekday = 0; weekday < 7; ++weekday) {
    for (const int n : NumbersOf(fields.nth_weekdays[static_cast<std::size_t>(weekday)])) {
      shape.weekday_marks.push_back({.kind = Kind::kNth, .n = n, .weekday = weekday});
    }
    if ((fields.last_of_weekday >> static_cast<unsigned>(weekday) & 1U) != 0) {
      shape.weekday_marks.push_back({.kind = Kind::kLastOfWeekday, .n = 0, .weekday = weekday});
    }
  }
  return shape;
}

}  // namespace upkeep::schedules
