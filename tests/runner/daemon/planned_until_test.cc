// SPDX-License-Identifier: Apache-2.0
// How far each target is planned survives wrong clocks, edits, outages and schedules that can't be read.
#include "runner/daemon/slot_planner.h"
#include "tests/runner/daemon/fixture.h"

namespace upkeep::daemon {
namespace {

constexpr const char* kOnTheHour = "    cron: \"0 * * * *\"\n    playbooks: [selftest.ok]\n";
constexpr const char* kEveryMinute = "    cron: \"* * * * *\"\n    playbooks: [selftest.ok]\n    catchUp: none\n";

class PlannedUntilTest : public DaemonTest {
 protected:
  /// In how many pieces.
  int Plan(const std::string& yaml, const std::vector<std::string>& targets = {"a"}) {
    SlotPlanner planner(*store_, clock_);
    for (int pieces = 1;; ++pieces) {
      auto planned = planner.Plan(ScheduleOf(yaml), {targets, false, 35});
      EXPECT_TRUE(planned.ok()) << planned.status().Describe();
      if (!planned.ok() || planned->gap_filled) return pieces;
    }
  }
  std::size_t Rows(const std::string& from, const std::string& until, const std::string& target = "a") {
    const auto slots = *store_->Slots({"s", target, {}, At(from), At(until), 1'000'000});
    return static_cast<std::size_t>(std::count_if(slots.begin(), slots.end(), [](const store::Slot& slot) {
      return slot.state != SlotState::kSuperseded;
    }));
  }
  TickOutcome Tick() {
    auto outcome = TickNow();
    EXPECT_TRUE(outcome.ok()) << outcome.status().Describe();
    return outcome.ok() ? std::move(*outcome) : TickOutcome();
  }
};

TEST_F(PlannedUntilTest, AClockThatWasYearsBehindOwesNothingOfTheYearsBetween) {
  Plan(kOnTheHour);
  clock_.SetWall(At("2026-11-03T00:00:05Z"));
  Plan(kOnTheHour);
  clock_.SetWall(At("2016-01-01T00:00:05Z"));
  Plan(kOnTheHour);
  clock_.SetWall(At("2026-11-03T00:30:00Z"));
  Plan(kOnTheHour);
  EXPECT_EQ(Rows("2016-01-01T00:00:00Z", "2026-11-01T00:00:01Z"), 0U);
  EXPECT_EQ(Rows("2026-11-01T00:00:01Z", "2026-11-03T00:30:00Z"), 48U);
}

TEST_F(PlannedUntilTest, AMachineThatStartsInAnEarlierYearHasNotLivedThroughTheTimeUntilNow) {
  clock_.SetWall(At("2016-01-01T00:00:05Z"));
  Plan(kOnTheHour);
  clock_.SetWall(At("2026-11-01T00:00:05Z"));
  Plan(kOnTheHour);
  EXPECT_EQ(Rows("2016-01-04T00:00:00Z", "2026-01-01T00:00:00Z"), 0U);
}

TEST_F(PlannedUntilTest, SeenFirstByAClockOfAnotherZoneAScheduleIsOwedItsGap) {
  std::vector<std::string> targets;
  for (int i = 0; i < 20; ++i) targets.push_back("h" + std::to_string(i));
  clock_.SetWall(At("2026-11-01T20:00:10Z"));
  Plan(kEveryMinute, targets);
  clock_.SetWall(At("2026-11-01T11:00:10Z"));
  Plan(kEveryMinute, targets);
  clock_.SetWall(At("2026-11-01T19:00:10Z"));
  Plan(kEveryMinute, targets);
  EXPECT_EQ(Rows("2026-11-01T11:00:10Z", "2026-11-01T19:00:10Z", "h7"), 480U);
}

TEST_F(PlannedUntilTest, AfterAnEditAheadOfTimeTheGapIsOfTheDefinitionThatHeld) {
  const std::string odd = "    cron: \"30 * * * *\"\n    playbooks: [selftest.ok]\n";
  Plan(kOnTheHour);
  clock_.SetWall(At("2026-11-01T09:00:05Z"));
  Plan(kOnTheHour);
  Plan(odd);   // By a clock that ran ahead.
  clock_.SetWall(At("2026-11-01T03:10:00Z"));
  Plan(odd);
  clock_.SetWall(At("2026-11-05T00:00:00Z"));
  Plan(odd);
  EXPECT_EQ(Rows("2026-11-01T09:00:06Z", "2026-11-05T00:00:00Z"), 87U);
}

TEST_F(PlannedUntilTest, ALongGapComesInPiecesAndIsWhole) {
  std::vector<std::string> targets;
  for (int i = 0; i < 25; ++i) targets.push_back("h" + std::to_string(i));
  Plan(kEveryMinute, targets);
  clock_.Advance(hours(24 * 2));
  EXPECT_EQ(Plan(kEveryMinute, targets), 4);   // 72,000 rows, 20,000 in a piece.
  EXPECT_EQ(Rows("2026-11-01T00:00:01Z", "2026-11-03T00:00:01Z", "h24"), 2880U);
  EXPECT_EQ(Plan(kEveryMinute, targets), 1);
}

TEST_F(PlannedUntilTest, OfVeryManyOpenSlotsWholeTargetsAreDecided) {
  std::vector<std::string> targets;
  for (int i = 0; i < 10; ++i) targets.push_back("h" + std::to_string(i));
  const std::string last = "    cron: \"* * * * *\"\n    playbooks: [selftest.ok]\n    catchUp: {mode: last, maxAge: 30d}\n    grace: 1s\n";
  Plan(last, targets);
  clock_.SetWall(At("2026-11-04T00:00:30Z"));
  Plan(last, targets);
  SlotTaker taker(*store_, clock_, kDaemonActor, "here/boot/1/1");
  TakeRequest request;
  request.targets = {targets.begin(), targets.end()};
  std::size_t runs = 0;
  std::int64_t missed = 0;
  int takes = 0;
  for (bool more = true; more; ++takes) {
    const auto taken = taker.Take(ScheduleOf(last), request);
    ASSERT_TRUE(taken.ok()) << taken.status().Describe();
    for (const Batch& batch : taken->batches) {
      EXPECT_EQ(batch.planned, At("2026-11-04T00:00:00Z"));   // The newest, and none of the oldest.
      runs += batch.attempts.size();
    }
    missed += taken->missed;
    more = taken->more;
  }
  EXPECT_EQ(takes, 3);
  EXPECT_EQ(runs, 10U);
  EXPECT_EQ(missed, 10 * (3 * 24 * 60 - 1));
}

TEST_F(PlannedUntilTest, WhatIsTakenOutOfTheFilesIsOwedUntilThen) {
  Plan(kEveryMinute);
  clock_.Advance(hours(24 * 3));
  SlotPlanner planner(*store_, clock_);
  ASSERT_TRUE(planner.Retire("s").ok());
  EXPECT_EQ(Rows("2026-11-01T00:00:01Z", "2026-11-04T00:00:01Z"), 4320U);
  EXPECT_EQ(Rows("2026-11-04T00:00:01Z", "2026-12-01T00:00:01Z"), 0U);
  EXPECT_TRUE(store_->PlannedTargets("s")->empty());
}

TEST_F(PlannedUntilTest, AScheduleThatCanNotBeReadIsOwedWhatItsLastGoodDefinitionPromised) {
  WriteSchedules(kEveryMinute);
  Tick();
  WriteSchedules("    cron: \"* * * * x\"\n    playbooks: [selftest.ok]\n");
  clock_.Advance(hours(24 * 3));
  EXPECT_FALSE(TickNow().ok());
  const auto slots = *store_->Slots({"s", "a", {SlotState::kMissed}, {}, clock_.Now(), 1'000'000});
  EXPECT_EQ(slots.size(), 4319U);   // The tick that was there ran the first.
  EXPECT_TRUE(slots.back().reason.starts_with("its schedule is in quarantine: ")) << slots.back().reason;
  ExpectWhole();
}

TEST_F(PlannedUntilTest, ASlotIsOfTheDefinitionThatWasReadBeforeItsTime) {
  Plan(kOnTheHour);
  const std::string windowed = std::string(kOnTheHour) + "    blackout:\n      - {from: \"03:00\", to: \"05:00\", reason: Pay}\n";
  clock_.Advance(minutes(30));
  Plan(windowed);
  EXPECT_EQ(store_->FindSlot({"s", "a", At("2026-11-01T04:00:00Z")})->definition, ScheduleOf(windowed).definition);
  ExpectWhole();
}

TEST_F(PlannedUntilTest, ASpellOfAnotherDefinitionTakesNoSlotAway) {
  WriteSchedules(kOnTheHour);
  clock_.SetWall(At("2026-11-01T09:00:05Z"));
  EXPECT_EQ(Tick().runs, 1);
  WriteSchedules(std::string(kOnTheHour) + "    enabled: false\n");
  clock_.SetWall(At("2026-11-01T10:00:05Z"));
  EXPECT_EQ(Tick().runs, 0);
  EXPECT_EQ(ReasonOf("2026-11-01T10:00:00Z"), "its schedule is switched off");
  EXPECT_EQ(StateOf("2026-11-01T11:00:00Z"), SlotState::kSuperseded);
  WriteSchedules(kOnTheHour);
  clock_.SetWall(At("2026-11-01T11:00:05Z"));
  EXPECT_EQ(Tick().runs, 1);
  EXPECT_EQ(StateOf("2026-11-01T11:00:00Z"), SlotState::kOnTime);
  ExpectWhole();
}

TEST_F(PlannedUntilTest, ATickEndsWhatIsOpenOfAScheduleThatIsGone) {
  WriteSchedules(kOnTheHour);
  Tick();
  std::ofstream(folder_ + "/schedules/test.yaml")
      << "apiVersion: upkeep/v1\nschedules:\n  - id: t\n" << kOnTheHour;
  clock_.Advance(hours(24 * 2));
  EXPECT_EQ(TickNow().status().code(), Code::kNotFound);
  EXPECT_EQ(store_->Slots({"s", "", {SlotState::kPlanned}, {}, {}, 1000})->size(), 0U);
  EXPECT_EQ(ReasonOf("2026-11-02T00:00:00Z"), "its schedule was taken out of the files");
  ExpectWhole();
}

TEST_F(PlannedUntilTest, WhatAClockAheadBookedAsPausedHasItsTimeAgain) {
  Plan(kOnTheHour);
  store::Pause pause;
  pause.schedule = "s";
  pause.reason = "work";
  pause.actor = {"jin", "os", "uid:1"};
  ASSERT_TRUE(store_->AddPause(pause).ok());
  clock_.Advance(hours(5));
  SlotTaker taker(*store_, clock_, kDaemonActor, "here/boot/1/1");
  TakeRequest request;
  request.targets = {"a"};
  ASSERT_TRUE(taker.Take(ScheduleOf(kOnTheHour), request).ok());
  EXPECT_EQ(StateOf("2026-11-01T04:00:00Z"), SlotState::kPaused);
  ASSERT_TRUE(store_->EndPause("s", "", "done", pause.actor).ok());
  clock_.SetWall(At("2026-11-01T00:10:00Z"));
  // That it was ended lies ahead as well, and whoever looks sees it and may end it now.
  store::PauseFilter open;
  open.open_only = true;
  EXPECT_EQ(store_->Pauses(open)->size(), 1U);
  ASSERT_TRUE(store_->EndPause("s", "", "done", pause.actor).ok());
  Plan(kOnTheHour);
  EXPECT_EQ(StateOf("2026-11-01T04:00:00Z"), SlotState::kPlanned);
  ExpectWhole();
}

}  // namespace
}  // namespace upkeep::daemon
