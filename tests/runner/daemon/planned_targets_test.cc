// SPDX-License-Identifier: Apache-2.0
// A target on which nothing can run any more, and nobody meant that, keeps its slots: they are missed.
#include "runner/daemon/planned_targets.h"

#include "runner/daemon/self_check.h"
#include "tests/runner/daemon/fixture.h"

namespace upkeep::daemon {
namespace {

constexpr const char* kDailyAtNine = "    cron: \"0 9 * * *\"\n    playbooks: [selftest.ok]\n    grace: 30m\n    catchUp: none\n";

class PlannedTargetsTest : public DaemonTest {
 protected:
  TickOutcome TickAt(const std::string& time) {
    clock_.SetWall(At(time));
    auto outcome = TickNow();
    EXPECT_TRUE(outcome.ok()) << outcome.status().Describe();
    return outcome.ok() ? *outcome : TickOutcome();
  }
  void Break() { std::ofstream(folder_ + "/pack/selftest/ok.lua") << "return {\n"; }
  void Mend() {
    std::filesystem::copy_file(SourceFolder() + "/playbooks/selftest/ok.lua", folder_ + "/pack/selftest/ok.lua",
                               std::filesystem::copy_options::overwrite_existing);
  }
  std::vector<store::Finding> Findings() {
    store::FindingFilter filter;
    filter.playbook = SelfCheck::kId;
    filter.open = true;
    return *store_->Findings(filter);
  }
};

TEST_F(PlannedTargetsTest, APlaybookThatBreaksLeavesMissedSlotsAndAFinding) {
  WriteSchedules(kDailyAtNine);
  TickAt("2026-11-01T09:00:01Z");
  Break();
  // Long before the next slot: what is planned now must not lose it.
  TickAt("2026-11-01T15:00:00Z");
  EXPECT_EQ(StateOf("2026-11-02T09:00:00Z"), SlotState::kPlanned);
  EXPECT_EQ(TickAt("2026-11-02T09:00:01Z").missed, 1);
  EXPECT_EQ(StateOf("2026-11-02T09:00:00Z"), SlotState::kMissed);
  EXPECT_NE(ReasonOf("2026-11-02T09:00:00Z").find("nothing of the schedule can run: "), std::string::npos)
      << ReasonOf("2026-11-02T09:00:00Z");
  ASSERT_EQ(Findings().size(), 1U);
  EXPECT_EQ(Findings()[0].target, "a");
  // Beyond the rows that were written while all was well.
  EXPECT_EQ(TickAt("2026-11-05T09:00:01Z").missed, 3);
  Mend();
  EXPECT_EQ(TickAt("2026-11-06T09:00:01Z").runs, 1);
  EXPECT_TRUE(Findings().empty());
  EXPECT_EQ(Totals().due, 6);
  ExpectWhole();
}

TEST_F(PlannedTargetsTest, OfTwoPlaybooksTheBrokenOnesTargetIsMissedAndTheOtherRuns) {
  hosts_ = {"a", "b"};
  WriteSchedules(std::string(kDailyAtNine) + "    targets: [a]\n");
  TickAt("2026-11-01T09:00:01Z");
  // A playbook that is there beside one that never was: the run goes on, its slot says what is missing.
  WriteSchedules("    cron: \"0 9 * * *\"\n    playbooks: [selftest.ok, selftest.nowhere]\n    grace: 30m\n"
                 "    targets: [a]\n");
  EXPECT_EQ(TickAt("2026-11-02T09:00:01Z").runs, 1);
  EXPECT_EQ(ReasonOf("2026-11-02T09:00:00Z"), "the playbook selftest.nowhere is missing or invalid");
  EXPECT_EQ(ReasonOf("2026-11-02T09:00:00Z", "b"), "no slot");
}

TEST_F(PlannedTargetsTest, ATargetThatIsRenamedInTheInventoryAndNotInTheScheduleIsMissed) {
  hosts_ = {"db-1"};
  WriteSchedules(std::string(kDailyAtNine) + "    targets: [db-1]\n");
  TickAt("2026-11-01T09:00:01Z");
  hosts_ = {"db-one"};
  TickAt("2026-11-01T15:00:00Z");
  EXPECT_EQ(TickAt("2026-11-02T09:00:01Z").missed, 1);
  EXPECT_EQ(StateOf("2026-11-02T09:00:00Z", "db-1"), SlotState::kMissed);
  EXPECT_EQ(ReasonOf("2026-11-02T09:00:00Z", "db-1"), "the inventory has no target 'db-1'");
  ASSERT_EQ(Findings().size(), 1U);
  WriteSchedules(std::string(kDailyAtNine) + "    targets: [db-one]\n");
  EXPECT_EQ(TickAt("2026-11-03T09:00:01Z").runs, 1);
  EXPECT_TRUE(Findings().empty());
  ExpectWhole();
}

TEST_F(PlannedTargetsTest, SeveralThatAreMissedForThatAllSayIt) {
  hosts_ = {"db-1"};
  WriteSchedules("    cron: \"0 9 * * *\"\n    playbooks: [selftest.ok]\n    grace: 30m\n    targets: [db-1]\n");
  TickAt("2026-11-01T09:00:01Z");
  hosts_ = {"db-one"};
  EXPECT_EQ(TickAt("2026-11-04T09:00:01Z").missed, 3);
  for (const char* planned : {"2026-11-02T09:00:00Z", "2026-11-03T09:00:00Z", "2026-11-04T09:00:00Z"}) {
    EXPECT_TRUE(ReasonOf(planned, "db-1").starts_with("the inventory has no target 'db-1'")) << ReasonOf(planned, "db-1");
  }
}

TEST_F(PlannedTargetsTest, ALabelThatNoTargetHasIsMissedUnderItsName) {
  WriteSchedules(std::string(kDailyAtNine) + "    targets: [\"team=shop\"]\n");
  EXPECT_EQ(TickAt("2026-11-01T09:00:01Z").missed, 1);
  EXPECT_EQ(ReasonOf("2026-11-01T09:00:00Z", "team=shop"), "no target of the inventory has the label 'team=shop'");
}

TEST_F(PlannedTargetsTest, ATargetThatIsTakenOutOfTheScheduleIsPlannedNoMoreAlsoWhileAPlaybookIsBroken) {
  hosts_ = {"a", "b"};
  const std::string two = "    cron: \"0 9 * * *\"\n    playbooks: [selftest.ok, selftest.nowhere]\n    grace: 30m\n";
  WriteSchedules(two + "    targets: [a, b]\n");
  TickAt("2026-11-01T09:00:01Z");
  WriteSchedules(two + "    targets: [b]\n");
  TickAt("2026-11-01T15:00:00Z");
  EXPECT_EQ(StateOf("2026-11-02T09:00:00Z", "a"), SlotState::kSuperseded);
  EXPECT_EQ(TickAt("2026-11-02T09:00:01Z").missed, 0);
  EXPECT_EQ(StateOf("2026-11-02T09:00:00Z", "b"), SlotState::kOnTime);
}

TEST_F(PlannedTargetsTest, ATargetThatIsTakenOutOfTheInventoryIsPlannedNoMore) {
  hosts_ = {"a", "b"};
  WriteSchedules(kDailyAtNine);
  TickAt("2026-11-01T09:00:01Z");
  hosts_ = {"a"};
  TickAt("2026-11-01T15:00:00Z");
  EXPECT_EQ(StateOf("2026-11-02T09:00:00Z", "b"), SlotState::kSuperseded);
  EXPECT_EQ(TickAt("2026-11-02T09:00:01Z").missed, 0);
  EXPECT_TRUE(Findings().empty());
}

TEST_F(PlannedTargetsTest, AScheduleThatNeverRanAndCanNotIsMissedWithoutATarget) {
  Break();
  WriteSchedules(kDailyAtNine);
  EXPECT_EQ(TickAt("2026-11-01T09:00:01Z").missed, 1);
  EXPECT_EQ(StateOf("2026-11-01T09:00:00Z", std::string(kNoTarget)), SlotState::kMissed);
  ASSERT_EQ(Findings().size(), 1U);
  Mend();
  EXPECT_EQ(TickAt("2026-11-02T09:00:01Z").runs, 1);
  EXPECT_TRUE(Findings().empty());
  ExpectWhole();
}

TEST_F(PlannedTargetsTest, AScheduleOfWhatTheInventoryDoesNotHaveOwesNothing) {
  hosts_ = {};
  WriteSchedules(kDailyAtNine);
  EXPECT_EQ(TickAt("2026-11-01T09:00:01Z").missed, 0);
  EXPECT_EQ(Totals().due, 0);
}

}  // namespace
}  // namespace upkeep::daemon
