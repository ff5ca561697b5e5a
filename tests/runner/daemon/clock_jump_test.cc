// SPDX-License-Identifier: Apache-2.0
//
// A wall clock that jumps: forward (a suspend looks the same), back, and at random. Whatever it
// does, each minute that it has shown has one slot with a named state, and no slot runs twice.
#include <cstdlib>
#include <random>

#include "tests/runner/daemon/fixture.h"

namespace upkeep::daemon {
namespace {

class ClockJumpTest : public DaemonTest {
 protected:
  ClockJumpTest() {
    schedule_ = ScheduleOf("    cron: \"* * * * *\"\n    playbooks: [selftest.ok]\n    grace: 30s\n"
                           "    catchUp: {mode: last, maxAge: 1h}\n");
  }
  /// What the daemon does each time that it wakes up; the run takes a tenth of a second.
  void Turn() {
    SlotPlanner planner(*store_, clock_);
    const auto planned = planner.Plan(schedule_, {{"a"}, false, 1});
    ASSERT_TRUE(planned.ok()) << planned.status().Describe();
    SlotTaker taker(*store_, clock_, kDaemonActor, "here/boot/1/1");
    TakeRequest request;
    request.targets = {"a"};
    const auto taken = taker.Take(schedule_, request);
    ASSERT_TRUE(taken.ok()) << taken.status().Describe();
    clock_.Advance(std::chrono::milliseconds(100));
    for (const Batch& batch : taken->batches) {
      for (const store::AttemptEnd& end : batch.ends) {
        ASSERT_TRUE(store_->FinishSlot(end, kDaemonActor).ok());
      }
    }
    latest_ = std::max(latest_, clock_.Now());
  }
  void TurnFor(minutes time) {
    for (auto left = std::chrono::duration_cast<seconds>(time); left > seconds(0); left -= seconds(20)) {
      clock_.Advance(seconds(20));
      Turn();
    }
  }
  /// Each minute between the start and the latest time that the clock has shown.
  void ExpectEachMinuteOnce() {
    store::SlotFilter filter;
    filter.schedule = "s";
    filter.from = start_ + minutes(1);
    filter.until = latest_;
    filter.limit = 1'000'000;
    const auto slots = store_->Slots(filter);
    ASSERT_TRUE(slots.ok()) << slots.status().Describe();
    Instant expected = start_ + minutes(1);
    for (const store::Slot& slot : *slots) {
      ASSERT_EQ(FormatRfc3339(expected), FormatRfc3339(slot.key.planned));
      EXPECT_LE(slot.attempts, 1) << FormatRfc3339(slot.key.planned);
      // Those ahead of a clock that stands back wait for it.
      if (slot.key.planned + minutes(1) < clock_.Now()) {
        EXPECT_TRUE(slot.state == SlotState::kOnTime || slot.state == SlotState::kLate ||
                    slot.state == SlotState::kMissed)
            << FormatRfc3339(slot.key.planned) << " is " << store::SlotStateName(slot.state);
      }
      expected += minutes(1);
    }
    EXPECT_LE(latest_, expected);
    ExpectWhole();
  }

  const Instant start_ = clock_.Now();
  Instant latest_ = start_;
  schedules::Schedule schedule_;
};

TEST_F(ClockJumpTest, ForwardMissesWhatWasSkippedAndRunsTheLast) {
  Turn();
  TurnFor(minutes(5));
  clock_.SetWall(At("2026-11-01T03:00:45Z"));
  Turn();
  EXPECT_EQ(SlotState::kOnTime, StateOf("2026-11-01T00:05:00Z"));
  EXPECT_EQ(SlotState::kMissed, StateOf("2026-11-01T00:06:00Z"));
  EXPECT_EQ(SlotState::kMissed, StateOf("2026-11-01T02:59:00Z"));
  EXPECT_EQ(SlotState::kLate, StateOf("2026-11-01T03:00:00Z"));
  TurnFor(minutes(3));
  EXPECT_EQ(SlotState::kOnTime, StateOf("2026-11-01T03:03:00Z"));
  ExpectEachMinuteOnce();
}

TEST_F(ClockJumpTest, BackRunsNothingAgain) {
  Turn();
  TurnFor(minutes(30));
  EXPECT_EQ(SlotState::kOnTime, StateOf("2026-11-01T00:30:00Z"));
  clock_.SetWall(At("2026-11-01T00:10:00Z"));
  TurnFor(minutes(40));
  for (const char* at : {"2026-11-01T00:11:00Z", "2026-11-01T00:30:00Z", "2026-11-01T00:31:00Z",
                         "2026-11-01T00:49:00Z"}) {
    EXPECT_EQ(SlotState::kOnTime, StateOf(at)) << at;
  }
  ExpectEachMinuteOnce();
}

// What was booked while the clock was wrong had not had its time: it has it yet.
TEST_F(ClockJumpTest, ForwardAndBackRunsWhatWasBookedAsMissedMeanwhile) {
  Turn();
  TurnFor(minutes(5));
  clock_.SetWall(At("2026-11-01T05:00:00Z"));
  Turn();
  EXPECT_EQ(SlotState::kMissed, StateOf("2026-11-01T00:08:00Z"));
  clock_.SetWall(At("2026-11-01T00:05:30Z"));
  Turn();
  EXPECT_EQ(SlotState::kPlanned, StateOf("2026-11-01T00:08:00Z"));
  TurnFor(minutes(10));
  EXPECT_EQ(SlotState::kOnTime, StateOf("2026-11-01T00:08:00Z"));
  EXPECT_EQ(SlotState::kOnTime, StateOf("2026-11-01T00:15:00Z"));
  ExpectEachMinuteOnce();
}

TEST_F(ClockJumpTest, JumpsAtRandom) {
  const char* const given = std::getenv("UPKEEP_SEED");
  const unsigned seed = given != nullptr ? static_cast<unsigned>(std::atoi(given)) : 20261126U;
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  const auto below = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  Turn();
  for (int turn = 0; turn < 15 && !HasFatalFailure(); ++turn) {
    switch (below(12)) {
      case 0: clock_.SetWall(clock_.Now() + seconds(below(2 * 3600))); break;
      case 1: clock_.SetWall(std::max(start_, clock_.Now() - seconds(below(3600)))); break;
      case 2: clock_.Advance(minutes(below(90))); break;   // Suspended: both clocks go on.
      default: clock_.Advance(seconds(below(60))); break;
    }
    Turn();
  }
  clock_.SetWall(latest_);
  TurnFor(minutes(3));
  ExpectEachMinuteOnce();
}

}  // namespace
}  // namespace upkeep::daemon
