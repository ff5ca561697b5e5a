// SPDX-License-Identifier: Apache-2.0
#include "runner/run/case.h"

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

TEST_F(CaseTest, ABadFileSaysWhatIsWrong) {
  EXPECT_EQ(Code::kNotFound, ReadCaseFile(pack_ + "/none.case.json").status().code());
  EXPECT_EQ(Code::kInvalid, ReadCaseFile(Write("a.case.json", "{")).status().code());
  EXPECT_EQ(Code::kInvalid, ReadCaseFile(Write("b.case.json", "{\"format\": 2}")).status().code());
  EXPECT_EQ(Code::kInvalid, ReadCaseFile(Write("c.case.json", "{\"format\": 1, \"cases\": []}")).status().code());
  const auto cannot_fail = ReadCaseFile(Write("d.case.json",
      R"({"format":1,"cases":[{"name":"x","now":"2026-11-21T09:00:00Z","expect":{}}]})"));
  EXPECT_NE(std::string::npos, cannot_fail.status().message().find("could not fail")) << cannot_fail.status().Describe();
  const auto no_dot = RecordedCall::FromValue({{"call", "query"}});
  EXPECT_EQ(Code::kInvalid, no_dot.status().code());
  EXPECT_EQ(Code::kInvalid, RecordedCall::FromValue({{"call", "a.b"}}).status().code());
}

TEST(CaseTextTest, WhatIsNoCaseIsRefusedAndDoesNoHarm) {
  const std::string whole = R"({"name":"n","now":"2026-11-21T09:00:00Z","target":{},"calls":[],"expect":{"results":[{"state":"ok"}]}})";
  EXPECT_TRUE(ReadCaseText(R"({"format":1,"cases":[)" + whole + "]}", "x").ok());
  for (const char* cases : {"5", "[5]", "[[]]", "[null]", "[\"n\"]", "{}", "[]"}) {
    const auto file = ReadCaseText(std::string(R"({"format":1,"cases":)") + cases + "}", "x.case.json");
    ASSERT_FALSE(file.ok()) << cases;
    EXPECT_EQ(Code::kInvalid, file.status().code());
    EXPECT_EQ(0U, file.status().message().find("x.case.json")) << file.status().message();
  }
  for (const char* part : {R"("target":{})", R"("calls":[])", R"("expect":{"results":[{"state":"ok"}]})"}) {
    for (const char* other : {"5", "\"x\"", "null", "[1]"}) {
      std::string text = whole;
      const std::string key = std::string(part).substr(0, std::string(part).find(':') + 1);
      text.replace(text.find(part), std::string(part).size(), key + other);
      EXPECT_FALSE(ReadCaseText(R"({"format":1,"cases":[)" + text + "]}", "x").ok()) << text;
    }
  }
}

TEST(CaseTextTest, WhatIsNoJsonIsToldWithItsPlaceHoweverDeepItIs) {
  const Status broken = ReadCaseText("{\n  \"cases\": [,]\n}\n", "x.case.json").status();
  ASSERT_TRUE(broken.place());
  EXPECT_EQ("x.case.json", broken.place()->file);
  EXPECT_EQ(2, broken.place()->line);
  EXPECT_EQ(13, broken.place()->column);
  EXPECT_EQ(Code::kInvalid, ReadCaseText(std::string(1'000'000, '['), "x.case.json").status().code());
  const Status deep = ReadCaseText(std::string(300, '[') + std::string(300, ']'), "x.case.json").status();
  EXPECT_NE(std::string::npos, deep.message().find("deeper than 200")) << deep.Describe();
}

}  // namespace
}  // namespace upkeep::run
