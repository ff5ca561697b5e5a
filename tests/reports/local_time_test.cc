// SPDX-License-Identifier: Apache-2.0
#include "reports/local_time.h"

#include <gtest/gtest.h>

#include "reports/render.h"
#include "tests/reports/full_model.h"

namespace upkeep::reports {
namespace {

TEST(LocalTime, TimesAreShownInTheReportsZone) {
  EXPECT_EQ("2026-11-22 01:30", LocalTime("Asia/Seoul").Show("2026-11-21T16:30:12Z"));
  EXPECT_EQ("2026-11-22", LocalTime("Asia/Seoul").Date("2026-11-21T16:30:12Z"));
  EXPECT_EQ("2026-11-21 16:30", LocalTime("UTC").Show("2026-11-21T16:30:12.5Z"));
  EXPECT_EQ("1969-12-31 23:59", LocalTime("UTC").Show("1969-12-31T23:59:59.5Z"));
  EXPECT_EQ("-", LocalTime("UTC").Show(""));
  EXPECT_EQ("soon", LocalTime("UTC").Show("soon"));
  EXPECT_EQ("", LocalTime("UTC").Date(""));
}

TEST(LocalTime, EachInstantHasItsOwnOffset) {
  const LocalTime berlin("Europe/Berlin");
  EXPECT_EQ("2026-10-01 00:00", berlin.Show("2026-09-30T22:00:00Z"));
  EXPECT_EQ("2026-11-01 00:00", berlin.Show("2026-10-31T23:00:00Z"));
  EXPECT_EQ("2026-03-01 00:00", berlin.Show("2026-02-28T23:00:00Z"));
  EXPECT_EQ("2026-04-01 00:00", berlin.Show("2026-03-31T22:00:00Z"));
  EXPECT_EQ("2026-04-01", berlin.Date("2026-03-31T22:00:00Z"));
}

TEST(LocalTime, OfAZoneThatCannotBeLoadedTheyAreInUtcAndSaySo) {
  EXPECT_EQ("2026-11-21 16:30Z", LocalTime("Mars/Olympus").Show("2026-11-21T16:30:12Z"));
  EXPECT_EQ("2026-11-21 16:30Z", LocalTime("../../etc/passwd").Show("2026-11-21T16:30:12Z"));
  EXPECT_EQ("2026-11-21", LocalTime("").Date("2026-11-21T16:30:12Z"));
}

TEST(LocalTime, ASpanWithinAMinuteShowsSeconds) {
  const LocalTime seoul("Asia/Seoul");
  EXPECT_EQ("2026-11-22 01:30:12 – 2026-11-22 01:30:14", seoul.Span("2026-11-21T16:30:12.25Z", "2026-11-21T16:30:14Z"));
  EXPECT_EQ("2026-11-22 01:30 – 2026-11-22 01:31", seoul.Span("2026-11-21T16:30:59Z", "2026-11-21T16:31:00Z"));
  EXPECT_EQ("2026-11-21 16:30:12Z – 2026-11-21 16:30:12Z", LocalTime("").Span("2026-11-21T16:30:12Z", "2026-11-21T16:30:12Z"));
  EXPECT_EQ("2026-11-22 01:30 – -", seoul.Span("2026-11-21T16:30:12Z", ""));
}

// A bug once: the offset at the period's start was used for its end too.
TEST(LocalTime, AReportOverAClockChangeEndsAtMidnight) {
  ReportModel model = FullModel();
  model.zone = "Europe/Berlin";
  const std::pair<const char*, const char*> october = {"2026-09-30T22:00:00Z", "2026-10-31T23:00:00Z"};
  const std::pair<const char*, const char*> march = {"2026-02-28T23:00:00Z", "2026-03-31T22:00:00Z"};
  for (const char* format : {"md", "html"}) {
    std::tie(model.period_start, model.period_end) = october;
    std::string text = Render(format, model, {}).value();
    EXPECT_NE(std::string::npos, text.find("2026-10-01 00:00 – 2026-11-01 00:00 (Europe/Berlin)")) << format;
    std::tie(model.period_start, model.period_end) = march;
    text = Render(format, model, {}).value();
    EXPECT_NE(std::string::npos, text.find("2026-03-01 00:00 – 2026-04-01 00:00 (Europe/Berlin)")) << format;
  }
}

}  // namespace
}  // namespace upkeep::reports
