// SPDX-License-Identifier: Apache-2.0
//
// The part of iCalendar's times that repeats: RRULE.
#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <utility>

#include "schedules/icalendar_time.h"

namespace upkeep::schedules {
namespace {

using std::chrono::days;
using std::chrono::floor;

constexpr std::array<std::string_view, 7> kRuleWeekdays{"SU", "MO", "TU", "WE", "TH", "FR", "SA"};

int WeekdayOf(std::string_view text) {
  for (std::size_t i = 0; i < kRuleWeekdays.size(); ++i) {
    if (kRuleWeekdays[i] == text) return static_cast<int>(i);
  }
  return -1;
}

std::optional<int> Integer(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  int value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || read.ec != std::errc() || read.ptr != text.data() + text.size()) {
    return std::nullopt;
  }
  return value;
}

std::vector<std::string_view> Split(std::string_view text, char by) {
  std::vector<std::string_view> parts;
  for (std::size_t from = 0; from <= text.size();) {
    const std::size_t end = std::min(text.find(by, from), text.size());
    parts.push_back(text.substr(from, end - from));
    from = end + 1;
  }
  return parts;
}

class RuleReader {
 public:
  RuleReader(const ContentLine& line, const ICalendarTime& start, std::vector<Status>& errors)
      : line_(line), start_(start), errors_(errors), before_(errors.size()) {}

  std::optional<Recurrence> Read() {
    bool frequency = false;
    std::vector<std::string_view> seen;
    for (const std::string_view part : Split(line_.value, ';')) {
      part_ = static_cast<std::size_t>(part.data() - line_.value.data());
      const std::size_t equals = part.find('=');
      if (equals == std::string_view::npos) {
        Error("a part of a rule is NAME=VALUE");
        continue;
      }
      const std::string_view key = part.substr(0, equals);
      for (const std::string_view earlier : seen) {
        if (earlier == key) Error("'" + std::string(key) + "' stands twice in the rule");
      }
      seen.push_back(key);
      frequency = frequency || key == "FREQ";
      ReadPart(key, part.substr(equals + 1));
    }
    part_ = 0;
    if (!frequency) Error("the rule has no FREQ");
    if (errors_.size() != before_) return std::nullopt;
    return Finish();
  }

 private:
  void Error(std::string message, std::string hint = "") {
    errors_.push_back(Status(Code::kInvalid, "RRULE: " + std::move(message))
                          .WithHint(std::move(hint))
                          .At(line_.PlaceIn(part_)));
  }

  void ReadPart(std::string_view key, std::string_view value) {
    const std::string shown = std::string(key.substr(0, 32)) + "=" +
                              std::string(value.substr(0, 64));
    if (key == "FREQ") {
      if (value == "YEARLY") return SetFrequency(Frequency::kYearly);
      if (value == "MONTHLY") return SetFrequency(Frequency::kMonthly);
      if (value == "WEEKLY") return SetFrequency(Frequency::kWeekly);
      return Error("'" + shown + "' is not supported", "YEARLY, MONTHLY and WEEKLY are");
    }
    if (key == "INTERVAL" || key == "COUNT") {
      const auto number = Integer(value);
      const int most = key == "COUNT" ? 10'000 : 1000;
      if (!number || *number < 1 || *number > most) {
        return Error("'" + shown + "' is no number from 1 to " + std::to_string(most));
      }
      (key == "COUNT" ? count_ : rule_.interval) = *number;
      return;
    }
    if (key == "UNTIL") return ReadUntil(value);
    if (key == "WKST") {
      rule_.week_start = WeekdayOf(value);
      if (rule_.week_start < 0) Error("'" + shown + "' names no day of the week");
      return;
    }
    if (key == "BYMONTH" || key == "BYMONTHDAY" || key == "BYDAY") {
      for (const std::string_view one : Split(value, ',')) {
        if (key == "BYDAY" ? !AddWeekday(one) : !AddNumber(key == "BYMONTH", one)) {
          return Error("'" + shown + "' can't be read");
        }
      }
      return;
    }
    Error("'" + shown + "' is not supported",
          key == "BYSETPOS" ? "BYDAY=1MO is the first Monday, BYDAY=-1FR the last Friday" : "");
  }

  void SetFrequency(Frequency frequency) { rule_.frequency = frequency; }

  bool AddNumber(bool month, std::string_view text) {
    const auto number = Integer(text);
    if (!number || *number == 0) return false;
    const int most = month ? 12 : 31;
    if (*number > most || *number < (month ? 1 : -most)) return false;
    const auto bit = std::uint32_t{1} << static_cast<unsigned>(std::abs(*number));
    (month ? rule_.months : *number > 0 ? rule_.days : rule_.days_from_end) |= bit;
    return true;
  }

  bool AddWeekday(std::string_view text) {
    if (text.size() < 2 || rule_.weekdays.size() > 100) return false;
    const int weekday = WeekdayOf(text.substr(text.size() - 2));
    text.remove_suffix(2);
    const auto nth = text.empty() ? std::optional(0) : Integer(text);
    if (weekday < 0 || !nth || *nth < -5 || *nth > 5 || (*nth == 0 && !text.empty())) {
      return false;
    }
    rule_.weekdays.push_back({weekday, *nth});
    return true;
  }

  void ReadUntil(std::string_view value) {
    ContentLine line = line_;
    line.name = "UNTIL";
    line.value = value;
    line.parameters.clear();
    if (value.size() == 8) line.parameters.emplace_back("VALUE", "DATE");
    line.value_at += part_ + std::string_view("UNTIL=").size();
    const auto until = ReadTime(line, errors_);
    if (!until) return;
    zone::LocalSeconds at = until->at;
    if (until->zone && start_.zone && !start_.whole_day) {
      at = start_.zone->ToLocal(
          zone::SysSeconds(at.time_since_epoch()));  // UNTIL is in UTC where DTSTART has a zone.
    }
    LocalDays last = floor<days>(at);
    const auto time_of_day = start_.at - floor<days>(start_.at);
    if (!start_.whole_day && !until->whole_day && at - floor<days>(at) < time_of_day) {
      last -= days(1);
    }
    rule_.until = last;
  }

  std::optional<Recurrence> Finish() {
    const LocalDays first = floor<days>(start_.at);
    const bool nth = [&] {
      for (const NthWeekday& day : rule_.weekdays) {
        if (day.nth != 0) return true;
      }
      return false;
    }();
    if (rule_.frequency == Frequency::kWeekly && (nth || (rule_.days | rule_.days_from_end) != 0)) {
      Error("WEEKLY does not go with BYMONTHDAY or a numbered BYDAY");
    } else if (rule_.frequency == Frequency::kYearly && nth && rule_.months == 0) {
      Error("a numbered BYDAY of the whole year is not supported", "add BYMONTH");
    } else if (rule_.until && count_ > 0) {
      Error("UNTIL and COUNT exclude each other");
    } else if (!rule_.Contains(first, first)) {
      Error("DTSTART is not one of the days that the rule makes");
    } else if (count_ > 0) {
      rule_.until = rule_.Nth(first, count_);
      if (!rule_.until) Error("COUNT reaches further than 400 years", "leave COUNT out");
    }
    if (errors_.size() != before_) return std::nullopt;
    return rule_;
  }

  const ContentLine& line_;
  const ICalendarTime& start_;
  std::vector<Status>& errors_;
  std::size_t before_;
  std::size_t part_ = 0;
  int count_ = 0;
  Recurrence rule_;
};

}  // namespace

std::optional<Recurrence> ReadRule(const ContentLine& line, const ICalendarTime& start,
                                   std::vector<Status>& errors) {
  return RuleReader(line, start, errors).Read();
}

}  // namespace upkeep::schedules
