// SPDX-License-Identifier: Apache-2.0
#include "base/terminal_text.h"

#include <gtest/gtest.h>

#include <sstream>

namespace upkeep {
namespace {

TEST(TerminalText, WideCharactersTakeTwoColumns) {
  EXPECT_EQ(0, DisplayWidth(""));
  EXPECT_EQ(5, DisplayWidth("a · b"));
  EXPECT_EQ(7, DisplayWidth("한글 ok"));
  EXPECT_EQ("한글  ", Padded("한글", 6));
  EXPECT_EQ("longer", Padded("longer", 3));
}

TEST(TerminalText, LinesBreakAtBlanksAndStandUnderEachOther) {
  EXPECT_EQ("one two\n  three", Wrapped("one two three", 10, 2));
  EXPECT_EQ("한글\n한글", Wrapped("한글 한글", 8, 0));
  EXPECT_EQ("a,b,\nccc,d", Wrapped("a,b,ccc,d", 5, 0));
  EXPECT_EQ("xx a,\nbb,cc", Wrapped("xx a,bb,cc", 5, 0));
  EXPECT_EQ("xx\n   abc\n   def", Wrapped("xx abcdef", 6, 3));
}

TEST(TerminalText, NoLineIsWiderAndNothingIsLost) {
  const std::string text = "한 글자, abcdefghijklmno and,so,on,it,goes 가나다라마바사아자차카타파하 x";
  for (int columns = 2; columns < 40; ++columns) {
    std::string joined;
    std::istringstream in(Wrapped(text, columns, 0));
    for (std::string line; std::getline(in, line);) {
      EXPECT_LE(DisplayWidth(line), columns) << line;
      joined += line;
    }
    std::erase(joined, ' ');
    std::string whole = text;
    std::erase(whole, ' ');
    EXPECT_EQ(whole, joined) << columns;
  }
}

TEST(TerminalText, PartsEndAtBlanksAndCommas) {
  EXPECT_EQ(0, WidestPart(""));
  EXPECT_EQ(4, WidestPart("a bcd, e"));
  EXPECT_EQ(4, WidestPart("a,한글"));
  EXPECT_EQ(6, WidestPart("a  bcdefg"));
}

}  // namespace
}  // namespace upkeep
