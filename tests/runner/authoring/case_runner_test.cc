// SPDX-License-Identifier: Apache-2.0
#include "runner/authoring/case_runner.h"

#include "runner/authoring/junit.h"
#include "runner/authoring/mutation.h"
#include "runner/run/case_reader.h"
#include "tests/runner/run/pack.h"

namespace upkeep::authoring {
namespace {

constexpr char kCheck[] = R"(local upkeep = require "upkeep"
local postgres = require "upkeep.postgres"

local function word(state)
  if state == "warning" then
    return "some"
  end
  return "many"
end

return upkeep.playbook {
  format = 1, id = "test.rows", cadence = "daily", owner = "team", target = "postgres",
  title = { en = "t", ko = "t" }, fix = { en = "f", ko = "f" }, needs = { "postgres:query" },
  params = {
    warn = { default = 10, source = "s", doc = { en = "d", ko = "d" } },
    crit = { default = 20, source = "s", doc = { en = "d", ko = "d" } },
  },
  thresholds = { { metric = "rows", unit = "1", warning = "warn", critical = "crit", source = "s" } },
  messages = { found = { en = "{what} rows", ko = "행 {what}" } },
  check = function(run, params)
    local count = postgres.query("select").count
    local subject = { kind = "Table", name = "t" }
    run:metric { name = "rows", subject = subject, value = count, unit = "1" }
    local state = run:state_of(count, { warning = params.warn, critical = params.crit })
    if state ~= "ok" then
      run:result { subject = subject, state = state, message = "found", values = { what = word(state) } }
    end
    run:ok { message = "found", values = { what = "few" } }
  end,
  remedies = { shrink = { title = { en = "t", ko = "t" }, risk = "low", needs = { "postgres:function:f" },
    plan = function(run, finding)
      return { refused = "found" }
    end } },
}
)";

class CaseRunnerTest : public run::PackTest {
 protected:
  /// {count, expected subject, expected state} of each case.
  void Cases(const std::vector<std::tuple<int, std::string, std::string>>& cases) {
    const std::string path = Write("test/rows.lua", kCheck);
    playbooks_.clear();
    Result<run::Playbook> playbook = run::ReadPlaybook(pack_, path);
    ASSERT_TRUE(playbook.ok()) << playbook.status().Describe();
    playbooks_.push_back(std::move(*playbook));
    run::CaseFile file;
    file.path = run::CasePathOf(playbooks_[0]);
    file.playbook = "test.rows";
    for (const auto& [count, subject, state] : cases) {
      run::Case one;
      one.name = "case " + std::to_string(file.cases.size());
      one.target = {{"name", "orders"}, {"kind", "postgres"}};
      run::RecordedCall call;
      call.call = "postgres.query";
      call.arguments = Value::array({"select"});
      call.answer = {{"count", count}};
      one.calls = {call};
      one.expect = {{"results", Value::array({Value{{"subject", subject}, {"state", state}}})}};
      file.cases.push_back(std::move(one));
    }
    ASSERT_TRUE(run::WriteCaseFile(file).ok());
  }

  std::vector<PlaybookReport> Run(int jobs = 3) {
    Result<std::vector<PlaybookReport>> reports = RunCases(playbooks_, jobs);
    EXPECT_TRUE(reports.ok());
    return *std::move(reports);
  }

  std::vector<run::Playbook> playbooks_;
};

TEST_F(CaseRunnerTest, LinesAndLimitsThatNoCaseTried) {
  Cases({{5, "Database/orders", "ok"}, {15, "Table/t", "warning"}});
  const auto reports = Run();
  EXPECT_EQ(0U, reports[0].failed());
  const Coverage& coverage = reports[0].coverage;
  // "many" alone was not said; the remedy's plan does not count.
  EXPECT_EQ("8", LineRanges(coverage.Missed()));
  EXPECT_FALSE(coverage.lines.contains(32));
  EXPECT_EQ("5->8", BranchList(coverage.MissedBranches()));
  EXPECT_GT(coverage.LinePercent(), 80);
  EXPECT_LT(coverage.LinePercent(), 100);
  ASSERT_EQ(2U, coverage.limits.size());
  EXPECT_TRUE(coverage.limits[0].covered());
  EXPECT_FALSE(coverage.limits[1].crossed);
  EXPECT_TRUE(coverage.limits[1].kept);
}

TEST_F(CaseRunnerTest, LinesThatCannotBeToldAreNotCovered) {
  Cases({{5, "Database/orders", "ok"}});
  playbooks_[0].source = "return {";
  const Coverage coverage = CoverageOf(playbooks_[0]);
  EXPECT_EQ(Code::kInvalid, coverage.known.code());
  EXPECT_EQ(0, coverage.LinePercent());
  EXPECT_EQ(Code::kInvalid, FindSurvivors(playbooks_[0], 1).status().code());
}

TEST_F(CaseRunnerTest, NothingTriedIsNothingCovered) {
  Cases({{5, "Database/orders", "ok"}});
  const Coverage coverage = CoverageOf(playbooks_[0]);
  EXPECT_EQ(0, coverage.LinePercent());
  EXPECT_EQ("5-6, 8, 21-26, 28", LineRanges(coverage.Missed()));
}

TEST_F(CaseRunnerTest, AFailureHasItsFileAndLine) {
  Cases({{5, "Database/orders", "ok"}, {30, "Table/t", "warning"}});
  const auto reports = Run(1);
  ASSERT_EQ(1U, reports[0].failed());
  const CaseReport& failed = reports[0].cases[1];
  ASSERT_EQ(1U, failed.failures.size());
  EXPECT_EQ(failed.file, failed.failures[0].file);
  EXPECT_EQ(run::CasePathOf(playbooks_[0]), failed.file);
  std::ifstream in(failed.file);
  std::string line;
  for (int i = 0; i < failed.failures[0].line + 1; ++i) std::getline(in, line);
  EXPECT_NE(std::string::npos, line.find("warning")) << line;   // state stands behind the brace
  EXPECT_NE(std::string::npos, failed.failures[0].text.find("expected"));
}

TEST_F(CaseRunnerTest, AsManyThreadsAsThereAreGiveTheSame) {
  std::vector<std::tuple<int, std::string, std::string>> cases;
  for (int i = 0; i < 40; ++i) cases.emplace_back(i, i < 10 ? "Database/orders" : "Table/t", i < 10 ? "ok" : i < 20 ? "warning" : "critical");
  Cases(cases);
  const auto one = Run(1), many = Run(8);
  ASSERT_EQ(40U, many[0].cases.size());
  for (std::size_t i = 0; i < 40; ++i) {
    EXPECT_EQ(one[0].cases[i].name, many[0].cases[i].name);
    EXPECT_TRUE(many[0].cases[i].failures.empty());
  }
  EXPECT_EQ(one[0].coverage.executed, many[0].coverage.executed);
}

TEST_F(CaseRunnerTest, WithoutACaseFileItFails) {
  Cases({{5, "Database/orders", "ok"}});
  std::filesystem::remove(run::CasePathOf(playbooks_[0]));
  const auto reports = Run();
  EXPECT_EQ(Code::kNotFound, reports[0].unread.code());
  EXPECT_EQ(1U, reports[0].failed());
  EXPECT_NE(std::string::npos, AsJUnit(reports, "en").find("<error message=\"there is no case file"));
}

TEST_F(CaseRunnerTest, AnotherPlaybooksCasesAreNone) {
  Cases({{5, "Database/orders", "ok"}});
  run::CaseFile file = *run::ReadCaseFile(run::CasePathOf(playbooks_[0]));
  file.playbook = "test.other";
  ASSERT_TRUE(run::WriteCaseFile(file).ok());
  const auto reports = Run();
  EXPECT_EQ(1U, reports[0].failed());
  EXPECT_EQ("the cases are of the playbook 'test.other'", reports[0].unread.message());
}

TEST_F(CaseRunnerTest, JUnitCountsAndEscapes) {
  Cases({{5, "Database/orders", "ok"}, {30, "Table/<&\"t", "warning"}});
  const std::string xml = AsJUnit(Run(), "en");
  EXPECT_NE(std::string::npos, xml.find("tests=\"2\" failures=\"1\" errors=\"0\"")) << xml;
  EXPECT_NE(std::string::npos, xml.find("Table/&lt;&amp;&quot;t")) << xml;
  EXPECT_NE(std::string::npos, xml.find("classname=\"test.rows\" name=\"case 1\"")) << xml;
  const Value json = AsJson(Run(), "en");
  EXPECT_EQ(2U, json["playbooks"][0]["cases"].size());
  EXPECT_EQ(2U, json["playbooks"][0]["cases"][1]["failures"].size());
}

}  // namespace
}  // namespace upkeep::authoring
