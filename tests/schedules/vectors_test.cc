// SPDX-License-Identifier: Apache-2.0
//
// next() beside the vectors of other projects' suites, and beside our own. The other projects'
// file lies outside the repository: in $UPKEEP_SHARED, else in ../shared beside it.
#include "schedules/vectors.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

#include "tests/source_folder.h"

namespace upkeep::schedules {
namespace {

const std::string kHere = SourceFolder() + "/tests/schedules/";

std::optional<std::string> Contents(const std::string& path) {
  std::ifstream file(path);
  if (!file) return std::nullopt;
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

/// Dialect and expression of each allowed difference.
std::set<std::pair<std::string, std::string>> AllowedDifferences() {
  std::set<std::pair<std::string, std::string>> allowed;
  std::istringstream lines(Contents(kHere + "differences.jsonl").value_or(""));
  for (std::string line; std::getline(lines, line);) {
    const auto entry = ParseJson(line);
    EXPECT_TRUE(entry.ok()) << line;
    EXPECT_FALSE(StringAt(*entry, "reason").empty()) << line;
    allowed.emplace(StringAt(*entry, "dialect"), StringAt(*entry, "expr"));
  }
  return allowed;
}

std::string Show(const VectorReport& report) {
  std::string text = SummaryOf(report).dump();
  for (const VectorDifference& difference : report.differences) {
    text += "\n" + ToValue(difference).dump();
  }
  return text;
}

TEST(Vectors, OurOwnAgree) {
  const auto text = Contents(kHere + "own_vectors.jsonl");
  ASSERT_TRUE(text.has_value());
  const auto report = RunVectors(*text, "own_vectors.jsonl");
  ASSERT_TRUE(report.ok()) << report.status().Describe();
  EXPECT_EQ(314, report->run);
  EXPECT_EQ(report->run, report->equal) << Show(*report);
  EXPECT_EQ(0, report->unsupported);
}

TEST(Vectors, OtherProjectsAgree) {
  const char* shared = std::getenv("UPKEEP_SHARED");
  const std::string folder = shared != nullptr ? shared : SourceFolder() + "/../shared";
  const auto text = Contents(folder + "/data/cron/vectors.jsonl");
  if (!text) {
    ASSERT_EQ(nullptr, shared) << "UPKEEP_SHARED is set, and has no data/cron/vectors.jsonl";
    return;  // Without the folder our own vectors above have to do.
  }
  const auto report = RunVectors(*text, "vectors.jsonl");
  ASSERT_TRUE(report.ok()) << report.status().Describe();
  EXPECT_GT(report->run, 200);
  const auto allowed = AllowedDifferences();
  EXPECT_LE(allowed.size(), 40U);
  std::vector<std::string> lines;
  std::istringstream stream(*text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  for (const VectorDifference& difference : report->differences) {
    const auto vector = ParseJson(lines[static_cast<std::size_t>(difference.line - 1)]);
    EXPECT_TRUE(allowed.contains({StringAt(*vector, "dialect"), difference.expr}))
        << ToValue(difference).dump();
  }
  // Every dialect of the file stands in the table.
  const std::string table = Contents(kHere + "dialects.md").value_or("");
  for (const std::string& line : lines) {
    const std::string dialect = StringAt(*ParseJson(line), "dialect");
    const bool named = table.find("| " + dialect + " |") != std::string::npos ||
                       table.find("| " + dialect + ",") != std::string::npos ||
                       table.find(", " + dialect + " |") != std::string::npos ||
                       table.find(", " + dialect + ",") != std::string::npos;
    EXPECT_TRUE(named) << dialect << " is missing in dialects.md";
  }
}

TEST(Vectors, ADifferenceIsFoundAndShown) {
  const auto report = RunVectors(
      R"({"dialect": "vixie", "expr": "0 9 * * *", "tz": "local", "from": "2026-01-01T00:00:00", "next": ["2026-01-01T10:00:00"]})"
      "\n\n"
      R"({"dialect": "vixie", "expr": "0 9 * * *", "invalid": true})"
      "\n"
      R"({"dialect": "jenkins", "expr": "H * * * *", "invalid": true})"
      "\n",
      "t.jsonl");
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(R"({"differ":2,"equal":0,"run":2,"unsupported":1})", SummaryOf(*report).dump());
  EXPECT_EQ(
      R"({"expr":"0 9 * * *","got":["2026-01-01T09:00:00"],"line":1,"want":["2026-01-01T10:00:00"]})",
      ToValue(report->differences[0]).dump());
  EXPECT_EQ(R"({"expr":"0 9 * * *","got":"valid","line":3,"want":"invalid"})",
            ToValue(report->differences[1]).dump());
}

TEST(Vectors, ALineThatIsNoVectorIsRefusedWithItsNumber) {
  for (const char* bad : {"{", "[]", "{}", R"({"expr": "* * * * *"})",
                          R"({"expr": "* * * * *", "from": 1, "next": []})",
                          R"({"expr": "* * * * *", "tz": "No/Where", "from": "x", "next": []})"}) {
    const auto report = RunVectors(std::string("\n") + bad, "t.jsonl");
    ASSERT_FALSE(report.ok()) << bad;
    EXPECT_EQ(Code::kInvalid, report.status().code());
    EXPECT_EQ(2, report.status().place()->line) << bad;
  }
}

}  // namespace
}  // namespace upkeep::schedules
