// SPDX-License-Identifier: Apache-2.0
#include "runner/authoring/mutation.h"

#include <algorithm>

#include "tests/runner/run/pack.h"

namespace upkeep::authoring {
namespace {

constexpr char kHead[] =
    "local upkeep = require 'upkeep'\nlocal postgres = require 'upkeep.postgres'\n"
    "return upkeep.playbook {\nformat = 1, id = 'test.rows', cadence = 'daily', owner = 'team', target = 'postgres',\n"
    "title = { en = 't', ko = 't' }, fix = { en = 'f', ko = 'f' }, needs = { 'postgres:query' },\n"
    "messages = { found = { en = 'rows', ko = '행' } },\n"
    "params = { most = { default = 10, min = 1, max = 100, source = 's', doc = { en = 'd', ko = 'd' } },\n"
    "  loud = { default = false, source = 's', doc = { en = 'd', ko = 'd' } } },\n"
    "check = function(run, params)\n";

class MutationTest : public run::PackTest {
 protected:
  void Make(const std::string& body, const std::vector<std::pair<int, std::string>>& cases) {
    const std::string path = Write("test/rows.lua", kHead + body + "\nend }\n");
    Result<run::Playbook> playbook = run::ReadPlaybook(pack_, path);
    ASSERT_TRUE(playbook.ok()) << playbook.status().Describe();
    playbook_ = *std::move(playbook);
    run::CaseFile file;
    file.path = run::CasePathOf(playbook_);
    file.playbook = playbook_.head.id;
    for (const auto& [count, state] : cases) {
      run::Case one;
      one.name = "of " + std::to_string(count);
      one.target = {{"name", "orders"}, {"kind", "postgres"}};
      run::RecordedCall call;
      call.call = "postgres.query";
      call.arguments = Value::array({"select"});
      call.answer = {{"count", count}};
      one.calls = {call};
      one.expect = {{"results", Value::array({Value{{"subject", "Database/orders"}, {"state", state}}})}};
      file.cases.push_back(std::move(one));
    }
    ASSERT_TRUE(run::WriteCaseFile(file).ok());
  }

  /// "before -> after" of each.
  static std::vector<std::string> Changes(const std::vector<Mutant>& mutants) {
    std::vector<std::string> changes;
    for (const Mutant& mutant : mutants) changes.push_back(mutant.before + " -> " + mutant.after);
    return changes;
  }

  std::vector<std::string> Survivors() {
    const Result<MutationReport> report = FindSurvivors(playbook_, 2);
    EXPECT_TRUE(report.ok()) << report.status().Describe();
    return report.ok() ? Changes(report->survivors) : std::vector<std::string>{"?"};
  }

  run::Playbook playbook_;
};

constexpr char kBody[] =
    "local count <const> = postgres.query('select').count  -- a < b\n"
    "if count >= params.most or params.loud then\n"
    "  run:result { subject = { kind = 'Database', name = run.target.name }, state = 'warning', message = 'found' }\n"
    "end\nrun:ok { message = 'found' }";

TEST_F(MutationTest, ChangesParametersAndComparisonsOnly) {
  Make(kBody, {{5, "ok"}});
  EXPECT_EQ((std::vector<std::string>{"most = 10 -> most = 1", "most = 10 -> most = 100", "loud = false -> loud = true",
                                      ">= -> <", ">= -> >"}),
            Changes(MutantsOf(playbook_).value()));
  const Mutant last = MutantsOf(playbook_).value().back();
  EXPECT_EQ(11, last.place.line);
  EXPECT_EQ(10, last.place.column);
  EXPECT_NE(std::string::npos, last.source.find("if count > params.most"));
}

TEST_F(MutationTest, CasesOnBothSidesAndAtTheLimitLeaveNoSurvivor) {
  Make(kBody, {{5, "ok"}, {10, "warning"}, {20, "warning"}});
  EXPECT_EQ(std::vector<std::string>(), Survivors());
  Make(kBody, {{5, "ok"}, {20, "warning"}});
  EXPECT_EQ(std::vector<std::string>{">= -> >"}, Survivors());
}

TEST_F(MutationTest, ACaseOnOneSideLeavesTheOther) {
  Make(kBody, {{5, "ok"}});
  EXPECT_EQ((std::vector<std::string>{"most = 10 -> most = 100", ">= -> >"}), Survivors());
}

TEST_F(MutationTest, AMarkedLineIsLeftAlone) {
  Make("local count = postgres.query('select').count\nif count ~= nil then end  -- mutate: no\n"
       "if count >= params.most or params.loud then\n"
       "  run:result { subject = { kind = 'Database', name = run.target.name }, state = 'warning', message = 'found' }\n"
       "end\nrun:ok { message = 'found' }", {{5, "ok"}, {10, "warning"}, {20, "warning"}});
  EXPECT_EQ(std::vector<std::string>(), Survivors());
}

TEST_F(MutationTest, AChangeThatNeverEndsIsNoticed) {
  Make("local count, i = postgres.query('select').count, 0\nwhile i ~= count do i = i + 1 end\n"
       "if i >= params.most or params.loud then\n"
       "  run:result { subject = { kind = 'Database', name = run.target.name }, state = 'warning', message = 'found' }\n"
       "end\nrun:ok { message = 'found' }", {{5, "ok"}, {10, "warning"}, {20, "warning"}});
  EXPECT_EQ(std::vector<std::string>(), Survivors());
}

TEST_F(MutationTest, WhatFailsAlreadyTellsNothing) {
  Make(kBody, {{5, "warning"}});
  EXPECT_EQ(Code::kInvalid, FindSurvivors(playbook_, 1).status().code());
  std::filesystem::remove(run::CasePathOf(playbook_));
  EXPECT_EQ(Code::kNotFound, FindSurvivors(playbook_, 1).status().code());
}

}  // namespace
}  // namespace upkeep::authoring
