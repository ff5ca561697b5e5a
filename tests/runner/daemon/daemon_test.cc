// SPDX-License-Identifier: Apache-2.0
// The daemon as a process: started, ended, killed, and started again on the same store.
#include "runner/daemon/daemon.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <random>
#include <thread>

#include "runner/daemon/daemon_lock.h"
#include "tests/runner/daemon/fixture.h"

namespace upkeep::daemon {
namespace {

using std::chrono::milliseconds;

constexpr const char* kRules =
    "    playbooks: [selftest.wait, selftest.crit]\n"
    "    retry: {attempts: 1, backoff: 1s, cap: 1s}\n";

class DaemonProcessTest : public DaemonTest {
 protected:
  DaemonProcessTest() {
    store_.reset();   // The children open their own.
    WriteSchedules(EverySecond() + kRules);
  }

  /// The child's life; never returns.
  [[noreturn]] void BeDaemon() {
    const SystemClock clock;
    int code = 70;
    {
      std::ofstream log(folder_ + "/log", std::ios::app);
      Journal journal(log, LogFormat::kJson, clock, redactor_);
      auto lock = DaemonLock::Take(folder_ + "/upkeep.db");
      auto store = OpenAnother(&clock);
      auto reactor = io::Reactor::Create();
      if (!lock.ok()) {
        code = 75;
      } else if (store && reactor.ok()) {
        RunnerParts parts{**reactor, *store, clock, redactor_, journal, kDaemonActor,
                          run::ProcessHolder(), folder_ + "/reports", "en", {}};
        DaemonOptions options;
        options.look_every = milliseconds(200);
        options.drain = milliseconds(5000);
        Daemon daemon(PlacesOf({"a", "b"}), parts, options);
        code = daemon.Run().ok() ? 0 : 1;
      }
    }
    std::exit(code);   // With its ends: counters are written, leaks are looked for.
  }
  pid_t Start() {
    const pid_t child = fork();
    if (child == 0) BeDaemon();
    return child;
  }
  static int Wait(pid_t child) {
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  std::string Log() const {
    std::ifstream in(folder_ + "/log");
    return {std::istreambuf_iterator<char>(in), {}};
  }
  /// Waits until the log has `text`; the test's own limit ends it otherwise.
  bool Await(const std::string& text, seconds at_most = seconds(20)) const {
    const auto end = std::chrono::steady_clock::now() + at_most;
    while (std::chrono::steady_clock::now() < end) {
      if (Log().find(text) != std::string::npos) return true;
      std::this_thread::sleep_for(milliseconds(20));
    }
    return false;
  }
  /// Every slot that was due is in a named state, no two attempts overlap, the store is whole.
  void ExpectAccounted() {
    const SystemClock clock;
    store_ = OpenAnother(&clock);
    ASSERT_NE(store_, nullptr);
    auto faults = store_->CheckIntegrity();
    ASSERT_TRUE(faults.ok()) << faults.status().Describe();
    for (const store::IntegrityFault& fault : *faults) ADD_FAILURE() << fault.what;
    EXPECT_TRUE(store_->VerifyLedger()->ok());
    totals_ = *store_->CountSlots(Instant{}, clock.Now(), clock.Now());
    EXPECT_TRUE(totals_.balanced());
    // Without holes: from the first slot to the last one, each second has its row.
    const auto slots = *store_->Slots({"s", "a", {}, {}, clock.Now(), 100'000});
    ASSERT_FALSE(slots.empty());
    for (std::size_t i = 1; i < slots.size(); ++i) {
      EXPECT_EQ(slots[i].key.planned - slots[i - 1].key.planned, seconds(1))
          << FormatRfc3339(slots[i].key.planned);
    }
    const auto runs = *store_->Runs({"s", "", "", {}, {}, {}, 100'000});
    for (const store::RunRecord& run : runs) {
      if (run.state == store::RunState::kFinished) ++finished_;
      if (run.state == store::RunState::kInterrupted) ++interrupted_;
      EXPECT_NE(run.state, store::RunState::kRunning) << run.id;
    }
  }
  reports::SlotTotals totals_;
  int finished_ = 0, interrupted_ = 0;
};

TEST_F(DaemonProcessTest, FiresDrainsAndLeavesNothingOpen) {
  const pid_t daemon = Start();
  EXPECT_TRUE(Await("\"run.finished\""));
  kill(daemon, SIGTERM);
  EXPECT_EQ(Wait(daemon), 0) << Log();
  ExpectAccounted();
  EXPECT_GE(finished_, 1) << Log();
  EXPECT_EQ(interrupted_, 0);
  EXPECT_TRUE(store_->OpenAttempts()->empty());
}

TEST_F(DaemonProcessTest, LooksAgainAtAPlanWhoseProcessDied) {
  const SystemClock clock;
  const store::PlanId plan = LeaveAPlan("a", clock), elsewhere = LeaveAPlan("not-ours", clock);
  const pid_t daemon = Start();
  EXPECT_TRUE(Await("\"plan.ended\"")) << Log();
  kill(daemon, SIGTERM);
  EXPECT_EQ(Wait(daemon), 0) << Log();
  store_ = OpenAnother(&clock);
  const store::Plan ended = *store_->FindPlan(plan);
  EXPECT_EQ(ended.state, store::PlanState::kVerified) << ended.outcome.en;
  ASSERT_NE(ended.verified_by, 0);
  EXPECT_EQ(store_->Run(ended.verified_by)->trigger, "verify");
  // That nobody knows how it went stays told, and a target of somebody else is left to them.
  EXPECT_NE(ended.outcome.en.find("ended after"), std::string::npos) << ended.outcome.en;
  EXPECT_EQ(store_->FindPlan(elsewhere)->state, store::PlanState::kUnknown);
}

TEST_F(DaemonProcessTest, WhatWasMissedWhileNoDaemonRanOrItStoodStillSaysSo) {
  WriteSchedules(EverySecond() + "    playbooks: [selftest.ok]\n    grace: 1s\n    catchUp: none\n");
  const pid_t killed = Start();
  ASSERT_TRUE(Await("\"run.finished\"")) << Log();
  kill(killed, SIGKILL);
  EXPECT_EQ(Wait(killed), 128 + SIGKILL);
  std::this_thread::sleep_for(milliseconds(3500));
  const pid_t stopped = Start();
  ASSERT_TRUE(Await("\"missed\"")) << Log();
  kill(stopped, SIGSTOP);
  std::this_thread::sleep_for(milliseconds(5500));   // More than fifteen turns of its loop.
  kill(stopped, SIGCONT);
  std::this_thread::sleep_for(milliseconds(1500));
  kill(stopped, SIGTERM);
  EXPECT_EQ(Wait(stopped), 0) << Log();
  ExpectAccounted();
  int not_heard = 0, stood_still = 0;
  for (const store::Slot& slot : *store_->Slots({"s", "a", {SlotState::kMissed}, {}, {}, 100'000})) {
    not_heard += slot.reason.find("; nothing was heard of upkeep from 20") != std::string::npos ? 1 : 0;
    stood_still += slot.reason.find("; the daemon stood still from 20") != std::string::npos ? 1 : 0;
  }
  EXPECT_GE(not_heard, 1);
  EXPECT_GE(stood_still, 2);
}

TEST_F(DaemonProcessTest, ASecondDaemonIsRefused) {
  const pid_t first = Start();
  ASSERT_TRUE(Await("daemon.started"));
  EXPECT_EQ(Wait(Start()), 75);
  kill(first, SIGTERM);
  EXPECT_EQ(Wait(first), 0);
}

TEST_F(DaemonProcessTest, KilledAgainAndAgainItAccountsForEverySlot) {
  constexpr int kKills = 10;
  std::mt19937 random(20261121);
  std::uniform_int_distribution<int> when(300, 1900);
  for (int i = 0; i < kKills; ++i) {
    const pid_t daemon = Start();
    std::this_thread::sleep_for(milliseconds(when(random)));
    kill(daemon, SIGKILL);
    EXPECT_EQ(Wait(daemon), 128 + SIGKILL) << Log();
  }
  const pid_t last = Start();
  std::this_thread::sleep_for(milliseconds(2500));
  kill(last, SIGTERM);
  EXPECT_EQ(Wait(last), 0) << Log();
  ExpectAccounted();
  EXPECT_GE(finished_, 1);
  EXPECT_TRUE(store_->OpenAttempts()->empty());
}

TEST_F(DaemonProcessTest, WhatAScheduleNamesAndNobodyHasIsSaidAtTheStartAndKeepsNobodyFromRunning) {
  WriteSchedules(EverySecond() + "    playbooks: [selftest.ok]\n    report: [htm]\n    deliver: [archive]\n    targets: [a, elsewhere]\n");
  const pid_t daemon = Start();
  EXPECT_TRUE(Await("\"run.finished\"")) << Log();
  kill(daemon, SIGTERM);
  EXPECT_EQ(Wait(daemon), 0) << Log();
  const std::string log = Log();
  const std::string before = log.substr(0, log.find("run.started"));
  for (const char* const said : {"wants a report as 'htm'", "did you mean 'html'", "delivered to 'archive', and there is no deliveries file",
                                 "names the target 'elsewhere', which the inventory does not have"}) {
    EXPECT_NE(before.find(said), std::string::npos) << said << "\n" << before;
  }
  ExpectAccounted();
}

TEST_F(DaemonProcessTest, AChangedFileIsReadAndABadOneQuarantined) {
  const pid_t daemon = Start();
  ASSERT_TRUE(Await("daemon.started"));
  ASSERT_TRUE(Await("\"added\":")) << Log();   // Else there is nothing to supersede.
  WriteSchedules("    cron: \"0 25 * * *\"\n    playbooks: [selftest.ok]\n");
  EXPECT_TRUE(Await("schedule.quarantined"));
  WriteSchedules("    cron: \"0 9 * * *\"\n    playbooks: [selftest.ok]\n");
  EXPECT_TRUE(Await("\"quarantined\":0")) << Log();
  kill(daemon, SIGTERM);
  EXPECT_EQ(Wait(daemon), 0);
  const SystemClock clock;
  store_ = OpenAnother(&clock);
  EXPECT_TRUE(store_->CheckIntegrity()->empty());
  EXPECT_TRUE(store_->CountSlots(Instant{}, clock.Now(), clock.Now())->balanced());
  EXPECT_GT(store_->CountSlots(Instant{}, Instant::max(), Instant::max())->superseded, 0);
}

}  // namespace
}  // namespace upkeep::daemon
