// SPDX-License-Identifier: Apache-2.0
// A planned run that did not happen is a finding, and is resolved when the next one does.
#include "runner/daemon/self_check.h"

#include "tests/runner/daemon/fixture.h"

namespace upkeep::daemon {
namespace {

class SelfCheckTest : public DaemonTest {
 protected:
  SelfCheckTest() {
    WriteSchedules("    cron: \"0 9 * * *\"\n    playbooks: [selftest.ok]\n    grace: 30m\n"
                   "    catchUp: none\n");
    TickAt("2026-11-01T09:00:01Z");
  }
  void TickAt(const std::string& time) {
    clock_.SetWall(At(time));
    const auto outcome = TickNow();
    ASSERT_TRUE(outcome.ok()) << outcome.status().Describe();
    for (const Status& problem : outcome->problems) ADD_FAILURE() << problem.Describe();
  }
  std::vector<store::Finding> Findings(bool open) {
    store::FindingFilter filter;
    filter.playbook = SelfCheck::kId;
    filter.open = open;
    return *store_->Findings(filter);
  }
  std::size_t SelfRuns() {
    store::RunFilter filter;
    filter.playbook = SelfCheck::kId;
    filter.self_checks = true;
    return store_->Runs(filter)->size();
  }
};

TEST_F(SelfCheckTest, NothingIsSaidWhileRunsHappen) {
  TickAt("2026-11-02T09:00:01Z");
  EXPECT_EQ(SelfRuns(), 0U);
}

TEST_F(SelfCheckTest, AMissedRunIsAFindingOnItsTargetUntilTheNextOneRuns) {
  TickAt("2026-11-02T10:00:00Z");
  ASSERT_EQ(StateOf("2026-11-02T09:00:00Z"), SlotState::kMissed);
  ASSERT_EQ(Findings(true).size(), 1U);
  const store::Finding finding = Findings(true)[0];
  EXPECT_EQ(finding.target, "a");
  EXPECT_EQ(finding.subject, "Schedule/s");
  EXPECT_EQ(finding.state, checks::State::kWarning);
  EXPECT_EQ(finding.severity, "P2");
  EXPECT_NE(finding.summary.en.find("2026-11-02T09:00:00Z did not happen"), std::string::npos)
      << finding.summary.en;
  EXPECT_NE(finding.summary.ko.find("실행되지 않음"), std::string::npos) << finding.summary.ko;

  TickAt("2026-11-03T09:00:02Z");
  EXPECT_TRUE(Findings(true).empty());
  ASSERT_EQ(Findings(false).size(), 1U);
  EXPECT_TRUE(Findings(false)[0].resolved);
  EXPECT_EQ(SelfRuns(), 2U);
  ExpectWhole();
  EXPECT_TRUE(store_->RebuildFromLedger(false)->empty());
}

TEST_F(SelfCheckTest, ItIsInTheMonthsReportAndNotAmongTheRunsThatPeopleList) {
  TickAt("2026-11-02T10:00:00Z");
  store::ReportQuery query;
  query.kind = reports::ReportKind::kMonthly;
  query.start = At("2026-11-01T00:00:00Z");
  query.end = At("2026-12-01T00:00:00Z");
  const auto model = store_->FillReport(query);
  ASSERT_TRUE(model.ok()) << model.status().Describe();
  bool seen = false;
  for (const reports::ResultRow& row : model->attention) seen = seen || row.playbook == SelfCheck::kId;
  EXPECT_TRUE(seen);
  for (const store::RunRecord& run : *store_->Runs({})) EXPECT_EQ(run.trigger, "schedule");
}

TEST_F(SelfCheckTest, WhatIsKnownIsNotSaidEveryTime) {
  TickAt("2026-11-02T10:00:00Z");
  const std::size_t runs = SelfRuns();
  TickAt("2026-11-02T10:10:00Z");
  TickAt("2026-11-02T10:20:00Z");
  EXPECT_EQ(SelfRuns(), runs);
}

TEST_F(SelfCheckTest, AFindingOfAScheduleThatIsNoMoreIsOver) {
  TickAt("2026-11-02T10:00:00Z");
  ASSERT_EQ(Findings(true).size(), 1U);
  std::ofstream(folder_ + "/schedules/test.yaml")
      << "apiVersion: upkeep/v1\nschedules:\n  - id: other\n    cron: \"0 9 * * *\"\n"
         "    playbooks: [selftest.ok]\n";
  auto world = ReadWorld(PlacesOf(hosts_), clock_.Now());
  ASSERT_TRUE(world.ok());
  SelfCheck self(*store_, clock_, kDaemonActor, "host/1");
  ASSERT_TRUE(self.Look(**world).ok());
  EXPECT_TRUE(Findings(true).empty());
}

TEST_F(SelfCheckTest, ALookAtOneScheduleLeavesTheFindingOfAnother) {
  TickAt("2026-11-02T10:00:00Z");
  auto world = ReadWorld(PlacesOf(hosts_), clock_.Now());
  ASSERT_TRUE(world.ok());
  SelfCheck self(*store_, clock_, kDaemonActor, "host/1");
  self.Missed("another", {"a"});
  ASSERT_TRUE(self.Look(**world).ok());
  EXPECT_EQ(Findings(true).size(), 1U);
}

TEST_F(SelfCheckTest, APausedSlotIsNoMissedRun) {
  store::Pause pause;
  pause.schedule = "s";
  pause.reason = "holiday";
  pause.actor = {"jin", "os", "uid:1000"};
  ASSERT_TRUE(store_->AddPause(pause).ok());
  TickAt("2026-11-02T10:00:00Z");
  EXPECT_EQ(StateOf("2026-11-02T09:00:00Z"), SlotState::kPaused);
  EXPECT_EQ(SelfRuns(), 0U);
}

}  // namespace
}  // namespace upkeep::daemon
