// SPDX-License-Identifier: Apache-2.0
//
// Reads schedule files; the shipped ones beside this header show every key. One bad schedule
// does not stop the others: it is left out and its errors are reported, all of a file in one pass.
// An error in what holds for the whole file (apiVersion, timeZone, dialect, an unknown key beside
// them) leaves out all of its schedules: none of them is known to mean what it says.
//
// THREADS: may be called from any thread.

#ifndef UPKEEP_SCHEDULES_FILE_H_
#define UPKEEP_SCHEDULES_FILE_H_

#include <string>
#include <vector>

#include "base/status.h"
#include "schedules/schedule.h"

namespace upkeep::schedules {

/// A schedule that was left out.
struct Quarantined {
  std::string id;              ///< As written; "" when even that is missing, or for a whole file.
  std::vector<Status> errors;  ///< At least one, each with its place where it has one.
  std::string file;            ///< Of a whole file that can't be read, its path; else "".
};

struct ScheduleFile {
  std::vector<Schedule> schedules;
  std::vector<Quarantined> quarantined;
  /// Legal, probably not meant: kInvalid by code, never to be treated as failures.
  std::vector<Status> warnings;

  /// Every error of what was left out; one of a whole file once, not for each of its schedules.
  std::vector<Status> AllErrors() const;
  /// kOk, or all of them as one Status (kInvalid, exit 65).
  Status Errors() const;
};

struct Clash;
/// What is said of two heavy schedules that meet, at the second one's place.
Status ClashWarning(const std::vector<Schedule>& schedules, const Clash& clash);

/// kNotFound or kConfig when the file can't be read, kInvalid when it is not a schedule file at
/// all: no list of schedules. `now` decides what "a job inside a clock change of the next year" is.
Result<ScheduleFile> ReadScheduleFile(const std::string& path, Instant now);
/// The same from bytes; `name` is what messages call the file.
Result<ScheduleFile> ReadScheduleText(std::string text, const std::string& name, Instant now);

/// Reads several files as one set: ids must be unique among them, and heavy schedules that meet
/// on one minute and target within 35 days are warned about.
Result<ScheduleFile> ReadScheduleFiles(const std::vector<std::string>& paths, Instant now);

}  // namespace upkeep::schedules

#endif  // UPKEEP_SCHEDULES_FILE_H_
