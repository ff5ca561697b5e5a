// SPDX-License-Identifier: Apache-2.0
// A missed slot says why it was: who should have started it was not there.
#include "runner/daemon/absence.h"

#include "tests/runner/daemon/fixture.h"

namespace upkeep::daemon {
namespace {

constexpr const char* kHourlyWithoutCatchUp = "    cron: \"0 * * * *\"\n    playbooks: [selftest.ok]\n    catchUp: none\n";

class AbsenceTest : public DaemonTest {};

TEST_F(AbsenceTest, OnlyWhatMeetsTheTimeInWhichItCouldStartIsSaid) {
  Absences absences;
  absences.Add(AbsenceKind::kNotHeard, At("2026-11-01T01:00:00Z"), At("2026-11-01T02:00:00Z"));
  absences.Add(AbsenceKind::kLockLost, At("2026-11-01T04:00:00Z"), At("2026-11-01T05:00:00Z"));
  const auto during = [&](const std::string& start, const std::string& end) { return absences.During(At(start), At(end)); };
  EXPECT_EQ(during("2026-11-01T00:00:00Z", "2026-11-01T00:59:00Z"), "");
  EXPECT_EQ(during("2026-11-01T01:30:00Z", "2026-11-01T01:35:00Z"),
            "nothing was heard of upkeep from 2026-11-01T01:00:00Z to 2026-11-01T02:00:00Z");
  EXPECT_EQ(during("2026-11-01T02:30:00Z", "2026-11-01T03:00:00Z"), "");
  EXPECT_EQ(during("2026-11-01T03:58:00Z", "2026-11-01T04:03:00Z"),
            "the lock was lost from 2026-11-01T04:00:00Z to 2026-11-01T05:00:00Z");
  absences.Add(AbsenceKind::kStoodStill, At("2026-11-01T07:00:00Z"), At("2026-11-01T06:00:00Z"));
  EXPECT_EQ(during("2026-11-01T06:00:00Z", "2026-11-01T07:00:00Z"), "") << "a clock that went back";
  for (int i = 0; i < 200; ++i) absences.Add(AbsenceKind::kStoodStill, At("2026-11-02T00:00:00Z"), At("2026-11-02T01:00:00Z"));
  EXPECT_EQ(during("2026-11-01T04:00:00Z", "2026-11-01T04:05:00Z"), "") << "forgotten";
}

TEST_F(AbsenceTest, ATickSaysSinceWhenNoneRan) {
  WriteSchedules(kHourlyWithoutCatchUp);
  clock_.SetWall(At("2026-11-01T01:00:01Z"));
  ASSERT_TRUE(TickNow().ok());
  clock_.SetWall(At("2026-11-01T04:00:02Z"));
  ASSERT_TRUE(TickNow().ok());
  EXPECT_EQ(ReasonOf("2026-11-01T03:00:00Z"),
            "not started within 5m, and catch-up is none; nothing was heard of upkeep from 2026-11-01T01:00:01Z to "
            "2026-11-01T04:00:02Z");
  EXPECT_EQ(StateOf("2026-11-01T04:00:00Z"), SlotState::kOnTime);
  ExpectWhole();
  EXPECT_TRUE(store_->RebuildFromLedger(false)->empty());
}

TEST_F(AbsenceTest, AnotherSchedulesTickIsNoSignOfThisOnes) {
  EXPECT_FALSE(store_->LastSign(TickSign("s"))->has_value());
  ASSERT_TRUE(store_->Sign(TickSign("s")).ok());
  clock_.Advance(minutes(3));
  ASSERT_TRUE(store_->Sign(TickSign("t")).ok());
  EXPECT_EQ(**store_->LastSign(TickSign("s")), At("2026-11-01T00:00:00Z"));
  ASSERT_TRUE(store_->Sign(TickSign("s")).ok());
  EXPECT_EQ(**store_->LastSign(TickSign("s")), clock_.Now());
}

}  // namespace
}  // namespace upkeep::daemon
