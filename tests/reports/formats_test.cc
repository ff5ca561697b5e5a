// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "base/value.h"
#include "reports/render.h"
#include "tests/reports/full_model.h"

namespace upkeep::reports {
namespace {

std::string Rendered(std::string_view format, const ReportModel& model, const std::string& language = "en") {
  RenderOptions options;
  options.language = language;
  Result<std::string> text = Render(format, model, options);
  EXPECT_TRUE(text.ok()) << text.status().Describe();
  return text.ok() ? *text : "";
}

std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

bool Has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::size_t CountOf(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

TEST(Formats, SameModelSameBytesInEveryFormatAndLanguage) {
  for (const std::string& format : Formats()) {
    for (const char* language : {"en", "ko"}) {
      const std::string first = Rendered(format, FullModel(), language);
      EXPECT_FALSE(first.empty()) << format;
      EXPECT_EQ(first, Rendered(format, FullModel(), language)) << format;
    }
  }
}

TEST(Formats, UnknownFormatAndLanguageAreUsageErrorsWithAHint) {
  const auto format = Render("htlm", FullModel(), {});
  EXPECT_EQ(Code::kUsage, format.status().code());
  EXPECT_TRUE(Has(format.status().hint(), "html")) << format.status().hint();
  EXPECT_TRUE(Has(Render("qqqqqq", FullModel(), {}).status().hint(), "prometheus"));
  RenderOptions french;
  french.language = "fr";
  EXPECT_EQ(Code::kUsage, Render("html", FullModel(), french).status().code());
}

/// A day on which nothing but planned runs is known.
ReportModel NothingLookedAt() {
  ReportModel model;
  model.zone = "UTC";
  model.period_start = "2026-11-12T00:00:00Z";
  model.period_end = "2026-11-13T00:00:00Z";
  model.generated_at = "2026-11-12T09:00:00Z";
  model.slots.due = 4;
  model.slots.late = model.slots.paused = 1;
  model.slots.missed = 2;
  return model;
}

TEST(Formats, APeriodInWhichNothingWasLookedAtIsNotFine) {
  const ReportModel model = NothingLookedAt();
  for (const char* format : {"table", "wide", "md", "html", "nagios", "junit"}) {
    EXPECT_TRUE(Has(Rendered(format, model), "Nothing was looked at in this period.")) << format;
    EXPECT_TRUE(Has(Rendered(format, model, "ko"), "이 기간에는 점검이 수행되지 않았습니다.")) << format;
    EXPECT_FALSE(Has(Rendered(format, model), "Nothing needs you.")) << format;
  }
  EXPECT_EQ(0U, Rendered("nagios", model).find("UPKEEP UNKNOWN - 0 critical, 0 warning, 0 unknown; Nothing"));
  const std::string xml = Rendered("junit", model);
  EXPECT_TRUE(Has(xml, "tests=\"1\" failures=\"0\" errors=\"1\" skipped=\"0\"")) << xml;
  EXPECT_EQ(1U, CountOf(xml, "<testcase "));
  EXPECT_EQ(1U, CountOf(xml, "<error "));
}

TEST(Formats, WhatWasOnlySkippedWasNotLookedAtAndWhatWasAcceptedWas) {
  ReportModel model = FullModel();
  model.kind = ReportKind::kRun;
  model.attention.clear();
  model.checks = {model.checks[2]};
  model.checks[0].counts = {{"skipped", 1}};
  EXPECT_TRUE(Has(Rendered("table", model), "Nothing was looked at in this run."));
  model.checks[0].counts = {{"skipped", 1}, {"warning", 1}};
  EXPECT_TRUE(Has(Rendered("table", model), "Nothing needs you."));
}

TEST(Formats, TheTableSaysWhatBecameOfThePlannedRuns) {
  EXPECT_TRUE(Has(Rendered("table", NothingLookedAt()), "\nCarried out 1/4 (late 1) · missed 2 · paused 1\n"));
  EXPECT_TRUE(Has(Rendered("table", NothingLookedAt(), "ko"), "\n수행 1/4 (지연 1) · 누락 2 · 일시 중지 1\n"));
  EXPECT_FALSE(Has(Rendered("table", ReportModel()), "Carried out"));
}

TEST(Formats, WhatIsNotThereHasNoHeading) {
  const ReportModel model = NothingLookedAt();
  for (const char* format : {"html", "md", "table"}) {
    const std::string text = Rendered(format, model);
    for (const char* heading : {"Targets", "upkeep ,", "upkeep  ·", "All checks", "Checks\n"}) {
      EXPECT_FALSE(Has(text, heading)) << format << ": " << heading;
    }
  }
}

TEST(Formats, AnEmptyModelRendersEverywhere) {
  const ReportModel empty;
  for (const std::string& format : Formats()) {
    if (format != "jsonl") { EXPECT_FALSE(Rendered(format, empty).empty()) << format; }
  }
}

TEST(Formats, JsonHoldsEveryListOfTheModel) {
  const ReportModel model = FullModel();
  const auto value = ParseJson(Rendered("json", model));
  ASSERT_TRUE(value.ok());
  EXPECT_EQ(model.attention.size(), (*value)["attention"].size());
  EXPECT_EQ(model.waived.size(), (*value)["waived"].size());
  EXPECT_EQ(model.skipped.size(), (*value)["skipped"].size());
  EXPECT_EQ(model.checks.size(), (*value)["checks"].size());
  EXPECT_EQ(model.metrics.size(), (*value)["metrics"].size());
  EXPECT_EQ(model.actions.size(), (*value)["actions"].size());
  EXPECT_EQ(model.resolved.size(), (*value)["resolved"].size());
  EXPECT_EQ(model.missed.size(), (*value)["missed"].size());
  EXPECT_EQ(model.waivers.size(), (*value)["waivers"].size());
  EXPECT_EQ(model.deliveries.size(), (*value)["deliveries"].size());
  EXPECT_EQ(model.days.size(), (*value)["days"].size());
  EXPECT_EQ(true, (*value)["slots"]["balanced"]);
  EXPECT_EQ(7, (*value)["attention"][0]["data"]["restarts"]);
  EXPECT_TRUE((*value)["metrics"][1]["warning"].is_null());
  EXPECT_EQ("mina", (*value)["waived"][0]["waiver"]["owner"]);
}

TEST(Formats, JsonLinesAreOneDocumentEach) {
  const ReportModel model = FullModel();
  const std::vector<std::string> lines = Lines(Rendered("jsonl", model));
  EXPECT_EQ(model.attention.size() + model.waived.size() + model.skipped.size() + model.checks.size(), lines.size());
  for (const std::string& line : lines) EXPECT_TRUE(ParseJson(line).ok()) << line;
}

TEST(Formats, CsvHasARowForEachResult) {
  const std::string csv = Rendered("csv", FullModel());
  EXPECT_EQ(1U + 4 + 1 + 1, CountOf(csv, "\r\n"));
  EXPECT_TRUE(Has(csv, "critical,P2,new,kubernetes.pods,production,shop/Pod/app-1,"));
}

TEST(Formats, JunitCountsAgreeWithItsCases) {
  const std::string xml = Rendered("junit", FullModel());
  EXPECT_TRUE(Has(xml, "tests=\"4\" failures=\"1\" errors=\"1\" skipped=\"1\"")) << xml;
  EXPECT_EQ(4U, CountOf(xml, "<testcase "));
  EXPECT_EQ(1U, CountOf(xml, "<failure "));
  EXPECT_EQ(1U, CountOf(xml, "<error "));
  EXPECT_EQ(1U, CountOf(xml, "<skipped "));
}

TEST(Formats, NagiosSaysTheWorstState) {
  ReportModel model = FullModel();
  EXPECT_EQ(0U, Rendered("nagios", model).find("UPKEEP CRITICAL - 1 critical, 2 warning, 1 unknown"));
  EXPECT_TRUE(Has(Rendered("nagios", model), "coverage=118;;;0;120"));
  model.totals.critical = 0;
  EXPECT_EQ(0U, Rendered("nagios", model).find("UPKEEP WARNING"));
  model.totals.warning = 0;
  EXPECT_EQ(0U, Rendered("nagios", model).find("UPKEEP UNKNOWN"));
}

TEST(Formats, PrometheusFamiliesStandTogetherWithOneType) {
  const std::string text = Rendered("prometheus", FullModel());
  EXPECT_TRUE(Has(text, "upkeep_check_state{playbook=\"kubernetes.pods\",target=\"production\"} 2\n"));
  EXPECT_TRUE(Has(text, "upkeep_kubernetes_nodes_filesystem_used{target=\"production\",subject=\"Node/n1\",unit=\"%\"} 81.5\n"));
  std::string family;
  for (const std::string& line : Lines(text)) {
    if (line.rfind("# TYPE ", 0) == 0) {
      family = line.substr(7, line.rfind(' ') - 7);
      EXPECT_EQ(1U, CountOf(text, "# TYPE " + family + " ")) << family;
    } else if (line[0] != '#') {
      EXPECT_EQ(family, line.substr(0, line.find_first_of("{ "))) << line;
    }
  }
}

TEST(Formats, TheTableIsNoWiderThanTheTerminalWhereItCanBreak) {
  ReportModel model = FullModel();
  for (ResultRow& row : model.attention) {
    for (int i = 0; i < 20; ++i) row.summary.en += " and it goes on";
  }
  RenderOptions options;
  options.columns = 60;
  const Result<std::string> text = Render("table", model, options);
  ASSERT_TRUE(text.ok());
  for (const std::string& line : Lines(*text)) {
    if (Has(line, "it goes on")) { EXPECT_LE(line.size(), 60U) << line; }
  }
}

/// Columns of a terminal that ASCII and Hangul take.
int ColumnsOf(const std::string& line) {
  int columns = 0;
  for (const char c : line) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0U) != 0x80U) columns += byte >= 0xE3 ? 2 : 1;
  }
  return columns;
}

TEST(Formats, NoLineOfTheTableIsWiderThanTheTerminal) {
  ReportModel model = FullModel();
  model.attention[0].subject = "shop/Pod/" + std::string(253, 'x');
  model.checks[0].target = std::string(90, 't');
  model.totals.ok = 123456;
  for (const char* format : {"table", "wide"}) {
    for (const char* language : {"en", "ko"}) {
      RenderOptions options;
      options.language = language;
      const Result<std::string> text = Render(format, model, options);
      ASSERT_TRUE(text.ok());
      std::string joined;
      for (const std::string& line : Lines(*text)) {
        EXPECT_LE(ColumnsOf(line), 80) << line;
        EXPECT_FALSE(line.ends_with(' ')) << '"' << line << '"';
        joined += line.substr(std::min(line.size(), line.find_first_not_of(' ')));
      }
      EXPECT_TRUE(Has(joined, model.attention[0].subject)) << "a name lost characters";
    }
  }
}

TEST(Formats, ATargetWithALongNameKeepsItsDistanceFromTheCount) {
  ReportModel model = FullModel();
  model.checks.resize(1);
  model.checks[0].state = checks::State::kOk;
  model.checks[0].playbook = "kubernetes.nodes";
  for (const int length : {12, 30, 31, 32, 33, 40, 48, 90}) {
    model.checks[0].target = std::string(static_cast<std::size_t>(length), 't');
    for (const char* format : {"table", "wide"}) {
      EXPECT_FALSE(Has(Rendered(format, model), "t" + std::to_string(model.checks[0].observed) + "/")) << length;
    }
  }
}

TEST(Formats, FindingsOfOneCheckStandTogether) {
  ReportModel model = FullModel();
  model.attention = {model.attention[0], model.attention[0], model.attention[0]};
  model.attention[1].subject = "shop/Pod/second";
  model.attention[2].target = "another";
  const std::string html = Rendered("html", model);
  const std::string attention = html.substr(html.find("<section id=\"attention\">"));
  EXPECT_EQ(2U, CountOf(attention.substr(0, attention.find("</section>")), "<article "));
  EXPECT_EQ(3U, CountOf(attention.substr(0, attention.find("</section>")), "<li data-subject="));
}

TEST(Formats, ATileBreaksBetweenItsNumbersOnly) {
  EXPECT_TRUE(Has(Rendered("html", FullModel()), ">118/<wbr>120</b>"));
}

TEST(Formats, FoldedFiguresShowBothEnds) {
  ReportModel model = FullModel();
  model.metrics.clear();
  for (int i = 0; i < 40; ++i) {
    model.metrics.push_back({"kubernetes.nodes", "production", "Node/n" + std::to_string(i), "free", "%", 12.0 + i,
                             std::nullopt, std::nullopt, std::nullopt, std::nullopt, ""});
  }
  EXPECT_TRUE(Has(Rendered("html", model), "<summary>Subjects: 40, 12 % – 51 %</summary>"));
  EXPECT_TRUE(Has(Rendered("html", model, "ko"), "<summary>항목 수: 40, 12 % – 51 %</summary>"));
}

TEST(Formats, HowManyRegressedIsSaid) {
  for (const char* format : {"table", "wide", "md"}) {
    EXPECT_TRUE(Has(Rendered(format, FullModel()), "Regressed 6")) << format;
    EXPECT_TRUE(Has(Rendered(format, FullModel(), "ko"), "재발 6")) << format;
  }
  EXPECT_TRUE(Has(Rendered("html", FullModel()), "<b class=\"state \">6</b><span>Regressed</span>"));
  EXPECT_EQ(6, (*ParseJson(Rendered("json", FullModel())))["findings"]["regressed"]);
}

TEST(Formats, ADayWithoutARunHasNoStates) {
  ReportModel model = FullModel();
  model.days[0] = {"2026-10-01", 0, 0, 0, 0, 0, 0};
  EXPECT_TRUE(Has(Rendered("md", model), "| 2026-10-01 | 0 | - | - | - | - |"));
  EXPECT_FALSE(Has(Rendered("html", model), "<th scope=\"row\">2026-10-01</th><td class=\"none\">0</td><td class=\"none\">0"));
  model.days[0].critical = 1;   // Found by upkeep's check of itself.
  EXPECT_TRUE(Has(Rendered("md", model), "| 2026-10-01 | 0 | 1 | 0 | 0 | 0 |"));
}

TEST(Formats, OnlyAWebAddressOfARunbookIsALink) {
  ReportModel model = FullModel();
  model.attention[0].runbook = "https://runbooks.example/a?b=1&c=2";
  EXPECT_TRUE(Has(Rendered("html", model), "<a href=\"https://runbooks.example/a?b=1&amp;c=2\" rel=\"noopener noreferrer\">"));
  model.attention[0].runbook = "javascript:alert(1)";
  EXPECT_FALSE(Has(Rendered("html", model), "href=\"javascript"));
  EXPECT_TRUE(Has(Rendered("html", model), "<code>javascript:alert(1)</code>"));
}

TEST(Formats, ColoursOnlyWhenAsked) {
  RenderOptions options;
  EXPECT_FALSE(Has(*Render("table", FullModel(), options), "\033"));
  options.color = true;
  EXPECT_TRUE(Has(*Render("table", FullModel(), options), "\033[1;31m"));
}

TEST(Formats, WideAddsWhatHelpsAndWhoOwnsIt) {
  const std::string wide = Rendered("wide", FullModel());
  EXPECT_TRUE(Has(wide, "-> read the log of the container")) << wide;
  EXPECT_TRUE(Has(wide, "team-shop"));
  EXPECT_TRUE(Has(wide, "Remedy: restart"));
}

TEST(Formats, HtmlHasEverySectionAndNoWayOut) {
  const std::string html = Rendered("html", FullModel());
  for (const char* id : {"attention", "slots", "missed", "actions", "resolved", "checks", "skipped", "waived",
                         "days", "metrics", "waivers", "deliveries"}) {
    EXPECT_TRUE(Has(html, std::string("<section id=\"") + id + "\">")) << id;
  }
  EXPECT_TRUE(Has(html, "default-src 'none'"));
  EXPECT_FALSE(Has(html, "<script"));
  EXPECT_FALSE(Has(html, "src=\""));
  // Each section has a line in the contents, and no line leads nowhere.
  EXPECT_EQ(CountOf(html, "<section id="), CountOf(html, "<li><a href=\"#"));
}

TEST(Formats, ReportsNameTargetsWithoutVerifiedTlsAndThoseThatNoCheckIsFor) {
  for (const char* format : {"table", "wide", "md", "html", "json"}) {
    ReportModel model = FullModel();
    model.unverified_tls = {"lax-target"};
    model.not_looked_at = {"strange-target"};
    const std::string text = Rendered(format, model);
    EXPECT_TRUE(Has(text, "lax-target")) << format;
    EXPECT_TRUE(Has(text, std::string(format) == "json" ? "\"not_looked_at\"" : "No check is for")) << format;
    EXPECT_TRUE(Has(text, "strange-target")) << format;
  }
}

TEST(Formats, MarkdownHasHeadsThatFitAndNoEmptyPlaces) {
  ReportModel model = FullModel();
  model.unverified_tls = {"one", "two"};
  model.attention[3].severity.clear();
  model.attention[3].runbook.clear();
  const std::string text = Rendered("md", model);
  EXPECT_TRUE(Has(text, "| State | Results |\n|---|---|\n| critical | 1 |")) << text;
  EXPECT_TRUE(Has(Rendered("md", model, "ko"), "| 상태 | 건수 |\n"));
  EXPECT_TRUE(Has(text, "- **TLS is not verified for: one, two**\n"));
  EXPECT_TRUE(Has(text, "### unknown · Database/orders-db\n"));
  EXPECT_TRUE(Has(text, "- Owner: team-shop\n"));
  EXPECT_TRUE(Has(text, "- Owner: team-shop, Runbook: runbooks/pods.md\n"));
  model.attention[3].owner.clear();
  EXPECT_FALSE(Has(Rendered("md", model), "- \n"));
}

TEST(Formats, SlotsThatDoNotAddUpAreSaidToBeWrong) {
  ReportModel model = FullModel();
  model.slots.due += 1;
  for (const char* format : {"md", "html"}) {
    EXPECT_TRUE(Has(Rendered(format, model), "The planned runs do not add up.")) << format;
  }
}

}  // namespace
}  // namespace upkeep::reports
