// SPDX-License-Identifier: Apache-2.0
//
// A Schedule: when which playbooks run on which targets, and what happens when that goes wrong.
// Plain data; the planner (planner.h) draws the conclusions.
//
// THREADS: plain data.

#ifndef UPKEEP_SCHEDULES_SCHEDULE_H_
#define UPKEEP_SCHEDULES_SCHEDULE_H_

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/status.h"
#include "base/text.h"
#include "schedules/calendar.h"
#include "schedules/cron.h"
#include "schedules/window.h"

namespace upkeep::schedules {

/// Which slots that nobody started in time are run afterwards.
enum class CatchUp { kNone, kLast, kAll };
struct CatchUpRule {
  CatchUp mode = CatchUp::kLast;
  int limit = 1;                                        ///< Of kAll: at most so many, the newest.
  std::chrono::microseconds max_age = std::chrono::hours(24);  ///< Older ones are never run.
};

/// What a slot does when an earlier one of its schedule on its target still runs.
enum class OverlapMode { kAllow, kForbid, kReplace, kQueue };
struct OverlapRule {
  OverlapMode mode = OverlapMode::kForbid;
  int queue_limit = 1;  ///< Of kQueue: at most so many wait.
};

/// Retries of a slot whose failure may pass: its process died, or its target did not answer at all
/// (unreachable, timeout). Backoff doubles up to a cap.
struct RetryRule {
  int attempts = 0;
  std::chrono::microseconds backoff = std::chrono::seconds(30);
  std::chrono::microseconds cap = std::chrono::minutes(10);
};

/// What becomes of a time on a day that the calendar does not work.
enum class HolidayShift {
  kNone,      ///< It stays where it is.
  kPrevious,  ///< It moves to the working day before, at the same time of day ...
  kNext,      ///< ... or to the one after.
  kSkip,      ///< It does not run.
};

/// Where a healthchecks-style service is told that runs begin and how they end. The address is a
/// secret: whoever has it can say so, too. Exactly one of `url`, `file` and `environment` is set.
struct Heartbeat {
  std::string url, file, environment;
  bool start = true;                 ///< Also say that a run begins.
  std::chrono::microseconds time_limit = std::chrono::seconds(10);  ///< Of one try.
  int attempts = 3;
  bool set() const { return !url.empty() || !file.empty() || !environment.empty(); }
};

struct Schedule {
  std::string id;  ///< Letters, digits, '-', '_', '.'; unique among all files.
  Text title;
  bool enabled = true;
  CronExpression expression;
  /// Null: every day is alike. Shared by all schedules that name it.
  std::shared_ptr<const Calendar> calendar;
  HolidayShift holiday = HolidayShift::kNone;  ///< Other than kNone only with a calendar.
  /// `on: first-business-day` or last-: the shift is how the day is found, and is no news.
  bool business_day = false;
  std::vector<Window> blackout;  ///< Of its own, before those of the calendar.
  std::vector<std::string> playbooks;  ///< Ids, or "cadence:daily".
  std::vector<std::string> targets;    ///< Names, or labels as "key=value"; empty: all.
  /// Started later than planned + grace counts as missed; catch-up may still run it.
  std::chrono::microseconds grace = std::chrono::minutes(5);
  /// How long a run may take.
  std::chrono::microseconds deadline = std::chrono::hours(1);
  CatchUpRule catch_up;
  OverlapRule overlap;
  RetryRule retry;
  /// The start is moved by a share of this that depends on the id only ...
  std::chrono::microseconds splay{0};
  /// ... and by a share of this that depends on id and slot.
  std::chrono::microseconds jitter{0};
  bool heavy = false;                ///< Two heavy ones on one minute and target are a clash.
  /// Where the entries of playbooks, targets, report and deliver stand: by "KEY ENTRY".
  std::map<std::string, SourcePlace> places;
  std::vector<std::string> report;   ///< Formats, or FORMAT:PATH.
  std::vector<std::string> deliver;  ///< Names of deliveries in the settings.
  Heartbeat heartbeat;
  std::string exit_on = "critical";  ///< never, unknown, warning or critical.

  /// SHA-256 over everything above that decides when and what runs: the definition's version.
  std::string definition;
  SourcePlace place;  ///< Of the id in its file.
};

}  // namespace upkeep::schedules

#endif  // UPKEEP_SCHEDULES_SCHEDULE_H_
