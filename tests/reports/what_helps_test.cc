// SPDX-License-Identifier: Apache-2.0
#include "reports/what_helps.h"

#include <gtest/gtest.h>

#include "base/status.h"
#include "reports/render.h"
#include "tests/reports/full_model.h"

namespace upkeep::reports {
namespace {

ResultRow Unknown(const std::string& reason, const std::string& data = "") {
  ResultRow row = FullResult(checks::State::kUnknown, "Cluster/production", "new");
  row.reason = reason;
  row.data = data;
  return row;
}

std::string RenderedWith(std::string_view format, const std::vector<ResultRow>& attention) {
  ReportModel model = FullModel();
  model.attention = attention;
  return Render(format, model, {}).value();
}

std::size_t Times(const std::string& text, std::string_view part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

TEST(WhatHelps, OfAProblemItIsThePlaybooksFix) {
  const ResultRow row = FullResult(checks::State::kWarning, "shop/Pod/app", "new");
  EXPECT_EQ(row.fix.en, SayWhatHelps(row, "en"));
  EXPECT_EQ(row.fix.ko, SayWhatHelps(row, "ko"));
}

TEST(WhatHelps, OfAnUnknownOneItIsTheStoredHint) {
  EXPECT_EQ("grant get on nodes", SayWhatHelps(Unknown("not_permitted", R"({"hint":"grant get on nodes"})"), "en"));
  // What else a target put there is no hint.
  EXPECT_NE("", SayWhatHelps(Unknown("not_permitted", R"(["hint"])"), "en"));
  EXPECT_NE("", SayWhatHelps(Unknown("not_permitted", "{"), "en"));
}

TEST(WhatHelps, ElseASentenceAboutItsReason) {
  for (const Code code : {Code::kUnreachable, Code::kTimeout, Code::kNotPermitted, Code::kBudget, Code::kError,
                          Code::kUndeclared, Code::kTruncated, Code::kStale, Code::kNoData, Code::kCancelled}) {
    const ResultRow row = Unknown(std::string(CodeName(code)));
    EXPECT_NE("", SayWhatHelps(row, "en")) << CodeName(code);
    EXPECT_NE(row.fix.en, SayWhatHelps(row, "en")) << CodeName(code);
    EXPECT_NE("", SayWhatHelps(row, "ko")) << CodeName(code);
    EXPECT_NE(SayWhatHelps(row, "en"), SayWhatHelps(row, "ko")) << CodeName(code);
  }
  EXPECT_EQ("", SayWhatHelps(Unknown("crash_loop"), "en"));
}

// A bug once: of a dead API server a report said to remove unused images and old logs.
TEST(WhatHelps, TheFixOfWhatWasNotLookedAtIsInNoReport) {
  for (const char* format : {"table", "wide", "md"}) {
    const std::string text = RenderedWith(format, {Unknown("unreachable")});
    EXPECT_EQ(0U, Times(text, "read the log of the container")) << format;
    EXPECT_EQ(1U, Times(text, "See that the target runs")) << format;
  }
  EXPECT_EQ(1U, Times(RenderedWith("md", {Unknown("unreachable")}), "What helps"));
  EXPECT_EQ(1U, Times(RenderedWith("md", {Unknown("timeout", R"({"hint":"a wider pipe"})")}), "What helps"));
  EXPECT_EQ(0U, Times(RenderedWith("md", {Unknown("crash_loop")}), "What helps"));
}

TEST(WhatHelps, APageSaysItOnceForAllOrOnceForEach) {
  std::string html = RenderedWith("html", {Unknown("unreachable"), Unknown("unreachable")});
  EXPECT_EQ(1U, Times(html, "What helps"));
  EXPECT_EQ(1U, Times(html, "See that the target runs"));
  html = RenderedWith("html", {Unknown("unreachable"), Unknown("timeout")});
  EXPECT_EQ(2U, Times(html, "What helps"));
  EXPECT_EQ(0U, Times(html, "read the log of the container"));
  EXPECT_EQ(0U, Times(RenderedWith("html", {Unknown("crash_loop")}), "What helps"));
}

TEST(WhatHelps, TheTerminalSaysTheSameOnlyOnceInARow) {
  for (const char* format : {"table", "wide"}) {
    const std::vector<ResultRow> rows = {Unknown("unreachable"), Unknown("unreachable"), Unknown("timeout"), Unknown("unreachable")};
    EXPECT_EQ(2U, Times(RenderedWith(format, rows), "See that the target runs")) << format;
  }
}

TEST(WhatHelps, TheTerminalNamesTheCheckOfWhatItDoesNotKnow) {
  EXPECT_EQ(1U, Times(RenderedWith("table", {Unknown("unreachable")}), "Cluster/production  (production)  kubernetes.pods"));
}

}  // namespace
}  // namespace upkeep::reports
