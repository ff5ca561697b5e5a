// SPDX-License-Identifier: Apache-2.0
//
// The executor with modules of the test's own: what is declared is let through, what goes wrong
// has its reason, and every pair ends with a result.
#include "runner/run/executor.h"

#include <gtest/gtest.h>

#include "tests/runner/run/pack.h"

namespace upkeep::run {
namespace {

struct World {
  Status prepared;                ///< Of every need.
  Status made;                    ///< Of making the modules.
  Status answer;                  ///< Of every query.
  int prepares = 0, calls = 0;
  CancelSource* cancel_at_call = nullptr;
  io::Reactor* silent = nullptr;  ///< The server takes a login and never answers what follows.
};

/// A wait that only its limits end.
Task<Status> NeverAnswered(io::Reactor& reactor, Limits limits) {
  co_return co_await reactor.SleepUntil(SteadyInstant::max(), limits);
}

class FakeDatabase final : public checks::HostModule {
 public:
  explicit FakeDatabase(World& world) : world_(world) {}
  std::string_view name() const override { return "postgres"; }
  std::vector<std::string> Functions() const override { return {"query", "terminate_backend"}; }
  Result<checks::Need> NeedOf(std::string_view function, const Value& arguments) const override {
    if (function == "query" && !arguments.empty() && arguments[0] == "role") return checks::ParseNeed("postgres:role:pg_monitor");
    return checks::ParseNeed(function == "query" ? "postgres:query" : "postgres:function:pg_terminate_backend");
  }
  Task<std::vector<Status>> Prepare(std::vector<checks::Need> needs, Limits limits) override {
    ++world_.prepares;
    if (world_.silent != nullptr) {
      Status ended = co_await NeverAnswered(*world_.silent, limits);
      co_return std::vector<Status>(needs.size(), ended);
    }
    co_return std::vector<Status>(needs.size(), world_.prepared);
  }
  Task<Result<lua::Answer>> Call(std::string, Value arguments, Limits) override {
    ++world_.calls;
    if (world_.cancel_at_call != nullptr) world_.cancel_at_call->Cancel();
    if (!world_.answer.ok()) co_return world_.answer;
    lua::Answer answer;
    answer.value = arguments;
    co_return answer;
  }

 private:
  World& world_;
};

class ExecutorTest : public PackTest {
 protected:
  ExecutorTest() : reactor_(*io::Reactor::Create()) {
    target_.name = "orders";
    target_.kind = checks::TargetKind::kPostgres;
  }

  std::vector<PairOutcome> RunAll(std::vector<Pair> pairs, Limits limits = {}) {
    ModuleMaker maker = [this](const checks::Target& target, Limits own) -> Task<Result<Modules>> {
      if (!world_.made.ok()) co_return world_.made;
      if (target.name == "silent") {
        Status ended = co_await NeverAnswered(*reactor_, own);
        co_return ended;
      }
      Modules modules;
      modules.push_back(std::make_unique<FakeDatabase>(world_));
      co_return modules;
    };
    Executor executor(*reactor_, clock_, redactor_, maker, options_);
    return reactor_->RunUntilDone(executor.Run(std::move(pairs), progress_, limits));
  }

  PairOutcome RunBody(const std::string& body, Limits limits = {}) {
    playbooks_.push_back(std::make_unique<Playbook>(Playbook_("one", body)));
    std::vector<Pair> pairs(1);
    pairs[0].playbook = playbooks_.back().get();
    pairs[0].target = &target_;
    return RunAll(std::move(pairs), limits).at(0);
  }

  World world_;
  FakeClock clock_{*ParseRfc3339("2026-11-21T09:00:00Z")};
  Redactor redactor_;
  ExecutorOptions options_;
  Progress progress_;
  checks::Target target_;
  std::vector<std::unique_ptr<Playbook>> playbooks_;
  std::unique_ptr<io::Reactor> reactor_;
};

constexpr char kFine[] = "postgres.query('select') run:ok { message = 'fine' }";

TEST_F(ExecutorTest, ADeclaredCallIsMade) {
  const PairOutcome pair = RunBody(kFine);
  ASSERT_EQ(1U, pair.outcome.results.size());
  EXPECT_EQ(checks::State::kOk, pair.outcome.results[0].state);
  EXPECT_EQ("Database/orders", pair.outcome.results[0].subject.Key());
  EXPECT_EQ(1, world_.calls);
  EXPECT_EQ("test.one", pair.outcome.playbook);
}

Task<void> LookAfter(io::Reactor& reactor, const World& world, int& calls) {
  (void)co_await reactor.SleepUntil(std::chrono::steady_clock::now() + std::chrono::milliseconds(1), {});
  calls = world.calls;
}

TEST_F(ExecutorTest, APlaybookThatComputesHoldsNobodyUp) {
  options_.budget.turn = std::chrono::milliseconds(2);
  int calls = -1;
  reactor_->Spawn(LookAfter(*reactor_, world_, calls));
  RunBody("for _ = 1, 2e7 do end " + std::string(kFine));
  EXPECT_EQ(1, world_.calls);
  EXPECT_EQ(0, calls) << "the timer came in between, before the call that followed";
}

TEST_F(ExecutorTest, AnUndeclaredCallNeverReachesTheTarget) {
  for (const char* body : {"postgres.query('role') run:ok { message = 'fine' }",
                           "pcall(postgres.query, 'role') run:ok { message = 'fine' }",
                           "postgres.terminate_backend('1', '2') run:ok { message = 'fine' }"}) {
    const PairOutcome pair = RunBody(body);
    ASSERT_EQ(1U, pair.outcome.results.size());
    EXPECT_EQ(checks::State::kUnknown, pair.outcome.results[0].state) << body;
    EXPECT_EQ("undeclared", pair.outcome.results[0].reason) << body;
  }
  EXPECT_EQ(0, world_.calls);
}

TEST_F(ExecutorTest, AMissingNeedStopsThePlaybookBeforeItBegins) {
  world_.prepared = Status(Code::kNotPermitted, "grant pg_monitor");
  const PairOutcome pair = RunBody(kFine);
  ASSERT_EQ(1U, pair.outcome.results.size());
  EXPECT_EQ("not_permitted", pair.outcome.results[0].reason);
  EXPECT_NE(std::string::npos, CanonicalJson(pair.outcome.results[0].data).find("pg_monitor"));
  EXPECT_EQ(0, world_.calls);
  EXPECT_LT(pair.outcome.coverage.observed, pair.outcome.coverage.attempted);
}

TEST_F(ExecutorTest, WhatWasNotLookedAtIsNotFineWithoutAReason) {
  const PairOutcome none = RunBody("run:coverage { attempted = 5, observed = 0 } run:ok { message = 'fine' }");
  ASSERT_EQ(1U, none.outcome.results.size());
  EXPECT_EQ(checks::State::kUnknown, none.outcome.results[0].state);
  EXPECT_EQ("no_data", none.outcome.results[0].reason);
  EXPECT_NE(std::string::npos, none.outcome.results[0].summary.en.find("only 0 of 5")) << none.outcome.results[0].summary.en;
  EXPECT_NE(std::string::npos, none.outcome.results[0].summary.ko.find("5건 중 0건")) << none.outcome.results[0].summary.ko;
  // One that says why is left as it is.
  const PairOutcome said = RunBody("run:coverage { attempted = 2, observed = 1 } "
                                   "run:result { subject = { kind = 'Session', name = '9' }, state = 'unknown', reason = 'timeout', message = 'fine' }");
  ASSERT_EQ(1U, said.outcome.results.size());
  EXPECT_EQ("timeout", said.outcome.results[0].reason) << said.outcome.results[0].summary.en;
}

TEST_F(ExecutorTest, SumsOfCoverageHaveRoom) {
  const PairOutcome pair = RunBody("run:coverage { attempted = math.maxinteger, observed = 0 } run:ok { message = 'fine' }");
  ASSERT_EQ(1U, pair.outcome.results.size());
  EXPECT_EQ("error", pair.outcome.results[0].reason);
  EXPECT_NE(std::string::npos, pair.outcome.results[0].summary.en.find("more than 10,000,000"));
}

class ExpectsTest : public ExecutorTest {
 protected:
  PairOutcome RunExpecting(Status prepared) {
    world_.prepared = std::move(prepared);
    playbooks_.push_back(std::make_unique<Playbook>(Playbook_("one", kFine)));
    playbooks_.back()->head.expects = "metrics-server";
    std::vector<Pair> pairs(1);
    pairs[0].playbook = playbooks_.back().get();
    pairs[0].target = &target_;
    return RunAll(std::move(pairs)).at(0);
  }
  const Status absent_{Code::kNoData, "not installed: the API group \"metrics.k8s.io\" is not served"};
};

TEST_F(ExpectsTest, WhatIsDeclaredAndNotThereIsCritical) {
  target_.expects = {"velero", "metrics-server"};
  const PairOutcome pair = RunExpecting(absent_);
  ASSERT_EQ(1U, pair.outcome.results.size());
  const checks::CheckResult& result = pair.outcome.results[0];
  EXPECT_EQ(checks::State::kCritical, result.state);
  EXPECT_EQ("not_installed", result.reason);
  EXPECT_NE(std::string::npos, result.summary.en.find("metrics-server")) << result.summary.en;
  EXPECT_NE(std::string::npos, result.summary.ko.find("metrics-server")) << result.summary.ko;
  EXPECT_EQ(1, pair.outcome.coverage.attempted);
  EXPECT_EQ(1, pair.outcome.coverage.observed);
  EXPECT_EQ("test.one", pair.outcome.playbook);
}

TEST_F(ExpectsTest, WhatIsNotDeclaredAndNotThereIsSkippedAndNotCovered) {
  target_.expects = {"velero"};
  const PairOutcome pair = RunExpecting(absent_);
  ASSERT_EQ(1U, pair.outcome.results.size());
  EXPECT_EQ(checks::State::kSkipped, pair.outcome.results[0].state);
  EXPECT_EQ("not_installed", pair.outcome.results[0].reason);
  EXPECT_EQ(1, pair.outcome.coverage.attempted);
  EXPECT_EQ(0, pair.outcome.coverage.observed);
}

TEST_F(ExpectsTest, WhatCouldNotBeLookedAtMayBeThere) {
  for (const Code code : {Code::kNotPermitted, Code::kUnreachable, Code::kTimeout, Code::kError}) {
    const PairOutcome pair = RunExpecting(Status(code, "it went wrong"));
    ASSERT_EQ(1U, pair.outcome.results.size());
    EXPECT_EQ(checks::State::kUnknown, pair.outcome.results[0].state) << CodeName(code);
    EXPECT_EQ(CodeName(code), pair.outcome.results[0].reason);
  }
}

TEST_F(ExecutorTest, NothingServedWithoutAnExpectationIsUnknown) {
  world_.prepared = Status(Code::kNoData, "not served");
  const PairOutcome pair = RunBody(kFine);
  EXPECT_EQ(checks::State::kUnknown, pair.outcome.results.at(0).state);
}

TEST_F(ExecutorTest, AllIsWellIsNotSaidBesideAnUnknown) {
  for (const char* state : {"unknown", "warning", "critical"}) {
    const PairOutcome pair = RunBody(
        "run:result { subject = { kind = 'Session', name = '9' }, state = '" + std::string(state) +
        "', reason = 'no_data', message = 'fine' } run:ok { message = 'fine' }");
    ASSERT_EQ(1U, pair.outcome.results.size()) << state;
    EXPECT_EQ("Session/9", pair.outcome.results[0].subject.Key());
  }
  const PairOutcome skipped = RunBody(
      "run:result { subject = { kind = 'Session', name = '9' }, state = 'skipped', reason = 'not_mounted', message = 'fine' }"
      " run:ok { message = 'fine' }");
  EXPECT_EQ(2U, skipped.outcome.results.size());
}

TEST_F(ExecutorTest, WhatGoesWrongKeepsItsReason) {
  const std::pair<Code, const char*> reasons[] = {
      {Code::kTimeout, "timeout"}, {Code::kUnreachable, "unreachable"}, {Code::kNotPermitted, "not_permitted"},
      {Code::kTruncated, "truncated"}, {Code::kNoData, "no_data"}};
  for (const auto& [code, reason] : reasons) {
    world_.answer = Status(code, "it went wrong");
    const PairOutcome pair = RunBody(kFine);
    ASSERT_EQ(1U, pair.outcome.results.size()) << reason;
    EXPECT_EQ(checks::State::kUnknown, pair.outcome.results[0].state) << reason;
    EXPECT_EQ(reason, pair.outcome.results[0].reason);
  }
}

/// Two needs, of which the second stays unknown until the test says so.
class SlowModule final : public checks::HostModule {
 public:
  explicit SlowModule(io::Reactor& reactor, CancelSource& second_known)
      : reactor_(reactor), second_known_(second_known) {}
  std::string_view name() const override { return "postgres"; }
  std::vector<std::string> Functions() const override { return {"query"}; }
  Result<checks::Need> NeedOf(std::string_view, const Value&) const override {
    return checks::ParseNeed("postgres:query");
  }
  Task<std::vector<Status>> Prepare(std::vector<checks::Need> needs, Limits limits) override {
    return PrepareAndTell(std::move(needs), nullptr, std::move(limits));
  }
  Task<std::vector<Status>> PrepareAndTell(std::vector<checks::Need> needs, NeedKnown known,
                                           Limits limits) override {
    for (std::size_t i = 0; i < needs.size(); ++i) {
      if (needs[i].ToString() == "postgres:query") known(i, Status::Ok());
    }
    Limits until = limits;
    until.cancel = second_known_.token();
    const SteadyInstant late = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    co_await reactor_.SleepUntil(late, until);
    co_return std::vector<Status>(needs.size());
  }
  Task<Result<lua::Answer>> Call(std::string, Value, Limits) override { co_return lua::Answer(); }

 private:
  io::Reactor& reactor_;
  CancelSource& second_known_;
};

TEST_F(ExecutorTest, APlaybookBeginsWhenItsOwnNeedsAreKnownAndTheOthersWaitForTheirs) {
  CancelSource second_known;
  Playbook quick = Playbook_("quick", kFine), slow = Playbook_("slow", kFine);
  slow.head.needs.push_back(*checks::ParseNeed("postgres:role:pg_monitor"));
  std::vector<Pair> pairs(2);
  pairs[0] = {&slow, &target_};
  pairs[1] = {&quick, &target_};
  std::vector<std::string> finished;
  progress_.finished = [&](const Pair& pair, const checks::PlaybookOutcome&) {
    finished.push_back(pair.playbook->head.id);
    second_known.Cancel();  // Nobody else ends the wait: the slow one can only come after this.
  };
  ModuleMaker maker = [&](const checks::Target&, Limits) -> Task<Result<Modules>> {
    Modules modules;
    modules.push_back(std::make_unique<SlowModule>(*reactor_, second_known));
    co_return modules;
  };
  Executor executor(*reactor_, clock_, redactor_, maker, options_);
  const auto outcomes = reactor_->RunUntilDone(executor.Run(pairs, progress_, Limits()));
  EXPECT_EQ((std::vector<std::string>{"test.quick", "test.slow"}), finished);
  for (const PairOutcome& pair : outcomes) {
    EXPECT_EQ(checks::State::kOk, pair.outcome.results.at(0).state) << pair.outcome.playbook;
  }
}

TEST_F(ExecutorTest, ACancelledRunDoesNotWaitForNeeds) {
  CancelSource never, cancel;
  Playbook slow = Playbook_("slow", kFine);
  slow.head.needs.push_back(*checks::ParseNeed("postgres:role:pg_monitor"));
  std::vector<Pair> pairs(1);
  pairs[0] = {&slow, &target_};
  progress_.started = [&](const Pair&) {
    reactor_->Post([&] {
      cancel.Cancel();
      never.Cancel();
    });
  };
  ModuleMaker maker = [&](const checks::Target&, Limits) -> Task<Result<Modules>> {
    Modules modules;
    modules.push_back(std::make_unique<SlowModule>(*reactor_, never));
    co_return modules;
  };
  Limits limits;
  limits.cancel = cancel.token();
  Executor executor(*reactor_, clock_, redactor_, maker, options_);
  const auto outcomes = reactor_->RunUntilDone(executor.Run(pairs, progress_, limits));
  EXPECT_EQ("cancelled", outcomes.at(0).outcome.results.at(0).reason);
}

TEST_F(ExecutorTest, ATargetThatCannotBeOpenedIsUnknownForAll) {
  world_.made = Status(Code::kUnreachable, "connection refused");
  const PairOutcome pair = RunBody(kFine);
  ASSERT_EQ(1U, pair.outcome.results.size());
  EXPECT_EQ("unreachable", pair.outcome.results[0].reason);
}

TEST_F(ExecutorTest, ATargetThatStopsAnsweringWhileItIsPreparedEndsWithThePlaybooksTime) {
  options_.playbook_deadline = std::chrono::milliseconds(50);
  world_.silent = reactor_.get();
  const PairOutcome pair = RunBody(kFine);   // Without limits of the run's own.
  ASSERT_EQ(1U, pair.outcome.results.size());
  EXPECT_EQ(checks::State::kUnknown, pair.outcome.results[0].state);
  EXPECT_EQ("timeout", pair.outcome.results[0].reason);
  EXPECT_EQ(0, world_.calls);
}

TEST_F(ExecutorTest, ASilentTargetDoesNotHoldTheOthers) {
  options_.playbook_deadline = std::chrono::milliseconds(50);
  checks::Target silent = target_;
  silent.name = "silent";
  const Playbook playbook = Playbook_("one", kFine);
  std::vector<Pair> pairs(2);
  pairs[0].playbook = pairs[1].playbook = &playbook;
  pairs[0].target = &silent;
  pairs[1].target = &target_;
  const std::vector<PairOutcome> outcomes = RunAll(std::move(pairs));
  ASSERT_EQ(2U, outcomes.size());
  EXPECT_EQ("timeout", outcomes[0].outcome.results.at(0).reason);
  EXPECT_EQ(checks::State::kOk, outcomes[1].outcome.results.at(0).state);
}

TEST_F(ExecutorTest, SayingNothingIsAnError) {
  const PairOutcome pair = RunBody("postgres.query('select')");
  ASSERT_EQ(1U, pair.outcome.results.size());
  EXPECT_EQ(checks::State::kUnknown, pair.outcome.results[0].state);
  EXPECT_EQ("error", pair.outcome.results[0].reason);
}

TEST_F(ExecutorTest, ARaisedErrorStandsBesideWhatWasFoundAboutTheTargetItself) {
  const PairOutcome pair = RunBody(
      "run:result { subject = { kind = 'Database', name = 'orders' }, state = 'warning', message = 'fine' } error('boom')");
  ASSERT_EQ(2U, pair.outcome.results.size());
  EXPECT_EQ(checks::State::kWarning, pair.outcome.results[0].state);
  EXPECT_EQ(checks::State::kUnknown, pair.outcome.results[1].state);
  EXPECT_EQ("error", pair.outcome.results[1].reason);
  EXPECT_EQ(pair.outcome.results[0].subject.Key(), pair.outcome.results[1].subject.Key());
}

TEST_F(ExecutorTest, ARaisedErrorKeepsWhatWasFound) {
  const PairOutcome pair = RunBody(
      "run:result { subject = { kind = 'Session', name = '9' }, state = 'critical', message = 'fine' } error('boom')");
  ASSERT_EQ(2U, pair.outcome.results.size());
  EXPECT_EQ(checks::State::kCritical, pair.outcome.results[0].state);
  EXPECT_EQ(checks::State::kUnknown, pair.outcome.results[1].state);
}

TEST_F(ExecutorTest, ACancelledRunKeepsWhatItFound) {
  CancelSource cancel;
  world_.cancel_at_call = &cancel;
  Limits limits;
  limits.cancel = cancel.token();
  const PairOutcome pair = RunBody(
      "run:result { subject = { kind = 'Session', name = '9' }, state = 'critical', message = 'fine' }\n"
      "for _ = 1, 3 do postgres.query('select') end run:ok { message = 'fine' }", limits);
  ASSERT_EQ(2U, pair.outcome.results.size());
  EXPECT_EQ("Session/9", pair.outcome.results[0].subject.Key());
  EXPECT_EQ("cancelled", pair.outcome.results[1].reason);
  EXPECT_EQ(1, world_.calls);
}

TEST_F(ExecutorTest, AWrongParameterIsUnknownAndNamesIt) {
  playbooks_.push_back(std::make_unique<Playbook>(Playbook_("one", kFine)));
  std::vector<Pair> pairs(1);
  pairs[0].playbook = playbooks_.back().get();
  pairs[0].target = &target_;
  pairs[0].params = {{"nonsense", 1}};
  const auto outcomes = RunAll(std::move(pairs));
  EXPECT_EQ(checks::State::kUnknown, outcomes[0].outcome.results[0].state);
  EXPECT_NE(std::string::npos, CanonicalJson(outcomes[0].outcome.results[0].data).find("nonsense"));
  EXPECT_EQ(0, world_.calls);
}

TEST_F(ExecutorTest, SecretsAreRemovedFromWhatIsKept) {
  redactor_.Add("hunter2hunter2");
  options_.record = true;
  const PairOutcome pair = RunBody(
      "run:result { subject = { kind = 'Session', name = 'hunter2hunter2' }, state = 'warning', message = 'fine',\n"
      "data = { pw = 'hunter2hunter2' } } postgres.query('hunter2hunter2')");
  const std::string kept = CanonicalJson(checks::ToValue(pair.outcome.results[0])) + CanonicalJson(pair.calls.at(0).ToValue());
  EXPECT_EQ(std::string::npos, kept.find("hunter2")) << kept;
  EXPECT_NE(std::string::npos, kept.find("[redacted]"));
}

TEST_F(ExecutorTest, FiftyPairsShareOneLook) {
  std::vector<Pair> pairs;
  for (int i = 0; i < 50; ++i) {
    playbooks_.push_back(std::make_unique<Playbook>(Playbook_("p" + std::to_string(i), kFine)));
    pairs.emplace_back();
    pairs.back().playbook = playbooks_.back().get();
    pairs.back().target = &target_;
  }
  int started = 0, finished = 0;
  progress_.started = [&](const Pair&) { ++started; };
  progress_.finished = [&](const Pair&, const checks::PlaybookOutcome&) { ++finished; };
  options_.at_once = 50;
  const auto outcomes = RunAll(std::move(pairs));
  ASSERT_EQ(50U, outcomes.size());
  std::set<std::uint64_t> seeds;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    EXPECT_EQ("test.p" + std::to_string(i), outcomes[i].outcome.playbook);
    EXPECT_EQ(checks::State::kOk, outcomes[i].outcome.results.at(0).state);
    seeds.insert(outcomes[i].outcome.seed);
  }
  EXPECT_EQ(50U, seeds.size());
  EXPECT_EQ(50, started);
  EXPECT_EQ(50, finished);
  EXPECT_EQ(1, world_.prepares);
  EXPECT_EQ(50, world_.calls);
}

}  // namespace
}  // namespace upkeep::run
