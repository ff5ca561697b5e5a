// SPDX-License-Identifier: Apache-2.0
//
// Finds the calendar that a file names and reads it, each file once. A name ("kr") is a file of
// the folder calendars/ beside the file that names it: kr.yaml, kr.yml or kr.ics. What has a '/'
// or such an ending is a path, relative to that file's folder. Inside calendars/, names are of
// that folder itself.
//
// THREADS: one shelf, one thread; the calendars may be shared.

#ifndef UPKEEP_SCHEDULES_CALENDAR_SHELF_H_
#define UPKEEP_SCHEDULES_CALENDAR_SHELF_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/status.h"
#include "schedules/calendar.h"

namespace upkeep::schedules {

class CalendarShelf {
 public:
  /// The calendar that the schedule file at `from_file` calls `reference`. Null when it is not
  /// there or has errors; they are appended to `errors`, those of the calendar file with their
  /// places in it, the others without one.
  std::shared_ptr<const Calendar> Find(const std::string& reference, const std::string& from_file,
                                       std::vector<Status>& errors);

 private:
  struct Read {
    std::shared_ptr<const Calendar> calendar;
    std::vector<Status> errors;
  };
  const Read& ReadFile(const std::string& path, std::vector<std::string>& open);

  std::map<std::string, Read> read_;  // By path.
};

/// A calendar from bytes that names no other one: iCalendar where `name` ends with .ics, else
/// YAML. All its errors are appended to `errors`; null then.
std::shared_ptr<const Calendar> ReadCalendarText(std::string text, const std::string& name,
                                                 std::vector<Status>& errors);

}  // namespace upkeep::schedules

#endif  // UPKEEP_SCHEDULES_CALENDAR_SHELF_H_
