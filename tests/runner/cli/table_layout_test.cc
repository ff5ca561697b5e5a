// SPDX-License-Identifier: Apache-2.0
//
// Tables of a terminal: no line is wider than it, no word is cut, and what is no terminal gets one line
// a row.
#include "runner/cli/table_layout.h"

#include <gtest/gtest.h>

#include <sstream>

#include "base/terminal_text.h"

namespace upkeep::cli {
namespace {

using Rows = std::vector<std::vector<std::string>>;

std::vector<std::string> LinesOfTable(const Rows& rows, int columns) {
  std::vector<std::string> lines;
  std::istringstream in(LayOutTable(rows, columns));
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  for (const std::string& line : lines) {
    if (columns > 0) { EXPECT_LE(DisplayWidth(line), columns) << line; }
    if (columns > 0) { EXPECT_FALSE(line.ends_with(' ')) << '"' << line << '"'; }
  }
  return lines;
}

const Rows& Waivers() {
  static const Rows rows = {
      {"ID", "STATE", "SUBJECT", "REASON"},
      {"1", "active", "shop/Pod/web-*", "the release of next week brings the mend, and nobody is harmed until then"},
      {"12", "해제됨", "*", "다음 주 배포에 수정이 들어가며 그때까지 영향을 받는 사람이 없습니다"}};
  return rows;
}

TEST(TableLayout, WhatFitsOrIsNoTerminalHasOneLineARow) {
  EXPECT_EQ((std::vector<std::string>{"ID  A", "1   two words", "한  x"}),
            LinesOfTable({{"ID", "A"}, {"1", "two words"}, {"한", "x"}}, 13));
  EXPECT_EQ(3U, LinesOfTable(Waivers(), 0).size());
  EXPECT_EQ(3U, LinesOfTable(Waivers(), 200).size());
}

TEST(TableLayout, ACellGoesOnUnderItself) {
  const std::vector<std::string> lines = LinesOfTable(Waivers(), 80);
  ASSERT_EQ(5U, lines.size()) << LayOutTable(Waivers(), 80);
  const std::size_t reason = lines[0].find("REASON");
  EXPECT_EQ(std::string(reason, ' '), lines[2].substr(0, reason));
  EXPECT_NE(' ', lines[2][reason]) << lines[2];
}

TEST(TableLayout, ColumnsThatDoNotFitStandBelowInTheHeadingToo) {
  Rows rows = {{"RUN", "STARTED", "STATE", "TRIGGER", "TARGETS", "CRITICAL", "WARNING", "UNKNOWN", "OK", "EXIT"}};
  rows.push_back({"7", "2026-11-27T21:01:19Z", "finished", "manual", "3", "0", "1", "2", "40", "1"});
  rows.push_back({"8", "2026-11-28T21:01:19Z", "finished", "daily", "3", "0", "1", "2", "40", ""});
  const std::vector<std::string> lines = LinesOfTable(rows, 80);
  ASSERT_EQ(6U, lines.size()) << LayOutTable(rows, 80);
  EXPECT_EQ(0U, lines[0].find("RUN  STARTED")) << lines[0];
  EXPECT_EQ("     UNKNOWN  OK  EXIT", lines[1]);
  EXPECT_EQ("     2        40  1", lines[3]);
  EXPECT_EQ("     2        40", lines[5]);
}

TEST(TableLayout, NoWordIsCutThatALineCouldHold) {
  const Rows rows = {{"PLAYBOOK", "TARGETS", "PAUSED", "TITLE"},
                     {"kubernetes.control_plane_certificates", "production,staging,development,orders,reports,archive",
                      "since 2026-11-26T09:00:00Z by jin, until 2026-11-27T09:00:00Z: the cluster is upgraded",
                      "Certificates of the control plane"}};
  for (const int columns : {40, 60, 80, 100, 120}) {
    const std::string text = LayOutTable(rows, columns);
    LinesOfTable(rows, columns);
    for (const char* word : {"kubernetes.control_plane_certificates", "production,", "development,", "archive",
                             "2026-11-26T09:00:00Z", "2026-11-27T09:00:00Z:", "Certificates"}) {
      EXPECT_NE(std::string::npos, text.find(word)) << word << "\n" << text;
    }
  }
  const std::string name(100, 'x');
  std::string joined;
  for (const std::string& line : LinesOfTable({{"NAME"}, {name}}, 30)) joined += line;
  EXPECT_EQ("NAME" + name, joined);
}

}  // namespace
}  // namespace upkeep::cli
