// SPDX-License-Identifier: Apache-2.0
// Windows and calendars as the daemon and the tick book them: a slot that a window keeps from
// starting is blackout, never missed and never run, and everything due is accounted for.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

#include "runner/daemon/daemon.h"
#include "tests/runner/daemon/fixture.h"

namespace upkeep::daemon {
namespace {

constexpr const char* kHourly =
    "    cron: \"0 * * * *\"\n    playbooks: [selftest.ok]\n    grace: 10m\n    catchUp: none\n";
constexpr const char* kNight =
    "    blackout:\n      - {from: \"02:00\", to: \"04:00\", reason: {en: Backup, ko: 백업}}\n";

class BlackoutTest : public DaemonTest {
 protected:
  TickOutcome Tick() {
    auto outcome = TickNow();
    EXPECT_TRUE(outcome.ok()) << outcome.status().Describe();
    return outcome.ok() ? std::move(*outcome) : TickOutcome();
  }
  void WriteCalendar(const std::string& rest) {
    std::filesystem::create_directories(folder_ + "/schedules/calendars");
    std::ofstream(folder_ + "/schedules/calendars/own.yaml")
        << "apiVersion: upkeep/v1\nkind: Calendar\n" << rest;
  }
};

TEST_F(BlackoutTest, TheTickBooksWhatLiesInAWindowAndRunsTheOthers) {
  WriteSchedules(std::string(kHourly) + kNight);
  std::int64_t runs = 0, blackout = 0;
  for (int hour = 1; hour <= 5; ++hour) {
    clock_.SetWall(At("2026-11-01T00:00:00Z") + hours(hour));
    const TickOutcome outcome = Tick();
    runs += outcome.runs;
    blackout += outcome.blackout;
    EXPECT_EQ(outcome.missed, 0);
  }
  EXPECT_EQ(runs, 3);
  EXPECT_EQ(blackout, 2);
  EXPECT_EQ(StateOf("2026-11-01T01:00:00Z"), SlotState::kOnTime);
  EXPECT_EQ(StateOf("2026-11-01T02:00:00Z"), SlotState::kBlackout);
  EXPECT_EQ(ReasonOf("2026-11-01T02:00:00Z"), "its start lies in the blackout 'Backup / 백업'");
  EXPECT_EQ(StateOf("2026-11-01T03:00:00Z"), SlotState::kBlackout);
  EXPECT_EQ(StateOf("2026-11-01T04:00:00Z"), SlotState::kOnTime);
  const reports::SlotTotals totals = Totals();
  EXPECT_EQ(totals.due, 5);
  EXPECT_EQ(totals.blackout, 2);
  ExpectWhole();
}

TEST_F(BlackoutTest, AnOutageOverAWindowLeavesBlackoutsAndMissesApart) {
  WriteSchedules(std::string(kHourly) + kNight);
  clock_.SetWall(At("2026-11-01T01:00:00Z"));
  Tick();
  clock_.SetWall(At("2026-11-01T06:00:00Z"));
  const TickOutcome outcome = Tick();
  EXPECT_EQ(outcome.blackout, 2);   // 02:00 and 03:00.
  EXPECT_EQ(outcome.missed, 2);     // 04:00 and 05:00.
  EXPECT_EQ(outcome.runs, 1);
  const reports::SlotTotals totals = Totals();
  EXPECT_EQ(totals.due, 6);
  EXPECT_EQ(totals.blackout, 2);
  EXPECT_EQ(totals.missed, 2);
  ExpectWhole();
}

TEST_F(BlackoutTest, AWindowWrittenDownLaterExcusesNothing) {
  WriteSchedules(kHourly);
  clock_.SetWall(At("2026-11-01T01:00:00Z"));
  Tick();
  clock_.SetWall(At("2026-11-01T06:00:00Z"));
  WriteSchedules(std::string(kHourly) + kNight);
  const TickOutcome outcome = Tick();
  EXPECT_EQ(outcome.blackout, 0);
  EXPECT_EQ(outcome.missed, 4);
  EXPECT_EQ(ReasonOf("2026-11-01T03:00:00Z"),
            "not started within 10m, and its window was written down later; nothing was heard of upkeep from "
            "2026-11-01T01:00:00Z to 2026-11-01T06:00:00Z");
  EXPECT_EQ(StateOf("2026-11-01T05:00:00Z"), SlotState::kMissed);
  ExpectWhole();
}

TEST_F(BlackoutTest, AWindowThatIsGoneSinceStillHolds) {
  WriteSchedules(std::string(kHourly) + kNight);
  clock_.SetWall(At("2026-11-01T01:00:00Z"));
  Tick();
  clock_.SetWall(At("2026-11-01T06:00:00Z"));
  WriteSchedules(kHourly);
  EXPECT_EQ(Tick().blackout, 2);
  EXPECT_EQ(StateOf("2026-11-01T03:00:00Z"), SlotState::kBlackout);
  ExpectWhole();
}

TEST_F(BlackoutTest, CatchUpIsNotSpentOnAWindowThatIsGoneSince) {
  const std::string last =
      "    cron: \"0 * * * *\"\n    playbooks: [selftest.ok]\n    grace: 10m\n    catchUp: {mode: last, maxAge: 12h}\n";
  WriteSchedules(last + kNight);
  Tick();
  WriteSchedules(last);
  clock_.SetWall(At("2026-11-01T03:40:00Z"));
  const TickOutcome outcome = Tick();
  EXPECT_EQ(outcome.blackout, 2);   // 02:00 and 03:00, by the definition of that time.
  EXPECT_EQ(outcome.missed, 0);
  EXPECT_EQ(outcome.runs, 1);
  EXPECT_EQ(StateOf("2026-11-01T01:00:00Z"), SlotState::kLate);
  ExpectWhole();
}

TEST_F(BlackoutTest, AFreezeOfTheCalendarStopsASlotThatIsDueNow) {
  WriteCalendar("freeze:\n  - {from: 2026-11-02, to: 2026-11-03, reason: Sale}\n");
  WriteSchedules("    cron: \"0 9 * * *\"\n    playbooks: [selftest.ok]\n    calendar: own\n");
  for (int day = 1; day <= 4; ++day) {
    clock_.SetWall(At("2026-11-01T09:00:00Z") + hours(24 * (day - 1)));
    Tick();
  }
  EXPECT_EQ(StateOf("2026-11-01T09:00:00Z"), SlotState::kOnTime);
  EXPECT_EQ(StateOf("2026-11-02T09:00:00Z"), SlotState::kBlackout);
  EXPECT_EQ(StateOf("2026-11-03T09:00:00Z"), SlotState::kBlackout);
  EXPECT_EQ(ReasonOf("2026-11-03T09:00:00Z"), "its start lies in the freeze 'Sale'");
  EXPECT_EQ(StateOf("2026-11-04T09:00:00Z"), SlotState::kOnTime);
  EXPECT_EQ(store_->Runs({})->size(), 2U);
  ExpectWhole();
}

TEST_F(BlackoutTest, ASlotThatWaitedBehindAnotherIsNotStartedInAWindow) {
  schedules::Schedule schedule = ScheduleOf(
      "    cron: \"0 * * * *\"\n    playbooks: [selftest.ok]\n    grace: 2h\n"
      "    overlap: {mode: queue, limit: 3}\n"
      "    blackout:\n      - {from: \"02:30\", to: \"04:00\", reason: Backup}\n");
  SlotPlanner planner(*store_, clock_);
  ASSERT_TRUE(planner.Plan(schedule, {{"a"}, false, 1}).ok());
  SlotTaker taker(*store_, clock_, kDaemonActor, "here/boot/1/1");
  TakeRequest request;
  request.targets = {"a"};
  clock_.SetWall(At("2026-11-01T01:00:00Z"));
  const auto first = taker.Take(schedule, request);
  ASSERT_TRUE(first.ok());
  ASSERT_EQ(first->batches.size(), 1U);
  clock_.SetWall(At("2026-11-01T02:00:00Z"));
  ASSERT_TRUE(taker.Take(schedule, request).ok());
  EXPECT_EQ(StateOf("2026-11-01T02:00:00Z"), SlotState::kQueued);
  clock_.SetWall(At("2026-11-01T02:40:00Z"));
  for (const store::AttemptEnd& end : first->batches[0].ends) {
    ASSERT_TRUE(store_->FinishSlot(end, kDaemonActor).ok());
  }
  const auto later = taker.Take(schedule, request);
  ASSERT_TRUE(later.ok());
  EXPECT_TRUE(later->batches.empty());
  EXPECT_EQ(later->blackout, 1);
  EXPECT_EQ(StateOf("2026-11-01T02:00:00Z"), SlotState::kBlackout);
  EXPECT_EQ(ReasonOf("2026-11-01T02:00:00Z"), "it is late, and now is the blackout 'Backup'");
  ExpectWhole();
}

TEST_F(BlackoutTest, ARetryThatMeetsAWindowComesAfterIt) {
  const auto schedule = ScheduleOf("    cron: \"0 1 * * *\"\n    playbooks: [selftest.ok]\n    grace: 10m\n"
                                   "    retry: {attempts: 1, backoff: 1h, cap: 1h}\n" + std::string(kNight));
  SlotPlanner planner(*store_, clock_);
  ASSERT_TRUE(planner.Plan(schedule, {{"a"}, false, 35}).ok());
  SlotTaker taker(*store_, clock_, kDaemonActor, "here/boot/1/1");
  TakeRequest request;
  request.targets = {"a"};
  clock_.SetWall(At("2026-11-01T01:00:00Z"));
  store::AttemptEnd end = taker.Take(schedule, request)->batches.at(0).ends.at(0);
  end.state = SlotState::kInterrupted;
  end.reason = "its target did not answer";
  clock_.SetWall(At("2026-11-01T02:30:00Z"));
  ASSERT_TRUE(store_->FinishSlot(end, kDaemonActor).ok());
  clock_.SetWall(At("2026-11-01T03:59:30Z"));
  const auto inside = taker.Take(schedule, request);
  EXPECT_TRUE(inside->batches.empty());
  EXPECT_EQ(inside->next, At("2026-11-01T04:00:00Z"));
  clock_.SetWall(At("2026-11-01T04:00:00Z"));
  EXPECT_EQ(taker.Take(schedule, request)->batches.size(), 1U);
}

TEST_F(BlackoutTest, AShiftedSlotRunsOnItsNewDayAndSaysSo) {
  WriteCalendar("holidays:\n  - {date: 2026-11-03, name: {en: Culture Day, ko: 문화의 날}}\n");
  WriteSchedules("    cron: \"0 9 3 * *\"\n    playbooks: [selftest.ok]\n    calendar: own\n"
                 "    holiday: {shift: next}\n    report: []\n");
  for (const char* day : {"2026-11-02T09:00:00Z", "2026-11-03T09:00:00Z", "2026-11-04T09:00:00Z"}) {
    clock_.SetWall(At(day));
    Tick();
  }
  EXPECT_FALSE(store_->FindSlot({"s", "a", At("2026-11-03T09:00:00Z")}).ok());
  EXPECT_EQ(StateOf("2026-11-04T09:00:00Z"), SlotState::kOnTime);
  EXPECT_EQ(ReasonOf("2026-11-04T09:00:00Z"), "moved from 2026-11-03 ('Culture Day / 문화의 날')");
  EXPECT_EQ(Totals().due, 1);
  ExpectWhole();
}

TEST_F(BlackoutTest, AGapIsFilledByTheCalendarOfThatTime) {
  WriteCalendar("holidays:\n  - {date: 2026-11-10, name: Off}\n");
  const std::string keys = "    cron: \"0 9 * * *\"\n    playbooks: [selftest.ok]\n    calendar: own\n"
                           "    holiday: skip\n    catchUp: none\n";
  WriteSchedules(keys);
  clock_.SetWall(At("2026-11-02T09:00:00Z"));
  Tick();
  const std::string before = store_->Horizons("s")->back().definition;
  // A week later the file has another holiday; the tenth is none any more.
  WriteCalendar("holidays:\n  - {date: 2026-11-11, name: Off}\n");
  clock_.SetWall(At("2026-11-12T20:00:00Z"));
  Tick();
  EXPECT_NE(before, store_->Horizons("s")->back().definition);
  EXPECT_FALSE(store_->FindSlot({"s", "a", At("2026-11-10T09:00:00Z")}).ok());
  EXPECT_EQ(StateOf("2026-11-11T09:00:00Z"), SlotState::kMissed);
  EXPECT_FALSE(store_->FindSlot({"s", "a", At("2026-11-07T09:00:00Z")}).ok()) << "a Saturday";
  ExpectWhole();
}

TEST_F(BlackoutTest, AChangedCalendarIsReadAgain) {
  WriteSchedules(kHourly);
  const Places places = PlacesOf(hosts_);
  const std::string none = FingerprintOf(places);
  WriteCalendar("weekend: [sun]\n");
  const std::string one = FingerprintOf(places);
  EXPECT_NE(none, one);
  WriteCalendar("weekend: [sat, sun]\n");
  EXPECT_NE(one, FingerprintOf(places));
}

/// The daemon's own loop, on the real clock: every second lies in a window.
TEST_F(BlackoutTest, TheDaemonBooksThemToo) {
  store_.reset();
  WriteSchedules(EverySecond() + "    playbooks: [selftest.ok]\n"
                 "    blackout:\n      - {from: \"00:00\", to: \"24:00\", reason: Always}\n");
  const pid_t child = fork();
  if (child == 0) {
    const SystemClock clock;
    int code = 70;
    {
      std::ofstream log(folder_ + "/log", std::ios::app);
      Journal journal(log, LogFormat::kJson, clock, redactor_);
      auto store = OpenAnother(&clock);
      auto reactor = io::Reactor::Create();
      if (store && reactor.ok()) {
        RunnerParts parts{**reactor, *store, clock, redactor_, journal, kDaemonActor,
                          run::ProcessHolder(), folder_ + "/reports", "en", {}};
        DaemonOptions options;
        options.look_every = std::chrono::milliseconds(200);
        Daemon daemon(PlacesOf({"a"}), parts, options);
        code = daemon.Run().ok() ? 0 : 1;
      }
    }
    std::exit(code);
  }
  const auto log = [&] {
    std::ifstream in(folder_ + "/log");
    return std::string(std::istreambuf_iterator<char>(in), {});
  };
  const auto end = std::chrono::steady_clock::now() + seconds(20);
  while (log().find("\"blackout\"") == std::string::npos && std::chrono::steady_clock::now() < end) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  kill(child, SIGTERM);
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << log();
  const SystemClock clock;
  store_ = OpenAnother(&clock);
  ASSERT_NE(store_, nullptr);
  const auto totals = *store_->CountSlots(Instant{}, clock.Now(), clock.Now());
  EXPECT_TRUE(totals.balanced());
  EXPECT_GE(totals.blackout, 1) << log();
  EXPECT_EQ(totals.on_time + totals.late + totals.missed, 0);
  EXPECT_TRUE(store_->Runs({})->empty());
  EXPECT_TRUE(store_->CheckIntegrity()->empty());
}

}  // namespace
}  // namespace upkeep::daemon
