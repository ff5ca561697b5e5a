// SPDX-License-Identifier: Apache-2.0
#include "runner/run/case_reader.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/value.h"

namespace upkeep::run {
namespace {

// One thing a line, so that a place can be told by its line.
constexpr char kWhole[] = R"({
  "format": 1,
  "playbook": "test.one",
  "cases": [
    {
      "name": "n",
      "now": "2026-11-21T09:00:00Z",
      "target": {"name": "orders", "kind": "postgres", "port": 5432},
      "params": {"any": {"thing": 1}},
      "calls": [
        {"call": "postgres.query", "arguments": ["select"], "answer": [{"pid": "41"}]},
        {"call": "postgres.server", "arguments": [], "error": {"reason": "timeout", "message": "late"}}
      ],
      "expect": {
        "results": [
          {"subject": "Session/41", "state": "unknown", "reason": "timeout", "summary": {"en": "late", "ko": "늦음"}}
        ],
        "metrics": [
          {"name": "age", "subject": "Session/41", "value": 1.5, "unit": "s"}
        ]
      }
    }
  ]
})";

std::string With(const std::string& part, const std::string& other) {
  std::string text = kWhole;
  const std::size_t at = text.find(part);
  EXPECT_NE(std::string::npos, at) << part;
  return at == std::string::npos ? text : text.replace(at, part.size(), other);
}

struct Bad {
  const char* part;       ///< Of kWhole,
  const char* other;      ///< what stands there instead,
  int line;               ///< and in which line
  const char* at;         ///< before which words
  const char* message;    ///< is told what
  const char* hint;       ///< and helps how.
};

constexpr Bad kBad[] = {
    {"\"format\": 1", "\"format\": 2", 2, "2,", "format must be 1, and this is 2", ""},
    {"\"format\": 1,", "", 1, "{", "the case file needs the key 'format'", ""},
    {"\"playbook\": \"test.one\"", "\"playbook\": 7", 3, "7,", "'playbook' must be a string, and this is 7", ""},
    {"\"playbook\": \"test.one\",", "", 1, "{", "the case file needs the key 'playbook'", ""},
    {"\"playbook\"", "\"playbok\": 1, \"playbook\"", 3, "\"playbok\"", "the case file has no key 'playbok'", "did you mean 'playbook'?"},
    {"\"playbook\"", "\"format\": 1, \"playbook\"", 3, "\"format\"", "the key 'format' is repeated", "keep one of them"},
    {"\"name\": \"n\"", "\"name\": \"\"", 6, "\"\"", "'name' must not be empty", ""},
    {"\"name\": \"n\",", "", 5, "{", "the case needs the key 'name'", ""},
    {"2026-11-21T09:00:00Z", "yesterday", 7, "\"yesterday\"", "'now' must be a time, and this is the word 'yesterday'", "write it as 2026-11-21T09:00:00Z"},
    {"\"postgres\"", "\"postgress\"", 8, "\"postgress\"",
     "'kind' must be one of kubernetes, postgres, redis, mysql, http, tls, dns, host, and this is the word 'postgress'", "did you mean 'postgres'?"},
    {"\"params\": {\"any\": {\"thing\": 1}}", "\"params\": []", 9, "[]", "'params' must be an object, and this is a list", ""},
    {"{\"thing\": 1}", "{\"thing\": 1, \"th\\u0069ng\": 2}", 9, "\"th\\u0069ng\"", "the key 'thing' is repeated", "keep one of them"},
    {"postgres.query", "query", 11, "\"query\"", "'call' must be a module and its function, and this is the word 'query'", "write it as kubernetes.list"},
    {", \"answer\": [{\"pid\": \"41\"}]", "", 11, "{\"call\"", "the call has none of answer, documents and error", ""},
    {"\"answer\": [", "\"documents\": [], \"answer\": [", 11, "{\"call\"", "the call has more than one of answer, documents and error", ""},
    {"\"answer\"", "\"anwser\": 1, \"answer\"", 11, "\"anwser\"", "the call has no key 'anwser'", "did you mean 'answer'?"},
    {"\"reason\": \"timeout\", \"message\"", "\"reason\": \"time_out\", \"message\"", 12, "\"time_out\"",
     "'reason' must be one of error, timeout, unreachable, no_data, not_permitted, undeclared, truncated, stale, cancelled, usage, "
     "invalid, config, store, output, busy, denied, pending, not_approved, evidence, not_found, budget, internal, and this is the word 'time_out'",
     "did you mean 'timeout'?"},
    {"\"message\": \"late\"", "\"text\": \"late\", \"message\": \"late\"", 12, "\"text\"", "the error has no key 'text'", "known keys: reason, message"},
    {"\"expect\": {", "\"expcet\": {}, \"expect\": {", 14, "\"expcet\"", "the case has no key 'expcet'", "did you mean 'expect'?"},
    {"\"state\": \"unknown\"", "\"state\": \"unknwon\"", 16, "\"unknwon\"",
     "'state' must be one of ok, warning, critical, unknown, skipped, and this is the word 'unknwon'", "did you mean 'unknown'?"},
    {"\"state\": \"unknown\", ", "", 16, "{\"subject\"", "the result needs the key 'state'", ""},
    {"\"subject\": \"Session/41\", \"state\"", "\"subject\": 41, \"state\"", 16, "41,", "'subject' must be a string, and this is 41", ""},
    {"\"ko\": \"늦음\"", "\"ko\": \"\"", 16, "\"\"", "'ko' must not be empty", ""},
    {", \"ko\": \"늦음\"", "", 16, "{\"en\"", "the summary needs the key 'ko'", ""},
    {"\"value\": 1.5", "\"value\": \"1.5\"", 19, "\"1.5\"", "'value' must be a number, and this is the word '1.5'", ""},
    {"\"unit\"", "\"units\"", 19, "\"units\"", "the metric has no key 'units'", "did you mean 'unit'?"},
};

TEST(CaseReaderTest, AWholeFileIsRead) {
  const auto file = ReadCaseText(kWhole, "x.case.json");
  ASSERT_TRUE(file.ok()) << file.status().Describe();
  ASSERT_EQ(1U, file->cases.size());
  const Case& one = file->cases[0];
  EXPECT_EQ("n", one.name);
  EXPECT_EQ("orders", StringAt(one.target, "name"));
  ASSERT_EQ(2U, one.calls.size());
  EXPECT_EQ("postgres.query", one.calls[0].call);
  EXPECT_EQ("timeout", one.calls[1].reason);
  EXPECT_EQ("late", one.calls[1].message);
  EXPECT_EQ(1U, one.expect["metrics"].size());
}

TEST(CaseReaderTest, WhatIsWrongIsToldWithItsPlaceAndHint) {
  for (const Bad& bad : kBad) {
    std::vector<Status> errors;
    const auto file = ReadCaseText(With(bad.part, bad.other), "x.case.json", &errors);
    EXPECT_EQ(Code::kInvalid, file.status().code()) << bad.other;
    ASSERT_EQ(1U, errors.size()) << bad.message << "\n" << file.status().Describe();
    EXPECT_EQ(bad.message, errors[0].message());
    EXPECT_EQ(bad.hint, errors[0].hint()) << bad.message;
    ASSERT_TRUE(errors[0].place()) << bad.message;
    EXPECT_EQ("x.case.json", errors[0].place()->file);
    EXPECT_EQ(bad.line, errors[0].place()->line) << bad.message;
    EXPECT_EQ(bad.at, errors[0].place()->text.substr(static_cast<std::size_t>(errors[0].place()->column) - 1,
                                                     std::string_view(bad.at).size()))
        << errors[0].Describe();
  }
}

TEST(CaseReaderTest, EverythingThatIsWrongIsToldAtOnceInTheFilesOrder) {
  std::string text = With("\"unknown\"", "\"unknwon\"");
  text.replace(text.find("\"now\""), 5, "\"when\"");
  std::vector<Status> errors;
  const Status status = ReadCaseText(text, "x.case.json", &errors).status();
  ASSERT_EQ(3U, errors.size()) << status.Describe();
  const std::string said = status.Describe();
  const auto needs = said.find("x.case.json:5:5: the case needs the key 'now'"), when = said.find("x.case.json:7:7: the case has no key 'when'"),
             state = said.find("x.case.json:16:46: 'state' must be one of");
  EXPECT_NE(std::string::npos, needs) << said;
  EXPECT_NE(std::string::npos, when) << said;
  EXPECT_NE(std::string::npos, state) << said;
  EXPECT_LT(needs, when);
  EXPECT_LT(when, state);
}

TEST(CaseReaderTest, ACaseThatCouldNotFailIsRefused) {
  for (const char* expect : {R"({"results":[]})", R"({"metrics":[]})", "{}"}) {
    const std::string text = R"({"format":1,"playbook":"a","cases":[{"name":"x","now":"2026-11-21T09:00:00Z",)"
                             R"("target":{"name":"t","kind":"host"},"calls":[],"expect":)" + std::string(expect) + "}]}";
    EXPECT_EQ(Code::kInvalid, ReadCaseText(text, "x").status().code()) << expect;
  }
}

std::string WithVariant(const std::string& members) {
  const std::string whole = kWhole;
  return whole.substr(0, whole.rfind("\n  ]")) + ",\n{\"name\": \"v\", \"from\": \"n\", " + members +
         R"(, "expect": {"results": [{"subject": "Session/42", "state": "ok"}]}}]})";
}

TEST(CaseReaderTest, AVariantTakesOverWhatItDoesNotChange) {
  const auto file = ReadCaseText(WithVariant(R"("params": {"most": 2}, "changes": {"/calls/0/answer/0/pid": "42"})"), "x");
  ASSERT_TRUE(file.ok()) << file.status().Describe();
  ASSERT_EQ(2U, file->cases.size());
  const Case& recorded = file->cases[0];
  const Case& variant = file->cases[1];
  EXPECT_EQ("v", variant.name);
  EXPECT_EQ(recorded.now, variant.now);
  EXPECT_EQ(recorded.target, variant.target);
  EXPECT_EQ((Value{{"most", 2}}), variant.params);
  EXPECT_EQ("41", recorded.calls[0].answer[0]["pid"]);
  EXPECT_EQ("42", variant.calls[0].answer[0]["pid"]);
  EXPECT_EQ(recorded.calls[1].ToValue(), variant.calls[1].ToValue());
  EXPECT_EQ("Session/42", variant.expect["results"][0]["subject"]);
}

TEST(CaseReaderTest, AVariantThatChangesNothingOrNothingThatIsThereIsRefused) {
  constexpr std::pair<const char*, const char*> kWrong[] = {
      {R"("changes": {"/calls/0/answer/1/pid": 1})", "nothing was recorded at '/calls/0/answer/1/pid' in the case 'n'"},
      {R"("changes": {"/calls/0/answer/0/pidd": 1})", "nothing was recorded at '/calls/0/answer/0/pidd' in the case 'n'"},
      {R"("changes": {"/calls/7/answer": 1})", "nothing was recorded at '/calls/7/answer' in the case 'n'"},
      {R"("changes": {"/calls/0/answerpid": 1})", "'/calls/0/answerpid' is no pointer into an answer"},
      {R"("changes": {"/calls/0/answer/~2": 1})", "nothing was recorded at '/calls/0/answer/~2' in the case 'n'"},
      {R"("changes": {"/calls/1/answer": 1})", "nothing was recorded at '/calls/1/answer' in the case 'n'"},
      {R"("changes": {"/calls/99999999999999999999/answer": 1})", "nothing was recorded at '/calls/99999999999999999999/answer' in the case 'n'"},
      {R"("changes": {"/calls/1/error/reason": 1})", "'/calls/1/error/reason' is no pointer into an answer"},
      {R"("changes": {"/now": 1})", "'/now' is no pointer into an answer"},
      {R"("changes": {})", "'changes' must not be empty"},
      {R"("expect": {"results": [{"subject": "a", "state": "ok"}]})", "the key 'expect' is repeated"},
  };
  for (const auto& [members, message] : kWrong) {
    std::vector<Status> errors;
    EXPECT_FALSE(ReadCaseText(WithVariant(members), "x", &errors).ok()) << members;
    ASSERT_FALSE(errors.empty()) << members;
    EXPECT_EQ(message, errors[0].message());
    EXPECT_TRUE(errors[0].place()) << members;
  }
  std::string other = WithVariant(R"("params": {})");
  other.replace(other.find("\"from\": \"n\""), 11, "\"from\": \"v\"");
  EXPECT_NE(std::string::npos, ReadCaseText(other, "x").status().message().find("no recorded case above this one has the name 'v'"));
}

TEST(CaseReaderTest, WhatIsNoCaseIsRefusedAndDoesNoHarm) {
  for (const char* text : {"5", "[]", "null", "\"x\"", "{}"}) {
    EXPECT_EQ(Code::kInvalid, ReadCaseText(text, "x").status().code()) << text;
  }
  for (const char* cases : {"5", "[5]", "[[]]", "[null]", "[\"n\"]", "{}", "[]"}) {
    const auto file = ReadCaseText(std::string(R"({"format":1,"playbook":"a","cases":)") + cases + "}", "x.case.json");
    ASSERT_FALSE(file.ok()) << cases;
    EXPECT_EQ(Code::kInvalid, file.status().code());
    ASSERT_TRUE(file.status().place()) << cases;
    EXPECT_EQ(1, file.status().place()->line) << cases;
  }
}

TEST(CaseReaderTest, AFileFullOfErrorsTellsAHundred) {
  std::string text = R"({"format":1,"playbook":"a","cases":[5)";
  for (int i = 0; i < 1000; ++i) text += ",\n5";
  std::vector<Status> errors;
  EXPECT_FALSE(ReadCaseText(text + "]}", "x", &errors).ok());
  EXPECT_EQ(100U, errors.size());
}

TEST(CaseReaderTest, WhatIsNoJsonIsToldWithItsPlaceHoweverDeepItIs) {
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
