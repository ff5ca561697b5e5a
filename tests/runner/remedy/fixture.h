// SPDX-License-Identifier: Apache-2.0
//
// A small world for remedies: a real store, a real playbook in a real sandbox, and a database
// module whose one session can be ended, or whose answer gets lost.
#ifndef UPKEEP_TESTS_RUNNER_REMEDY_FIXTURE_H_
#define UPKEEP_TESTS_RUNNER_REMEDY_FIXTURE_H_

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "runner/remedy/apply.h"
#include "runner/remedy/decision.h"
#include "runner/remedy/plan_document.h"
#include "runner/remedy/propose.h"
#include "runner/run/session.h"

namespace upkeep::remedy {

/// What the module shows and does; shared by all modules of a test.
struct World {
  enum class End { kWorks, kLost, kLostButDone, kErrorButDone, kRefused, kSecondRefused, kDies, kDiesAfter };
  std::vector<std::string> sessions = {"41"};
  std::string begun = "today";
  End end = End::kWorks;
  bool writer_may = true;
  bool readable = true;
  int ended = 0;                 ///< Calls that reached the server.
  int steps = 1;                 ///< Changes of a plan.
  std::function<void()> at_query;   ///< Called at the next query, once.
};

class FakeDatabase final : public checks::HostModule {
 public:
  FakeDatabase(World& world, bool writes) : world_(world), writes_(writes) {}
  std::string_view name() const override { return "postgres"; }
  std::vector<std::string> Functions() const override { return {"query", "terminate_backend"}; }

  Result<checks::Need> NeedOf(std::string_view function, const Value&) const override {
    return checks::ParseNeed(function == "query" ? "postgres:query"
                                                 : "postgres:function:pg_terminate_backend");
  }

  Task<std::vector<Status>> Prepare(std::vector<checks::Need> needs, Limits) override {
    std::vector<Status> statuses(needs.size());
    for (std::size_t i = 0; i < needs.size(); ++i) {
      if (needs[i].writes() && !world_.writer_may) {
        statuses[i] = Status(Code::kNotPermitted, "no membership in pg_signal_backend");
      }
    }
    co_return statuses;
  }

  Task<Result<lua::Answer>> Call(std::string function, Value arguments, Limits) override {
    lua::Answer answer;
    if (function == "query") {
      if (const auto hook = std::exchange(world_.at_query, nullptr)) hook();
      if (!world_.readable) co_return Status(Code::kUnreachable, "connection refused");
      answer.value = Value::array();
      for (const std::string& pid : world_.sessions) {
        answer.value.push_back({{"pid", pid}, {"begun", world_.begun}, {"steps", world_.steps}});
      }
      co_return answer;
    }
    if (!writes_) co_return Status(Code::kDenied, "the reading identity changed something");
    if (world_.end == World::End::kRefused) co_return Status(Code::kNotPermitted, "denied");
    if (world_.end == World::End::kSecondRefused && world_.ended > 0) co_return Status(Code::kNotFound, "no such session");
    if (world_.end == World::End::kDies) raise(SIGKILL);
    ++world_.ended;
    if (world_.end == World::End::kLost) co_return Status(Code::kTimeout, "no answer");
    std::erase(world_.sessions, arguments[0].get<std::string>());
    if (world_.end == World::End::kDiesAfter) raise(SIGKILL);
    if (world_.end == World::End::kLostButDone) co_return Status(Code::kUnreachable, "cut off");
    if (world_.end == World::End::kErrorButDone) co_return Status(Code::kError, "HTTP 502: Bad gateway");
    answer.value = {{"ended", true}};
    co_return answer;
  }

 private:
  World& world_;
  bool writes_;
};

constexpr const char* kPlaybook = R"lua(
local upkeep = require "upkeep"
local postgres = require "upkeep.postgres"
return upkeep.playbook {
  format = 1, id = "test.sessions", title = { en = "t", ko = "t" }, cadence = "daily", covers = { "S4-D-10" },
  owner = "team", runbook = "docs/x.md", fix = { en = "f", ko = "f" }, target = "postgres",
  needs = { "postgres:query" },
  messages = {
    idle = { en = "session {pid} is idle", ko = "세션 {pid} 유휴" },
    none = { en = "none", ko = "없음" },
    terminate = { en = "end session {pid}", ko = "세션 {pid} 종료" },
    gone = { en = "it is gone", ko = "이미 없음" },
    look_failed = { en = "others have come", ko = "다른 세션이 있음" },
  },
  check = function(run)
    for _, row in ipairs(postgres.query("select")) do
      run:result { subject = { kind = "Session", name = row.pid }, state = "critical", reason = "idle",
        message = "idle", values = { pid = row.pid }, data = { pid = row.pid }, remedy = "end_session" }
    end
    run:coverage { attempted = 1, observed = 1 }
    run:ok { message = "none" }
  end,
  remedies = {
    end_session = {
      title = { en = "End the session", ko = "세션 종료" }, risk = "RISK", covers = { "R-03" },
      needs = { "postgres:query", NEEDS }, verify_after = "AFTER",
      plan = function(run, finding)
        for _, row in ipairs(postgres.query("select")) do
          if row.pid == finding.data.pid then
            local changes = {}
            for step = 1, row.steps do
              changes[step] = { call = "postgres.terminate_backend", arguments = { row.pid, row.begun },
                before = { pid = row.pid, begun = row.begun }, seen = { now = upkeep.now() },
                after = { pid = row.pid }, message = "terminate", values = { pid = row.pid } }
            end
            return changes
          end
        end
        return { refused = "gone" }
      end,
      verify = function(run, finding, before, seen)
        before = before[1] or before
        if before.pid ~= finding.data.pid or not before.now then error("before is not what was there") end
        if not seen then return { again = "1ms", seen = { looked = 1 } } end
        if seen.looked ~= 1 then error("seen was lost") end
        if #postgres.query("select") > 0 then return { failed = "look_failed" } end
        return true
      end,
    },
  },
}
)lua";

class RemedyTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "remedy-XXXXXX";
    ASSERT_NE(nullptr, mkdtemp(pattern.data()));
    folder_ = pattern;
    std::filesystem::create_directories(folder_ + "/pack/test");
    WritePlaybook("medium", R"("postgres:function:pg_terminate_backend")");
    checks::Target target;
    target.name = "db";
    target.kind = checks::TargetKind::kPostgres;
    target.write_user = "writer";
    inventory_.targets.push_back(target);
    catalog_ = std::make_unique<run::Catalog>(std::vector<std::string>{folder_ + "/pack"});
    Open();
  }
  void TearDown() override {
    bench_.reset();
    store_.reset();
    std::filesystem::remove_all(folder_);
  }

  /// Opens store and reactor; again after a crash.
  void Open() {
    bench_.reset();
    auto store = store::OpenSqliteStore(folder_ + "/upkeep.db");
    ASSERT_TRUE(store.ok()) << store.status().Describe();
    store_ = std::move(*store);
    auto reactor = io::Reactor::Create();
    ASSERT_TRUE(reactor.ok());
    reactor_ = std::move(*reactor);
    bench_.reset(new Workbench{*store_, *reactor_, clock_, redactor_, inventory_, *catalog_,
                               Maker(false), Maker(true), Policy(), KeyRing()});
  }

  run::ModuleMaker Maker(bool writes) {
    return [this, writes](const checks::Target&, Limits) -> Task<Result<run::Modules>> {
      run::Modules modules;
      modules.push_back(std::make_unique<FakeDatabase>(world_, writes));
      co_return modules;
    };
  }

  void WritePlaybook(const std::string& risk, const std::string& needs,
                     const std::string& verify_after = "10ms") {
    std::string text = kPlaybook;
    text.replace(text.find("AFTER"), 5, verify_after);
    text.replace(text.find("RISK"), 4, risk);
    text.replace(text.find("NEEDS"), 5, needs);
    std::ofstream(folder_ + "/pack/test/sessions.lua") << text;
  }

  /// Runs the check and keeps its results.
  store::RunId Check() {
    auto playbook = catalog_->Find("test.sessions");
    EXPECT_TRUE(playbook.ok()) << playbook.status().Describe();
    run::Pair pair;
    pair.playbook = &*playbook;
    pair.target = &inventory_.targets[0];
    run::SessionRequest request;
    request.pairs.push_back(pair);
    request.actor = {"daemon", "upkeep", "daemon"};
    request.holder = run::ProcessHolder();
    run::Executor executor(*reactor_, clock_, redactor_, Maker(false), {});
    auto outcome = reactor_->RunUntilDone(run::RunSession(*store_, executor, clock_,
                                                          std::move(request), {}, {}));
    EXPECT_TRUE(outcome.ok()) << outcome.status().Describe();
    return outcome.ok() ? outcome->summary.run : 0;
  }

  Proposed ProposeOne() {
    Check();
    ProposeRequest request;
    request.requester = requester_;
    auto outcome = reactor_->RunUntilDone(Propose(*bench_, std::move(request), {}));
    EXPECT_TRUE(outcome.ok()) << outcome.status().Describe();
    if (!outcome.ok() || outcome->results.size() != 1) return {};
    return outcome->results[0];
  }

  /// A plan that somebody else has approved.
  store::PlanId Approved() {
    const Proposed proposed = ProposeOne();
    EXPECT_NE(0, proposed.plan) << proposed.status.Describe() << proposed.refused.en;
    EXPECT_TRUE(ApproveAs({"mina", "os", "uid:4002"}, proposed.plan).ok());
    return proposed.plan;
  }

  Status ApproveAs(const store::Actor& actor, store::PlanId plan) {
    store::Approval approval;
    approval.plan = plan;
    approval.hash = store_->FindPlan(plan)->hash;
    approval.actor = actor;
    approval.approve = true;
    approval.reason = "agreed with the shop's team";
    return store_->Approve(approval);
  }

  Result<Applied> ApplyPlan(store::PlanId plan) {
    auto lock = ApplyLock::Take(store_->path());
    if (!lock.ok()) return lock.status();
    ApplyRequest request;
    request.plan = plan;
    request.actor = requester_;
    return reactor_->RunUntilDone(Apply(*bench_, *lock, std::move(request), {}));
  }

  Result<std::vector<Applied>> RecoverAll(store::PlanId wait_for = 0) {
    auto lock = ApplyLock::Take(store_->path());
    if (!lock.ok()) return lock.status();
    return reactor_->RunUntilDone(Recover(*bench_, *lock, requester_, wait_for, {}));
  }

  std::string folder_;
  World world_;
  SystemClock clock_;
  Redactor redactor_;
  checks::Inventory inventory_;
  std::unique_ptr<run::Catalog> catalog_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<io::Reactor> reactor_;
  std::unique_ptr<Workbench> bench_;
  store::Actor requester_{"jin", "os", "uid:4001"};
};

}  // namespace upkeep::remedy

#endif  // UPKEEP_TESTS_RUNNER_REMEDY_FIXTURE_H_
