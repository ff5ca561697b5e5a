// SPDX-License-Identifier: Apache-2.0
//
// Reads one entry of a schedule file. Private to schedules/.
//
// THREADS: one reader, one thread.

#ifndef UPKEEP_SCHEDULES_SCHEDULE_READER_H_
#define UPKEEP_SCHEDULES_SCHEDULE_READER_H_

#include <string>
#include <vector>

#include "base/yaml/yaml.h"
#include "schedules/calendar_shelf.h"
#include "schedules/schedule.h"

namespace upkeep::schedules {

/// What a file says once for all its schedules.
struct FileDefaults {
  std::string time_zone = "UTC";
  std::string dialect = "vixie";
};

/// A key's short form is a word on its own (`catchUp: last`): the mapping with this one key that it
/// stands for. Anything else is as it is.
yaml::Node LongForm(const yaml::Node& node, const std::string& key);

class ScheduleReader {
 public:
  /// All must outlive the reader. `now` is when "the next year" begins.
  ScheduleReader(const yaml::Document& document, const FileDefaults& defaults,
                 CalendarShelf& shelf, Instant now, std::vector<Status>& errors,
                 std::vector<Status>& warnings)
      : document_(document), defaults_(defaults), shelf_(shelf), now_(now), errors_(errors),
        warnings_(warnings) {}

  /// Reads the entry at `node`; what is wrong with it is appended to the errors.
  Schedule Read(const yaml::Node& node);

 private:
  void ReadId(yaml::MappingReader& entry, const yaml::Node& node, Schedule& schedule);
  void ReadTime(yaml::MappingReader& entry, const yaml::Node& node, Schedule& schedule);
  std::string TimeFromDay(yaml::MappingReader& entry, const yaml::Node& day, bool quartz,
                          Schedule& schedule);
  void ReadCalendar(yaml::MappingReader& entry, Schedule& schedule);
  HolidayShift ReadHoliday(const yaml::Node& node);
  void ReadTitle(yaml::MappingReader& entry, Schedule& schedule);
  void ReadPlaybooks(yaml::MappingReader& entry, const yaml::Node& node, Schedule& schedule);
  void ReadPolicies(yaml::MappingReader& entry, Schedule& schedule);
  void ReadCatchUp(const yaml::Node& node, Schedule& schedule);
  void ReadOverlap(const yaml::Node& node, Schedule& schedule);
  void ReadRetry(const yaml::Node& node, Schedule& schedule);
  void ReadHeartbeat(const yaml::Node& node, Schedule& schedule);
  DstPolicy ReadDst(const yaml::Node& node);
  void KeepPlaces(const yaml::Node& node, Schedule& schedule) const;
  void WarnOfClockChanges(const yaml::Node& node, const Schedule& schedule);
  void WarnOfCalendar(const yaml::Node& node, const Schedule& schedule);

  const yaml::Document& document_;
  const FileDefaults& defaults_;
  CalendarShelf& shelf_;
  Instant now_;
  std::vector<Status>& errors_;
  std::vector<Status>& warnings_;
};

}  // namespace upkeep::schedules

#endif  // UPKEEP_SCHEDULES_SCHEDULE_READER_H_
