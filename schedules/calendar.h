// SPDX-License-Identifier: Apache-2.0
//
// A Calendar says which days are worked and when nothing may start: named holidays, the days of
// the weekend, blackout windows and freezes. It comes from a file (calendar_file.h); the shipped
// ones are in schedules/calendars/.
//
// A day is a day of the zone of the schedule that asks. Beyond the days that the file covers only
// what repeats is known: CoversUntil() tells.
//
// THREADS: immutable after construction; shared by all schedules that name it.

#ifndef UPKEEP_SCHEDULES_CALENDAR_H_
#define UPKEEP_SCHEDULES_CALENDAR_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "base/text.h"
#include "schedules/recurrence.h"
#include "schedules/window.h"

namespace upkeep::schedules {

/// A holiday of one or more days, once or again and again.
struct Holiday {
  LocalDays first{};
  int days = 1;                        ///< At most 366.
  std::optional<Recurrence> repeats;
  std::vector<LocalDays> except;       ///< Days on which it would begin and does not; sorted.
  Text name;
  bool operator==(const Holiday&) const = default;
};

inline constexpr std::uint8_t kSaturdayAndSunday = 0x41;

/// What a calendar is made of.
struct CalendarParts {
  Text title;
  std::uint8_t weekend = kSaturdayAndSunday;  ///< Bits 0 (Sunday) to 6; never all of them.
  std::vector<Holiday> holidays;
  std::vector<Window> windows;
  std::optional<LocalDays> covers_from, covers_until;
};

class Calendar {
 public:
  Calendar(std::string name, CalendarParts parts);

  /// As the schedule names it: "kr".
  const std::string& name() const { return name_; }
  const CalendarParts& parts() const { return parts_; }
  const std::vector<Window>& windows() const { return parts_.windows; }
  /// The last day of which all holidays are known; nothing when the file does not say.
  std::optional<LocalDays> CoversUntil() const { return parts_.covers_until; }

  bool IsWorkingDay(LocalDays day) const { return !IsWeekend(day) && !HolidayOn(day); }
  /// Why `day` is not worked: the holiday's name, else the weekend's; nothing for a working day.
  std::optional<Text> DayOff(LocalDays day) const;
  /// The first working day at or after `day`, the last one at or before it; nothing when there is
  /// none in 400 years.
  std::optional<LocalDays> WorkingDayFrom(LocalDays day) const;
  std::optional<LocalDays> WorkingDayUpTo(LocalDays day) const;

  /// SHA-256 over everything that decides when: dates, weekend, windows. Names of holidays,
  /// comments and the order in the file do not count.
  const std::string& version() const { return version_; }

 private:
  bool IsWeekend(LocalDays day) const;
  const Text* HolidayOn(LocalDays day) const;
  std::optional<LocalDays> WorkingDay(LocalDays day, int step) const;

  std::string name_;
  CalendarParts parts_;
  std::map<LocalDays, std::size_t> dates_;  // To those of parts_.holidays that do not repeat.
  std::vector<std::size_t> repeating_;
  std::string version_;
};

/// All that version() is made of. Enough to ask the calendar again, long after its file changed.
Value ToValue(const Calendar& calendar);
/// Of a Value that ToValue() made; kInvalid when it did not.
Result<std::shared_ptr<const Calendar>> CalendarFromValue(const Value& value);

}  // namespace upkeep::schedules

#endif  // UPKEEP_SCHEDULES_CALENDAR_H_
