// SPDX-License-Identifier: Apache-2.0
#include "runner/authoring/console_text.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace upkeep::authoring {
namespace {

using lua::Shown;

Shown Word(const std::string& text) {
  Shown shown;
  shown.text = text;
  return shown;
}

Shown Said(const std::string& text, std::size_t left_out = 0) {
  Shown shown = Word(text);
  shown.kind = Shown::Kind::kText;
  shown.left_out = left_out;
  return shown;
}

Shown List(std::vector<Shown> items, std::size_t left_out = 0) {
  Shown shown;
  shown.kind = Shown::Kind::kList;
  shown.items = std::move(items);
  shown.left_out = left_out;
  return shown;
}

Shown Object(std::vector<std::pair<std::string, Shown>> items, std::size_t left_out = 0) {
  Shown shown;
  shown.kind = Shown::Kind::kObject;
  for (auto& [key, item] : items) {
    shown.keys.push_back(key);
    shown.items.push_back(std::move(item));
  }
  shown.left_out = left_out;
  return shown;
}

std::string Text(const Shown& shown, const std::string& language = "en") {
  Redactor redactor;
  redactor.Add("hunter2");
  return ValueText(shown, redactor, language);
}

long Lines(const std::string& text) { return std::count(text.begin(), text.end(), '\n'); }

TEST(ConsoleTextTest, WhatFitsStandsOnOneLine) {
  EXPECT_EQ("nil\n", Text(Word("nil")));
  EXPECT_EQ("\"a \\\"b\\\"\\n\"\n", Text(Said("a \"b\"\n")));
  EXPECT_EQ("[1, {\"a\": \"b\"}, [], {}]\n", Text(List({Word("1"), Object({{"a", Said("b")}}), List({}), Object({})})));
}

TEST(ConsoleTextTest, WhatIsLongerHasLinesOfItsOwn) {
  const std::string half(60, 'x');
  EXPECT_EQ("{\n  \"a\": \"" + half + "\",\n  \"b\": [\n    \"" + half + "\",\n    \"" + half + "\"\n  ]\n}\n",
            Text(Object({{"a", Said(half)}, {"b", List({Said(half), Said(half)})}})));
}

TEST(ConsoleTextTest, WhatWasLeftOutIsCounted) {
  EXPECT_EQ("[1, … 41 more]\n", Text(List({Word("1")}, 41)));
  EXPECT_EQ("[1, … 41개 더]\n", Text(List({Word("1")}, 41), "ko"));
  EXPECT_EQ("{… 3 more}\n", Text(Object({}, 3)));
  EXPECT_EQ("\"ab\"… 7 bytes more\n", Text(Said("ab", 7)));
  EXPECT_EQ("\"ab\"… 7바이트 더\n", Text(Said("ab", 7), "ko"));
  const std::string cut = Text(Said(std::string(5000, 'x')));
  EXPECT_NE(std::string::npos, cut.find("\"… 1000 bytes more")) << cut.substr(cut.size() - 40);
  EXPECT_NE(std::string::npos, Text(List({Said(std::string(5000, 'x'))})).find("… 4700 bytes more")) << "shorter inside of a list";
}

TEST(ConsoleTextTest, DeepLevelsMakeRoomForTheUpperOnes) {
  std::vector<Shown> pods;
  for (int i = 0; i < 20; ++i) {
    pods.push_back(Object({{"metadata", Object({{"name", Said("pod-" + std::to_string(i))}, {"uid", Said(std::string(80, 'u'))}})},
                           {"status", Object({{"message", Said(std::string(80, 'm'))}})}}));
  }
  const std::string text = Text(List(std::move(pods), 194));
  EXPECT_GE(60, Lines(text)) << text;
  EXPECT_LE(20, Lines(text)) << text;
  EXPECT_NE(std::string::npos, text.find("{\"metadata\": {… 2 more}, \"status\": {… 1 more}}")) << text;
  EXPECT_NE(std::string::npos, text.find("\n  … 194 more\n]")) << text;
}

TEST(ConsoleTextTest, SecretsAndControlCharactersAreNotWritten) {
  const std::string text = Text(Object({{"hunter2", List({Said("a hunter2"), Said("\033[31m\x07 \xE2\x80\xAE")})}}));
  EXPECT_EQ(std::string::npos, text.find("hunter2")) << text;
  EXPECT_EQ(std::string::npos, text.find('\033')) << text;
  EXPECT_EQ(std::string::npos, text.find('\x07')) << text;
  EXPECT_EQ(std::string::npos, text.find("\xE2\x80\xAE")) << text;
  const Redactor none;
  EXPECT_EQ("a\tb\n", PlainText("a\tb", none));
  EXPECT_EQ(std::string::npos, PlainText("\033[31m", none).find('\033'));
}

TEST(ConsoleTextTest, ResultsFiguresAndCoverage) {
  checks::PlaybookOutcome outcome;
  checks::CheckResult result;
  result.subject = {"Pod", "shop", "web", ""};
  result.state = checks::State::kCritical;
  result.reason = "crash_loop";
  result.summary = {"it loops", "반복됨"};
  outcome.results.push_back(result);
  outcome.metrics.push_back({"restarts", "shop/Pod/web", 7.5, "1", {}, {}, ""});
  outcome.coverage = {3, 2};
  EXPECT_EQ("critical  shop/Pod/web  crash_loop  it loops\nrestarts  shop/Pod/web  7.5 1\nobserved  2/3\n", OutcomeText(outcome, "en"));
  EXPECT_NE(std::string::npos, OutcomeText(outcome, "ko").find("shop/Pod/web  crash_loop  반복됨\n"));
  outcome.results.assign(150, result);
  EXPECT_NE(std::string::npos, OutcomeText(outcome, "en").find("\n… 50 more\n"));
}

TEST(ConsoleTextTest, NeedsAreLinesOfAHead) {
  std::map<std::string, ConsoleHost::Used> used;
  EXPECT_EQ("", NeedsText(used, {}));
  used["postgres:query"] = {};
  EXPECT_EQ("needs = { \"postgres:query\" },\n", NeedsText(used, {}));
  used["kubernetes:list:deployments.apps"].asked = {"kubernetes:list:deployments", "kubernetes:list:deployments.apps"};
  EXPECT_EQ("needs = { { \"kubernetes:list:deployments.apps\", fields = { \"metadata.name\", \"spec\" } }, \"postgres:query\" },\n",
            NeedsText(used, {{"kubernetes:list:deployments", {"spec"}},
                             {"kubernetes:list:deployments.apps", {"metadata.name"}},
                             {"kubernetes:list:pods", {"status"}}}))
      << "both ways to ask for one list, and no other list";
  used["kubernetes:get:" + std::string(80, 'x')] = {};
  const std::string text = NeedsText(used, {});
  EXPECT_EQ(5, Lines(text)) << text;
  EXPECT_TRUE(text.starts_with("needs = {\n  \"kubernetes:get:")) << text;
  EXPECT_TRUE(text.ends_with(",\n},\n")) << text;
}

}  // namespace
}  // namespace upkeep::authoring
