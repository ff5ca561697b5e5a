// SPDX-License-Identifier: Apache-2.0
#include "runner/daemon/slot_taker.h"

#include <barrier>
#include <thread>

#include "runner/daemon/recovery.h"
#include "tests/runner/daemon/fixture.h"

namespace upkeep::daemon {
namespace {

constexpr const char* kMinutely = "    cron: \"* * * * *\"\n    playbooks: [selftest.ok]\n";

class SlotTakerTest : public DaemonTest {
 protected:
  void Plan(const std::string& yaml, std::vector<std::string> targets = {"a"}) {
    schedule_ = ScheduleOf(yaml);
    SlotPlanner planner(*store_, clock_);
    auto planned = planner.Plan(schedule_, {std::move(targets), false, 1});
    ASSERT_TRUE(planned.ok()) << planned.status().Describe();
  }
  Taken Take(const std::string& broken = "", bool may_replace = false) {
    SlotTaker taker(*store_, clock_, kDaemonActor, "here/boot/1/1");
    TakeRequest request;
    request.targets = broken.empty() ? std::set<std::string>{"a", "b"} : std::set<std::string>{};
    if (!broken.empty()) request.kept_from = {{"a", broken}, {"b", broken}};
    request.replace = [=](const std::string&) { return may_replace; };
    auto taken = taker.Take(schedule_, request);
    EXPECT_TRUE(taken.ok()) << taken.status().Describe();
    return taken.ok() ? std::move(*taken) : Taken();
  }
  void Finish(const Batch& batch) {
    for (const store::AttemptEnd& end : batch.ends) {
      ASSERT_TRUE(store_->FinishSlot(end, kDaemonActor).ok());
    }
  }
  schedules::Schedule schedule_;
};

TEST_F(SlotTakerTest, OnTimeOnAllTargetsTogether) {
  Plan(kMinutely, {"a", "b"});
  clock_.Advance(seconds(61));
  const Taken taken = Take();
  ASSERT_EQ(taken.batches.size(), 1U);
  EXPECT_EQ(taken.batches[0].Targets(), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(taken.batches[0].planned, At("2026-11-01T00:01:00Z"));
  Finish(taken.batches[0]);
  EXPECT_EQ(StateOf("2026-11-01T00:01:00Z"), SlotState::kOnTime);
  EXPECT_TRUE(Take().batches.empty());
  ExpectWhole();
}

TEST_F(SlotTakerTest, LateWithinGrace) {
  Plan("    cron: \"0 9 * * *\"\n    playbooks: [selftest.ok]\n    grace: 30m\n");
  clock_.SetWall(At("2026-11-01T09:10:00Z"));
  const Taken taken = Take();
  ASSERT_EQ(taken.batches.size(), 1U);
  Finish(taken.batches[0]);
  EXPECT_EQ(StateOf("2026-11-01T09:00:00Z"), SlotState::kLate);
  EXPECT_EQ(ReasonOf("2026-11-01T09:00:00Z"), "started 10m late");
}

TEST_F(SlotTakerTest, CatchUpLastRunsTheNewestAndBooksTheOthers) {
  Plan("    cron: \"0 * * * *\"\n    playbooks: [selftest.ok]\n    catchUp: {mode: last, maxAge: 12h}\n");
  clock_.SetWall(At("2026-11-01T05:30:00Z"));
  const Taken taken = Take();
  EXPECT_EQ(taken.missed, 4);
  ASSERT_EQ(taken.batches.size(), 1U);
  Finish(taken.batches[0]);
  EXPECT_EQ(StateOf("2026-11-01T05:00:00Z"), SlotState::kLate);
  EXPECT_EQ(ReasonOf("2026-11-01T05:00:00Z"), "caught up 30m late, beyond the grace of 5m");
  EXPECT_EQ(StateOf("2026-11-01T04:00:00Z"), SlotState::kMissed);
  EXPECT_EQ(ReasonOf("2026-11-01T04:00:00Z"), "a later slot runs in its place (catch-up is last)");
  ExpectWhole();
}

TEST_F(SlotTakerTest, CatchUpNoneBooksAllWithTheReason) {
  Plan("    cron: \"0 * * * *\"\n    playbooks: [selftest.ok]\n    catchUp: none\n");
  clock_.SetWall(At("2026-11-01T02:30:00Z"));
  EXPECT_EQ(Take().missed, 2);
  EXPECT_EQ(ReasonOf("2026-11-01T02:00:00Z"), "not started within 5m, and catch-up is none");
  ExpectWhole();
}

class CatchUpAllTest : public SlotTakerTest, public testing::WithParamInterface<const char*> {};

TEST_P(CatchUpAllTest, RunsThemOneAfterTheOther) {
  Plan("    cron: \"0 * * * *\"\n    playbooks: [selftest.ok]\n    catchUp: {mode: all, limit: 3, maxAge: 12h}\n"
       "    overlap: " + std::string(GetParam()) + "\n");
  clock_.SetWall(At("2026-11-01T05:30:00Z"));
  std::vector<std::string> ran;
  for (int turn = 0; turn < 4; ++turn) {
    const Taken taken = Take("", true);
    EXPECT_EQ(taken.missed, turn == 0 ? 2 : 0);
    EXPECT_EQ(taken.overlapped, 0);
    EXPECT_EQ(taken.waits_for_running, turn < 2);
    for (const Batch& batch : taken.batches) {
      ran.push_back(FormatRfc3339(batch.planned));
      EXPECT_EQ(store_->OpenAttempts()->size(), 1U);
      Finish(batch);
    }
    clock_.Advance(minutes(2));
  }
  EXPECT_EQ(ran, (std::vector<std::string>{"2026-11-01T03:00:00Z", "2026-11-01T04:00:00Z", "2026-11-01T05:00:00Z"}));
  ExpectWhole();
}

INSTANTIATE_TEST_SUITE_P(UnderEachOverlapRule, CatchUpAllTest,
                         testing::Values("forbid", "replace", "{mode: queue, limit: 1}"));

TEST_F(SlotTakerTest, WhatIsDueNowRunsBeforeWhatIsCaughtUp) {
  Plan("    cron: \"0 * * * *\"\n    playbooks: [selftest.ok]\n    catchUp: {mode: all, limit: 3, maxAge: 12h}\n");
  clock_.SetWall(At("2026-11-01T03:00:10Z"));
  const Taken first = Take();
  ASSERT_EQ(first.batches.size(), 1U);
  EXPECT_EQ(first.batches[0].planned, At("2026-11-01T03:00:00Z"));
  Finish(first.batches[0]);
  EXPECT_EQ(StateOf("2026-11-01T03:00:00Z"), SlotState::kOnTime);
  EXPECT_EQ(Take().batches.at(0).planned, At("2026-11-01T01:00:00Z"));
}

// It came in time: what it waits for is no fault of its own.
TEST_F(SlotTakerTest, AQueuedSlotRunsAlthoughItsGraceIsOver) {
  Plan("    cron: \"0 * * * *\"\n    playbooks: [selftest.ok]\n    grace: 5m\n    catchUp: last\n"
       "    overlap: {mode: queue, limit: 2}\n");
  clock_.SetWall(At("2026-11-01T01:00:01Z"));
  const Taken first = Take();
  for (const char* due : {"2026-11-01T02:00:01Z", "2026-11-01T03:00:01Z"}) {
    clock_.SetWall(At(due));
    EXPECT_EQ(Take().queued, 1);
  }
  clock_.SetWall(At("2026-11-01T03:40:00Z"));
  EXPECT_EQ(Take().missed, 0);
  Finish(first.batches.at(0));
  const Taken second = Take();
  ASSERT_EQ(second.batches.size(), 1U);
  EXPECT_EQ(second.batches[0].planned, At("2026-11-01T02:00:00Z"));
  Finish(second.batches[0]);
  EXPECT_EQ(ReasonOf("2026-11-01T02:00:00Z"), "started 1h40m late") << "it was not caught up: it had waited";
  EXPECT_EQ(Take().batches.at(0).planned, At("2026-11-01T03:00:00Z"));
  EXPECT_EQ(Totals().missed, 0);
}

TEST_F(SlotTakerTest, ForbidBooksTheSlotThatMeetsARunningOne) {
  Plan(kMinutely);
  clock_.Advance(seconds(61));
  const Taken first = Take();
  clock_.Advance(seconds(60));
  const Taken second = Take();
  EXPECT_EQ(second.overlapped, 1);
  EXPECT_TRUE(second.batches.empty());
  EXPECT_EQ(StateOf("2026-11-01T00:02:00Z"), SlotState::kOverlapped);
  Finish(first.batches.at(0));
  clock_.Advance(seconds(60));
  EXPECT_EQ(Take().batches.size(), 1U);
  ExpectWhole();
}

// All targets of a planned time are one run, which waits for its slowest.
TEST_F(SlotTakerTest, ATargetThatHasBeenLookedAtDoesNotOverlapAlthoughItsRunGoesOn) {
  Plan(kMinutely, {"a", "b"});
  clock_.Advance(seconds(61));
  const Taken first = Take();
  for (const store::Attempt& attempt : first.batches.at(0).attempts) {
    if (attempt.key.target != "a") continue;
    ASSERT_TRUE(store_->SetLooked({attempt.id}).ok());
  }
  clock_.Advance(seconds(60));
  const Taken second = Take();
  ASSERT_EQ(second.batches.size(), 1U);
  EXPECT_EQ(second.batches[0].Targets(), std::vector<std::string>{"a"});
  EXPECT_EQ(second.overlapped, 1);
  EXPECT_EQ(StateOf("2026-11-01T00:02:00Z", "b"), SlotState::kOverlapped);
  Finish(first.batches[0]);
  Finish(second.batches[0]);
  ExpectWhole();
}

// A daemon and a tick, say: each sees nothing running and two slots due.
TEST_F(SlotTakerTest, OfTwoProcessesOneStartsWhereOverlapIsForbidden) {
  Plan(kMinutely);
  constexpr int kRounds = 25, kProcesses = 3;
  for (int round = 0; round < kRounds; ++round) {
    clock_.Advance(seconds(120));
    std::barrier together(kProcesses);
    std::vector<Taken> taken(kProcesses);
    std::vector<std::thread> threads;
    for (int i = 0; i < kProcesses; ++i) {
      threads.emplace_back([&, i] {
        auto store = OpenAnother();
        SlotTaker taker(*store, clock_, kDaemonActor, "here/boot/" + std::to_string(i) + "/1");
        TakeRequest request;
        request.targets = {"a"};
        together.arrive_and_wait();
        auto got = taker.Take(schedule_, request);
        EXPECT_TRUE(got.ok()) << got.status().Describe();
        if (got.ok()) taken[static_cast<std::size_t>(i)] = std::move(*got);
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(store_->OpenAttempts()->size(), 1U) << "round " << round;
    std::int64_t overlapped = 0;
    for (const Taken& one : taken) {
      overlapped += one.overlapped;
      for (const Batch& batch : one.batches) Finish(batch);
    }
    EXPECT_EQ(overlapped, 1) << "round " << round;
  }
  ExpectWhole();
}

TEST_F(SlotTakerTest, QueueHoldsAsManyAsItsLimitAndThenRunsThem) {
  Plan(std::string(kMinutely) + "    overlap: {mode: queue, limit: 1}\n");
  clock_.Advance(seconds(61));
  const Taken first = Take();
  clock_.Advance(seconds(60));
  EXPECT_EQ(Take().queued, 1);
  EXPECT_TRUE(Take().waits_for_running);   // Asking again changes nothing.
  clock_.Advance(seconds(60));
  EXPECT_EQ(Take().overlapped, 1);
  EXPECT_EQ(StateOf("2026-11-01T00:02:00Z"), SlotState::kQueued);
  EXPECT_EQ(StateOf("2026-11-01T00:03:00Z"), SlotState::kOverlapped);
  Finish(first.batches.at(0));
  const Taken next = Take();
  ASSERT_EQ(next.batches.size(), 1U);
  EXPECT_EQ(next.batches[0].planned, At("2026-11-01T00:02:00Z"));
  ExpectWhole();
}

TEST_F(SlotTakerTest, ReplaceWaitsForWhatItCancelled) {
  Plan(std::string(kMinutely) + "    overlap: replace\n");
  clock_.Advance(seconds(61));
  const Taken first = Take();
  clock_.Advance(seconds(60));
  EXPECT_TRUE(Take("", true).waits_for_running);
  EXPECT_EQ(StateOf("2026-11-01T00:02:00Z"), SlotState::kPlanned);
  Finish(first.batches.at(0));
  EXPECT_EQ(Take("", true).batches.size(), 1U);
}

TEST_F(SlotTakerTest, ReplaceOfWhatAnotherProcessRunsIsAnOverlap) {
  Plan(std::string(kMinutely) + "    overlap: replace\n");
  clock_.Advance(seconds(61));
  Take();
  clock_.Advance(seconds(60));
  EXPECT_EQ(Take("", false).overlapped, 1);
}

TEST_F(SlotTakerTest, SplayIsWaitedFor) {
  Plan("    cron: \"0 9 * * *\"\n    playbooks: [selftest.ok]\n    splay: 20m\n");
  const Instant start = schedules::StartOf(schedule_, At("2026-11-01T09:00:00Z"));
  ASSERT_GT(start, At("2026-11-01T09:00:00Z"));
  clock_.SetWall(At("2026-11-01T09:00:00Z"));
  const Taken early = Take();
  EXPECT_TRUE(early.batches.empty());
  EXPECT_EQ(early.next, start);
  clock_.SetWall(start);
  EXPECT_EQ(Take().batches.size(), 1U);
}

TEST_F(SlotTakerTest, WhatCanNotRunIsMissedWithTheReason) {
  Plan(kMinutely);
  clock_.Advance(seconds(61));
  EXPECT_EQ(Take("nothing of the schedule can run: a.lua is broken").missed, 1);
  EXPECT_EQ(ReasonOf("2026-11-01T00:01:00Z"), "nothing of the schedule can run: a.lua is broken");
}

TEST_F(SlotTakerTest, AnInterruptedSlotIsTriedAgainAsTheRetryRuleSays) {
  Plan("    cron: \"0 9 * * *\"\n    playbooks: [selftest.ok]\n    grace: 30m\n"
       "    retry: {attempts: 1, backoff: 30s, cap: 1m}\n");
  clock_.SetWall(At("2026-11-01T09:00:00Z"));
  const Taken first = Take();
  ASSERT_EQ(first.batches.size(), 1U);
  RecoveryOptions recovery;
  recovery.holder = "here/boot/2/2";
  recovery.actor = kDaemonActor;
  recovery.may_live = [](const std::string&) { return false; };
  recovery.deadline = [](const std::string&) { return std::chrono::microseconds(hours(1)); };
  ASSERT_EQ(InterruptDead(*store_, clock_, recovery)->attempts, 1);
  EXPECT_EQ(StateOf("2026-11-01T09:00:00Z"), SlotState::kInterrupted);
  const Taken early = Take();
  EXPECT_TRUE(early.batches.empty());
  EXPECT_EQ(early.next, At("2026-11-01T09:00:30Z"));
  clock_.Advance(seconds(30));
  const Taken again = Take();
  ASSERT_EQ(again.batches.size(), 1U);
  EXPECT_EQ(again.batches[0].attempts[0].number, 2);
  ASSERT_EQ(InterruptDead(*store_, clock_, recovery)->attempts, 1);
  clock_.Advance(minutes(5));
  EXPECT_TRUE(Take().batches.empty());   // One try more was allowed, and made.
  ExpectWhole();
}

/// The slot of 09:00 was interrupted, and its retry and the slot of 10:00 are due.
class RetryBesideTest : public SlotTakerTest {
 protected:
  void PlanAndInterrupt(const std::string& overlap) {
    Plan("    cron: \"0 * * * *\"\n    playbooks: [selftest.ok]\n    grace: 10m\n    overlap: " + overlap + "\n"
         "    retry: {attempts: 1, backoff: 1h, cap: 1h}\n");
    clock_.SetWall(At("2026-11-01T09:00:00Z"));
    store::AttemptEnd end = Take().batches.at(0).ends.at(0);
    end.state = SlotState::kInterrupted;
    end.reason = "its target did not answer";
    ASSERT_TRUE(store_->FinishSlot(end, kDaemonActor).ok());
    clock_.SetWall(At("2026-11-01T10:00:01Z"));
  }
};

TEST_F(RetryBesideTest, WhatIsDueNowGoesFirstAndTheRetryWaitsForIt) {
  PlanAndInterrupt("forbid");
  const Taken taken = Take("", true);
  ASSERT_EQ(taken.batches.size(), 1U);
  EXPECT_EQ(taken.batches[0].planned, At("2026-11-01T10:00:00Z"));
  EXPECT_EQ(taken.overlapped, 0);
  EXPECT_TRUE(taken.waits_for_running) << "else nobody looks when that run ends";
  Finish(taken.batches[0]);
  EXPECT_EQ(StateOf("2026-11-01T10:00:00Z"), SlotState::kOnTime);
  const Taken then = Take("", true);
  ASSERT_EQ(then.batches.size(), 1U);
  EXPECT_EQ(then.batches[0].planned, At("2026-11-01T09:00:00Z"));
  Finish(then.batches[0]);
  EXPECT_EQ(ReasonOf("2026-11-01T09:00:00Z"), "started 1h1s late; attempt 2");
}

TEST_F(RetryBesideTest, ARetryReplacesNobody) {
  PlanAndInterrupt("replace");
  const Taken first = Take("", true);
  ASSERT_EQ(first.batches.size(), 1U);
  const Taken second = Take("", true);
  EXPECT_TRUE(second.batches.empty());
  EXPECT_TRUE(second.waits_for_running);
  EXPECT_EQ(StateOf("2026-11-01T09:00:00Z"), SlotState::kInterrupted);
}

class RecoveryTest : public SlotTakerTest {
 protected:
  Recovered Recover(const std::string& holder, bool alive, std::set<store::AttemptId> own = {}) {
    RecoveryOptions options;
    options.holder = holder;
    options.actor = kDaemonActor;
    options.own_attempts = std::move(own);
    options.may_live = [=](const std::string&) { return alive; };
    options.deadline = [](const std::string&) { return std::chrono::microseconds(hours(1)); };
    auto recovered = InterruptDead(*store_, clock_, options);
    EXPECT_TRUE(recovered.ok()) << recovered.status().Describe();
    return *recovered;
  }
};

TEST_F(RecoveryTest, ALivingHolderIsLeftAlone) {
  Plan(kMinutely);
  clock_.Advance(seconds(61));
  Take();
  EXPECT_EQ(Recover("here/boot/2/2", true).attempts, 0);
  clock_.Advance(hours(20));   // Of this machine: it may take as long as it lives.
  EXPECT_EQ(Recover("here/boot/2/2", true).attempts, 0);
}

TEST_F(RecoveryTest, AHolderOnAnotherMachineIsDeadWellAfterItsDeadline) {
  Plan(kMinutely);
  clock_.Advance(seconds(61));
  Take();
  clock_.Advance(minutes(65));
  EXPECT_EQ(Recover("there/boot/2/2", true).attempts, 0);
  clock_.Advance(minutes(6));
  EXPECT_EQ(Recover("there/boot/2/2", true).attempts, 1);
  EXPECT_EQ(ReasonOf("2026-11-01T00:01:00Z"), "nothing was heard of its process on here for 1h11m");
}

TEST_F(RecoveryTest, WhatThisProcessLostItInterruptsAndWhatItRunsItKeeps) {
  Plan(kMinutely);
  clock_.Advance(seconds(61));
  const Taken taken = Take();
  const store::AttemptId attempt = taken.batches.at(0).attempts.at(0).id;
  EXPECT_EQ(Recover("here/boot/1/1", true, {attempt}).attempts, 0);
  EXPECT_EQ(Recover("here/boot/1/1", true).attempts, 1);
  EXPECT_EQ(ReasonOf("2026-11-01T00:01:00Z"), "its end could not be stored");
  ExpectWhole();
}

}  // namespace
}  // namespace upkeep::daemon
