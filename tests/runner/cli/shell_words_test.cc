// SPDX-License-Identifier: Apache-2.0
#include "runner/cli/shell_words.h"

#include <gtest/gtest.h>

namespace upkeep::cli {
namespace {

using Strings = std::vector<std::string>;

TEST(ShellWordsTest, CutsAsAShellDoes) {
  EXPECT_EQ((Strings{"approve", "3", "--reason", "stale lock"}), ShellWords("approve 3 --reason 'stale lock'").value());
  EXPECT_EQ((Strings{"a b", "c\"d", "e'f", "\\n"}), ShellWords(R"("a b" "c\"d" "e'f" "\n")").value());
  EXPECT_EQ((Strings{"a b", "", "c"}), ShellWords("  a\\ b\t'' \n c ").value());
  EXPECT_EQ((Strings{"--reason=stale lock"}), ShellWords("--reason='stale lock'").value());
  EXPECT_EQ((Strings{"$HOME", "*"}), ShellWords("$HOME *").value());
  EXPECT_EQ(Strings{}, ShellWords(" ").value());
}

TEST(ShellWordsTest, WhatIsLeftOpenIsAnError) {
  for (const char* open : {"approve 3 --reason 'stale lock", "approve \"3", "a\\", "'"}) {
    EXPECT_EQ(Code::kUsage, ShellWords(open).status().code()) << open;
  }
}

}  // namespace
}  // namespace upkeep::cli
