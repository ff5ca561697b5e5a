// SPDX-License-Identifier: Apache-2.0
//
// Reads an iCalendar file (RFC 5545) as the parts of a calendar. A whole-day event is a holiday,
// an event with times a blackout; CATEGORIES with HOLIDAY, BLACKOUT or FREEZE says otherwise.
// What decides when something is and is not supported is an error with its line, never left out.
//
// THREADS: pure functions.

#ifndef UPKEEP_SCHEDULES_ICALENDAR_H_
#define UPKEEP_SCHEDULES_ICALENDAR_H_

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "schedules/calendar.h"

namespace upkeep::schedules {

/// All errors of `text`, each with its place in `file`, are appended to `errors`.
CalendarParts ReadICalendar(std::string_view text, const std::string& file,
                            std::vector<Status>& errors);

}  // namespace upkeep::schedules

#endif  // UPKEEP_SCHEDULES_ICALENDAR_H_
