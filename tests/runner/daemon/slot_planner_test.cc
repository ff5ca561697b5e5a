// SPDX-License-Identifier: Apache-2.0
#include "runner/daemon/slot_planner.h"

#include <algorithm>

#include "tests/runner/daemon/fixture.h"

namespace upkeep::daemon {
namespace {

constexpr const char* kDaily = "    cron: \"0 9 * * *\"\n    playbooks: [selftest.ok]\n";
constexpr const char* kNoon = "    cron: \"0 12 * * *\"\n    playbooks: [selftest.ok]\n";

class SlotPlannerTest : public DaemonTest {
 protected:
  Planned Plan(const schedules::Schedule& schedule, std::vector<std::string> targets = {"a", "b"},
               bool begin_with_due = false) {
    SlotPlanner planner(*store_, clock_);
    auto planned = planner.Plan(schedule, {std::move(targets), begin_with_due, 35});
    EXPECT_TRUE(planned.ok()) << planned.status().Describe();
    return planned.ok() ? *planned : Planned();
  }
  std::int64_t Entries() { return store_->Head()->sequence; }
};

TEST_F(SlotPlannerTest, WritesTwoDaysOfSlotsAndThirtyFiveDaysOfHorizon) {
  const auto schedule = ScheduleOf(kDaily);
  EXPECT_EQ(Plan(schedule).added, 4);   // 1st and 2nd of November, on two targets.
  EXPECT_EQ(StateOf("2026-11-02T09:00:00Z", "b"), SlotState::kPlanned);
  const auto horizons = *store_->Horizons("s");
  ASSERT_EQ(horizons.size(), 35U);
  EXPECT_EQ(horizons.front().from, At("2026-11-01T00:00:00Z"));
  EXPECT_EQ(horizons.back().until, At("2026-12-06T00:00:00Z"));
  for (const store::Horizon& day : horizons) {
    EXPECT_EQ(day.count, 1);
    EXPECT_EQ(day.hash, Sha256Hex(FormatRfc3339(day.from + hours(9)) + "\n"));
    EXPECT_EQ(day.definition, schedule.definition);
  }
  EXPECT_TRUE(store_->Definition(schedule.definition).ok());
}

TEST_F(SlotPlannerTest, PlanningTwiceWritesNothing) {
  const auto schedule = ScheduleOf(kDaily);
  Plan(schedule);
  const std::int64_t before = Entries();
  const Planned again = Plan(schedule);
  EXPECT_EQ(again.added + again.superseded, 0);
  EXPECT_EQ(Entries(), before);
}

TEST_F(SlotPlannerTest, ANewDayAddsItsSlotsAndOneDayOfHorizon) {
  const auto schedule = ScheduleOf(kDaily);
  Plan(schedule);
  clock_.Advance(hours(24));
  EXPECT_EQ(Plan(schedule).added, 2);
  EXPECT_EQ(store_->Horizons("s")->size(), 36U);
}

TEST_F(SlotPlannerTest, AChangedScheduleSupersedesWhatLiesAhead) {
  Plan(ScheduleOf(kDaily));
  clock_.Advance(hours(10));   // The slot of the 1st is due, and stays.
  const Planned changed = Plan(ScheduleOf(kNoon));
  EXPECT_EQ(changed.superseded, 2);
  EXPECT_EQ(changed.added, 4);
  EXPECT_EQ(StateOf("2026-11-01T09:00:00Z"), SlotState::kPlanned);
  EXPECT_EQ(StateOf("2026-11-02T09:00:00Z"), SlotState::kSuperseded);
  EXPECT_EQ(StateOf("2026-11-01T12:00:00Z"), SlotState::kPlanned);
}

TEST_F(SlotPlannerTest, ATimeWithoutAPlannerIsFilled) {
  const auto schedule = ScheduleOf(kDaily);
  Plan(schedule);
  clock_.Advance(hours(24 * 10 + 12));   // Noon of the 11th; rows reached to the 2nd.
  const Planned planned = Plan(schedule);
  EXPECT_EQ(planned.filled, 18);         // 3rd to 11th on two targets.
  EXPECT_EQ(StateOf("2026-11-11T09:00:00Z"), SlotState::kPlanned);
  EXPECT_EQ(Totals().due, 22);
}

TEST_F(SlotPlannerTest, AGapIsFilledByTheDefinitionOfThatTimeAndItsTargets) {
  const auto old = ScheduleOf(kDaily);
  Plan(old, {"a"});
  clock_.Advance(hours(24 * 4 + 20));    // 20:00 of the 5th.
  EXPECT_EQ(Plan(ScheduleOf(kNoon), {"a", "new"}).filled, 3);
  EXPECT_EQ(StateOf("2026-11-05T09:00:00Z"), SlotState::kPlanned);
  EXPECT_EQ(store_->FindSlot({"s", "a", At("2026-11-05T09:00:00Z")})->definition, old.definition);
  EXPECT_FALSE(store_->FindSlot({"s", "a", At("2026-11-05T12:00:00Z")}).ok());
  EXPECT_FALSE(store_->FindSlot({"s", "new", At("2026-11-05T09:00:00Z")}).ok());
}

TEST_F(SlotPlannerTest, ASlotThatHadNoRowYetIsFilledFromTheHorizon) {
  const auto monthly = ScheduleOf("    cron: \"0 9 1 * *\"\n    playbooks: [selftest.ok]\n");
  clock_.SetWall(At("2026-11-05T00:00:00Z"));
  EXPECT_EQ(Plan(monthly, {"a"}).added, 0);
  clock_.SetWall(At("2026-12-03T00:00:00Z"));
  EXPECT_EQ(Plan(monthly, {"a"}).filled, 1);
  EXPECT_FALSE(store_->FindSlot({"s", "a", At("2026-11-01T09:00:00Z")}).ok());
}

TEST_F(SlotPlannerTest, ANewScheduleBeginsWithItsNextSlotUnlessTheDueOneIsAskedFor) {
  const auto schedule = ScheduleOf(std::string(kDaily) + "    grace: 30m\n");
  clock_.SetWall(At("2026-11-01T09:10:00Z"));
  Plan(schedule, {"a"});
  EXPECT_FALSE(store_->FindSlot({"s", "a", At("2026-11-01T09:00:00Z")}).ok());
}

TEST_F(SlotPlannerTest, TheDueSlotOfANewSchedule) {
  const auto schedule = ScheduleOf(std::string(kDaily) + "    grace: 30m\n");
  clock_.SetWall(At("2026-11-01T09:10:00Z"));
  Plan(schedule, {"a"}, true);
  EXPECT_EQ(StateOf("2026-11-01T09:00:00Z"), SlotState::kPlanned);
  EXPECT_EQ(Totals().due, 1);
}

TEST_F(SlotPlannerTest, TheDueSlotIsPlannedWhenTheClockShowsExactlyItsTime) {
  const auto schedule = ScheduleOf(kDaily);
  clock_.SetWall(At("2026-11-01T09:00:00Z"));
  Plan(schedule, {"a"}, true);
  EXPECT_EQ(StateOf("2026-11-01T09:00:00Z"), SlotState::kPlanned);
}

TEST_F(SlotPlannerTest, AScheduleTakenOutAndPutBackOwesNothingForTheTimeBetween) {
  const auto schedule = ScheduleOf(kDaily);
  Plan(schedule, {"a"});
  SlotPlanner planner(*store_, clock_);
  ASSERT_TRUE(planner.Retire("s").ok());
  EXPECT_EQ(StateOf("2026-11-01T09:00:00Z"), SlotState::kSuperseded);
  const std::int64_t before = Entries();
  ASSERT_TRUE(planner.Retire("s").ok());
  EXPECT_EQ(Entries(), before);
  clock_.Advance(hours(24 * 6));
  EXPECT_EQ(Plan(schedule, {"a"}).filled, 0);
  EXPECT_FALSE(store_->FindSlot({"s", "a", At("2026-11-05T09:00:00Z")}).ok());
  EXPECT_EQ(StateOf("2026-11-07T09:00:00Z"), SlotState::kPlanned);
}

TEST_F(SlotPlannerTest, ADayOfManyInstantsIsWalkedThroughInPiecesAndWrittenAsAWhole) {
  const auto schedule = ScheduleOf("    cron: \"*/5 9 * * *\"\n    playbooks: [selftest.ok]\n");
  SlotPlanner whole(*store_, clock_);
  ASSERT_TRUE(whole.Plan(schedule, {{"a"}, false, 420}).value().horizon_complete);
  const auto expected = *store_->Horizons("s");
  ASSERT_EQ(expected.size(), 35U);

  auto again = schedule;
  again.definition = "another";
  SlotPlanner pieces(*store_, clock_);
  int calls = 1;
  while (!pieces.Plan(again, {{"a"}, false, 5}).value().horizon_complete) {
    clock_.Advance(std::chrono::seconds(1));
    // Which definition is valid is known from the first piece on.
    if (calls == 1) {
      EXPECT_EQ(store_->Horizons("s")->back().definition, "another");
    }
    ASSERT_LT(++calls, 200);
  }
  EXPECT_EQ(calls, 84);   // 420 instants, five at a time.
  auto horizons = *store_->Horizons("s");
  horizons.erase(horizons.begin(), horizons.begin() + 36);
  ASSERT_EQ(horizons.size(), 35U);
  for (std::size_t day = 0; day < 35; ++day) {
    EXPECT_EQ(horizons[day].from, expected[day].from);
    EXPECT_EQ(horizons[day].until, expected[day].until);
    EXPECT_EQ(horizons[day].count, 12);
    EXPECT_EQ(horizons[day].hash, expected[day].hash);
  }
}

TEST_F(SlotPlannerTest, MoreSlotsThanRowsArePlannedBitByBitAndNoneIsLost) {
  const auto schedule = ScheduleOf("    cron: \"* * * * *\"\n    playbooks: [selftest.ok]\n");
  EXPECT_EQ(Plan(schedule, {"a"}).added, 1000);
  clock_.Advance(hours(24));
  const Planned planned = Plan(schedule, {"a"});
  EXPECT_EQ(planned.filled, 440);
  EXPECT_EQ(Totals().due, 1440);
  EXPECT_EQ(planned.until, clock_.Now() + minutes(1000));
}

}  // namespace
}  // namespace upkeep::daemon
