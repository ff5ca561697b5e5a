// SPDX-License-Identifier: Apache-2.0
//
// Says a schedule's time in a sentence, in English and in Korean. The sentence is made from the
// parsed fields, which are what Next() searches, and never from the expression's text: it can't
// say something else than what happens. tests/schedules/describe_property_test.cc reads both
// sentences back and compares them with Next().
//
// What the words mean, so that a sentence can be read in one way only:
// - "every 15 minutes from 09:00 to 17:45": both ends run. "the hours 9 to 17": 09:00 to 17:59.
// - "nearest to day 15": Monday to Friday, within the month; a month without that day has none.
// - "in steps of 7" counts from the first number named.
//
// THREADS: pure functions of their arguments.

#ifndef UPKEEP_SCHEDULES_DESCRIBE_H_
#define UPKEEP_SCHEDULES_DESCRIBE_H_

#include <optional>
#include <vector>

#include "base/clock.h"
#include "base/text.h"
#include "schedules/cron.h"
#include "schedules/schedule.h"

namespace upkeep::schedules {

/// "At 09:00 on the first Monday of the month (Asia/Seoul)" · "매월 첫째 월요일 오전 9시 (Asia/Seoul 기준)".
Text Describe(const CronExpression& expression);

/// What becomes of the expression's times that a clock change of its zone skips or repeats, when
/// one of the five years after `now` touches them; nothing otherwise. The first date is named.
std::optional<Text> DescribeClockChanges(const CronExpression& expression, Instant now);

/// The above, then one sentence each for what happens around a slot: the calendar's shift,
/// windows, splay and jitter, grace and catch-up, overlap, deadline, retries. A disabled schedule
/// says so first.
std::vector<Text> Describe(const Schedule& schedule, Instant now);

}  // namespace upkeep::schedules

#endif  // UPKEEP_SCHEDULES_DESCRIBE_H_
