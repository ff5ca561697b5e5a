// SPDX-License-Identifier: Apache-2.0
#include "runner/daemon/tick.h"

#include <atomic>
#include <thread>

#include "runner/daemon/absence.h"
#include "tests/runner/daemon/fixture.h"

namespace upkeep::daemon {
namespace {

constexpr const char* kDailyAtFive =
    "    cron: \"0 9 * * *\"\n    playbooks: [selftest.ok, selftest.crit]\n    grace: 30m\n"
    "    catchUp: {mode: last, maxAge: 12h}\n";

class TickTest : public DaemonTest {
 protected:
  TickOutcome Tick() {
    auto outcome = TickNow();
    EXPECT_TRUE(outcome.ok()) << outcome.status().Describe();
    if (!outcome.ok()) return {};
    EXPECT_TRUE(outcome->status.ok()) << outcome->status.Describe();
    return *outcome;
  }
};

TEST_F(TickTest, LooksAgainAtPlansWhoseTimeHasCome) {
  WriteSchedules(kDailyAtFive);
  const store::PlanId plan = LeaveAPlan("a", clock_, 30);
  Tick();   // Says that nobody knows how it went; too early to look.
  EXPECT_EQ(store_->FindPlan(plan)->state, store::PlanState::kUnknown);
  clock_.SetWall(clock_.Now() + seconds(31));
  Tick();
  EXPECT_EQ(store_->FindPlan(plan)->state, store::PlanState::kVerified) << log_.str();
  EXPECT_NE(log_.str().find("plan.ended"), std::string::npos) << log_.str();
  ExpectWhole();
}

TEST_F(TickTest, TheFirstTickRunsTheSlotThatItWasStartedFor) {
  WriteSchedules(kDailyAtFive);
  clock_.SetWall(At("2026-11-01T09:00:03Z"));
  const TickOutcome outcome = Tick();
  EXPECT_EQ(outcome.runs, 1);
  EXPECT_EQ(outcome.totals.critical, 1);
  EXPECT_EQ(outcome.totals.ok, 1);
  EXPECT_EQ(StateOf("2026-11-01T09:00:00Z"), SlotState::kOnTime);
  const auto runs = *store_->Runs({});
  ASSERT_EQ(runs.size(), 1U);
  EXPECT_EQ(runs[0].schedule, "s");
  EXPECT_EQ(runs[0].trigger, "schedule");
  EXPECT_EQ(runs[0].planned, At("2026-11-01T09:00:00Z"));
  ExpectWhole();
}

TEST_F(TickTest, ADeliveryThatNeverBeganIsInTheStore) {
  WriteSchedules(std::string(kDailyAtFive) + "    deliver: [archive, mail]\n");
  clock_.SetWall(At("2026-11-01T09:00:03Z"));
  const auto outcome = TickNow();
  ASSERT_TRUE(outcome.ok()) << outcome.status().Describe();
  EXPECT_EQ(outcome->runs, 1);
  const auto deliveries = *store_->Deliveries({});
  ASSERT_EQ(deliveries.size(), 2U);
  for (const store::Delivery& delivery : deliveries) {
    EXPECT_EQ(delivery.state, store::DeliveryState::kFailed);
    EXPECT_EQ(delivery.attempts, 0);
    EXPECT_EQ(delivery.detail, "the schedule names deliveries, and there is no deliveries file");
    EXPECT_EQ(delivery.subject, "report run");
    EXPECT_NE(delivery.run, 0);
  }
  EXPECT_EQ(deliveries[1].destination, "archive");
  ExpectWhole();
}

TEST_F(TickTest, ADeliveryHasUntilTheNextSlotComesNear) {
  WriteSchedules("    cron: \"* * * * *\"\n    playbooks: [selftest.ok]\n    deliver: [hook]\n");
  clock_.SetWall(At("2026-11-01T09:00:03Z"));
  auto world = ReadWorld(PlacesOf(hosts_), clock_.Now());
  ASSERT_TRUE(world.ok()) << world.status().Describe();
  auto reactor = io::Reactor::Create();
  RunnerParts parts = PartsOf(*store_, **reactor, clock_, run::ProcessHolder());
  std::chrono::duration<double> left{};
  parts.deliver = [&left](const std::vector<std::string>&, const reports::ReportModel&,
                          Limits limits) -> Task<std::vector<notify::SendOutcome>> {
    left = limits.deadline - std::chrono::steady_clock::now();
    co_return std::vector<notify::SendOutcome>();
  };
  const auto outcome = (*reactor)->RunUntilDone(upkeep::daemon::Tick(*world, "s", parts, Limits()));
  ASSERT_TRUE(outcome.ok()) << outcome.status().Describe();
  EXPECT_EQ(outcome->runs, 1);
  EXPECT_GT(left.count(), 45) << "57 s to the next slot, and a tenth of it to end";
  EXPECT_LT(left.count(), 52);
}

TEST_F(TickTest, WhatADeadProcessLeftPendingIsEnded) {
  WriteSchedules(kDailyAtFive);
  store::Delivery delivery;
  delivery.subject = "report daily";
  delivery.channel = "webhook";
  delivery.destination = "hook";
  std::string holder = run::ProcessHolder();
  delivery.holder = holder.substr(0, holder.rfind('/')) + "/1";   // The same number, at another time.
  ASSERT_TRUE(store_->AddDelivery(delivery).ok());
  delivery.holder = holder;
  ASSERT_TRUE(store_->AddDelivery(delivery).ok());
  Tick();
  const auto deliveries = *store_->Deliveries({});
  ASSERT_EQ(deliveries.size(), 2U);
  EXPECT_EQ(deliveries[0].state, store::DeliveryState::kPending);
  EXPECT_EQ(deliveries[1].state, store::DeliveryState::kFailed);
  EXPECT_EQ(deliveries[1].attempts, 0);
  ExpectWhole();
}

TEST_F(TickTest, ASecondTickForTheSameSlotDoesNothing) {
  WriteSchedules(kDailyAtFive);
  clock_.SetWall(At("2026-11-01T09:00:03Z"));
  Tick();
  clock_.Advance(seconds(20));
  EXPECT_EQ(Tick().runs, 0);
  EXPECT_EQ(store_->Runs({})->size(), 1U);
}

TEST_F(TickTest, LateIsShownAsLate) {
  WriteSchedules(kDailyAtFive);
  clock_.SetWall(At("2026-11-01T09:20:00Z"));
  EXPECT_EQ(Tick().runs, 1);
  EXPECT_EQ(StateOf("2026-11-01T09:00:00Z"), SlotState::kLate);
  EXPECT_EQ(ReasonOf("2026-11-01T09:00:00Z"), "started 20m late");
}

TEST_F(TickTest, AWeekWithoutTicksIsBookedAndTheNewestCaughtUp) {
  WriteSchedules(kDailyAtFive);
  clock_.SetWall(At("2026-11-01T09:00:00Z"));
  Tick();
  clock_.SetWall(At("2026-11-08T15:00:00Z"));
  const TickOutcome outcome = Tick();
  EXPECT_EQ(outcome.missed, 6);
  EXPECT_EQ(outcome.runs, 1);
  const reports::SlotTotals totals = Totals();
  EXPECT_EQ(totals.due, 8);
  EXPECT_EQ(totals.on_time, 1);
  EXPECT_EQ(totals.late, 1);
  EXPECT_EQ(totals.missed, 6);
  EXPECT_EQ(ReasonOf("2026-11-08T09:00:00Z"), "caught up 6h late, beyond the grace of 30m");
  ExpectWhole();
}

TEST_F(TickTest, OneTickCatchesUpAllThatItMay) {
  WriteSchedules("    cron: \"0 * * * *\"\n    playbooks: [selftest.ok]\n    catchUp: {mode: all, limit: 3, maxAge: 12h}\n");
  clock_.SetWall(At("2026-11-01T09:00:00Z"));
  Tick();
  clock_.SetWall(At("2026-11-01T14:30:00Z"));
  const TickOutcome outcome = Tick();
  EXPECT_EQ(outcome.runs, 3);
  EXPECT_EQ(outcome.missed, 2);
  EXPECT_EQ(outcome.overlapped, 0);
  EXPECT_EQ(Totals().late, 3);
  ExpectWhole();
}

TEST_F(TickTest, OneRunLooksAtAllTargets) {
  hosts_ = {"a", "b", "c"};
  WriteSchedules(kDailyAtFive);
  clock_.SetWall(At("2026-11-01T09:00:00Z"));
  EXPECT_EQ(Tick().runs, 1);
  EXPECT_EQ(Totals().on_time, 3);
  EXPECT_EQ(store_->Runs({})->front().targets.size(), 3U);
}

TEST_F(TickTest, APlaybookThatRaisesIsUnknownAndItsSlotHasRun) {
  WriteSchedules("    cron: \"0 9 * * *\"\n    playbooks: [selftest.raise, selftest.ok]\n");
  clock_.SetWall(At("2026-11-01T09:00:00Z"));
  const TickOutcome outcome = Tick();
  EXPECT_EQ(outcome.totals.unknown, 1);
  EXPECT_EQ(outcome.totals.ok, 1);
  EXPECT_EQ(StateOf("2026-11-01T09:00:00Z"), SlotState::kOnTime);
}

TEST_F(TickTest, AMissingPlaybookIsSaidAndTheOthersRun) {
  WriteSchedules("    cron: \"0 9 * * *\"\n    playbooks: [selftest.ok, selftest.nowhere]\n");
  clock_.SetWall(At("2026-11-01T09:00:00Z"));
  const TickOutcome outcome = Tick();
  EXPECT_EQ(outcome.runs, 1);
  ASSERT_FALSE(outcome.problems.empty());
  EXPECT_EQ(ReasonOf("2026-11-01T09:00:00Z"),
            "the playbook selftest.nowhere is missing or invalid");
}

TEST_F(TickTest, NothingThatCanRunIsMissedNotFine) {
  WriteSchedules(kDailyAtFive);
  clock_.SetWall(At("2026-11-01T09:00:00Z"));
  Tick();
  WriteSchedules("    cron: \"0 9 * * *\"\n    playbooks: [selftest.nowhere]\n");
  clock_.SetWall(At("2026-11-02T09:00:00Z"));
  const TickOutcome outcome = Tick();
  EXPECT_EQ(outcome.runs, 0);
  EXPECT_EQ(outcome.missed, 1);
  EXPECT_FALSE(outcome.problems.empty());
  EXPECT_EQ(StateOf("2026-11-02T09:00:00Z"), SlotState::kMissed);
  ExpectWhole();
}

TEST_F(TickTest, ATargetThatNoPlaybookOfTheListIsForIsKeptWithTheRun) {
  std::ifstream file(folder_ + "/pack/selftest/ok.lua");
  std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  for (const auto& [from, to] : {std::pair<std::string, std::string>{"id = \"selftest.ok\"", "id = \"selftest.hosts\""},
                                 {"target = \"any\"", "target = \"host\""},
                                 {"cadence = \"on_demand\"", "cadence = \"daily\""}}) {
    text.replace(text.find(from), from.size(), to);
  }
  std::ofstream(folder_ + "/pack/selftest/hosts.lua") << text;
  hosts_ = {"a", "vault"};
  WriteSchedules("    cron: \"0 9 * * *\"\n    playbooks: [\"cadence:daily\"]\n");
  clock_.SetWall(At("2026-11-01T09:00:00Z"));
  EXPECT_EQ(Tick().runs, 1);
  store::ReportQuery query;
  query.kind = reports::ReportKind::kRun;
  query.run = store_->Runs({})->front().id;
  const auto model = store_->FillReport(query);
  ASSERT_TRUE(model.ok()) << model.status().Describe();
  EXPECT_EQ(std::vector<std::string>{"vault"}, model->not_looked_at);
}

// In a CronJob nothing looks at the inventory between two ticks.
TEST_F(TickTest, ATargetThatCameSinceTheLastTickIsLookedAtByThisOne) {
  WriteSchedules(kDailyAtFive);
  clock_.SetWall(At("2026-11-01T09:00:01Z"));
  Tick();
  hosts_ = {"a", "b"};
  clock_.SetWall(At("2026-11-02T09:00:01Z"));
  Tick();
  EXPECT_EQ(StateOf("2026-11-02T09:00:00Z"), SlotState::kOnTime);
  EXPECT_EQ(StateOf("2026-11-02T09:00:00Z", "b"), SlotState::kOnTime);
  EXPECT_EQ(ReasonOf("2026-11-01T09:00:00Z", "b"), "no slot");
  ExpectWhole();
}

TEST_F(TickTest, AChangedTimeHoldsForTheTickThatWasStartedForIt) {
  WriteSchedules(kDailyAtFive);
  clock_.SetWall(At("2026-11-01T09:00:01Z"));
  Tick();
  WriteSchedules("    cron: \"0 8 * * *\"\n    playbooks: [selftest.ok]\n    grace: 30m\n");
  clock_.SetWall(At("2026-11-02T08:00:01Z"));
  EXPECT_EQ(Tick().runs, 1);
  EXPECT_EQ(StateOf("2026-11-02T08:00:00Z"), SlotState::kOnTime);
  EXPECT_EQ(StateOf("2026-11-02T09:00:00Z"), SlotState::kSuperseded);
  ExpectWhole();
}

TEST_F(TickTest, AScheduleInQuarantineMissesItsSlotsWithTheReason) {
  WriteSchedules(kDailyAtFive);
  clock_.SetWall(At("2026-11-01T09:00:00Z"));
  Tick();
  WriteSchedules("    cron: \"0 25 * * *\"\n    playbooks: [selftest.ok]\n");
  clock_.SetWall(At("2026-11-02T09:00:00Z"));
  const auto outcome = TickNow();
  EXPECT_EQ(outcome.status().code(), Code::kInvalid);
  EXPECT_EQ(StateOf("2026-11-02T09:00:00Z"), SlotState::kMissed);
  EXPECT_TRUE(ReasonOf("2026-11-02T09:00:00Z").starts_with("its schedule is in quarantine: "));
  ExpectWhole();
}

// It may go on with what the file said before, and this slot is its to run.
TEST_F(TickTest, BesideADaemonThatIsAtWorkASlotInQuarantineIsLeftToIt) {
  WriteSchedules(kDailyAtFive);
  clock_.SetWall(At("2026-11-01T09:00:00Z"));
  Tick();
  WriteSchedules("    cron: \"0 25 * * *\"\n    playbooks: [selftest.ok]\n");
  clock_.SetWall(At("2026-11-02T09:00:00Z"));
  ASSERT_TRUE(store_->Sign(kDaemonSign).ok());
  clock_.Advance(minutes(2));
  EXPECT_EQ(TickNow().status().code(), Code::kInvalid);
  EXPECT_EQ(StateOf("2026-11-02T09:00:00Z"), SlotState::kPlanned);
  clock_.Advance(minutes(2));
  EXPECT_EQ(TickNow().status().code(), Code::kInvalid);
  EXPECT_EQ(StateOf("2026-11-02T09:00:00Z"), SlotState::kMissed);
}

TEST_F(TickTest, AnUnknownScheduleIsNotFoundWithTheNearestName) {
  std::ofstream(folder_ + "/schedules/test.yaml")
      << "apiVersion: upkeep/v1\nschedules:\n  - id: t\n" << kDailyAtFive;
  EXPECT_EQ(TickNow().status().code(), Code::kNotFound);
}

TEST_F(TickTest, ReportsAreWrittenWhereTheScheduleSays) {
  WriteSchedules(std::string(kDailyAtFive) + "    report: [md, \"json:" + folder_ + "/out/latest.json\"]\n");
  clock_.SetWall(At("2026-11-01T09:00:00Z"));
  EXPECT_TRUE(Tick().problems.empty());
  EXPECT_TRUE(std::filesystem::exists(folder_ + "/reports/s-20261101T090000Z.md"));
  EXPECT_TRUE(std::filesystem::exists(folder_ + "/out/latest.json"));
}

TEST_F(TickTest, AReportThatCanNotBeWrittenIsAProblemAndTheRunIsKept) {
  WriteSchedules(std::string(kDailyAtFive) + "    report: [\"md:/proc/nowhere/report.md\"]\n");
  clock_.SetWall(At("2026-11-01T09:00:00Z"));
  EXPECT_EQ(Tick().problems.size(), 1U);
  EXPECT_EQ(StateOf("2026-11-01T09:00:00Z"), SlotState::kOnTime);
}

TEST_F(TickTest, WhatADeadProcessLeftIsInterrupted) {
  WriteSchedules(kDailyAtFive);
  clock_.SetWall(At("2026-11-01T08:00:00Z"));
  Tick();
  const auto slot = store_->FindSlot({"s", "a", At("2026-11-01T09:00:00Z")});
  ASSERT_TRUE(slot.ok());
  clock_.SetWall(At("2026-11-01T09:00:00Z"));
  store::ClaimRequest claim;
  claim.actor = kDaemonActor;
  const std::string me = run::ProcessHolder();
  claim.holder = me.substr(0, me.rfind('/')) + "/1";   // This pid, started at another time.
  ASSERT_TRUE(store_->ClaimSlot(slot->id, claim).ok());
  const TickOutcome outcome = Tick();
  EXPECT_EQ(outcome.interrupted, 1);
  EXPECT_EQ(StateOf("2026-11-01T09:00:00Z"), SlotState::kInterrupted);
  EXPECT_EQ(ReasonOf("2026-11-01T09:00:00Z"), "the process that ran it is gone");
  ExpectWhole();
}

struct TwoTicks {
  std::shared_ptr<const World> world;
  RunnerParts& first;
  RunnerParts& second;
  FakeClock& clock;
  std::string left;   ///< The state in which the second one left its slot.
};

/// A minute later, while the first one still computes, the CronJob of the next minute.
Task<void> NextTick(TwoTicks& ticks) {
  (void)co_await ticks.first.reactor.SleepUntil(std::chrono::steady_clock::now() + std::chrono::milliseconds(30), {});
  ticks.clock.Advance(minutes(1));
  const Instant planned = ticks.clock.Now();
  (void)co_await daemon::Tick(ticks.world, "s", ticks.second, Limits());
  const auto slot = ticks.first.store.FindSlot({"s", "a", planned});
  if (slot.ok()) ticks.left = store::SlotStateName(slot->state);
}

TEST_F(TickTest, WhatAnotherTickQueuedBehindItIsRun) {
  WriteSchedules("    cron: \"* * * * *\"\n    playbooks: [selftest.wait]\n    overlap: {mode: queue, limit: 2}\n");
  clock_.SetWall(At("2026-11-01T09:00:00Z"));
  Tick();
  clock_.SetWall(At("2026-11-01T09:01:00Z"));
  auto reactor = io::Reactor::Create();
  auto world = ReadWorld(PlacesOf(hosts_), clock_.Now());
  Journal journal(log_, LogFormat::kJson, clock_, redactor_);
  RunnerParts first{**reactor, *store_, clock_, redactor_, journal, kDaemonActor, run::ProcessHolder(), folder_ + "/reports", "en", {}};
  RunnerParts second = first;
  second.holder = "elsewhere/boot/1/1";
  TwoTicks ticks{*world, first, second, clock_, ""};
  (*reactor)->Spawn(NextTick(ticks));
  const auto outcome = (*reactor)->RunUntilDone(daemon::Tick(*world, "s", first, Limits()));
  ASSERT_TRUE(outcome.ok() && outcome->status.ok());
  EXPECT_EQ("queued", ticks.left);
  EXPECT_EQ(StateOf("2026-11-01T09:01:00Z"), SlotState::kOnTime);
  EXPECT_EQ(StateOf("2026-11-01T09:02:00Z"), SlotState::kOnTime);
  ExpectWhole();
}

TEST_F(TickTest, ManyTicksAtOnceRunEachSlotOnce) {
  hosts_ = {"a", "b"};
  WriteSchedules("    cron: \"* * * * *\"\n    playbooks: [selftest.ok]\n    overlap: allow\n");
  clock_.SetWall(At("2026-11-01T09:00:00Z"));
  Tick();
  constexpr int kTicks = 4, kRounds = 5;
  for (int round = 1; round <= kRounds; ++round) {
    const Instant now = At("2026-11-01T09:00:00Z") + minutes(round);
    std::vector<std::thread> threads;
    std::atomic<int> runs = 0, failures = 0;
    for (int i = 0; i < kTicks; ++i) {
      threads.emplace_back([&] {
        FakeClock clock(now);
        auto store = OpenAnother(&clock);
        auto reactor = io::Reactor::Create();
        auto world = ReadWorld(PlacesOf(hosts_), now);
        std::ostringstream log;
        Journal journal(log, LogFormat::kJson, clock, redactor_);
        RunnerParts parts{**reactor, *store, clock, redactor_, journal, kDaemonActor,
                          run::ProcessHolder(), folder_ + "/reports", "en", {}};
        auto outcome = (*reactor)->RunUntilDone(daemon::Tick(*world, "s", parts, Limits()));
        if (!outcome.ok() || !outcome->status.ok()) ++failures;
        if (outcome.ok()) runs += static_cast<int>(outcome->runs);
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(failures, 0);
    EXPECT_GE(runs, 1);
    clock_.SetWall(now);
    for (const char* target : {"a", "b"}) {
      const auto slot = store_->FindSlot({"s", target, now});
      ASSERT_TRUE(slot.ok());
      EXPECT_EQ(slot->attempts, 1);
      EXPECT_EQ(slot->state, SlotState::kOnTime);
    }
  }
  ExpectWhole();
}

}  // namespace
}  // namespace upkeep::daemon
