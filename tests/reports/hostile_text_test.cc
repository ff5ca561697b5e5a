// SPDX-License-Identifier: Apache-2.0
//
// Names and texts from targets are hostile: no format may let them become markup, a terminal's
// command, another row or another column.
#include <gtest/gtest.h>

#include "base/value.h"
#include "reports/render.h"
#include "tests/reports/full_model.h"

namespace upkeep::reports {
namespace {

constexpr char kMarkup[] = "<img src=x onerror=alert(1)>\"'&";
constexpr char kTerminal[] = "\x1b]0;owned\x07\x1b[2J";
constexpr char kOverride[] = "\xE2\x80\xAEgnp.exe";
constexpr char kLines[] = "first\nUPKEEP OK | forged=1\r\nsecond";

/// The full model with `text` in every place that a target, an inventory or a person can fill.
ReportModel Hostile(const std::string& text) {
  ReportModel model = FullModel();
  for (auto* rows : {&model.attention, &model.waived, &model.skipped}) {
    for (ResultRow& row : *rows) {
      row.subject = row.target = row.uid = row.owner = row.runbook = row.remedy = text;
      row.waiver_reason = row.waiver_owner = text;
      row.summary = row.fix = row.title = {text, text};
      row.reason = text;
      row.data = CanonicalJson(Value{{"name", PrintableText(text)}});
    }
  }
  for (CheckRow& row : model.checks) {
    row.target = row.reason = row.owner = text;
    row.title = {text, text};
  }
  for (MetricRow& row : model.metrics) row.subject = row.target = row.threshold_source = row.unit = text;
  for (MissedSlot& row : model.missed) row.schedule = row.target = row.reason = text;
  for (ResolvedRow& row : model.resolved) {
    row.subject = row.target = text;
    row.title = row.summary = {text, text};
  }
  for (ActionRow& row : model.actions) {
    row.subject = row.requested_by = row.approved_by = row.approval_reason = row.before = row.after = text;
    row.outcome = {text, text};
  }
  for (WaiverRow& row : model.waivers) row.subject = row.owner = row.reason = row.ticket = row.target = text;
  for (DeliveryRow& row : model.deliveries) row.destination = row.detail = text;
  model.targets = model.unverified_tls = model.not_looked_at = {text};
  model.zone = text;
  return model;
}

std::string RenderedHostile(std::string_view format, const ReportModel& model) {
  Result<std::string> text = Render(format, model, {});
  EXPECT_TRUE(text.ok()) << text.status().Describe();
  return text.ok() ? *text : "";
}

bool Contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST(HostileText, MarkupIsTextInHtmlXmlAndMarkdown) {
  for (const char* format : {"html", "junit", "md"}) {
    const std::string text = RenderedHostile(format, Hostile(kMarkup));
    EXPECT_FALSE(Contains(text, "<img")) << format;
    EXPECT_TRUE(Contains(text, "&lt;img")) << format;
  }
  EXPECT_FALSE(Contains(RenderedHostile("html", Hostile("\" onclick=\"x")), "\" onclick=\"x"));
}

TEST(HostileText, NoFormatPassesTerminalCommandsOn) {
  for (const std::string& format : Formats()) {
    const std::string text = RenderedHostile(format, Hostile(kTerminal));
    EXPECT_EQ(std::string::npos, text.find_first_of("\x1b\x07")) << format;
  }
}

TEST(HostileText, NoFormatLetsTextRunBackwards) {
  for (const std::string& format : Formats()) {
    if (format == "json" || format == "jsonl") continue;   // Documents for machines keep every character.
    EXPECT_FALSE(Contains(RenderedHostile(format, Hostile(kOverride)), "\xE2\x80\xAE")) << format;
  }
}

TEST(HostileText, ALineFeedIsNoNewLineOfTheReport) {
  for (const char* format : {"table", "wide", "nagios", "prometheus", "md", "jsonl"}) {
    const std::string text = RenderedHostile(format, Hostile(kLines));
    EXPECT_FALSE(Contains(text, "\nUPKEEP OK | forged")) << format;
    EXPECT_FALSE(Contains(text, "\nsecond")) << format;
  }
  // The plugin's one separator is its own.
  const std::string nagios = RenderedHostile("nagios", Hostile(kLines));
  EXPECT_EQ(nagios.find('|'), nagios.rfind('|'));
}

TEST(HostileText, ACsvCellIsNoFormulaAndStaysOneCell) {
  const std::string formula = RenderedHostile("csv", Hostile("=HYPERLINK(\"http://x\")"));
  EXPECT_FALSE(Contains(formula, ",=")) << formula;
  EXPECT_FALSE(Contains(formula, ",\"=")) << formula;
  EXPECT_TRUE(Contains(formula, "\"'=HYPERLINK(\"\"http://x\"\")\"")) << formula;
  const std::string comma = RenderedHostile("csv", Hostile("a,b\"c"));
  EXPECT_TRUE(Contains(comma, "\"a,b\"\"c\"")) << comma;
}

TEST(HostileText, APrometheusLabelCannotEndEarly) {
  const std::string text = RenderedHostile("prometheus", Hostile("a\"} 1\nforged{x=\"\\"));
  EXPECT_FALSE(Contains(text, "\nforged")) << text;
  EXPECT_TRUE(Contains(text, "a\\\"} 1\\nforged{x=\\\"\\\\")) << text;
}

TEST(HostileText, AMarkdownTextCannotStartMarkup) {
  const std::string text = RenderedHostile("md", Hostile("# big [a](javascript:x) | b `c` *d*"));
  EXPECT_FALSE(Contains(text, "[a](")) << text;
  EXPECT_FALSE(Contains(text, "\n# big")) << text;
  EXPECT_FALSE(Contains(text, " | b")) << text;
  for (const char* start : {"- item", "+ item", "1. item", "1) item", "=====", "    code"}) {
    EXPECT_FALSE(Contains(RenderedHostile("md", Hostile(start)), std::string("\n") + start)) << start;
  }
}

TEST(HostileText, BrokenUtf8IsReplaced) {
  for (const std::string& format : Formats()) {
    EXPECT_FALSE(Contains(RenderedHostile(format, Hostile("a\xFF\xC3(")), "\xFF")) << format;
  }
}

TEST(HostileText, JsonStaysJson) {
  for (const char* text : {kMarkup, kLines, "\"}],{"}) {
    EXPECT_TRUE(ParseJson(RenderedHostile("json", Hostile(text))).ok()) << text;
  }
}

}  // namespace
}  // namespace upkeep::reports
