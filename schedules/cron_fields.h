// SPDX-License-Identifier: Apache-2.0
//
// The parsed fields of a cron expression as bit sets, and the search on the bare calendar,
// without zones. A day is matched a month at a time: the set of its days is one 32-bit word.
//
// THREADS: plain data.

#ifndef UPKEEP_SCHEDULES_CRON_FIELDS_H_
#define UPKEEP_SCHEDULES_CRON_FIELDS_H_

#include <array>
#include <bitset>
#include <cstdint>
#include <optional>

#include "base/zone/zone.h"

namespace upkeep::schedules {

inline constexpr int kFirstYear = 1970;  ///< Of a year field; without one, any year matches.
inline constexpr int kLastYear = 2199;
inline constexpr int kSecondsPerDay = 86'400;
inline constexpr std::uint32_t kAllDays = 0xFFFFFFFEU;   ///< Bits 1 to 31.

/// The set that has nothing but `n`, from 0 to 31.
constexpr std::uint32_t Bit(int n) { return std::uint32_t{1} << static_cast<unsigned>(n); }

struct CronFields {
  std::uint64_t seconds = 1;  ///< Bit s.
  std::uint64_t minutes = 0;
  std::uint32_t hours = 0;
  std::uint32_t months = 0;                           ///< Bits 1 to 12.
  std::uint32_t days = 0;                             ///< Bits 1 to 31.
  std::uint32_t last_days = 0;                        ///< Bit n: n days before the last (L-n).
  std::uint32_t last_weekdays = 0;                    ///< Bit n: the weekday nearest to L-n (L-nW).
  std::uint32_t nearest_weekdays = 0;                 ///< Bit n: the weekday nearest to day n (nW).
  std::uint32_t weekdays = 0;                         ///< Bits 0 (Sunday) to 6.
  std::array<std::uint8_t, 7> nth_weekdays{};         ///< Bit n of [d]: the n-th day d (d#n).
  std::uint32_t last_of_weekday = 0;                  ///< Bit d: the last day d (d#L).
  std::optional<std::bitset<kLastYear - kFirstYear + 1>> years;
  bool both_days_must_match = true;                   ///< AND of the two day fields, else OR.

  /// The matching days of a month, bits 1 to 31; the month field is not looked at.
  std::uint32_t DaysOf(int year, int month) const;

  /// The first matching wall time at or after `from`; nothing within 400 years.
  std::optional<zone::LocalSeconds> NextLocal(zone::LocalSeconds from) const;

  /// Whether any date of the 400-year cycle matches.
  bool EverMatches() const;

 private:
  bool YearMatches(int year) const;
  std::optional<int> NextSecondOfDay(int from) const;
};

}  // namespace upkeep::schedules

#endif  // UPKEEP_SCHEDULES_CRON_FIELDS_H_
