// SPDX-License-Identifier: Apache-2.0
#include "reports/words.h"

#include <gtest/gtest.h>

namespace upkeep::reports {
namespace {

TEST(Words, EveryWordIsThereInBothLanguagesAndDiffers) {
  for (int i = 0; i < static_cast<int>(Word::kCount); ++i) {
    const auto word = static_cast<Word>(i);
    EXPECT_FALSE(Say(word, "en").empty()) << i;
    EXPECT_FALSE(Say(word, "ko").empty()) << i;
    EXPECT_NE(Say(word, "en"), Say(word, "ko")) << Say(word, "en");
  }
}

TEST(Words, EveryReasonOfUnknownIsTranslated) {
  for (const Code code : {Code::kError, Code::kTimeout, Code::kUnreachable, Code::kNoData, Code::kNotPermitted,
                          Code::kUndeclared, Code::kTruncated, Code::kStale, Code::kCancelled, Code::kBudget}) {
    const std::string name(CodeName(code));
    EXPECT_NE(name, SayReason(name, "ko")) << name;
  }
  EXPECT_EQ("crash_loop", SayReason("crash_loop", "ko"));
}

TEST(Words, StatesOfSlotsPlansAndDeliveriesAreTranslated) {
  for (const char* state : {"missed", "late", "interrupted", "overlapped", "blackout", "paused", "pending", "approved",
                            "denied", "expired", "applied", "failed", "unknown", "verified", "unverified", "sent"}) {
    EXPECT_NE(state, SayOutcome(state, "ko")) << state;
  }
}

TEST(Words, ValuesCarryTheirUnit) {
  EXPECT_EQ("1.5 GiB", ShowValue(1.5 * 1024 * 1024 * 1024, "By"));
  EXPECT_EQ("512 B", ShowValue(512, "By"));
  EXPECT_EQ("80 %", ShowValue(80, "%"));
  EXPECT_EQ("12.5", ShowValue(12.5, "1"));
  EXPECT_EQ("3", ShowValue(3, ""));
}

TEST(Words, LimitsSayOnWhichSideOfThemThingsAreBad) {
  MetricRow metric;
  metric.unit = "d";
  EXPECT_EQ("", SayLimits(metric, "en"));
  metric.warning = 14;
  EXPECT_EQ("warning 14 d", SayLimits(metric, "en"));
  metric.critical = 7;
  EXPECT_EQ("warning ≤ 14 d, critical ≤ 7 d", SayLimits(metric, "en"));
  metric.critical = 21;
  EXPECT_EQ("경고 ≥ 14 d, 심각 ≥ 21 d", SayLimits(metric, "ko"));
}

TEST(Words, AQuarterHasThreeMonths) {
  const char* const quarters[] = {"2026 Q1", "2026 Q2", "2026 Q3", "2026 Q4"};
  for (int month = 1; month <= 12; ++month) {
    const std::string date = std::string("2026-") + (month < 10 ? "0" : "") + std::to_string(month) + "-01";
    EXPECT_EQ(quarters[(month - 1) / 3], SayQuarter(date, "en")) << date;
  }
  EXPECT_EQ("2026년 1분기", SayQuarter("2026-03-31", "ko"));
  EXPECT_EQ("", SayQuarter("soon", "en"));
}

TEST(Words, TitlesFollowTheKind) {
  ReportModel model;
  model.kind = ReportKind::kRun;
  model.run_ids = {"12"};
  EXPECT_EQ("Run report 12", TitleOf(model, "en"));
  EXPECT_EQ("점검 실행 보고서 12", TitleOf(model, "ko"));
  model.kind = ReportKind::kQuarterly;
  EXPECT_EQ("Quarterly report", TitleOf(model, "en"));
  model.period_start = "2026-10-31T15:00:00Z";
  EXPECT_EQ("Quarterly report 2026 Q4", TitleOf(model, "en"));
  EXPECT_EQ("분기 점검 보고서 2026년 4분기", TitleOf(model, "ko"));
  model.zone = "Asia/Seoul";
  model.kind = ReportKind::kMonthly;
  EXPECT_EQ("월간 점검 보고서 2026-11", TitleOf(model, "ko"));
  model.kind = ReportKind::kDaily;
  EXPECT_EQ("Daily report 2026-11-01", TitleOf(model, "en"));
}

}  // namespace
}  // namespace upkeep::reports
