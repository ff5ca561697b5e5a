// SPDX-License-Identifier: Apache-2.0
// A target that does not answer is asked again, as the schedule's retry rule says, and no other is.
#include "tests/runner/daemon/fixture.h"

namespace upkeep::daemon {
namespace {

using std::chrono::milliseconds;

/// Goes on from a fixed time, so that what is slept is seen to pass.
class GoingClock final : public Clock {
 public:
  explicit GoingClock(Instant start) : start_(start) {}
  Instant Now() const override {
    return start_ + std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begun_);
  }
  SteadyInstant SteadyNow() const override { return std::chrono::steady_clock::now(); }

 private:
  Instant start_;
  SteadyInstant begun_ = std::chrono::steady_clock::now();
};

class RetryTest : public DaemonTest {
 protected:
  /// A tick at nine; the first `silent` looks at the target "quiet" find nobody there.
  TickOutcome TickAtNine(int silent, const std::string& rules, const std::string& now = "2026-11-01T09:00:00.100Z") {
    WriteSchedules("    cron: \"0 9 * * *\"\n    playbooks: [selftest.ok]\n" + rules);
    const GoingClock clock(At(now));
    store_.reset();
    store_ = OpenAnother(&clock);
    Places places = PlacesOf({"a", "quiet"});
    places.modules = [&](const checks::Inventory&) -> run::ModuleMaker {
      return [&](const checks::Target& target, Limits) -> Task<Result<run::Modules>> {
        if (target.name == "quiet" && ++looks_ <= silent) {
          co_return Status(Code::kUnreachable, "nobody listens there");
        }
        co_return run::Modules();
      };
    };
    auto world = ReadWorld(places, clock.Now());
    auto reactor = io::Reactor::Create();
    RunnerParts parts = PartsOf(*store_, **reactor, clock, run::ProcessHolder());
    CancelSource cancel;
    Limits limits;
    limits.cancel = cancel.token();
    if (cancel_after_ > milliseconds(0)) {
      (*reactor)->Spawn([](io::Reactor& loop, milliseconds wait, CancelSource& source) -> Task<void> {
        const Limits none;
        const Status slept = co_await loop.SleepUntil(std::chrono::steady_clock::now() + wait, none);
        (void)slept;
        source.Cancel();
      }(**reactor, cancel_after_, cancel));
    }
    auto outcome = (*reactor)->RunUntilDone(Tick(*world, "s", parts, limits));
    EXPECT_TRUE(outcome.ok()) << outcome.status().Describe();
    store_.reset();
    Open();
    return outcome.ok() ? *outcome : TickOutcome();
  }
  int looks_ = 0;
  milliseconds cancel_after_{0};
};

TEST_F(RetryTest, ATargetThatAnswersTheSecondTimeIsFine) {
  const TickOutcome outcome = TickAtNine(1, "    targets: [quiet]\n    retry: {attempts: 2, backoff: 50ms, cap: 1s}\n");
  EXPECT_EQ(looks_, 2);
  EXPECT_EQ(outcome.runs, 2);
  EXPECT_EQ(outcome.totals.ok, 1);
  EXPECT_EQ(outcome.totals.unknown, 0) << "what the last attempt finds counts";
  EXPECT_FALSE(outcome.no_target_answered);
  EXPECT_EQ(StateOf("2026-11-01T09:00:00Z", "quiet"), SlotState::kOnTime);
  EXPECT_EQ(ReasonOf("2026-11-01T09:00:00Z", "quiet"), "attempt 2");
  EXPECT_EQ(store_->Runs({})->size(), 2U) << "what the first found is kept";
  ExpectWhole();
}

TEST_F(RetryTest, AfterTheLastAttemptTheSlotHasRunWithUnknownResults) {
  const TickOutcome outcome = TickAtNine(9, "    targets: [quiet]\n    retry: {attempts: 2, backoff: 50ms, cap: 60ms}\n");
  EXPECT_EQ(looks_, 3);
  EXPECT_EQ(outcome.runs, 3);
  EXPECT_EQ(outcome.totals.unknown, 1);
  EXPECT_TRUE(outcome.no_target_answered);
  EXPECT_EQ(StateOf("2026-11-01T09:00:00Z", "quiet"), SlotState::kOnTime);
  ExpectWhole();
}

TEST_F(RetryTest, OnlyTheSilentTargetIsAskedAgain) {
  const TickOutcome outcome = TickAtNine(1, "    retry: {attempts: 1, backoff: 50ms, cap: 1s}\n");
  EXPECT_EQ(outcome.runs, 2);
  EXPECT_EQ(ReasonOf("2026-11-01T09:00:00Z", "a"), "");
  EXPECT_EQ(ReasonOf("2026-11-01T09:00:00Z", "quiet"), "attempt 2");
  const auto runs = *store_->Runs({});
  ASSERT_EQ(runs.size(), 2U);
  EXPECT_EQ(runs[0].targets.size() + runs[1].targets.size(), 3U);
}

// Hours late, and so beyond what grace and the attempts take.
TEST_F(RetryTest, WhatIsCaughtUpIsTriedAgainAsWell) {
  const char* const rules = "    targets: [quiet]\n    deadline: 5s\n    grace: 1m\n"
                            "    retry: {attempts: 1, backoff: 50ms, cap: 1s}\n";
  TickAtNine(0, rules, "2026-10-31T09:00:00.100Z");
  looks_ = 0;
  const TickOutcome outcome = TickAtNine(1, rules, "2026-11-01T14:00:00Z");
  EXPECT_EQ(outcome.runs, 2);
  EXPECT_EQ(StateOf("2026-11-01T09:00:00Z", "quiet"), SlotState::kLate);
}

// Nothing is promised that nobody keeps.
TEST_F(RetryTest, TooOldToBeTriedAgainItHasRun) {
  const char* const rules = "    targets: [quiet]\n    deadline: 5s\n    grace: 1m\n    catchUp: {mode: last, maxAge: 6h}\n"
                            "    retry: {attempts: 1, backoff: 50ms, cap: 1s}\n";
  TickAtNine(0, rules, "2026-10-31T09:00:00.100Z");
  looks_ = 0;
  const TickOutcome outcome = TickAtNine(9, rules, "2026-11-01T14:59:59Z");
  EXPECT_EQ(outcome.runs, 2) << "within the age there is still a second attempt";
  EXPECT_EQ(outcome.totals.unknown, 1);
  EXPECT_EQ(StateOf("2026-11-01T09:00:00Z", "quiet"), SlotState::kLate);
  EXPECT_EQ(ReasonOf("2026-11-01T09:00:00Z", "quiet").find("follows"), std::string::npos);
}

TEST_F(RetryTest, EachOfSeveralThatWerePromisedIsTriedAgain) {
  const char* const rules = "    targets: [quiet]\n    deadline: 5s\n    grace: 1m\n    catchUp: {mode: all, limit: 3, maxAge: 9d}\n"
                            "    retry: {attempts: 1, backoff: 300ms, cap: 1s}\n";
  TickAtNine(0, rules, "2026-10-31T09:00:00.100Z");
  looks_ = 0;
  // Three are caught up within a moment, and all three find nobody.
  const TickOutcome outcome = TickAtNine(3, rules, "2026-11-03T14:00:00Z");
  EXPECT_EQ(looks_, 6);
  EXPECT_EQ(outcome.totals.ok, 3);
  for (const char* planned : {"2026-11-01T09:00:00Z", "2026-11-02T09:00:00Z", "2026-11-03T09:00:00Z"}) {
    EXPECT_EQ(StateOf(planned, "quiet"), SlotState::kLate) << planned;
  }
}

TEST_F(RetryTest, CancelledWhileItWaitsItIsCancelledAndWhatWasFoundCounts) {
  cancel_after_ = milliseconds(400);
  const TickOutcome outcome = TickAtNine(9, "    targets: [quiet]\n    retry: {attempts: 1, backoff: 60s, cap: 60s}\n");
  EXPECT_TRUE(outcome.cancelled);
  EXPECT_EQ(outcome.totals.unknown, 1);
  EXPECT_TRUE(outcome.no_target_answered);
  EXPECT_EQ(StateOf("2026-11-01T09:00:00Z", "quiet"), SlotState::kInterrupted);
}

TEST_F(RetryTest, WithoutARuleNobodyIsAskedAgain) {
  EXPECT_EQ(TickAtNine(9, "    targets: [quiet]\n").runs, 1);
  EXPECT_EQ(StateOf("2026-11-01T09:00:00Z", "quiet"), SlotState::kOnTime);
}

}  // namespace
}  // namespace upkeep::daemon
