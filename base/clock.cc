// SPDX-License-Identifier: Apache-2.0
#include "base/clock.h"

#include <algorithm>

namespace upkeep {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::minutes;
using std::chrono::seconds;

/// Reads exactly `count` digits at `at`; -1 where there are fewer.
int Digits(std::string_view text, std::size_t at, std::size_t count) {
  if (at + count > text.size()) return -1;
  int value = 0;
  for (std::size_t i = at; i < at + count; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

}  // namespace

Instant SystemClock::Now() const {
  return std::chrono::time_point_cast<microseconds>(std::chrono::system_clock::now());
}

SteadyInstant SystemClock::SteadyNow() const { return std::chrono::steady_clock::now(); }

// By hand: a schedule of every second has 86,400 of these in each day that is written down ahead,
// and snprintf took nine tenths of that.
std::string FormatRfc3339(Instant instant) {
  const auto day = std::chrono::floor<days>(instant);
  const std::chrono::year_month_day date(day);
  const auto milliseconds = std::chrono::floor<std::chrono::milliseconds>(instant - day).count();
  const auto of_day = static_cast<unsigned>(milliseconds / 1000);
  const auto thousandths = static_cast<unsigned>(milliseconds % 1000);
  const auto year = static_cast<unsigned>(std::clamp(int(date.year()), 0, 9999));
  char text[] = "0000-00-00T00:00:00.000Z";
  const auto put = [&text](std::size_t at, std::size_t width, unsigned number) {
    for (std::size_t i = at + width; i-- > at; number /= 10) text[i] = static_cast<char>('0' + number % 10);
  };
  put(0, 4, year);
  put(5, 2, unsigned(date.month()));
  put(8, 2, unsigned(date.day()));
  put(11, 2, of_day / 3600);
  put(14, 2, of_day / 60 % 60);
  put(17, 2, of_day % 60);
  if (thousandths == 0) return std::string(text, 19) + "Z";
  put(20, 3, thousandths);
  return text;
}

Result<Instant> ParseRfc3339(std::string_view text) {
  const Status bad(Code::kInvalid, "not an RFC 3339 time: '" + std::string(text.substr(0, 64)) +
                                       "' (expected 2026-11-21T09:00:00Z)");
  const int year = Digits(text, 0, 4), month = Digits(text, 5, 2), day = Digits(text, 8, 2);
  const int hour = Digits(text, 11, 2), minute = Digits(text, 14, 2), second = Digits(text, 17, 2);
  if (year < 0 || month < 0 || day < 0 || hour < 0 || minute < 0 || second < 0) return bad;
  if (text[4] != '-' || text[7] != '-' || (text[10] != 'T' && text[10] != 't' && text[10] != ' ') ||
      text[13] != ':' || text[16] != ':') {
    return bad;
  }
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok() || hour > 23 || minute > 59 || second > 60) return bad;
  std::size_t at = 19;
  microseconds fraction{0};
  if (at < text.size() && text[at] == '.') {
    int unit = 100'000;
    std::size_t digits = 0;
    for (++at; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, ++digits) {
      fraction += microseconds((text[at] - '0') * unit);
      unit /= 10;
    }
    if (digits == 0) return bad;
  }
  microseconds offset{0};
  if (at < text.size() && (text[at] == 'Z' || text[at] == 'z')) {
    ++at;
  } else if (at < text.size() && (text[at] == '+' || text[at] == '-')) {
    const int offset_hours = Digits(text, at + 1, 2), offset_minutes = Digits(text, at + 4, 2);
    if (offset_hours < 0 || offset_hours > 23 || offset_minutes < 0 || offset_minutes > 59 ||
        text[at + 3] != ':') {
      return bad;
    }
    offset = hours(offset_hours) + minutes(offset_minutes);
    if (text[at] == '-') offset = -offset;
    at += 6;
  } else {
    return bad;
  }
  if (at != text.size()) return bad;
  return Instant(std::chrono::sys_days(date)) + hours(hour) + minutes(minute) + seconds(second) +
         fraction - offset;
}

std::string FormatDuration(microseconds duration) {
  std::string text;
  if (duration < microseconds(0)) {
    text = "-";
    duration = -duration;
  }
  if (duration < seconds(1)) {
    return text + std::to_string(std::chrono::floor<std::chrono::milliseconds>(duration).count()) +
           "ms";
  }
  auto rest = std::chrono::floor<seconds>(duration).count();
  const auto take = [&](long unit, const char* name) {
    const auto count = rest / unit;
    rest %= unit;
    if (count > 0) text += std::to_string(count) + name;
  };
  take(86400, "d");
  take(3600, "h");
  take(60, "m");
  take(1, "s");
  return text;
}

Result<microseconds> ParseDuration(std::string_view text) {
  const Status bad(Code::kInvalid, "not a duration: '" + std::string(text.substr(0, 32)) +
                                       "' (expected 250ms, 30s, 5m, 2h, 1d or 1h30m)");
  constexpr long kMaxCount = 10'000'000;  // Three such day counts still fit in microseconds.
  microseconds total{0};
  std::size_t at = 0;
  if (text.empty() || text.size() > 32) return bad;
  while (at < text.size()) {
    long count = 0;
    const std::size_t start = at;
    for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at) {
      count = count * 10 + (text[at] - '0');
      if (count > kMaxCount) return bad;
    }
    if (at == start) return bad;
    std::size_t unit_end = at;
    while (unit_end < text.size() && (text[unit_end] < '0' || text[unit_end] > '9')) ++unit_end;
    const std::string_view unit = text.substr(at, unit_end - at);
    if (unit == "ms") total += std::chrono::milliseconds(count);
    else if (unit == "s") total += seconds(count);
    else if (unit == "m") total += minutes(count);
    else if (unit == "h") total += hours(count);
    else if (unit == "d") total += days(count);
    else return bad;
    at = unit_end;
  }
  return total;
}

}  // namespace upkeep
