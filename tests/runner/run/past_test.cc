// SPDX-License-Identifier: Apache-2.0
//
// run:previous: a playbook sees what it found itself, on this target, in an earlier run.
#include "runner/run/session.h"

#include <gtest/gtest.h>

#include "runner/run/case.h"
#include "tests/runner/run/pack.h"

namespace upkeep::run {
namespace {

using std::chrono::hours;

/// Its playbook records `figure` 1, 2, 3 … and tells what run:previous gave it.
class PastTest : public PackTest {
 protected:
  PastTest() : reactor_(*io::Reactor::Create()) {
    store::OpenOptions options;
    options.clock = &clock_;
    store_ = std::move(*store::OpenSqliteStore(pack_ + "/upkeep.db", options));
    target_.name = "orders";
    target_.kind = checks::TargetKind::kPostgres;
  }

  /// One run of a check with `call` on the target; gives data.seen: the earlier value, or -1.
  double Look(const std::string& call, double figure = 1) {
    const Playbook playbook = Playbook_("one",
        "local seen = " + call + "\n"
        "run:metric { name = 'figure', subject = { kind = 'Table', name = 'rows' }, value = " + std::to_string(figure) +
        ", unit = '1' }\n"
        "run:ok { message = 'fine', data = { seen = seen and seen.value or -1, age = seen and upkeep.now() - seen.at } }");
    const ModuleMaker nothing = [](const checks::Target&, Limits) -> Task<Result<Modules>> {
      Modules modules;
      modules.push_back(std::make_unique<Silent>());
      co_return modules;
    };
    ExecutorOptions options;
    options.record = true;
    Executor executor(*reactor_, clock_, redactor_, nothing, options);
    SessionRequest request;
    request.pairs.resize(1);
    request.pairs[0].playbook = &playbook;
    request.pairs[0].target = &target_;
    request.holder = ProcessHolder();
    request.actor = OperatingSystemActor();
    Result<SessionOutcome> outcome = reactor_->RunUntilDone(
        RunSession(*store_, executor, clock_, std::move(request), Progress{}, Limits{}));
    EXPECT_TRUE(outcome.ok()) << outcome.status().Describe();
    if (!outcome.ok()) return -2;
    last_ = outcome->pairs.at(0);
    case_ = MakeCase("recorded", target_, Value::object(), last_, last_.outcome.started);
    replays_ = TestCase(*reactor_, playbook, case_).differences;
    const checks::CheckResult& result = last_.outcome.results.at(0);
    EXPECT_EQ(checks::State::kOk, result.state) << result.summary.en;
    age_ = result.data.value("age", -1.0);
    return result.data.value("seen", -2.0);
  }

  class Silent final : public checks::HostModule {
   public:
    std::string_view name() const override { return "postgres"; }
    std::vector<std::string> Functions() const override { return {"query"}; }
    Result<checks::Need> NeedOf(std::string_view, const Value&) const override {
      return checks::ParseNeed("postgres:query");
    }
    Task<std::vector<Status>> Prepare(std::vector<checks::Need> needs, Limits) override {
      co_return std::vector<Status>(needs.size(), Status::Ok());
    }
    Task<Result<lua::Answer>> Call(std::string, Value, Limits) override { co_return lua::Answer{}; }
  };

  FakeClock clock_{*ParseRfc3339("2026-11-21T09:00:00Z")};
  Redactor redactor_;
  checks::Target target_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<io::Reactor> reactor_;
  PairOutcome last_;
  Case case_;
  std::vector<Difference> replays_;
  double age_ = 0;
};

constexpr char kNewest[] = "run:previous('figure', { kind = 'Table', name = 'rows' })";
constexpr char kWeekOld[] = "run:previous('figure', 'Table/rows', { at_least = 7 * 86400 })";

TEST_F(PastTest, TheFirstRunHasNoPast) { EXPECT_EQ(-1, Look(kNewest)); }

TEST_F(PastTest, TheNewestFigureBeforeThisRunIsGiven) {
  Look(kNewest, 10);
  clock_.Advance(hours(24));
  Look(kNewest, 20);
  clock_.Advance(hours(24));
  EXPECT_EQ(20, Look(kNewest, 30));
  EXPECT_EQ(86400, age_);
}

TEST_F(PastTest, AFigureAtLeastSoOldIsGivenAndNoYoungerOne) {
  Look(kNewest, 10);
  clock_.Advance(hours(6 * 24));
  EXPECT_EQ(-1, Look(kWeekOld, 20));
  clock_.Advance(hours(24));
  EXPECT_EQ(10, Look(kWeekOld, 30));
  EXPECT_EQ(7 * 86400, age_);
}

TEST_F(PastTest, AnotherTargetsOrSubjectsOrMetricsFigureIsNotGiven) {
  Look(kNewest, 10);
  clock_.Advance(hours(1));
  EXPECT_EQ(-1, Look("run:previous('figure', 'Table/other')"));
  EXPECT_EQ(-1, Look("run:previous('other', 'Table/rows')"));
  target_.name = "billing";
  EXPECT_EQ(-1, Look(kNewest));
}

TEST_F(PastTest, ItIsRecordedInACaseAndReplayed) {
  Look(kNewest, 10);
  clock_.Advance(hours(1));
  EXPECT_EQ(10, Look(kNewest, 20));
  ASSERT_EQ(1U, last_.calls.size());
  EXPECT_EQ("history.previous", last_.calls[0].call);
  EXPECT_EQ(Value::array({"figure", "Table/rows"}), last_.calls[0].arguments);
  EXPECT_TRUE(replays_.empty()) << replays_.front().text;
}

TEST_F(PastTest, AMistakeInTheCallIsToldWhereItIsMade) {
  for (const char* call : {"run:previous()", "run:previous('figure')", "run:previous('figure', 'x', { at_least = -1 })",
                           "run:previous('figure', 'x', { older = 1 })", "run.previous('figure', 'x')"}) {
    const Playbook playbook = Playbook_("one", std::string("local seen = ") + call + " run:ok { message = 'fine' }");
    Case test_case;
    test_case.target = {{"name", "orders"}, {"kind", "postgres"}};
    test_case.expect = {{"results", Value::array({Value{{"subject", "Database/orders"}, {"state", "ok"}}})}};
    const CaseVerdict verdict = TestCase(*reactor_, playbook, test_case);
    ASSERT_FALSE(verdict.differences.empty()) << call;
    EXPECT_NE(std::string::npos, verdict.differences[0].text.find("one.lua:9")) << verdict.differences[0].text;
  }
}

}  // namespace
}  // namespace upkeep::run
