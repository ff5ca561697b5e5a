// SPDX-License-Identifier: Apache-2.0
//
// The executor with playbooks of an isolated pack: read and run in processes, beside others that are
// not, and each pair ends with a result.
#include <gtest/gtest.h>

#include <cerrno>
#include <sys/wait.h>

#include "runner/isolate/child.h"
#include "runner/run/executor.h"
#include "tests/runner/run/pack.h"

namespace upkeep::run {
namespace {

class SlowFakeDatabase final : public checks::HostModule {
 public:
  explicit SlowFakeDatabase(io::Reactor& reactor) : reactor_(reactor) {}
  std::string_view name() const override { return "postgres"; }
  std::vector<std::string> Functions() const override { return {"query", "terminate_backend"}; }
  Result<checks::Need> NeedOf(std::string_view function, const Value&) const override {
    return checks::ParseNeed(function == "query" ? "postgres:query" : "postgres:function:pg_terminate_backend");
  }
  Task<std::vector<Status>> Prepare(std::vector<checks::Need> needs, Limits) override {
    co_return std::vector<Status>(needs.size());
  }
  Task<Result<lua::Answer>> Call(std::string, Value arguments, Limits limits) override {
    const auto wait = arguments[0] == "never" ? std::chrono::hours(1) : std::chrono::milliseconds(1);
    Status slept = co_await reactor_.SleepUntil(std::chrono::steady_clock::now() + wait, limits);
    if (!slept.ok()) co_return slept;
    lua::Answer answer;
    answer.value = arguments;
    co_return answer;
  }

 private:
  io::Reactor& reactor_;
};

class IsolatedTest : public PackTest {
 protected:
  IsolatedTest() : reactor_(*io::Reactor::Create()) {
    target_.name = "orders";
    target_.kind = checks::TargetKind::kPostgres;
  }
  ~IsolatedTest() override {
    EXPECT_EQ(-1, waitpid(-1, nullptr, WNOHANG));
    EXPECT_EQ(ECHILD, errno);
  }

  std::unique_ptr<Executor> MakeExecutor() {
    ModuleMaker maker = [this](const checks::Target&, Limits) -> Task<Result<Modules>> {
      Modules modules;
      modules.push_back(std::make_unique<SlowFakeDatabase>(*reactor_));
      co_return modules;
    };
    return std::make_unique<Executor>(*reactor_, clock_, redactor_, maker, options_);
  }

  std::unique_ptr<io::Reactor> reactor_;
  SystemClock clock_;
  Redactor redactor_;
  ExecutorOptions options_;
  checks::Target target_;
};

TEST_F(IsolatedTest, HeadsAreReadInAProcessWithTheSameErrors) {
  Write("test/good.lua", Source("good", "run:ok { message = 'fine' }"));
  Write("test/bad.lua", "return {\n  id = 'test.bad',\n  = 1\n}\n");
  Write("test/loop.lua", "while true do end\n");
  std::vector<Status> here, apart;
  const std::vector<Playbook> plain = Catalog({pack_}).All(here);
  const std::vector<Playbook> isolated = Catalog({pack_}, true).All(apart);
  ASSERT_EQ(1U, isolated.size());
  EXPECT_EQ(plain[0].data, isolated[0].data);
  EXPECT_TRUE(isolated[0].isolate);
  ASSERT_EQ(2U, apart.size());
  for (std::size_t i = 0; i < here.size(); ++i) EXPECT_EQ(here[i].Describe(), apart[i].Describe());
  // No errors of the head are lost, and each has its line.
  Write("test/wrong.lua", "return {\n  format = 1,\n  id = 'test.wrong',\n  cadence = 'sometimes',\n}\n");
  const Status wrong_here = Catalog({pack_}).Find("test.wrong").status();
  EXPECT_EQ(wrong_here.Describe(), Catalog({pack_}, true).Find("test.wrong").status().Describe());
  EXPECT_NE(std::string::npos, wrong_here.Describe().find("wrong.lua:4:")) << wrong_here.Describe();
}

TEST_F(IsolatedTest, NeedsAreEnforcedOnThisSide) {
  Write("test/a.lua", Source("a", "local rows = postgres.query 'x'\nrun:log('%s', rows[1])\npostgres.terminate_backend(1)"));
  Write("test/b.lua", Source("b", "run:ok { message = 'fine' }"));
  Write("test/c.lua", Source("c", "run:log 'kept'\nlocal x = nil\nreturn x.y"));
  std::vector<Status> errors;
  std::vector<Playbook> playbooks = Catalog({pack_}, true).All(errors);
  ASSERT_EQ(3U, playbooks.size());
  playbooks[1].isolate = false;   // One beside them in this process.
  std::vector<Pair> pairs;
  for (const Playbook& playbook : playbooks) pairs.push_back({&playbook, &target_, Value::object()});
  const auto executor = MakeExecutor();
  const std::vector<PairOutcome> outcomes = reactor_->RunUntilDone(executor->Run(pairs, {}, {}));
  ASSERT_EQ(3U, outcomes.size());
  EXPECT_EQ(std::vector<std::string>{"x"}, outcomes[0].outcome.log);
  EXPECT_EQ("undeclared", outcomes[0].outcome.results.at(0).reason);
  EXPECT_EQ(checks::State::kOk, outcomes[1].outcome.results.at(0).state);
  EXPECT_EQ("error", outcomes[2].outcome.results.at(0).reason);
  EXPECT_EQ(std::vector<std::string>{"kept"}, outcomes[2].outcome.log);
}

TEST_F(IsolatedTest, WhatItWaitsForIsShownAndCanBeCancelled) {
  Write("test/a.lua", Source("a", "run:log 'kept'\npostgres.query 'never'"));
  std::vector<Status> errors;
  const std::vector<Playbook> playbooks = Catalog({pack_}, true).All(errors);
  ASSERT_EQ(1U, playbooks.size());
  CancelSource cancel;
  const auto executor = MakeExecutor();
  std::vector<PairOutcome> outcomes;
  reactor_->Spawn([](Executor& on, std::vector<Pair> pairs, CancelToken token, std::vector<PairOutcome>& out) -> Task<void> {
    const Limits limits{SteadyInstant::max(), token};
    out = co_await on.Run(std::move(pairs), {}, limits);
  }(*executor, {{&playbooks[0], &target_, Value::object()}}, cancel.token(), outcomes));
  while (executor->running().at(0).waiting_for != "postgres.query never") reactor_->RunOnce(std::chrono::milliseconds(50));
  cancel.Cancel();
  while (outcomes.empty()) reactor_->RunOnce(std::chrono::milliseconds(50));
  EXPECT_EQ(std::vector<std::string>{"kept"}, outcomes[0].outcome.log);
  EXPECT_EQ("cancelled", outcomes[0].outcome.results.at(0).reason);
}

}  // namespace
}  // namespace upkeep::run

int main(int argc, char** argv) {
  if (upkeep::isolate::IsChild(argc, argv)) return upkeep::isolate::ChildMain();
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
