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
    const PlanRequest request{std::move(targets), begin_with_due, 35};
    Planned all;
    while (true) {   // A long gap comes in pieces.
      auto planned = planner.Plan(schedule, request);
      EXPECT_TRUE(planned.ok()) << planned.status().Describe();
      if (!planned.ok()) return Planned();
      planned->added += all.added;
      planned->filled += all.filled;
      planned->superseded += all.superseded;
      all = std::move(*planned);
      if (all.gap_filled) return all;
    }
  }
  /// Slots that are not superseded, of [from, until).
  std::size_t Rows(const std::string& from, const std::string& until, const std::string& target) {
    auto slots = *store_->Slots({"s", target, {}, At(from), At(until), 1'000'000});
    return static_cast<std::size_t>(std::count_if(slots.begin(), slots.end(), [](const store::Slot& slot) {
      return slot.state != SlotState::kSuperseded;
    }));
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

constexpr char kEachMinute[] = "    cron: \"* * * * *\"\n    playbooks: [selftest.ok]\n    targets: []\n";

// The rows of the old definition reach further than those of the new one, which has more of them.
TEST_F(SlotPlannerTest, WhatWasSupersededHidesNoGap) {
  Plan(ScheduleOf("    cron: \"7 * * * *\"\n    playbooks: [selftest.ok]\n    targets: []\n"), {"a"});
  clock_.Advance(minutes(1));
  const auto schedule = ScheduleOf(kEachMinute);
  Plan(schedule, {"a"});
  clock_.Advance(hours(40));
  Plan(schedule, {"a"});
  EXPECT_EQ(2400U, Rows("2026-11-01T00:02:00Z", "2026-11-02T16:02:00Z", "a"));
}

TEST_F(SlotPlannerTest, TheRowsOfManyTargetsReachLessFarThanThoseOfFew) {
  const auto schedule = ScheduleOf("    cron: \"0 * * * *\"\n    playbooks: [selftest.ok]\n    targets: []\n");
  std::vector<std::string> many;
  for (int i = 0; i < 10; ++i) many.push_back("t" + std::to_string(i));
  Plan(schedule, many);
  for (int i = 10; i < 100; ++i) many.push_back("t" + std::to_string(i));
  clock_.Advance(hours(1));
  Plan(schedule, many);
  clock_.Advance(hours(35));
  Plan(schedule, many);
  for (const std::string& target : {many[0], many[99]}) EXPECT_EQ(35U, Rows("2026-11-01T02:00:00Z", "2026-11-02T12:01:00Z", target));
  EXPECT_EQ(0U, Rows("2026-11-01T00:00:00Z", "2026-11-01T01:00:00Z", many[99]));   // It was not there then.
}

TEST_F(SlotPlannerTest, ATargetThatWasWithdrawnIsOwedNothing) {
  const auto schedule = ScheduleOf(kDaily);
  Plan(schedule, {"a", "b"});
  clock_.Advance(hours(1));
  Plan(schedule, {"a"});
  clock_.Advance(hours(24 * 5));
  Plan(schedule, {"a"});
  EXPECT_EQ(5U, Rows("2026-11-01T00:00:00Z", "2026-11-06T00:00:00Z", "a"));
  EXPECT_EQ(0U, Rows("2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z", "b"));
}

// An edit that has no slot in the next days leaves no row behind: what it promises is owed all the same.
TEST_F(SlotPlannerTest, ARareScheduleIsFilledSinceItIsOne) {
  Plan(ScheduleOf(kDaily), {"a"});
  clock_.Advance(hours(24 * 2 + 10));
  const auto rare = ScheduleOf("    cron: \"0 9 3,20 * *\"\n    playbooks: [selftest.ok]\n    targets: []\n");
  Plan(ScheduleOf(kDaily), {"a"});
  Plan(rare, {"a"});
  clock_.Advance(hours(24 * 30));
  Plan(rare, {"a"});
  EXPECT_EQ(1U, Rows("2026-11-03T10:00:00Z", "2026-12-01T00:00:00Z", "a"));
  EXPECT_EQ(SlotState::kPlanned, StateOf("2026-11-20T09:00:00Z"));
}

constexpr char kEachHour[] = "    cron: \"0 * * * *\"\n    playbooks: [selftest.ok]\n    targets: []\n";

TEST_F(SlotPlannerTest, AScheduleThatCameBackIsOwedSinceThen) {
  const auto schedule = ScheduleOf(kEachHour);
  Plan(schedule, {"a"});
  clock_.SetWall(At("2026-11-01T02:30:00Z"));
  ASSERT_TRUE(SlotPlanner(*store_, clock_).Retire("s").ok());
  EXPECT_TRUE(store_->PlannedSchedules()->empty());
  clock_.SetWall(At("2026-11-01T05:30:00Z"));
  Plan(schedule, {"a"});
  clock_.SetWall(At("2026-11-06T05:30:00Z"));
  Plan(schedule, {"a"});
  EXPECT_EQ(0U, Rows("2026-11-01T03:00:00Z", "2026-11-01T05:30:00Z", "a"));
  EXPECT_EQ(120U, Rows("2026-11-01T06:00:00Z", "2026-11-06T05:30:00Z", "a"));
}

TEST_F(SlotPlannerTest, ARowOfAnEarlierDefinitionHidesNoGap) {
  Plan(ScheduleOf(kDaily), {"a"});
  const auto slot = store_->FindSlot({"s", "a", At("2026-11-02T09:00:00Z")});
  ASSERT_TRUE(store_->MoveSlots({slot->id}, SlotState::kCancelled, "not then", kDaemonActor).ok());
  const auto schedule = ScheduleOf(kEachMinute);
  Plan(schedule, {"a"});
  clock_.Advance(hours(56));
  Plan(schedule, {"a"});
  EXPECT_EQ(3360U, Rows("2026-11-01T00:01:00Z", "2026-11-03T08:00:01Z", "a"));
}

TEST_F(SlotPlannerTest, ATargetThatLeftTheInventoryKeepsNoRowsBeyondThoseOfTheOthers) {
  const auto schedule = ScheduleOf(kEachMinute);
  Plan(schedule, {"f1"});
  std::vector<std::string> others;
  for (int i = 0; i < 100; ++i) others.push_back("g" + std::to_string(i));
  clock_.Advance(minutes(1));
  Plan(schedule, others);
  clock_.Advance(hours(5));
  Plan(schedule, others);
  EXPECT_EQ(0U, Rows("2026-11-01T00:02:00Z", "2026-12-01T00:00:00Z", "f1"));
  EXPECT_EQ(300U, Rows("2026-11-01T00:02:00Z", "2026-11-01T05:01:01Z", "g99"));
}

TEST_F(SlotPlannerTest, TheFirstTargetThatFitsIsOwedNothingOfTheTimeBefore) {
  const auto schedule = ScheduleOf(kEachHour);
  Plan(schedule, {});
  clock_.Advance(hours(24 * 10));
  Plan(schedule, {});
  Plan(schedule, {"a"});
  EXPECT_EQ(0U, Rows("2026-11-01T00:00:00Z", "2026-11-11T00:00:01Z", "a"));
}

TEST_F(SlotPlannerTest, AClockThatRanAheadHidesNoGapOfALaterEdit) {
  Plan(ScheduleOf(kEachHour), {"a"});
  const Instant began = clock_.Now();
  clock_.Advance(hours(24 * 10));
  Plan(ScheduleOf(kEachHour), {"a"});
  auto due = store_->Slots({"s", "a", {SlotState::kPlanned}, {}, clock_.Now(), 1'000'000});
  std::vector<store::SlotId> ids;
  for (const store::Slot& slot : *due) ids.push_back(slot.id);
  ASSERT_TRUE(store_->MoveSlots(ids, SlotState::kMissed, "too late", kDaemonActor).ok());
  clock_.SetWall(began + hours(2));
  Plan(ScheduleOf(kEachHour), {"a"});
  const auto half = ScheduleOf("    cron: \"30 * * * *\"\n    playbooks: [selftest.ok]\n    targets: []\n");
  Plan(half, {"a", "b"});
  clock_.SetWall(began + hours(24 * 5));
  Plan(half, {"a", "b"});
  for (const char* target : {"a", "b"}) {
    EXPECT_EQ(118U, Rows("2026-11-01T02:01:00Z", "2026-11-06T00:00:00Z", target)) << target;
  }
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
