// SPDX-License-Identifier: Apache-2.0
//
// The two writers behind Describe(). Private to schedules/.
//
// THREADS: pure functions of their arguments.

#ifndef UPKEEP_SCHEDULES_DESCRIBE_WORDS_H_
#define UPKEEP_SCHEDULES_DESCRIBE_WORDS_H_

#include <optional>
#include <string>
#include <vector>

#include "base/text.h"
#include "schedules/cron.h"
#include "schedules/cron_shape.h"
#include "schedules/schedule.h"

namespace upkeep::schedules {

/// The fields of an expression, as both writers take them.
struct FieldShapes {
  TimeShape times;
  DayShape days;
  SetShape months, years;

  /// Every hour of every day: of "every 15 minutes" nobody needs to hear that it is every day.
  bool Always() const {
    return times.hours.all && days.rule == DayShape::Rule::kEvery && months.all && years.all;
  }
};

std::string EnglishWhen(const FieldShapes& shapes);
std::string KoreanWhen(const FieldShapes& shapes);

/// Where the calendar moves what the expression says, and which windows keep it from running;
/// nothing for a schedule without either.
std::vector<Text> DescribeCalendar(const Schedule& schedule);

/// "1 hour and 30 minutes" · "1시간 30분"; of whole seconds.
std::string EnglishSpan(long seconds);
std::string KoreanSpan(long seconds);

/// "a, b" + `last` + "c".
std::string JoinWords(const std::vector<std::string>& words, const std::string& between,
                      const std::string& last);

}  // namespace upkeep::schedules

#endif  // UPKEEP_SCHEDULES_DESCRIBE_WORDS_H_
