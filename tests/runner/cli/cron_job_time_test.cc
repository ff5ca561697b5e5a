// SPDX-License-Identifier: Apache-2.0
#include "runner/cli/cron_job_time.h"

#include <gtest/gtest.h>

namespace upkeep::cli {
namespace {

using schedules::CronExpression;
using schedules::CronOptions;
using schedules::Dialect;

CronExpression Parse(const std::string& text, const std::string& zone = "Asia/Seoul",
                     Dialect dialect = Dialect::kVixie) {
  CronOptions options;
  options.dialect = dialect;
  options.zone = zone::Zone::Load(zone).value();
  Result<CronExpression> parsed = CronExpression::Parse(text, options);
  EXPECT_TRUE(parsed.ok()) << text << ": " << parsed.status().Describe();
  return *parsed;
}

std::string Of(const std::string& text, const std::string& zone = "Asia/Seoul") {
  const Result<CronJobTime> time = CronJobTimeOf(Parse(text, zone));
  return time.ok() ? time.value().schedule : time.status().message();
}

TEST(CronJobTimeTest, WhatACronJobKnowsStaysTheSame) {
  for (const char* const same : {"0 9 * * *", "*/15 * * * *", "0 2 * * 0", "30 4 1 * *", "5 0 * 1,4 *",
                                 "0 9-17 * * 1-5", "0,30 * * * *", "0 0 29 2 *", "* * * * *"}) {
    EXPECT_EQ(same, Of(same));
  }
  EXPECT_EQ("5 0 * */3 *", Of("5 0 * 1,4,7,10 *")) << "the same months";
  EXPECT_EQ("Asia/Seoul", CronJobTimeOf(Parse("0 9 * * *")).value().time_zone);
}

TEST(CronJobTimeTest, WhatItDoesNotKnowFiresMoreOften) {
  EXPECT_EQ("0 10 * * 1", Of("0 10 * * MON#1"));
  EXPECT_EQ("0 10 28-31 * *", Of("0 10 L * *"));
  EXPECT_EQ("0 10 * * 5", Of("0 10 * * FRI#L"));
  // The day before or after may be nearer: the 14th to the 16th, of the working days.
  EXPECT_EQ("0 10 14-16 * *", Of("0 10 15W * *"));
}

TEST(CronJobTimeTest, WhatACalendarMovesMayBeOnAnyDay) {
  schedules::Schedule schedule;
  schedule.expression = Parse("0 10 * 1,7 MON#1");
  EXPECT_EQ("0 10 * 1,7 1", CronJobTimeOf(schedule).value().schedule);
  schedule.holiday = schedules::HolidayShift::kNext;
  EXPECT_EQ("0 10 * * *", CronJobTimeOf(schedule).value().schedule);
  schedule.holiday = schedules::HolidayShift::kSkip;
  EXPECT_EQ("0 10 * 1,7 1", CronJobTimeOf(schedule).value().schedule);
}

TEST(CronJobTimeTest, TimesInsideAMinuteAreRefused) {
  const Result<CronJobTime> time =
      CronJobTimeOf(Parse("30 0 12 * * ?", "UTC", Dialect::kQuartz));
  EXPECT_EQ(Code::kInvalid, time.status().code());
  EXPECT_EQ("0 12 * * *", CronJobTimeOf(Parse("0 0 12 * * ?", "UTC", Dialect::kQuartz)).value().schedule);
}

TEST(CronJobTimeTest, AnIntervalMayBeAnyMinute) {
  EXPECT_EQ("* * * * *", CronJobTimeOf(Parse("@every 15m", "UTC", Dialect::kRobfig)).value().schedule);
}

/// What matters: no planned time is without a firing. Judged by our own reading of the five
/// fields, over three years with clock changes.
TEST(CronJobTimeTest, EveryPlannedTimeHasAFiring) {
  for (const char* const zone : {"Asia/Seoul", "America/New_York", "Australia/Lord_Howe"}) {
    for (const char* const text : {"0 10 * * MON#1", "30 2 * * *", "15 2 L * *", "0 4 1-7 * 2", "0 3 LW * *",
                                   "*/20 1-3 * * *", "0 13 * 1,4,7,10 MON#1"}) {
      const CronExpression ours = Parse(text, zone);
      CronOptions options;
      options.dialect = Dialect::kRobfig;
      options.zone = zone::Zone::Load(zone).value();
      const CronExpression theirs =
          CronExpression::Parse(CronJobTimeOf(ours).value().schedule, options).value();
      Instant at = *ParseRfc3339("2026-01-01T00:00:00Z");
      const Instant end = *ParseRfc3339("2029-01-01T00:00:00Z");
      while (true) {
        const std::optional<Instant> next = ours.Next(at);
        ASSERT_TRUE(next.has_value());
        if (*next >= end) break;
        at = *next;
        ASSERT_EQ(at, theirs.Next(at - std::chrono::seconds(1))) << text << " in " << zone << " at " << FormatRfc3339(at);
      }
    }
  }
}

}  // namespace
}  // namespace upkeep::cli
