// SPDX-License-Identifier: Apache-2.0
#include "schedules/icalendar_time.h"

#include <algorithm>
#include <charconv>

namespace upkeep::schedules {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::size_t kMaxTimes = 1000;

void Error(const ContentLine& line, std::size_t offset, std::string message, std::string hint,
           std::vector<Status>& errors) {
  errors.push_back(Status(Code::kInvalid, std::move(message))
                       .WithHint(std::move(hint))
                       .At(line.PlaceIn(offset)));
}

/// `length` digits at `from`; -1 when they are none.
int Digits(std::string_view text, std::size_t from, std::size_t length) {
  if (from + length > text.size()) return -1;
  int value = 0;
  for (std::size_t i = from; i < from + length; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

std::optional<LocalDays> Date(std::string_view text) {
  if (text.size() < 8) return std::nullopt;
  return ParseDate(std::string(text.substr(0, 4)) + "-" + std::string(text.substr(4, 2)) + "-" +
                   std::string(text.substr(6, 2)));
}

/// The zone a line names; an error when there is none of that name.
bool ReadZone(const ContentLine& line, ICalendarTime& time, std::vector<Status>& errors) {
  const std::string name = line.Parameter("TZID");
  if (name.empty()) return true;
  auto zone = zone::Zone::Load(name);
  if (zone.ok()) {
    time.zone = *zone;
    return true;
  }
  Error(line, 0, "there is no time zone '" + name.substr(0, 64) + "'",
        "TZID must be a name of tzdata, such as Asia/Seoul", errors);
  return false;
}

std::optional<ICalendarTime> Parse(const ContentLine& line, std::string_view text,
                                   std::size_t offset, std::vector<Status>& errors) {
  ICalendarTime time;
  const auto day = Date(text);
  const bool is_date = text.size() == 8;
  const bool utc = text.size() == 16 && text[15] == 'Z';
  const bool is_time = (text.size() == 15 || utc) && text[8] == 'T';
  const std::string type = Capitals(line.Parameter("VALUE"));
  const int hour = Digits(text, 9, 2), minute = Digits(text, 11, 2), second = Digits(text, 13, 2);
  const bool clock = hour >= 0 && hour < 24 && minute >= 0 && minute < 60 && second >= 0 &&
                     second <= 60;
  if (!day || (!is_date && !(is_time && clock))) {
    Error(line, offset, "'" + line.name + "' is no date or time: '" +
                            std::string(text.substr(0, 32)) + "'",
          "20261225, 20261225T090000 or 20261225T000000Z", errors);
    return std::nullopt;
  }
  if ((type == "DATE" && !is_date) || (type == "DATE-TIME" && is_date) ||
      (!type.empty() && type != "DATE" && type != "DATE-TIME") || (type.empty() && is_date)) {
    Error(line, offset, "'" + line.name + "' and its VALUE= do not fit together",
          "a date alone needs VALUE=DATE", errors);
    return std::nullopt;
  }
  time.at = zone::LocalSeconds(*day);
  time.whole_day = is_date;
  if (is_date) return time;
  time.at += hours(hour) + minutes(minute) + seconds(second);
  if (utc) {
    time.zone = zone::Zone::Utc();
  } else if (!ReadZone(line, time, errors)) {
    return std::nullopt;
  }
  return time;
}

bool KnownParameters(const ContentLine& line, std::vector<Status>& errors) {
  for (const auto& [name, value] : line.parameters) {
    if (name == "VALUE" || name == "TZID" || name.starts_with("X-")) continue;
    Error(line, 0, "the parameter '" + name + "' of '" + line.name + "' is not supported", "",
          errors);
    return false;
  }
  return true;
}

}  // namespace

std::vector<ICalendarTime> ReadTimes(const ContentLine& line, std::vector<Status>& errors) {
  std::vector<ICalendarTime> times;
  if (!KnownParameters(line, errors)) return times;
  const std::string_view all = line.value;
  for (std::size_t from = 0; from <= all.size();) {
    const std::size_t end = std::min(all.find(',', from), all.size());
    const auto time = Parse(line, all.substr(from, end - from), from, errors);
    if (!time) break;
    times.push_back(*time);
    if (times.size() > kMaxTimes) {
      Error(line, 0, "'" + line.name + "' has more than 1,000 dates", "", errors);
      break;
    }
    from = end + 1;
  }
  return times;
}

std::optional<ICalendarTime> ReadTime(const ContentLine& line, std::vector<Status>& errors) {
  if (!KnownParameters(line, errors)) return std::nullopt;
  return Parse(line, line.value, 0, errors);
}

std::optional<seconds> ReadLength(const ContentLine& line, std::vector<Status>& errors) {
  std::string_view text = line.value;
  if (text.starts_with('+')) text.remove_prefix(1);
  seconds length{0};
  bool good = text.starts_with('P') && text.size() > 2;
  bool of_day = true;
  if (good) text.remove_prefix(1);
  while (good && !text.empty()) {
    if (text.front() == 'T' && of_day) {
      of_day = false;
      text.remove_prefix(1);
    }
    int value = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
    const auto digits = static_cast<std::size_t>(read.ptr - text.data());
    good = read.ec == std::errc() && digits < text.size() && value >= 0 && value <= 100'000;
    if (!good) break;
    const char unit = text[digits];
    text.remove_prefix(digits + 1);
    if (unit == 'W' && of_day) {
      length += days(7) * value;
    } else if (unit == 'D' && of_day) {
      length += days(1) * value;
    } else if (unit == 'H' && !of_day) {
      length += hours(value);
    } else if (unit == 'M' && !of_day) {
      length += minutes(value);
    } else if (unit == 'S' && !of_day) {
      length += seconds(value);
    } else {
      good = false;
    }
  }
  if (good && length > seconds(0)) return length;
  Error(line, 0, "'DURATION' is no length: '" + line.value.substr(0, 32) + "'",
        "P1D is a day, PT2H30M two and a half hours", errors);
  return std::nullopt;
}

}  // namespace upkeep::schedules
