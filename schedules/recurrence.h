// SPDX-License-Identifier: Apache-2.0
//
// Days that repeat: the part of iCalendar's RRULE that calendars are exported with, YEARLY,
// MONTHLY and WEEKLY. Whether a day is one of them is arithmetic; nothing is ever expanded.
//
// THREADS: plain data.

#ifndef UPKEEP_SCHEDULES_RECURRENCE_H_
#define UPKEEP_SCHEDULES_RECURRENCE_H_

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/value.h"

namespace upkeep::schedules {

using LocalDays = std::chrono::local_days;

/// 400 years, after which the Gregorian calendar repeats: what never comes in them never comes.
inline constexpr std::chrono::days kGregorianCycle{146'097};

enum class Frequency { kYearly, kMonthly, kWeekly };

/// BYDAY: MO (each Monday), 1MO (the month's first), -1FR (its last Friday).
struct NthWeekday {
  int weekday = 0;  ///< 0 (Sunday) to 6.
  int nth = 0;      ///< 0: each; 1 to 5; -1 to -5.
  bool operator==(const NthWeekday&) const = default;
};

struct Recurrence {
  Frequency frequency = Frequency::kYearly;
  int interval = 1;                 ///< From 1 to 1000.
  std::optional<LocalDays> until;   ///< The last day there may be. COUNT is read into it.
  std::uint32_t months = 0;         ///< BYMONTH, bits 1 to 12; 0: not given.
  std::uint32_t days = 0;           ///< BYMONTHDAY, bits 1 to 31; with days_from_end 0: not given.
  std::uint32_t days_from_end = 0;  ///< BYMONTHDAY=-n, bit n.
  std::vector<NthWeekday> weekdays;  ///< BYDAY; empty: not given.
  int week_start = 1;               ///< WKST: where a week begins when every n-th one counts.
  bool operator==(const Recurrence&) const = default;

  /// Whether `day` is one of those that begin with `first`. What the rule leaves open is as in
  /// `first`: its month and day, its day of the week.
  bool Contains(LocalDays first, LocalDays day) const;

  /// The `count`-th of them (from 1); nothing when there are fewer in the 400 years after `first`.
  std::optional<LocalDays> Nth(LocalDays first, int count) const;
};

Value ToValue(const Recurrence& rule);
/// Of a Value that ToValue() made; nothing when it did not.
std::optional<Recurrence> RecurrenceFromValue(const Value& value);

/// "2026-11-26".
std::string DateText(LocalDays day);
/// The day of exactly such a text, from 1900 to 9999; nothing when there is no such date.
std::optional<LocalDays> ParseDate(std::string_view text);

}  // namespace upkeep::schedules

#endif  // UPKEEP_SCHEDULES_RECURRENCE_H_
