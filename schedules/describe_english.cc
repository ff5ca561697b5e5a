// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstdio>

#include "schedules/describe_words.h"

namespace upkeep::schedules {
namespace {

using Strings = std::vector<std::string>;

constexpr std::array<const char*, 13> kMonths{
    "",     "January", "February",  "March",   "April",    "May",     "June",
    "July", "August",  "September", "October", "November", "December"};
constexpr std::array<const char*, 7> kWeekdays{"Sunday",   "Monday", "Tuesday", "Wednesday",
                                               "Thursday", "Friday", "Saturday"};
constexpr std::array<const char*, 6> kOrdinals{"", "first", "second", "third", "fourth", "fifth"};
constexpr std::uint32_t kMondayToFriday = 0x3EU;

std::string And(const Strings& words) { return JoinWords(words, ", ", " and "); }

/// "1, 3 and 5 to 9", "0 to 56 in steps of 7"; names where there are any.
std::string Numbers(const SetShape& set, const char* const* names = nullptr) {
  const auto name = [&](int n) { return names != nullptr ? names[n] : std::to_string(n); };
  if (set.step > 0 && names == nullptr) {
    return name(set.low) + " to " + name(set.high) + " in steps of " + std::to_string(set.step);
  }
  Strings words;
  for (const SetShape::Run& run : set.runs) {
    words.push_back(run.low == run.high ? name(run.low) : name(run.low) + " to " + name(run.high));
  }
  return And(words);
}

/// "minute 5", "minutes 5 and 20".
std::string Counted(const std::string& unit, const SetShape& set) {
  return unit + (set.low == set.high ? " " : "s ") + Numbers(set);
}

std::string Clock(int second_of_day, bool with_seconds) {
  std::array<char, 32> text{};
  const int hour = second_of_day / 3600, minute = second_of_day / 60 % 60;
  if (with_seconds) {
    std::snprintf(text.data(), text.size(), "%02d:%02d:%02d", hour, minute, second_of_day % 60);
  } else {
    std::snprintf(text.data(), text.size(), "%02d:%02d", hour, minute);
  }
  return text.data();
}

/// "every minute", "every 15 minutes", "every 2 hours".
std::string Every(int step) {
  const int unit = step % 3600 == 0 ? 3600 : step % 60 == 0 ? 60 : 1;
  const std::string name = unit == 3600 ? "hour" : unit == 60 ? "minute" : "second";
  return step == unit ? "every " + name
                      : "every " + std::to_string(step / unit) + " " + name + "s";
}

std::string Product(const TimeShape& times) {
  const bool whole_minutes = times.zero_seconds;
  std::string text;
  if (!whole_minutes) {
    text = times.seconds.all ? "every second of " : "at " + Counted("second", times.seconds) + " of ";
  }
  if (times.minutes.all) {
    text += "every minute";
  } else {
    text += (whole_minutes ? "at " : "") + Counted("minute", times.minutes);
  }
  return text + " of " + (times.hours.all ? "every hour" : "the " + Counted("hour", times.hours));
}

std::string Times(const TimeShape& times) {
  const bool with_seconds = !times.zero_seconds;
  switch (times.kind) {
    case TimeShape::Kind::kNever: return "never";
    case TimeShape::Kind::kAllDay:
      if (times.step == 3600) return "every hour on the hour";
      if (times.step == 60 || times.step == 1) return Every(times.step);
      return Every(times.step) + (times.step < 60 ? " from the full minute" : " from the full hour");
    case TimeShape::Kind::kSteps:
      return Every(times.step) + " from " + Clock(times.low, with_seconds) + " to " +
             Clock(times.high, with_seconds);
    case TimeShape::Kind::kTimes: {
      Strings words;
      for (const int time : times.times) words.push_back(Clock(time, with_seconds));
      return "at " + And(words);
    }
    case TimeShape::Kind::kProduct: return Product(times);
  }
  return "";
}

std::string Mark(const DayMark& mark) {
  const std::string before = mark.n == 0
                                 ? "the last day"
                                 : "the day " + std::to_string(mark.n) +
                                       (mark.n == 1 ? " day" : " days") + " before the last";
  switch (mark.kind) {
    case DayMark::Kind::kLast: return before;
    case DayMark::Kind::kNearest: return "the weekday nearest to day " + std::to_string(mark.n);
    case DayMark::Kind::kNearestToLast:
      return mark.n == 0 ? "the last weekday" : "the weekday nearest to " + before;
    case DayMark::Kind::kNth:
      return std::string("the ") + kOrdinals[static_cast<std::size_t>(mark.n)] + " " +
             kWeekdays[static_cast<std::size_t>(mark.weekday)];
    case DayMark::Kind::kLastOfWeekday:
      return std::string("the last ") + kWeekdays[static_cast<std::size_t>(mark.weekday)];
  }
  return "";
}

Strings DayWords(const DayShape& days) {
  Strings words;
  if (!days.days.runs.empty()) words.push_back(Counted("day", days.days));
  for (const DayMark& mark : days.day_marks) words.push_back(Mark(mark));
  return words;
}

Strings WeekdayNames(std::uint32_t weekdays, const std::string& before) {
  Strings names;
  for (const unsigned day : {1U, 2U, 3U, 4U, 5U, 6U, 0U}) {  // A week begins on Monday.
    if ((weekdays >> day & 1U) != 0) names.push_back(before + kWeekdays[day]);
  }
  return names;
}

std::string PlainWeekdays(std::uint32_t weekdays) {
  if (weekdays == kMondayToFriday) return "on weekdays, Monday to Friday";
  const Strings missing = WeekdayNames(~weekdays & 0x7FU, "");
  if (missing.size() == 1) return "every day but " + missing.front();
  return "every " + And(WeekdayNames(weekdays, ""));
}

/// "one of days 1 and 15, the last day"; a single one stands alone.
std::string OneOf(const Strings& words, bool several) {
  return (several || words.size() > 1 ? "one of " : "") + JoinWords(words, ", ", ", ");
}

/// A weekday that is sought near a number never leaves the month; who reads must know that.
std::string NoteOn(const DayShape& days) {
  bool nearest = false, last = false;
  for (const DayMark& mark : days.day_marks) {
    nearest = nearest || mark.kind == DayMark::Kind::kNearest ||
              (mark.kind == DayMark::Kind::kNearestToLast && mark.n > 0);
    last = last || (mark.kind == DayMark::Kind::kNearestToLast && mark.n == 0);
  }
  if (nearest) return ", where a weekday is Monday to Friday within the same month";
  return last ? ", where a weekday is Monday to Friday" : "";
}

std::string Days(const DayShape& days, const SetShape& months) {
  const std::string month = months.all ? "the month" : Numbers(months, kMonths.data());
  switch (days.rule) {
    case DayShape::Rule::kEvery: return months.all ? "every day" : "every day of " + month;
    case DayShape::Rule::kByDay: return "on " + And(DayWords(days)) + " of " + month + NoteOn(days);
    case DayShape::Rule::kByWeekday: {
      if (days.weekday_marks.empty()) {
        return PlainWeekdays(days.weekdays) + (months.all ? "" : (days.weekdays == kMondayToFriday ? ", in " : " in ") + month);
      }
      Strings words = WeekdayNames(days.weekdays, "every ");
      for (const DayMark& mark : days.weekday_marks) words.push_back(Mark(mark));
      return "on " + And(words) + " of " + month;
    }
    case DayShape::Rule::kBoth:
    case DayShape::Rule::kEither: {
      const bool both = days.rule == DayShape::Rule::kBoth;
      Strings weekdays = WeekdayNames(days.weekdays, "a ");
      for (const DayMark& mark : days.weekday_marks) weekdays.push_back(Mark(mark));
      return "on every day of " + month + " that is " + (both ? "both " : "either ") +
             OneOf(DayWords(days), days.days.low != days.days.high) + (both ? " and " : " or ") +
             OneOf(weekdays, false) + NoteOn(days);
    }
  }
  return "";
}

}  // namespace

std::string JoinWords(const std::vector<std::string>& words, const std::string& between,
                      const std::string& last) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    text += (i == 0 ? "" : i + 1 == words.size() ? last : between) + words[i];
  }
  return text;
}

std::string EnglishSpan(long seconds) {
  Strings words;
  const auto take = [&](long unit, const std::string& name) {
    const long count = seconds / unit;
    seconds %= unit;
    if (count > 0) words.push_back(std::to_string(count) + " " + name + (count == 1 ? "" : "s"));
  };
  take(86'400, "day");
  take(3600, "hour");
  take(60, "minute");
  take(1, "second");
  return words.empty() ? "0 seconds" : And(words);
}

std::string EnglishWhen(const FieldShapes& shapes) {
  std::string text = Times(shapes.times);
  if (shapes.times.kind == TimeShape::Kind::kNever) return text;
  if (!shapes.Always()) text += " " + Days(shapes.days, shapes.months);
  if (!shapes.years.all) text += ", in " + Numbers(shapes.years);
  return text;
}

}  // namespace upkeep::schedules
