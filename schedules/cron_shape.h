// SPDX-License-Identifier: Apache-2.0
//
// The shape of a cron expression's fields: what a person would call regular in them. Both
// languages of describe.h are written from one shape. Private to schedules/.
//
// THREADS: pure functions of their arguments.

#ifndef UPKEEP_SCHEDULES_CRON_SHAPE_H_
#define UPKEEP_SCHEDULES_CRON_SHAPE_H_

#include <cstdint>
#include <vector>

#include "schedules/cron_fields.h"

namespace upkeep::schedules {

/// A set of numbers as a person says it.
struct SetShape {
  struct Run {
    int low, high;  ///< Equal for a single number; never just two neighbours.
  };
  bool all = false;       ///< Everything the field can hold.
  int step = 0;           ///< Above 1: the numbers low, low + step … high, at least four of them.
  int low = 0, high = 0;  ///< Of the whole set.
  std::vector<Run> runs;  ///< Of the whole set, in order.
};

/// The numbers `first` to `last` of `bits`, where bit n stands for the number n.
SetShape ShapeOf(std::uint64_t bits, int first, int last);
SetShape ShapeOfYears(const CronFields& fields);

/// The times of a matching day, in seconds since midnight.
struct TimeShape {
  enum class Kind {
    kNever,
    kAllDay,   ///< Every `step` from midnight, the day through.
    kSteps,    ///< `low`, `low` + `step` … `high`: at least four.
    kTimes,    ///< `times`, few.
    kProduct,  ///< Each second of `seconds` in each minute of `minutes` in each hour of `hours`.
  };
  Kind kind = Kind::kNever;
  int step = 0, low = 0, high = 0;
  std::vector<int> times;
  bool zero_seconds = true;  ///< `seconds` is just 0.
  SetShape seconds, minutes, hours;
};
TimeShape TimesOf(const CronFields& fields);

/// One thing a day is picked by that is no plain number or plain weekday.
struct DayMark {
  enum class Kind {
    kLast,            ///< The day `n` days before the month's last.
    kNearest,         ///< The weekday nearest to day `n`.
    kNearestToLast,   ///< The weekday nearest to the day `n` days before the last.
    kNth,             ///< The `n`-th day `weekday`.
    kLastOfWeekday,   ///< The last day `weekday`.
  };
  Kind kind;
  int n = 0, weekday = 0;
};

/// The days of a matching month.
struct DayShape {
  enum class Rule {
    kEvery,       ///< Every day.
    kByDay,       ///< By `days` and `day_marks`.
    kByWeekday,   ///< By `weekdays` and `weekday_marks`.
    kBoth,        ///< Days that both pick.
    kEither,      ///< Days that one of them picks.
  };
  Rule rule = Rule::kEvery;
  SetShape days;                       ///< No runs: none.
  std::vector<DayMark> day_marks;
  std::uint32_t weekdays = 0;          ///< Bits 0 (Sunday) to 6.
  std::vector<DayMark> weekday_marks;
};
DayShape DaysOf(const CronFields& fields);

}  // namespace upkeep::schedules

#endif  // UPKEEP_SCHEDULES_CRON_SHAPE_H_
