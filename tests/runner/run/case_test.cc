// SPDX-License-Identifier: Apache-2.0
#include "runner/run/case.h"

#include "runner/run/case_reader.h"
#include "tests/runner/run/pack.h"

namespace upkeep::run {
namespace {

constexpr char kBody[] =
    "for _, row in ipairs(postgres.query('select')) do\n"
    "run:result { subject = { kind = 'Session', name = row.pid }, state = 'critical', message = 'fine' } end\n"
    "run:ok { message = 'fine' }";

class CaseTest : public PackTest {
 protected:
  CaseTest() : reactor_(*io::Reactor::Create()), playbook_(Playbook_("one", kBody)) {
    case_.name = "one idle session";
    case_.now = *ParseRfc3339("2026-11-21T09:00:00Z");
    case_.target = {{"name", "orders"}, {"kind", "postgres"}};
    RecordedCall call;
    call.call = "postgres.query";
    call.arguments = Value::array({"select"});
    call.answer = Value::array({Value{{"pid", "41"}}});
    case_.calls = {call};
    case_.expect = {{"results", Value::array({Value{{"subject", "Session/41"}, {"state", "critical"}}})}};
  }
  std::vector<std::string> Differences() {
    std::vector<std::string> texts;
    for (const Difference& difference : TestCase(*reactor_, playbook_, case_).differences) texts.push_back(difference.text);
    return texts;
  }
  std::string First() {
    const auto all = Differences();
    return all.empty() ? "" : all.front();
  }

  std::unique_ptr<io::Reactor> reactor_;
  Playbook playbook_;
  Case case_;
};

TEST_F(CaseTest, ACaseThatFitsHasNoDifference) { EXPECT_EQ("", First()); }

TEST_F(CaseTest, TheFaultTakenOutIsADifference) {
  case_.calls[0].answer = Value::array();
  EXPECT_NE(std::string::npos, First().find("Session/41 is missing")) << First();
}

TEST_F(CaseTest, ACallOfTheSameModuleThatWasNotRecordedIsWhatIsMissing) {
  case_.calls[0].call = "postgres.server";
  EXPECT_NE(std::string::npos, First().find("the case has no (further) answer to postgres.query")) << First();
}

TEST_F(CaseTest, ARecordedRefusalStandsWhateverThePlaybookMadeOfIt) {
  playbook_.source.insert(playbook_.source.find("for _, row"), "pcall(postgres.server) ");
  RecordedCall refused;
  refused.call = "postgres.server";
  refused.arguments = Value::array();
  refused.reason = "undeclared";
  refused.message = "the head does not declare it";
  case_.calls.push_back(refused);
  const auto outcome = TestCase(*reactor_, playbook_, case_).outcome;
  EXPECT_TRUE(std::any_of(outcome.results.begin(), outcome.results.end(), [](const checks::CheckResult& one) { return one.reason == "undeclared"; }));
}

TEST_F(CaseTest, AnotherSeverityOrCoverageIsADifference) {
  const std::string severity(checks::SeverityName(TestCase(*reactor_, playbook_, case_).outcome.results[0].severity));
  case_.expect["results"][0]["severity"] = severity;
  EXPECT_EQ("", First());
  case_.expect["results"][0]["severity"] = severity == "P1" ? "P4" : "P1";
  EXPECT_NE(std::string::npos, First().find("expected")) << First();
  case_.expect["results"][0].erase("severity");
  case_.expect["coverage"] = {{"attempted", 1}, {"observed", 1}};
  EXPECT_EQ("", First());
  case_.expect["coverage"]["observed"] = 0;
  EXPECT_NE(std::string::npos, First().find("coverage: expected {\"attempted\":1,\"observed\":0}, got")) << First();
}

TEST_F(CaseTest, AnotherStateIsADifference) {
  case_.expect["results"][0]["state"] = "warning";
  EXPECT_NE(std::string::npos, First().find("expected")) << First();
}

TEST_F(CaseTest, ADifferenceNamesWhatWasExpected) {
  case_.expect["results"].push_back({{"subject", "Session/99"}, {"state", "critical"}});
  const auto differences = TestCase(*reactor_, playbook_, case_).differences;
  ASSERT_EQ(1U, differences.size());
  EXPECT_EQ("expect/results/1", differences[0].path);
}

TEST_F(CaseTest, AResultTooManyIsADifference) {
  case_.calls[0].answer.push_back({{"pid", "42"}});
  EXPECT_NE(std::string::npos, First().find("Session/42 was not expected")) << First();
}

TEST_F(CaseTest, AnUnmatchedRequestIsADifference) {
  case_.calls[0].arguments = Value::array({"select other"});
  const auto all = Differences();
  ASSERT_GE(all.size(), 2U);
  EXPECT_NE(std::string::npos, all[0].find("no (further) answer to postgres.query")) << all[0];
  EXPECT_NE(std::string::npos, all[1].find("nobody made the recorded call")) << all[1];
}

TEST_F(CaseTest, ARecordedErrorIsReplayed) {
  case_.calls[0].reason = "unreachable";
  case_.calls[0].message = "refused";
  case_.expect["results"] = Value::array({Value{{"subject", "Database/orders"}, {"state", "unknown"}, {"reason", "unreachable"}}});
  EXPECT_EQ("", First());
}

TEST_F(CaseTest, AFileIsReadAsItWasWritten) {
  CaseFile file;
  file.path = CasePathOf(playbook_);
  file.playbook = "test.one";
  file.cases = {case_};
  ASSERT_TRUE(WriteCaseFile(file).ok());
  const auto read = ReadCaseFile(file.path);
  ASSERT_TRUE(read.ok()) << read.status().Describe();
  ASSERT_EQ(1U, read->cases.size());
  EXPECT_EQ(case_.name, read->cases[0].name);
  EXPECT_TRUE(TestCase(*reactor_, playbook_, read->cases[0]).differences.empty());
}

TEST_F(CaseTest, ThatThereIsNoRemedyCanBeExpected) {
  case_.expect["results"][0]["remedy"] = "";
  EXPECT_EQ("", First());
  case_.expect["results"][0]["remedy"] = "end";
  EXPECT_NE(std::string::npos, First().find("expected")) << First();
}

TEST_F(CaseTest, AVariantIsWrittenAsOneAgain) {
  CaseFile file;
  file.path = CasePathOf(playbook_);
  file.playbook = "test.one";
  Case variant = case_;
  variant.name = "another session";
  variant.variant = {case_.name, false, false, {{"/calls/0/answer/0/pid", "42"}}};
  variant.expect["results"][0]["subject"] = "Session/42";
  file.cases = {case_, variant};
  for (int times = 0; times < 2; ++times) {
    ASSERT_TRUE(WriteCaseFile(file).ok());
    const auto read = ReadCaseFile(file.path);
    ASSERT_TRUE(read.ok()) << read.status().Describe();
    EXPECT_EQ("42", read->cases[1].calls[0].answer[0]["pid"]);
    EXPECT_TRUE(TestCase(*reactor_, playbook_, read->cases[1]).differences.empty());
    file = *read;
  }
}

TEST_F(CaseTest, AFileThatIsNotThereIsToldApart) {
  EXPECT_EQ(Code::kNotFound, ReadCaseFile(pack_ + "/none.case.json").status().code());
  EXPECT_EQ(Code::kInvalid, ReadCaseFile(Write("a.case.json", "{")).status().code());
}

}  // namespace
}  // namespace upkeep::run
