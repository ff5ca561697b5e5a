// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/schedules/times.h"

namespace upkeep::schedules {
namespace {

CronOptions In(std::string_view zone, Dialect dialect = Dialect::kVixie) {
  return {.dialect = dialect, .zone = ZoneOf(zone)};
}

CronOptions With(std::string_view zone, Gap gap, Overlap overlap) {
  CronOptions options = In(zone);
  options.dst = DstPolicy{gap, overlap};
  return options;
}

TEST(Next, FirstMondayOfTheMonthIsTwelveTimesAYear) {
  const CronExpression monday = Cron("0 9 * * MON#1", In("Asia/Seoul"));
  EXPECT_EQ((Strings{"2026-12-07T09:00:00+09:00", "2027-01-04T09:00:00+09:00"}),
            Times(monday, "2026-11-21T00:00:00Z", 2));
  // The trap of the guides: plain cron takes days that match either.
  const CronExpression trap = Cron("0 9 1-7 * 1", In("Asia/Seoul"));
  int runs = 0;
  for (auto at = trap.Next(At("2024-12-31T15:00:00Z")); at && *at < At("2025-12-31T15:00:00Z");
       at = trap.Next(*at)) {
    ++runs;
  }
  EXPECT_EQ(124, runs);
}

TEST(Next, TheStarQuirkOfDebianMakesBothDayFieldsMatch) {
  EXPECT_EQ((Strings{"2020-01-05T01:01:00+00:00", "2020-02-02T01:01:00+00:00"}),
            Times(Cron("1 1 1-7 * */7"), "2020-01-01T00:00:00Z", 2));
}

TEST(Next, LastDaysAndWeekdays) {
  EXPECT_EQ((Strings{"2026-02-28T00:00:00+00:00", "2026-03-31T00:00:00+00:00"}),
            Times(Cron("0 0 L * *"), "2026-02-01T00:00:00Z", 2));
  EXPECT_EQ((Strings{"2026-01-30T00:00:00+00:00", "2026-02-27T00:00:00+00:00"}),
            Times(Cron("0 0 LW * *"), "2026-01-01T00:00:00Z", 2));
  EXPECT_EQ((Strings{"2026-08-03T00:00:00+00:00", "2026-09-01T00:00:00+00:00"}),
            Times(Cron("0 0 1W * *"), "2026-07-31T00:00:00Z", 2));
  // A restart on the Sunday between loses nothing (Quartz asked then answers 1 September).
  EXPECT_EQ((Strings{"2026-08-03T09:00:00+00:00"}),
            Times(Cron("0 0 9 1W * ?", In("UTC", Dialect::kQuartz)), "2026-08-02T00:00:00Z", 1));
  EXPECT_EQ((Strings{"2026-11-27T00:00:00+00:00"}),
            Times(Cron("0 0 * * FRI#L"), "2026-11-01T00:00:00Z", 1));
  // 31W: only in months that have a 31st.
  EXPECT_EQ((Strings{"2026-05-29T00:00:00+00:00", "2026-07-31T00:00:00+00:00"}),
            Times(Cron("0 0 31W * *"), "2026-04-02T00:00:00Z", 2));
}

TEST(Next, LeapDaysAcross2100) {
  EXPECT_EQ((Strings{"2096-02-29T00:00:00+00:00", "2104-02-29T00:00:00+00:00"}),
            Times(Cron("0 0 29 2 *"), "2095-10-01T00:00:00Z", 2));
  EXPECT_EQ((Strings{"2044-02-29T00:00:00+00:00", "2072-02-29T00:00:00+00:00",
                     "2112-02-29T00:00:00+00:00"}),
            Times(Cron("0 0 * 2 MON#5"), "2020-01-01T00:00:00Z", 3));
  EXPECT_EQ((Strings{"2096-02-29T01:30:00-05:00", "2104-02-29T01:30:00-05:00"}),
            Times(Cron("30 1 29 2 *", In("America/New_York")), "2092-03-01T00:00:00Z", 2));
}

TEST(Next, FarYearsFollowTheZonesFooter) {
  for (const char* year : {"2038", "2100", "2400"}) {
    const std::string y(year);
    EXPECT_EQ((Strings{y + "-07-01T09:00:00-04:00"}),
              Times(Cron("0 9 1 7 *", In("America/New_York")), y + "-06-01T00:00:00Z", 1));
    EXPECT_EQ((Strings{y + "-07-01T09:00:00+10:00"}),
              Times(Cron("0 9 1 7 *", In("Australia/Sydney")), y + "-06-01T00:00:00Z", 1));
    EXPECT_EQ((Strings{y + "-12-01T09:00:00+11:00"}),
              Times(Cron("0 9 1 12 *", In("Australia/Sydney")), y + "-11-01T00:00:00Z", 1));
  }
}

TEST(Next, ATimeInTheGapRunsAsThePolicySays) {
  const char* from = "2026-03-08T05:00:00Z";  // New York, the day 02:00 becomes 03:00.
  const auto next = [&](Gap gap) {
    return Times(Cron("30 2 * * *", With("America/New_York", gap, Overlap::kFirst)), from, 2);
  };
  EXPECT_EQ((Strings{"2026-03-08T03:00:00-04:00", "2026-03-09T02:30:00-04:00"}), next(Gap::kAfter));
  EXPECT_EQ((Strings{"2026-03-08T03:30:00-04:00", "2026-03-09T02:30:00-04:00"}), next(Gap::kShift));
  EXPECT_EQ((Strings{"2026-03-09T02:30:00-04:00", "2026-03-10T02:30:00-04:00"}), next(Gap::kSkip));
}

TEST(Next, ATimeInTheOverlapRunsAsThePolicySays) {
  const char* from = "2026-11-01T04:00:00Z";
  const auto next = [&](Overlap overlap) {
    return Times(Cron("30 1 * * *", With("America/New_York", Gap::kAfter, overlap)), from, 2);
  };
  EXPECT_EQ((Strings{"2026-11-01T01:30:00-04:00", "2026-11-02T01:30:00-05:00"}),
            next(Overlap::kFirst));
  EXPECT_EQ((Strings{"2026-11-01T01:30:00-04:00", "2026-11-01T01:30:00-05:00"}),
            next(Overlap::kBoth));
}

TEST(Next, WildcardJobsFollowTheWallClockWhateverThePolicyIs) {
  const CronOptions first = With("America/New_York", Gap::kAfter, Overlap::kFirst);
  EXPECT_EQ((Strings{"2026-11-01T01:40:00-04:00", "2026-11-01T01:00:00-05:00",
                     "2026-11-01T01:20:00-05:00"}),
            Times(Cron("*/20 * * * *", first), "2026-11-01T05:20:00Z", 3));
  EXPECT_EQ((Strings{"2026-03-08T01:40:00-05:00", "2026-03-08T03:00:00-04:00"}),
            Times(Cron("*/20 * * * *", first), "2026-03-08T06:20:00Z", 2));
}

TEST(Next, TheTimeJustAfterAnEarlierOneInTheSecondPassIsNotLost) {
  // Asked in the first pass at 01:30; 01:00 comes again half an hour later.
  EXPECT_EQ((Strings{"2026-11-01T01:00:00-05:00"}),
            Times(Cron("0 1 * * *", With("America/New_York", Gap::kAfter, Overlap::kBoth)),
                  "2026-11-01T05:30:00Z", 1));
}

TEST(Next, ASkippedDayAndAMidnightGap) {
  EXPECT_EQ((Strings{"2011-12-29T12:00:00-10:00", "2011-12-31T00:00:00+14:00",
                     "2011-12-31T12:00:00+14:00"}),
            Times(Cron("0 12 * * *", In("Pacific/Apia")), "2011-12-29T20:00:00Z", 3));
  EXPECT_EQ((Strings{"2018-11-04T01:00:00-02:00", "2018-11-05T00:00:00-02:00"}),
            Times(Cron("0 0 * * *", In("America/Sao_Paulo")), "2018-11-03T12:00:00Z", 2));
}

TEST(Next, AZoneInTheTextWins) {
  EXPECT_EQ((Strings{"2026-01-01T09:00:00+09:00"}),
            Times(Cron("CRON_TZ=Asia/Seoul 0 9 * * *", In("America/New_York")),
                  "2025-12-31T12:00:00Z", 1));
}

TEST(Next, AnExhaustedYearEndsAndADefaultExpressionNeverFires) {
  const CronExpression once = Cron("0 0 12 1 1 ? 2030", In("UTC", Dialect::kQuartz));
  EXPECT_EQ(1U, Times(once, "2026-01-01T00:00:00Z", 5).size());
  EXPECT_FALSE(once.Next(At("2030-01-01T12:00:00Z")).has_value());
  EXPECT_FALSE(CronExpression().Next(At("2026-01-01T00:00:00Z")).has_value());
  CronOptions never;
  never.accept_never = true;
  never.zone = ZoneOf("America/New_York");
  EXPECT_FALSE(Cron("0 0 30 2 *", never).Next(At("2026-01-01T00:00:00Z")).has_value());
}

TEST(Next, IsExclusiveAndOnWholeSeconds) {
  const CronExpression hourly = Cron("0 * * * *");
  EXPECT_EQ(At("2026-01-01T01:00:00Z"), *hourly.Next(At("2026-01-01T00:00:00Z")));
  EXPECT_EQ(At("2026-01-01T00:00:00Z"), *hourly.Next(At("2025-12-31T23:59:59.999Z")));
  EXPECT_EQ(At("2026-01-01T01:00:00Z"), *hourly.Next(At("2026-01-01T00:00:00.500Z")));
}

TEST(Next, HashedTimesAreStableAndSpread) {
  const auto minutes = [](std::string key) {
    CronOptions options;
    options.hash_key = std::move(key);
    return Cron("H H(0-5) * * *", options).fields().minutes;
  };
  EXPECT_EQ(minutes("daily"), minutes("daily"));
  std::uint64_t seen = 0;
  for (int i = 0; i < 1000; ++i) seen |= minutes("schedule-" + std::to_string(i));
  EXPECT_EQ((std::uint64_t{1} << 60) - 1, seen);
  CronOptions options;
  options.hash_key = "daily";
  // Pinned: a change of the hash would move every H in every installation.
  EXPECT_EQ(Times(Cron("H H * * *", options), "2026-01-01T00:00:00Z", 1),
            (Strings{"2026-01-01T12:17:00+00:00"}));
}

}  // namespace
}  // namespace upkeep::schedules
