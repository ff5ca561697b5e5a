// SPDX-License-Identifier: Apache-2.0
//
// The times and the rules of iCalendar: DTSTART, DTEND, EXDATE, DURATION, RRULE. Private to
// schedules/.
//
// THREADS: pure functions.

#ifndef UPKEEP_SCHEDULES_ICALENDAR_TIME_H_
#define UPKEEP_SCHEDULES_ICALENDAR_TIME_H_

#include <optional>
#include <string>
#include <vector>

#include "base/zone/zone.h"
#include "schedules/icalendar_lines.h"
#include "schedules/recurrence.h"

namespace upkeep::schedules {

/// A DATE or DATE-TIME: wall time, and where. Without a zone it floats.
struct ICalendarTime {
  bool whole_day = false;
  zone::LocalSeconds at{};
  std::optional<zone::Zone> zone;
};

/// The one time of `line`, or each of its list; errors say what is wrong with it.
std::optional<ICalendarTime> ReadTime(const ContentLine& line, std::vector<Status>& errors);
std::vector<ICalendarTime> ReadTimes(const ContentLine& line, std::vector<Status>& errors);

/// "P1D", "PT2H30M"; whole and above zero.
std::optional<std::chrono::seconds> ReadLength(const ContentLine& line,
                                               std::vector<Status>& errors);

/// The RRULE in `line` of an event that begins at `start`. COUNT is turned into the last day.
/// What is not supported is an error that names it.
std::optional<Recurrence> ReadRule(const ContentLine& line, const ICalendarTime& start,
                                   std::vector<Status>& errors);

}  // namespace upkeep::schedules

#endif  // UPKEEP_SCHEDULES_ICALENDAR_TIME_H_
