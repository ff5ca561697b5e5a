// SPDX-License-Identifier: Apache-2.0
//
// What a sentence about a schedule means, as its reader understood it: for each second of a day
// whether it runs, and for each date whether it does. The calendar here is written from the words
// and shares nothing with schedules/.

#ifndef UPKEEP_TESTS_SCHEDULES_SAID_H_
#define UPKEEP_TESTS_SCHEDULES_SAID_H_

#include <chrono>
#include <functional>
#include <optional>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace upkeep::schedules {

using Date = std::chrono::year_month_day;
using DayTest = std::function<bool(const Date&)>;

/// A sentence that the reader's grammar does not have, or that would have two meanings.
struct NotUnderstood {
  std::string what;
};

inline int LastDayOf(const Date& date) {
  return static_cast<int>(
      unsigned(std::chrono::year_month_day_last(date.year() / date.month() / std::chrono::last).day()));
}
inline int DayOf(const Date& date) { return static_cast<int>(unsigned(date.day())); }
/// Monday is 1, Sunday is 7.
inline int WeekdayOf(const Date& date) {
  return static_cast<int>(std::chrono::weekday(std::chrono::sys_days(date)).iso_encoding());
}

inline DayTest Numbered(std::set<int> numbers) {
  return [numbers = std::move(numbers)](const Date& date) { return numbers.contains(DayOf(date)); };
}
inline DayTest OnWeekday(int weekday) {
  return [weekday](const Date& date) { return WeekdayOf(date) == weekday; };
}
inline DayTest BeforeLast(int n) {
  return [n](const Date& date) { return DayOf(date) + n == LastDayOf(date); };
}
inline DayTest OnNthWeekday(int n, int weekday) {
  return [n, weekday](const Date& date) {
    int seen = 0;
    for (Date day = date.year() / date.month() / 1;; ++seen) {
      while (WeekdayOf(day) != weekday) day = Date(std::chrono::sys_days(day) + std::chrono::days(1));
      if (day.month() != date.month()) return false;
      if (seen + 1 == n) return day == date;
      day = Date(std::chrono::sys_days(day) + std::chrono::days(1));
    }
  };
}
inline DayTest LastWeekday(int weekday) {
  return [weekday](const Date& date) {
    const Date later(std::chrono::sys_days(date) + std::chrono::days(7));
    return WeekdayOf(date) == weekday && later.month() != date.month();
  };
}
/// The day from Monday to Friday of the same month whose distance to `wanted` is least.
inline DayTest NearestTo(std::function<int(const Date&)> wanted) {
  return [wanted = std::move(wanted)](const Date& date) {
    const int goal = wanted(date), last = LastDayOf(date);
    if (goal < 1 || goal > last) return false;
    for (int distance = 0; distance < 4; ++distance) {
      for (const int day : {goal - distance, goal + distance}) {
        if (day < 1 || day > last) continue;
        const Date candidate = date.year() / date.month() / day;
        if (WeekdayOf(candidate) <= 5) return candidate == date;
      }
    }
    return false;
  };
}
inline DayTest AnyOf(std::vector<DayTest> tests) {
  return [tests = std::move(tests)](const Date& date) {
    for (const DayTest& test : tests) {
      if (test(date)) return true;
    }
    return false;
  };
}

struct Said {
  std::set<int> seconds;  ///< Of the day, at which it runs.
  DayTest day = [](const Date&) { return true; };
  std::set<int> months{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
  std::optional<std::set<int>> years;

  void RunEvery(int step, int low, int high) {
    for (int at = low; at <= high; at += step) seconds.insert(seconds.end(), at);
  }
  void RunProduct(const std::set<int>& hours, const std::set<int>& minutes, const std::set<int>& of) {
    for (const int hour : hours) {
      for (const int minute : minutes) {
        for (const int second : of) RunEvery(1, hour * 3600 + minute * 60 + second,
                                             hour * 3600 + minute * 60 + second);
      }
    }
  }
  bool Runs(const Date& date) const {
    if (years && !years->contains(int(date.year()))) return false;
    return months.contains(static_cast<int>(unsigned(date.month()))) && day(date);
  }

  /// The first wall time at or after `from`, by a walk over every day; nothing before `end`.
  std::optional<std::chrono::sys_seconds> Next(std::chrono::sys_seconds from,
                                               std::chrono::sys_seconds end) const {
    for (auto midnight = std::chrono::floor<std::chrono::days>(from); midnight < end;
         midnight += std::chrono::days(1)) {
      if (!Runs(Date(midnight))) continue;
      const auto earliest = std::max(from - midnight, std::chrono::seconds(0)).count();
      const auto at = seconds.lower_bound(static_cast<int>(earliest));
      if (at == seconds.end()) continue;
      const std::chrono::sys_seconds found = midnight + std::chrono::seconds(*at);
      return found < end ? std::optional(found) : std::nullopt;
    }
    return std::nullopt;
  }
};

inline std::set<int> FromTo(int low, int high, int step = 1) {
  std::set<int> numbers;
  for (int n = low; n <= high; n += step) numbers.insert(n);
  return numbers;
}

/// Reads a text from its beginning, a piece at a time.
class Cursor {
 public:
  explicit Cursor(std::string text) : rest_(std::move(text)) {}

  const std::string& rest() const { return rest_; }
  bool done() const { return rest_.empty(); }
  bool Take(const std::string& words) {
    if (!rest_.starts_with(words)) return false;
    rest_.erase(0, words.size());
    return true;
  }
  /// Takes what `pattern` matches here; nothing when it does not.
  std::optional<std::smatch> Take(const std::regex& pattern) {
    std::smatch match;
    held_ = rest_;
    if (!std::regex_search(held_, match, pattern, std::regex_constants::match_continuous)) {
      return std::nullopt;
    }
    rest_.erase(0, static_cast<std::size_t>(match.length()));
    return match;
  }
  void Expect(const std::string& words) {
    if (!Take(words)) throw NotUnderstood{"expected '" + words + "' at '" + rest_ + "'"};
  }

 private:
  std::string rest_, held_;
};

inline std::vector<std::string> SplitAt(const std::string& text, const std::string& mark) {
  std::vector<std::string> parts;
  std::size_t start = 0;
  for (std::size_t at; (at = text.find(mark, start)) != text.npos; start = at + mark.size()) {
    parts.push_back(text.substr(start, at - start));
  }
  parts.push_back(text.substr(start));
  return parts;
}

}  // namespace upkeep::schedules

#endif  // UPKEEP_TESTS_SCHEDULES_SAID_H_
