// SPDX-License-Identifier: Apache-2.0
#include "runner/authoring/diagnostic.h"

#include <algorithm>

#include "tests/runner/run/pack.h"

namespace upkeep::authoring {
namespace {

class DiagnosticTest : public run::PackTest {
 protected:
  /// "rule line:column message (hint)" of each diagnostic of the playbook test.it with this source.
  std::vector<std::string> Of(const std::string& source) {
    file_ = {"test.it", pack_, Write("test/it.lua", source)};
    found_ = Inspect(file_);
    std::vector<std::string> texts;
    for (const Diagnostic& one : found_) {
      const SourcePlace place = one.problem.place().value_or(SourcePlace{});
      std::string text = std::string(one.rule->id) + " " + std::to_string(place.line) + ":" +
                         std::to_string(place.column) + " " + one.problem.message();
      if (!one.problem.hint().empty()) text += " (" + one.problem.hint() + ")";
      texts.push_back(std::move(text));
    }
    return texts;
  }

  static bool Has(const std::vector<std::string>& texts, const std::string& text) {
    return std::find(texts.begin(), texts.end(), text) != texts.end();
  }

  /// A valid source with `more` in its head and `body` in its check.
  static std::string With(const std::string& more, const std::string& body) {
    return "local upkeep = require 'upkeep'\nreturn upkeep.playbook {\nformat = 1, id = 'test.it', cadence = 'daily',\n"
           "title = { en = 't', ko = 't' }, owner = 'team', fix = { en = 'f', ko = 'f' }, target = 'any',\n" + more +
           "\ncheck = function(run, params)\n" + body + "\nend }\n";
  }

  PlaybookFile file_;
  std::vector<Diagnostic> found_;
};

constexpr char kMessages[] = "messages = { fine = { en = 'fine', ko = '정상' } },";

TEST_F(DiagnosticTest, AValidPlaybookHasOnlyItsMissingCase) {
  const auto texts = Of(With(kMessages, "run:ok { message = 'fine' }"));
  ASSERT_EQ(1U, texts.size()) << texts[0];
  EXPECT_EQ(0U, texts[0].find("no-case 1:0 no case was recorded")) << texts[0];
  EXPECT_EQ(Level::kWarning, found_[0].rule->level);
}

TEST_F(DiagnosticTest, ASyntaxErrorHasItsLine) {
  const auto texts = Of(With(kMessages, "run:ok { message = 'fine'\nlocal x = = 2"));
  ASSERT_EQ(1U, texts.size());
  EXPECT_EQ(0U, texts[0].find("load 8:1 ")) << texts[0];
  EXPECT_EQ("local x = = 2", found_[0].problem.place()->text);
}

TEST_F(DiagnosticTest, EachErrorOfTheHeadStandsApart) {
  const auto texts = Of("return require 'upkeep'.playbook {\n format = 1, id = 'test.it',\n title = { en = 't' },\n"
                        " cadence = 'dayly', owner = 'x', target = 'any', tresholds = {},\n check = function() end }\n");
  EXPECT_TRUE(Has(texts, "head 3:2 title needs the field 'ko'")) << testing::PrintToString(texts);
  EXPECT_TRUE(Has(texts, "head 4:50 a head has no field 'tresholds' (did you mean 'thresholds'?)")) << testing::PrintToString(texts);
  EXPECT_EQ(4U, texts.size()) << testing::PrintToString(texts);   // and cadence, and fix
}

// On the branch that runs they would all be found; one that is critical runs on the night of the incident.
TEST_F(DiagnosticTest, NamesThatDoNotExist) {
  const auto texts = Of(With(kMessages,
                             "local t = strin.format('x')\nleak = 1\nlocal s = string.fromat('x')\nos.time()\nrun:resul { message = 'fine' }\n"
                             "upkeep.noww()\nfunction also() end\nrun:ok { message = 'fine', valuez = {} }"));
  const std::vector<std::string> wanted = {
      "unknown-name 7:11 there is no variable 'strin' (did you mean 'string'?)", "unknown-name 8:1 'leak' would become a global; write local leak",
      "unknown-name 9:18 string has no 'fromat'", "unknown-name 10:1 'os' is not available in a playbook: use upkeep.now() for the time",
      "unknown-name 11:5 run has no function 'resul' (did you mean 'result'?)", "unknown-name 12:8 upkeep has no function 'noww' (did you mean 'now'?)",
      "unknown-name 13:10 'also' would become a global; write local also", "unknown-name 14:28 run:ok has no field 'valuez' (did you mean 'values'?)"};
  for (const std::string& one : wanted) EXPECT_TRUE(Has(texts, one)) << one << "\n" << testing::PrintToString(texts);
}

TEST_F(DiagnosticTest, WhatARecordNeeds) {
  const auto texts = Of(With("messages = { fine = { en = 'fine {count}', ko = '정상 {count}' } },",
                             "run:ok { message = 'fine', values = { cout = 1 } }\nrun:metric { name = 'x', value = 1 }\n"
                             "run:result { subject = { kind = 'A', name = 'a' }, state = 'critcal', message = 'fine', values = { count = 1 } }"));
  const std::vector<std::string> wanted = {
      "missing-field 7:20 the message 'fine' needs the value 'count'", "missing-field 8:5 run:metric needs the field 'subject'",
      "missing-field 8:5 run:metric needs the field 'unit'", "unknown-name 9:60 state is never 'critcal' (did you mean 'critical'?)"};
  for (const std::string& one : wanted) EXPECT_TRUE(Has(texts, one)) << one << "\n" << testing::PrintToString(texts);
}

TEST_F(DiagnosticTest, NamesThatTheFileDeclaresAndTablesThatItComposesAreNotJudged) {
  const auto texts = Of(With(kMessages,
                             "local function helper(a, ...) return a, ... end\nfor i, one in ipairs({}) do local k <const>, l <close> = one, i if k then goto done end end\n"
                             "::done::\nlocal t = { leak = 1, f = function(x) local y = x return y end, [1] = 2 }\nlocal spec = { state = 'ok' }\n"
                             "run:result(spec)\nrun:result { [t.f] = 1, subject = helper(t) }\nlocal string = { fromat = 1 }\nt.x = string.fromat\n"
                             "run:ok { message = 'fine', values = t }"));
  for (const std::string& text : texts) EXPECT_TRUE(text.starts_with("no-case") || text.starts_with("unused")) << text;
}

TEST_F(DiagnosticTest, WhatIsLuaIsValid) {
  for (const char* body : {"local M = {} M.__index = M\nfunction M:get() return self.x end\nfunction M.a() end\nM:get()",
                           "for _, run in ipairs { 'a' } do local s = run:upper() end",
                           "local a, b = require 'upkeep', { get = 1 }\nlocal c = b.get or a",
                           "local function f(params) return params.other end\nf {}", "for _, params in ipairs {} do params.x = 1 end",
                           "local _ENV = { y = 1 }\ny = 2", "local d = \"a\\z\n   nope more\" d = [==[\nnope ]] more]==] d = [[x]]",
                           "local i = 1\ni, d = 2, nil", "local x <const>, y <close> = 1, nil\nlocal t = { [x] = 1; f = function(...) return ... end, y }"}) {
    const std::string more = std::string(body).starts_with("local i") ? "local d\n" : "";
    const bool env = std::string(body).find("_ENV") != std::string::npos;
    const auto texts = Of(With(kMessages, env ? "run:ok { message = [[fine]] }\n" + std::string(body) : more + body + "\nrun:ok { message = [[fine]] }"));
    for (const std::string& text : texts) EXPECT_TRUE(text.starts_with("no-case")) << text << " of\n" << body;
  }
}

// What asks the sandbox has names of its own; a slip that has the same is found all the same.
TEST_F(DiagnosticTest, ASlipIsFoundWhateverStandsBesideIt) {
  const auto texts = Of(With(kMessages, "local v = try(1)\nsaid = nil\nask = 1\nlocal q = nothere()\nrun:ok { message = 'fine' }"));
  for (const char* name : {"'try'", "'said'", "'ask'", "'nothere'"}) {
    EXPECT_TRUE(std::any_of(texts.begin(), texts.end(), [&](const std::string& text) { return text.find(name) != std::string::npos; })) << name;
  }
}

TEST_F(DiagnosticTest, MessagesThatAreNotDeclaredOrNotSaid) {
  const auto texts = Of(With("messages = { fine = { en = 'fine', ko = '정상' }, spare = { en = 'a', ko = 'b' } },",
                             "run:ok { message = 'fin' }\nrun:log('fine')"));
  EXPECT_TRUE(Has(texts, "undeclared-message 7:20 the head has no message 'fin' (did you mean 'fine'?)")) << testing::PrintToString(texts);
  EXPECT_TRUE(Has(texts, "unused-message 5:53 nothing says the message 'spare'")) << testing::PrintToString(texts);
}

TEST_F(DiagnosticTest, AMessageThatTheCodeComposesIsNotJudged) {
  const auto texts = Of(With(kMessages, "local name = 'fine'\nrun:ok { message = name }\n"
                                        "run:result { subject = { kind = 'a', name = 'b' }, state = 'ok', message = 'a' .. name,\n"
                                        "data = { message = 'of another' } }"));
  EXPECT_EQ(1U, texts.size()) << testing::PrintToString(texts);
}

TEST_F(DiagnosticTest, ParametersThatAreNotDeclaredOrNotRead) {
  const std::string params = "params = { most = { default = 1, source = 's', doc = { en = 'd', ko = 'd' } } },";
  auto texts = Of(With(kMessages + params, "if params.mots then run:ok { message = 'fine' } end"));
  EXPECT_TRUE(Has(texts, "undeclared-parameter 7:11 the head has no parameter 'mots' (did you mean 'most'?)")) << testing::PrintToString(texts);
  EXPECT_EQ(1, std::count_if(texts.begin(), texts.end(), [](const auto& text) { return text.starts_with("unused-parameter 5:"); }));
  // Who hands them on may read any of them.
  texts = Of(With(kMessages + params, "local function f(p) return p.most end\nf(params)\nrun:ok { message = 'fine' }"));
  EXPECT_EQ(1U, texts.size()) << testing::PrintToString(texts);
}

TEST_F(DiagnosticTest, CallsThatAreNotDeclaredAndNeedsThatAreNotUsed) {
  const std::string needs = "needs = { 'redis:command:INFO', 'redis:command:SLOWLOG|GET', 'redis:command:ROLE', 'postgres:role:r' },";
  auto texts = Of(With(kMessages + needs, "local redis = require 'upkeep.redis'\n"
      "redis.info('memory')\nredis.command('slowlog', 'GET', 10)\nupkeep.try(redis.ping)\n"
      "upkeep.try(redis.command, 'DBSIZE')\nrun:ok { message = 'fine' }"));
  EXPECT_TRUE(Has(texts, "undeclared-need 10:12 the head does not declare redis:command:PING "
                         "(add \"redis:command:PING\" to needs)")) << testing::PrintToString(texts);
  EXPECT_TRUE(Has(texts, "undeclared-need 11:12 the head does not declare redis:command:DBSIZE "
                         "(add \"redis:command:DBSIZE\" to needs)")) << testing::PrintToString(texts);
  EXPECT_TRUE(Has(texts, "unused-need 5:115 nothing uses the need redis:command:ROLE")) << testing::PrintToString(texts);
  EXPECT_EQ(4U, texts.size()) << testing::PrintToString(texts);   // and the missing case
  // A name that is put together could be any.
  texts = Of(With(kMessages + needs, "local r = require('upkeep.redis')\nlocal name = 'ROLE'\nr.command(name)\nrun:ok { message = 'fine' }"));
  EXPECT_EQ(1U, texts.size()) << testing::PrintToString(texts);
}

TEST_F(DiagnosticTest, AThresholdWhoseMetricNobodyRecords) {
  const auto texts = Of(With(std::string(kMessages) +
      "params = { most = { default = 1, source = 's', doc = { en = 'd', ko = 'd' } } },\n"
      "thresholds = { { metric = 'used', unit = '%', warning = 'most', source = 's' } },",
      "local most = params.most\nrun:ok { message = 'fine' }"));
  EXPECT_TRUE(Has(texts, "unrecorded-metric 6:18 nothing records the metric 'used'")) << testing::PrintToString(texts);
}

TEST_F(DiagnosticTest, ABadCaseFileIsAnError) {
  constexpr char kWhole[] = "{\"format\": 1,\n \"playbook\": \"test.other\",\n \"cases\": [{\"name\": \"x\", \"target\": {\"name\": \"t\", \"kind\": \"host\"},\n"
                            "\"now\": \"2026-11-21T09:00:00Z\", \"calls\": [], \"expect\": {\"results\": [{\"subject\": \"a\", \"state\": \"ok\"}]}}]}";
  Write("test/it.case.json", kWhole);
  auto texts = Of(With(kMessages, "run:ok { message = 'fine' }"));
  EXPECT_TRUE(Has(texts, "case 2:14 the cases are of the playbook 'test.other' (write \"playbook\": \"test.it\")")) << testing::PrintToString(texts);
  Write("test/it.case.json", "{");
  texts = Of(With(kMessages, "run:ok { message = 'fine' }"));
  ASSERT_EQ(1U, texts.size());
  EXPECT_EQ(0U, texts[0].find("case 1:2 this is no JSON")) << texts[0];
}

TEST_F(DiagnosticTest, EachErrorOfACaseFileStandsAtItsOwnPlace) {
  Write("test/it.case.json", "{\"format\": 1, \"playbook\": \"test.it\",\n\"cases\": [\n{\"nam\": \"x\"}]}");
  const auto texts = Of(With(kMessages, "run:ok { message = 'fine' }"));
  EXPECT_EQ(6U, texts.size()) << testing::PrintToString(texts);
  EXPECT_TRUE(Has(texts, "case 3:2 the case has no key 'nam' (did you mean 'name'?)")) << testing::PrintToString(texts);
  EXPECT_TRUE(Has(texts, "case 3:1 the case needs the key 'expect'")) << testing::PrintToString(texts);
}

TEST_F(DiagnosticTest, AMissingTextHasItsHintInKoreanAsWell) {
  std::string source = With(kMessages, "run:ok { message = 'fine' }");
  const std::size_t at = source.find("fix = ");
  ASSERT_NE(std::string::npos, at);
  source.replace(at, 6, "fixx = ");
  Of(source);
  const Value said = DiagnosticsAsJson(found_, 1, "ko");
  bool told = false;
  for (const Value& one : said["diagnostics"]) {
    if (one["message"] != "head에 'fix' 필드가 필요합니다") continue;
    told = true;
    EXPECT_EQ("{ en = \"…\", ko = \"…\" }(으)로 쓰세요", one["hint"]);
  }
  EXPECT_TRUE(told) << said.dump();
}

TEST_F(DiagnosticTest, SarifHasARuleAndAPlaceForEach) {
  Of(With(kMessages, "\t--[[ 한글 ]] run:ok { message = 'fin' }"));
  const Value document = DiagnosticsAsSarif(found_, "en");
  EXPECT_EQ("2.1.0", document["version"]);
  const Value& run = document["runs"][0];
  EXPECT_EQ("upkeep", run["tool"]["driver"]["name"]);
  const Value& rules = run["tool"]["driver"]["rules"];
  for (const Value& one : run["results"]) {
    EXPECT_EQ(one["ruleId"], rules[one["ruleIndex"].get<std::size_t>()]["id"]);
  }
  ASSERT_EQ(2U, run["results"].size());   // and the missing case
  const auto message = std::find_if(run["results"].begin(), run["results"].end(),
                                    [](const Value& one) { return one["ruleId"] == "undeclared-message"; });
  ASSERT_NE(run["results"].end(), message) << run.dump();
  const Value& place = (*message)["locations"][0]["physicalLocation"];
  EXPECT_EQ(7, place["region"]["startLine"]);
  // Code points: a tab, eleven of the comment, and what stands before the text.
  EXPECT_EQ(32, place["region"]["startColumn"]) << place.dump();
  EXPECT_EQ("error", (*message)["level"]);
  EXPECT_NE(std::string::npos, (*message)["message"]["text"].get<std::string>().find("did you mean 'fine'?"));
}

TEST_F(DiagnosticTest, JsonAndKorean) {
  Of(With(kMessages, "run:ok { message = 'fin' }"));
  const Value document = DiagnosticsAsJson(found_, 1, "ko");
  EXPECT_EQ(1, document["playbooks"]);
  const Value& first = document["diagnostics"][0];
  EXPECT_TRUE(first.contains("file") && first.contains("rule") && first.contains("level"));
  EXPECT_EQ(std::string::npos, document.dump().find("did you mean")) << document.dump();
}

}  // namespace
}  // namespace upkeep::authoring
