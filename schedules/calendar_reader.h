// SPDX-License-Identifier: Apache-2.0
//
// Reads a calendar file of ours (YAML). Private to schedules/.
//
// THREADS: pure functions.

#ifndef UPKEEP_SCHEDULES_CALENDAR_READER_H_
#define UPKEEP_SCHEDULES_CALENDAR_READER_H_

#include <string>
#include <utility>
#include <vector>

#include "base/yaml/yaml.h"
#include "schedules/calendar.h"

namespace upkeep::schedules {

struct CalendarFile {
  CalendarParts parts;
  bool weekend_given = false;
  /// The calendars that this one adds to, as written, and where.
  std::vector<std::pair<std::string, SourcePlace>> extends;
};

/// All errors of the document are appended to `errors`.
CalendarFile ReadCalendarDocument(const yaml::Document& document, std::vector<Status>& errors);

}  // namespace upkeep::schedules

#endif  // UPKEEP_SCHEDULES_CALENDAR_READER_H_
