// SPDX-License-Identifier: Apache-2.0
// The daemon as one of several on a store: as a standby, as a leader, and as one that has lost it.
#include "runner/daemon/leadership.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

#include "runner/daemon/daemon.h"
#include "tests/runner/daemon/fixture.h"

namespace upkeep::daemon {
namespace {

using std::chrono::milliseconds;

constexpr const char* kPlaybooks = "    playbooks: [selftest.wait, selftest.crit]\n";

/// Leads when the test says so.
class Appointed final : public Leadership {
 public:
  Task<Result<bool>> Try(std::int64_t above, Limits) override {
    ++tries;
    if (!error.ok()) co_return error;
    if (may && !leads) number = above + 1;
    leads = may;
    co_return leads;
  }
  bool Leads() const override { return leads; }
  std::int64_t fence() const override { return number; }
  milliseconds UntilNext() const override { return milliseconds(10); }
  Task<Status> Release(Limits) override {
    leads = false;
    ++releases;
    co_return Status::Ok();
  }
  std::string holder() const override { return leads ? "" : "somebody"; }
  std::string source() const override { return "the test"; }

  bool may = false, leads = false;
  Status error;
  std::int64_t number = 0;
  int tries = 0, releases = 0;
};

/// Runs a daemon in this process, and a script beside it on the same reactor.
class LeadershipTest : public DaemonTest {
 protected:
  LeadershipTest() {
    store_ = OpenAnother(&system_);
    reactor_ = *io::Reactor::Create();
    WriteSchedules(EverySecond() + kPlaybooks);
  }
  Status Live(Task<void> script) {
    RunnerParts parts = PartsOf(*store_, *reactor_, system_, run::ProcessHolder());
    DaemonOptions options;
    options.look_every = milliseconds(50);
    options.leadership = &appointed_;
    Places places = PlacesOf({"a"});
    places.modules = [this](const checks::Inventory&) { return SlowModules(); };
    Daemon daemon(places, parts, options);
    reactor_->Spawn(ThenEnd(std::move(script)));
    return daemon.Run();
  }
  /// A target that takes its time, so that there is something to interrupt.
  run::ModuleMaker SlowModules() {
    return [reactor = reactor_.get()](const checks::Target&, Limits limits) -> Task<Result<run::Modules>> {
      const Status slept =
          co_await reactor->SleepUntil(std::chrono::steady_clock::now() + milliseconds(700), limits);
      if (!slept.ok()) co_return slept;
      co_return run::Modules();
    };
  }
  Task<void> ThenEnd(Task<void> script) {
    co_await std::move(script);
    raise(SIGTERM);
  }
  /// Lets the daemon live until `holds`, at most for 20 s.
  Task<void> Until(std::function<bool()> holds, const char* what) {
    const auto end = std::chrono::steady_clock::now() + seconds(20);
    while (!holds()) {
      if (std::chrono::steady_clock::now() > end) {
        ADD_FAILURE() << "never " << what << ":\n" << log_.str();
        co_return;
      }
      const Limits none;
      const Status slept = co_await reactor_->SleepUntil(std::chrono::steady_clock::now() + milliseconds(5), none);
      (void)slept;
    }
  }
  Task<void> UntilLogged(const char* text) {
    std::function<bool()> logged = [this, text] { return Count(text) > 0; };
    co_await Until(logged, text);
  }
  int Count(const std::string& text) const {
    const std::string log = log_.str();
    int count = 0;
    for (std::size_t at = log.find(text); at != std::string::npos; at = log.find(text, at + 1)) ++count;
    return count;
  }
  std::function<bool()> SomethingRuns() {
    return [this] {
      for (const store::Attempt& attempt : *store_->OpenAttempts()) {
        if (attempt.run != 0) return true;
      }
      return false;
    };
  }
  void ExpectAccounted() {
    auto faults = store_->CheckIntegrity();
    ASSERT_TRUE(faults.ok());
    for (const store::IntegrityFault& fault : *faults) ADD_FAILURE() << fault.what;
    EXPECT_TRUE(store_->CountSlots(Instant{}, system_.Now(), system_.Now())->balanced());
    EXPECT_TRUE(store_->OpenAttempts()->empty());
  }

  SystemClock system_;
  std::unique_ptr<io::Reactor> reactor_;
  Appointed appointed_;
};

TEST_F(LeadershipTest, AStandbyWritesNothingAndEndsWhenItIsTold) {
  const auto script = [this]() -> Task<void> {
    std::function<bool()> asked = [this] { return appointed_.tries > 20; };
    co_await Until(asked, "asked");
  };
  EXPECT_TRUE(Live(script()).ok());
  EXPECT_EQ(0, store_->Head()->sequence);
  EXPECT_EQ(1, Count("info standby by=\"the test\" leader=somebody")) << "once, not each time: " << log_.str();
  EXPECT_EQ(0, Count("daemon.started"));
}

TEST_F(LeadershipTest, WhoseTimeIsOverCancelsWhatRunsAndMayLeadAgain) {
  const auto script = [this]() -> Task<void> {
    appointed_.may = true;
    const std::function<bool()> runs = SomethingRuns();
    co_await Until(runs, "something runs");
    appointed_.may = appointed_.leads = false;
    co_await UntilLogged("leadership.lost");
    std::function<bool()> idle = [this] { return store_->OpenAttempts()->empty(); };
    co_await Until(idle, "what ran was ended");
    co_await UntilLogged("leader=somebody");
    appointed_.may = true;
    std::function<bool()> again = [this] { return Count(" leading ") == 2; };
    co_await Until(again, "leads again");
    co_await UntilLogged("cancelled=false");
  };
  EXPECT_TRUE(Live(script()).ok());
  EXPECT_GE(Count("cancelled=true"), 1) << log_.str();
  EXPECT_EQ(2, store_->HighestFence()->number);
  EXPECT_EQ(1, Count("leadership.released fence=2"));
  ExpectAccounted();
}

TEST_F(LeadershipTest, AStandbyReadsItsFilesAgainBeforeItLeads) {
  const auto script = [this]() -> Task<void> {
    std::function<bool()> asked = [this] { return appointed_.tries > 5; };
    co_await Until(asked, "asked");
    // Whoever leads has read a newer file, and plans by it.
    WriteSchedules(EverySecond() + kPlaybooks +
                   "  - id: t\n    cron: \"0 9 * * *\"\n    playbooks: [selftest.ok]\n");
    const auto file =
        schedules::ReadScheduleFiles({folder_ + "/schedules/test.yaml"}, system_.Now());
    SlotPlanner planner(*store_, system_);
    EXPECT_TRUE(planner.Plan(file->schedules.back(), {{"a"}, false, 1}).ok());
    appointed_.may = true;
    co_await UntilLogged("cancelled=false");
  };
  EXPECT_TRUE(Live(script()).ok());
  EXPECT_EQ(0, Count("schedule.retired")) << log_.str();
  store::SlotFilter filter;
  filter.schedule = "t";
  const auto slots = store_->Slots(filter);
  ASSERT_TRUE(slots.ok() && !slots->empty());
  for (const store::Slot& slot : *slots) EXPECT_EQ(SlotState::kPlanned, slot.state) << slot.reason;
  ExpectAccounted();
}

TEST_F(LeadershipTest, WhoWakesUpLateIsRefusedAndStandsBy) {
  std::int64_t before = 0, after = 0;
  store::RunId late = 0;
  const auto script = [&]() -> Task<void> {
    appointed_.may = true;
    const std::function<bool()> runs = SomethingRuns();
    co_await Until(runs, "something runs");
    // Nothing of this process was running while another one took over: it believes what it did.
    auto other = OpenAnother(&system_);
    const auto raised = other->RaiseFence({0, "another", "the test", {}});
    EXPECT_TRUE(raised.ok());
    RecoveryOptions recovery;
    recovery.holder = "another";
    recovery.actor = kDaemonActor;
    recovery.fence = *raised;
    recovery.may_live = [](const std::string&) { return true; };
    recovery.deadline = [](const std::string&) { return std::chrono::microseconds(hours(1)); };
    late = other->OpenAttempts()->front().run;
    EXPECT_GE(InterruptDead(*other, system_, recovery)->runs, 1);
    before = other->Head()->sequence;
    co_await UntilLogged("leadership.lost");
    std::function<bool()> gave_back = [this] { return appointed_.releases > 0; };
    co_await Until(gave_back, "it gives back what it holds");
    after = other->Head()->sequence;
  };
  EXPECT_TRUE(Live(script()).ok());
  EXPECT_EQ(before, after) << "nothing of it was stored";
  EXPECT_EQ("another daemon leads since (fence 2 after 1)", store_->Run(late)->reason);
  EXPECT_TRUE(store_->Results(late)->empty());
  EXPECT_GE(Count("no longer leads the store: it holds fence 1, and another has raised it to 2"), 1)
      << log_.str();
  ExpectAccounted();
}

TEST_F(LeadershipTest, WhatCannotBeAskedIsSaidOnce) {
  const auto script = [this]() -> Task<void> {
    appointed_.error = Status(Code::kUnreachable, "no connection");
    std::function<bool()> asked = [this] { return appointed_.tries > 20; };
    co_await Until(asked, "asked");
    appointed_.error = Status::Ok();
    appointed_.may = true;
    co_await UntilLogged(" leading ");
  };
  EXPECT_TRUE(Live(script()).ok());
  EXPECT_EQ(1, Count("leadership.failed")) << log_.str();
}

TEST(LeaseChoiceTest, ANameWithOrWithoutANamespace) {
  EXPECT_EQ("upkeep", ReadLeaseChoice("upkeep")->name);
  EXPECT_EQ("", ReadLeaseChoice("upkeep")->space);
  EXPECT_EQ("ops", ReadLeaseChoice("ops/upkeep")->space);
  for (const char* bad : {"", "/", "ops/", "/upkeep", "a/b/c"}) {
    EXPECT_EQ(Code::kUsage, ReadLeaseChoice(bad).status().code()) << bad;
  }
}

/// Two daemons as processes, with the lock file between them.
class StandbyTest : public DaemonTest {
 protected:
  StandbyTest() {
    store_.reset();   // The children open their own.
    WriteSchedules(EverySecond() + kPlaybooks);
  }
  [[noreturn]] void BeDaemon(const std::string& name) {
    const SystemClock clock;
    int code = 70;
    {
      std::ofstream log(folder_ + "/log." + name, std::ios::app);
      Journal journal(log, LogFormat::kText, clock, redactor_);
      auto store = OpenAnother(&clock);
      auto reactor = io::Reactor::Create();
      FileLeadership leadership(folder_ + "/upkeep.db");
      if (store && reactor.ok()) {
        RunnerParts parts = PartsOf(*store, **reactor, clock, run::ProcessHolder());
        RunnerParts own{parts.reactor, parts.store, parts.clock, parts.redactor, journal, parts.actor,
                        parts.holder, parts.report_folder, "en", {}};
        DaemonOptions options;
        options.look_every = milliseconds(200);
        options.leadership = &leadership;
        Daemon daemon(PlacesOf({"a"}), own, options);
        code = daemon.Run().ok() ? 0 : 1;
      }
    }
    std::exit(code);
  }
  pid_t Start(const std::string& name) {
    const pid_t child = fork();
    if (child == 0) BeDaemon(name);
    return child;
  }
  static int Wait(pid_t child) {
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  std::string Log(const std::string& name) const {
    std::ifstream in(folder_ + "/log." + name);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  /// How long it took until the daemon's log had `text`; 20 s when it never had.
  std::chrono::steady_clock::duration Await(const std::string& name, const std::string& text) const {
    const auto begin = std::chrono::steady_clock::now();
    while (std::chrono::steady_clock::now() < begin + seconds(20)) {
      if (Log(name).find(text) != std::string::npos) return std::chrono::steady_clock::now() - begin;
      std::this_thread::sleep_for(milliseconds(5));
    }
    ADD_FAILURE() << name << " never said " << text << ":\n" << Log(name);
    return seconds(20);
  }
};

TEST_F(StandbyTest, ADeadLeaderIsReplacedAtOnceAndATerminatedOneHandsOver) {
  const pid_t first = Start("first");
  Await("first", "run.started");
  const pid_t second = Start("second");
  Await("second", "leader=" + std::to_string(first));
  kill(first, SIGKILL);
  EXPECT_EQ(Wait(first), 128 + SIGKILL);
  EXPECT_LT(Await("second", "fence=2"), seconds(3));
  Await("second", "run.finished");
  const pid_t third = Start("third");
  Await("third", "leader=" + std::to_string(second));
  kill(second, SIGTERM);
  EXPECT_EQ(Wait(second), 0) << Log("second");
  EXPECT_LT(Await("third", "fence=3"), seconds(3));
  Await("third", "run.finished");
  kill(third, SIGTERM);
  EXPECT_EQ(Wait(third), 0) << Log("third");

  const SystemClock clock;
  store_ = OpenAnother(&clock);
  for (const store::IntegrityFault& fault : *store_->CheckIntegrity()) ADD_FAILURE() << fault.what;
  EXPECT_TRUE(store_->CountSlots(Instant{}, clock.Now(), clock.Now())->balanced());
  EXPECT_TRUE(store_->OpenAttempts()->empty());
  const auto slots = *store_->Slots({"s", "a", {}, {}, clock.Now(), 100'000});
  for (std::size_t i = 1; i < slots.size(); ++i) {
    EXPECT_EQ(slots[i].key.planned - slots[i - 1].key.planned, seconds(1)) << "no second without a slot";
  }
}

}  // namespace
}  // namespace upkeep::daemon
