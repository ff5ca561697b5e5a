// SPDX-License-Identifier: Apache-2.0
// What falls due in a pause ends as paused(actor), whoever finds it and whenever.
#include "tests/runner/daemon/fixture.h"

namespace upkeep::daemon {
namespace {

constexpr const char* kHourlyToPause =
    "    cron: \"0 * * * *\"\n    playbooks: [selftest.ok]\n    grace: 30m\n"
    "    catchUp: {mode: all, limit: 100, maxAge: 2d}\n";

class PauseTest : public DaemonTest {
 protected:
  PauseTest() {
    WriteSchedules(kHourlyToPause);
    clock_.SetWall(At("2026-11-01T09:00:01Z"));
  }
  void Pause(std::optional<Instant> until = std::nullopt, const std::string& target = "") {
    store::Pause pause;
    pause.schedule = "s";
    pause.target = target;
    pause.reason = "the cluster is upgraded";
    pause.actor = {"jin", "os", "uid:1000"};
    pause.until = until;
    const auto added = store_->AddPause(pause);
    ASSERT_TRUE(added.ok()) << added.status().Describe();
  }
  void Resume() {
    const Status ended = store_->EndPause("s", "", "done", {"jin", "os", "uid:1000"});
    ASSERT_TRUE(ended.ok()) << ended.Describe();
  }
  TickOutcome Tick() {
    auto outcome = TickNow();
    EXPECT_TRUE(outcome.ok()) << outcome.status().Describe();
    return outcome.ok() ? *outcome : TickOutcome();
  }
};

TEST_F(PauseTest, ASlotThatFallsDueMeanwhileIsPausedByWhoeverAskedForIt) {
  Tick();
  clock_.SetWall(At("2026-11-01T09:30:00Z"));
  Pause();
  clock_.SetWall(At("2026-11-01T10:00:01Z"));
  const TickOutcome outcome = Tick();
  EXPECT_EQ(outcome.runs, 0);
  EXPECT_EQ(outcome.paused, 1);
  const store::Slot slot = *store_->FindSlot({"s", "a", At("2026-11-01T10:00:00Z")});
  EXPECT_EQ(slot.state, SlotState::kPaused);
  EXPECT_EQ(slot.actor, "jin");
  EXPECT_EQ(slot.reason, "the cluster is upgraded");
  const auto totals = Totals();
  EXPECT_EQ(totals.paused, 1);
  EXPECT_EQ(totals.on_time, 1);
  ExpectWhole();
  EXPECT_TRUE(store_->RebuildFromLedger(false)->empty());
}

TEST_F(PauseTest, WhatFellDueInAPauseThatIsOverIsNeitherMissedNorCaughtUp) {
  Tick();
  Pause();
  clock_.SetWall(At("2026-11-01T12:30:00Z"));
  Resume();
  clock_.SetWall(At("2026-11-01T13:00:05Z"));
  const TickOutcome outcome = Tick();   // Nobody was there in the meantime.
  EXPECT_EQ(outcome.paused, 3);
  EXPECT_EQ(outcome.missed, 0);
  EXPECT_EQ(outcome.runs, 1);
  EXPECT_EQ(StateOf("2026-11-01T12:00:00Z"), SlotState::kPaused);
  EXPECT_EQ(StateOf("2026-11-01T13:00:00Z"), SlotState::kOnTime);
  EXPECT_EQ(Totals().due, 5);
}

TEST_F(PauseTest, APauseWithAnEndEndsItself) {
  Tick();
  Pause(At("2026-11-01T10:30:00Z"));
  clock_.SetWall(At("2026-11-01T10:00:05Z"));
  EXPECT_EQ(Tick().paused, 1);
  clock_.SetWall(At("2026-11-01T11:00:05Z"));
  EXPECT_EQ(Tick().runs, 1);
  EXPECT_EQ(StateOf("2026-11-01T11:00:00Z"), SlotState::kOnTime);
  EXPECT_EQ(store_->Entries(0, 10, "pause.ended")->size(), 1U);
}

TEST_F(PauseTest, OneTargetIsPausedAndTheOtherRuns) {
  hosts_ = {"a", "b"};
  Tick();
  Pause(std::nullopt, "b");
  clock_.SetWall(At("2026-11-01T10:00:05Z"));
  const TickOutcome outcome = Tick();
  EXPECT_EQ(outcome.runs, 1);
  EXPECT_EQ(StateOf("2026-11-01T10:00:00Z", "a"), SlotState::kOnTime);
  EXPECT_EQ(StateOf("2026-11-01T10:00:00Z", "b"), SlotState::kPaused);
}

TEST_F(PauseTest, ASlotThatWaitsInItsGraceDoesNotStartInAPauseThatCameAfterIt) {
  Tick();
  clock_.SetWall(At("2026-11-01T10:05:00Z"));
  Pause();
  clock_.SetWall(At("2026-11-01T10:06:00Z"));
  EXPECT_EQ(Tick().runs, 0);
  EXPECT_EQ(StateOf("2026-11-01T10:00:00Z"), SlotState::kPaused);
}

TEST_F(PauseTest, SlotsOfAQuarantinedScheduleArePausedAsWell) {
  Tick();
  Pause();
  clock_.SetWall(At("2026-11-01T10:00:05Z"));
  SlotTaker taker(*store_, clock_, kDaemonActor, "host/1");
  const auto booked = taker.BookMissed("s", "its file is broken", SlotTaker::Unable::kForNow);
  ASSERT_TRUE(booked.ok());
  EXPECT_EQ(booked->missed, 0);
  EXPECT_EQ(booked->paused, 1);
  EXPECT_EQ(StateOf("2026-11-01T10:00:00Z"), SlotState::kPaused);
}

}  // namespace
}  // namespace upkeep::daemon
