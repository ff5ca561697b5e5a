// SPDX-License-Identifier: Apache-2.0
#include "runner/cli/exit_codes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace upkeep::cli {
namespace {

std::set<int> Numbers() {
  std::set<int> numbers;
  for (const ExitCode& code : ExitCodes()) numbers.insert(code.number);
  return numbers;
}

TEST(ExitCodes, TheTableIsTheDesigns) {
  const std::set<int> design = {0, 1, 2, 3, 64, 65, 69, 70, 73, 74, 75, 77, 78, 80, 81, 82, 130, 141, 143};
  EXPECT_EQ(design, Numbers());
  EXPECT_TRUE(std::is_sorted(ExitCodes().begin(), ExitCodes().end(),
                             [](const ExitCode& a, const ExitCode& b) { return a.number < b.number; }));
  for (const ExitCode& code : ExitCodes()) EXPECT_FALSE(code.meaning.empty()) << code.number;
}

TEST(ExitCodes, StatesAreAPluginsNumbers) {
  EXPECT_EQ(0, ExitOf(checks::State::kOk));
  EXPECT_EQ(0, ExitOf(checks::State::kSkipped));
  EXPECT_EQ(1, ExitOf(checks::State::kWarning));
  EXPECT_EQ(2, ExitOf(checks::State::kCritical));
  EXPECT_EQ(3, ExitOf(checks::State::kUnknown));
}

TEST(ExitCodes, EveryFaultHasANumberOfTheTable) {
  const std::pair<Code, int> expected[] = {
      {Code::kUsage, 64}, {Code::kInvalid, 65}, {Code::kNotFound, 65}, {Code::kUnreachable, 69},
      {Code::kTimeout, 69}, {Code::kInternal, 70}, {Code::kOutput, 73}, {Code::kStore, 74}, {Code::kBusy, 75},
      {Code::kDenied, 77}, {Code::kNotPermitted, 77}, {Code::kConfig, 78}, {Code::kPending, 80},
      {Code::kNotApproved, 81}, {Code::kEvidence, 82}, {Code::kCancelled, 130}};
  const std::set<int> numbers = Numbers();
  for (const auto& [code, number] : expected) {
    EXPECT_EQ(number, ExitOf(Status(code, "x"))) << CodeName(code);
    EXPECT_TRUE(numbers.contains(number));
  }
  EXPECT_EQ(0, ExitOf(Status::Ok()));
}

TEST(ExitCodes, OfTwoTheWorseOneIsKept) {
  for (const ExitCode& code : ExitCodes()) {
    EXPECT_EQ(code.number, WorseExit(0, code.number));
    EXPECT_EQ(code.number, WorseExit(code.number, 0));
    EXPECT_EQ(WorseExit(code.number, 77), WorseExit(77, code.number)) << code.number;
  }
  EXPECT_EQ(2, WorseExit(3, 2));
  EXPECT_EQ(1, WorseExit(1, 3));
  EXPECT_EQ(78, WorseExit(2, 78));
  EXPECT_EQ(77, WorseExit(80, 77));
}

TEST(ExitCodes, AFaultNeverLooksLikeAFinding) {
  for (const Code code : {Code::kUsage, Code::kInvalid, Code::kUnreachable, Code::kInternal, Code::kOutput,
                          Code::kStore, Code::kBusy, Code::kDenied, Code::kConfig, Code::kPending}) {
    EXPECT_GE(ExitOf(Status(code, "x")), 64) << CodeName(code);
  }
}

}  // namespace
}  // namespace upkeep::cli
