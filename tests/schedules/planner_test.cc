// SPDX-License-Identifier: Apache-2.0
#include "schedules/planner.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/schedules/times.h"

namespace upkeep::schedules {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

Schedule Daily(std::string_view cron = "0 9 * * *") {
  Schedule schedule;
  schedule.id = "daily";
  CronOptions options;
  options.zone = ZoneOf("Asia/Seoul");
  schedule.expression = Cron(cron, options);
  return schedule;
}

TEST(PlanAhead, WritesDownDaysAndSlots) {
  const Plan plan = PlanAhead(Daily(), {"prod", "stage"}, At("2026-11-21T03:00:00Z"));
  ASSERT_EQ(35U, plan.days.size());
  EXPECT_EQ(std::chrono::sys_days(std::chrono::year(2026) / 11 / 21), plan.days[0].day);
  for (const DayPlan& day : plan.days) EXPECT_EQ(1, day.count);
  EXPECT_EQ(Sha256Hex("1795219200\n"), plan.days[0].hash);  // 2026-11-21T00:00:00Z.
  // Slots lie after now: tomorrow's and the day after's, for both targets.
  ASSERT_EQ(4U, plan.slots.size());
  EXPECT_EQ("prod", plan.slots[0].target);
  EXPECT_EQ("stage", plan.slots[1].target);
  EXPECT_EQ(At("2026-11-22T00:00:00Z"), plan.slots[0].planned_at);
  EXPECT_EQ(At("2026-11-23T00:00:00Z"), plan.slots[3].planned_at);
  EXPECT_FALSE(plan.cut);
  EXPECT_EQ(zone::TzdataVersion(), plan.tzdata);
}

TEST(PlanAhead, TheDayPlansAreTheSameAtAnyTimeOfTheDay) {
  const Schedule schedule = Daily("*/7 * * * *");
  const Plan early = PlanAhead(schedule, {"a"}, At("2026-11-21T00:00:00Z"));
  const Plan late = PlanAhead(schedule, {"a"}, At("2026-11-21T23:59:00Z"));
  EXPECT_EQ(early.days, late.days);
  const Plan next_day = PlanAhead(schedule, {"a"}, At("2026-11-22T12:00:00Z"));
  EXPECT_EQ(early.days[1], next_day.days[0]);
}

TEST(PlanAhead, TheSlotsAreBoundedAndNeverSplitAnInstant) {
  const Plan plan = PlanAhead(Daily("* * * * *"), {"a", "b", "c"}, At("2026-11-21T00:00:00Z"));
  EXPECT_EQ(999U, plan.slots.size());
  EXPECT_TRUE(plan.cut);
  EXPECT_EQ(1440, plan.days[0].count);
  Schedule off = Daily();
  off.enabled = false;
  EXPECT_TRUE(PlanAhead(off, {"a"}, At("2026-11-21T00:00:00Z")).days.empty());
}

TEST(PlannedBetween, CountsAreChunkedWithoutLoss) {
  const Schedule schedule = Daily("*/10 * * * *");
  const Instant from = At("2026-01-01T00:00:00Z"), until = At("2026-01-02T00:00:00Z");
  std::vector<Instant> all;
  for (Instant at = from;;) {
    const auto some = PlannedBetween(schedule, at, until, 50);
    all.insert(all.end(), some.begin(), some.end());
    if (some.size() < 50) break;
    at = some.back();
  }
  EXPECT_EQ(144U, all.size());
  EXPECT_EQ(until, all.back());
  EXPECT_EQ(144U, std::set<Instant>(all.begin(), all.end()).size());
}

TEST(StartOf, SplayIsStableSpreadAndBounded) {
  Schedule schedule = Daily();
  const Instant planned = At("2026-11-22T00:00:00Z");
  EXPECT_EQ(planned, StartOf(schedule, planned));
  schedule.splay = minutes(10);
  EXPECT_EQ(planned + seconds(258), StartOf(schedule, planned));  // Pinned: the same for ever.
  std::set<Instant> starts;
  for (int i = 0; i < 200; ++i) {
    schedule.id = "s" + std::to_string(i);
    const Instant start = StartOf(schedule, planned);
    EXPECT_GE(start, planned);
    EXPECT_LT(start, planned + minutes(10));
    EXPECT_EQ(start - planned, StartOf(schedule, planned + days(1)) - planned - days(1));
    starts.insert(start);
  }
  EXPECT_GT(starts.size(), 120U);
  schedule.jitter = minutes(1);
  EXPECT_LT(StartOf(schedule, planned), planned + minutes(11));
}

class DecideTest : public testing::Test {
 protected:
  std::vector<Verdict> Verdicts(Instant now) {
    std::vector<Verdict> verdicts;
    for (const Decision& decision : Decide(schedule_, open_, now)) {
      verdicts.push_back(decision.verdict);
    }
    return verdicts;
  }

  Schedule schedule_ = Daily("0 * * * *");
  std::vector<Instant> open_{At("2026-11-21T01:00:00Z"), At("2026-11-21T02:00:00Z"),
                             At("2026-11-21T03:00:00Z"), At("2026-11-21T04:00:00Z")};
  using V = std::vector<Verdict>;
};

TEST_F(DecideTest, NothingStartsEarlyAndGraceIsInclusive) {
  schedule_.catch_up.mode = CatchUp::kNone;
  EXPECT_EQ((V{Verdict::kWait, Verdict::kWait, Verdict::kWait, Verdict::kWait}),
            Verdicts(At("2026-11-21T00:59:59.999Z")));
  EXPECT_EQ(Verdict::kStart, Verdicts(At("2026-11-21T01:00:00Z"))[0]);
  EXPECT_EQ(Verdict::kStart, Verdicts(At("2026-11-21T01:05:00Z"))[0]);
  EXPECT_EQ(Verdict::kMissed, Verdicts(At("2026-11-21T01:05:00.001Z"))[0]);
}

TEST_F(DecideTest, NoneRunsNothingLate) {
  schedule_.catch_up.mode = CatchUp::kNone;
  EXPECT_EQ((V{Verdict::kMissed, Verdict::kMissed, Verdict::kMissed, Verdict::kWait}),
            Verdicts(At("2026-11-21T03:30:00Z")));
}

TEST_F(DecideTest, LastRunsTheNewestOnce) {
  EXPECT_EQ((V{Verdict::kMissed, Verdict::kMissed, Verdict::kCatchUp, Verdict::kWait}),
            Verdicts(At("2026-11-21T03:30:00Z")));
  // A slot that is due now stands for the older ones.
  EXPECT_EQ((V{Verdict::kMissed, Verdict::kMissed, Verdict::kMissed, Verdict::kStart}),
            Verdicts(At("2026-11-21T04:00:10Z")));
}

TEST_F(DecideTest, AllRunsTheNewestUpToItsLimitAndAge) {
  schedule_.catch_up = {.mode = CatchUp::kAll, .limit = 2, .max_age = hours(24)};
  EXPECT_EQ((V{Verdict::kMissed, Verdict::kMissed, Verdict::kCatchUp, Verdict::kCatchUp}),
            Verdicts(At("2026-11-21T05:00:00Z")));
  schedule_.catch_up = {.mode = CatchUp::kAll, .limit = 100, .max_age = hours(2)};
  EXPECT_EQ((V{Verdict::kMissed, Verdict::kMissed, Verdict::kCatchUp, Verdict::kCatchUp}),
            Verdicts(At("2026-11-21T05:00:00Z")));
  const auto decisions = Decide(schedule_, open_, At("2026-11-21T05:00:00Z"));
  EXPECT_EQ("older than the catch-up age of 2h", decisions[0].reason);
}

TEST_F(DecideTest, EverySlotOfALongOutageIsAccountedFor) {
  open_ = PlannedBetween(Daily("* * * * *"), At("2026-01-01T00:00:00Z"), At("2026-01-31T00:00:00Z"),
                         100'000);
  schedule_.catch_up = {.mode = CatchUp::kAll, .limit = 10, .max_age = hours(48)};
  int caught = 0, missed = 0;
  for (const Decision& decision : Decide(schedule_, open_, At("2026-01-31T00:30:00Z"))) {
    caught += decision.verdict == Verdict::kCatchUp ? 1 : 0;
    missed += decision.verdict == Verdict::kMissed ? 1 : 0;
    EXPECT_EQ(decision.verdict == Verdict::kMissed, !decision.reason.empty());
  }
  EXPECT_EQ(10, caught);
  EXPECT_EQ(static_cast<int>(open_.size()) - 10, missed);
}

TEST(Judge, NamesAStartByHowLateItIs) {
  const Schedule schedule = Daily();
  const Instant planned = At("2026-11-22T00:00:00Z");
  EXPECT_EQ(Punctuality::kOnTime, Judge(schedule, planned, planned + seconds(60)));
  EXPECT_EQ(Punctuality::kLate, Judge(schedule, planned, planned + seconds(61)));
  EXPECT_EQ(Punctuality::kLate, Judge(schedule, planned, planned + minutes(5)));
  EXPECT_EQ(Punctuality::kMissed, Judge(schedule, planned, planned + minutes(6)));
}

TEST(DecideOverlap, FollowsTheRule) {
  EXPECT_EQ(OverlapVerdict::kStart, DecideOverlap({OverlapMode::kForbid, 1}, 0, 0));
  EXPECT_EQ(OverlapVerdict::kOverlapped, DecideOverlap({OverlapMode::kForbid, 1}, 1, 0));
  EXPECT_EQ(OverlapVerdict::kStart, DecideOverlap({OverlapMode::kAllow, 1}, 3, 0));
  EXPECT_EQ(OverlapVerdict::kReplace, DecideOverlap({OverlapMode::kReplace, 1}, 1, 0));
  EXPECT_EQ(OverlapVerdict::kQueue, DecideOverlap({OverlapMode::kQueue, 2}, 1, 1));
  EXPECT_EQ(OverlapVerdict::kOverlapped, DecideOverlap({OverlapMode::kQueue, 2}, 1, 2));
}

TEST(RetryDelay, DoublesUpToItsCap) {
  const RetryRule rule{.attempts = 4, .backoff = seconds(30), .cap = seconds(100)};
  EXPECT_EQ(seconds(30), *RetryDelay(rule, 1));
  EXPECT_EQ(seconds(60), *RetryDelay(rule, 2));
  EXPECT_EQ(seconds(100), *RetryDelay(rule, 3));
  EXPECT_EQ(seconds(100), *RetryDelay(rule, 4));
  EXPECT_FALSE(RetryDelay(rule, 5).has_value());
  EXPECT_FALSE(RetryDelay(rule, 0).has_value());
}

TEST(FindClashes, AJobOfEveryMinuteMeetsARareOne) {
  Schedule dense = Daily("* * * * *"), rare = Daily("0 9 15 * *");
  dense.id = "dense";
  rare.id = "rare";
  dense.heavy = rare.heavy = true;
  const auto clashes = FindClashes({dense, rare}, At("2026-11-20T00:00:00Z"));
  ASSERT_EQ(1U, clashes.size());
  EXPECT_EQ(At("2026-12-15T00:00:00Z"), clashes[0].at);   // 09:00 in Seoul.
}

TEST(FindClashes, HeavySchedulesOnOneMinuteAndTarget) {
  Schedule backup = Daily("0 2 * * *"), purge = Daily("0 2 * * SUN"), light = Daily("0 2 * * SUN");
  backup.id = "backup";
  purge.id = "purge";
  backup.heavy = purge.heavy = true;
  backup.targets = {"prod", "stage"};
  purge.targets = {"prod"};
  const Instant now = At("2026-11-21T00:00:00Z");
  const auto clashes = FindClashes({backup, purge, light}, now);
  ASSERT_EQ(1U, clashes.size());
  EXPECT_EQ("backup", clashes[0].first);
  EXPECT_EQ("purge", clashes[0].second);
  EXPECT_EQ("prod", clashes[0].target);
  EXPECT_EQ(At("2026-11-21T17:00:00Z"), clashes[0].at);  // Sunday 02:00 in Seoul.
  purge.targets = {"other"};
  EXPECT_TRUE(FindClashes({backup, purge}, now).empty());
}

}  // namespace
}  // namespace upkeep::schedules
