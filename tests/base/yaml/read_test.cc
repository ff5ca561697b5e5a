// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>

#include "base/yaml/yaml.h"

namespace upkeep::yaml {
namespace {

Document MustRead(std::string text) {
  auto read = Read(std::move(text), "t.yaml");
  EXPECT_TRUE(read.ok()) << read.status().Describe();
  return read.ok() ? std::move(read).value() : Document{};
}

Status Refused(std::string text) {
  auto read = Read(std::move(text), "t.yaml");
  EXPECT_FALSE(read.ok());
  EXPECT_EQ(Code::kInvalid, read.status().code());
  return read.status();
}

TEST(Read, KeepsPlacesOrderAndQuotes) {
  const Document document = MustRead("b: yes\na:\n  - \"yes\"\n  - 'x'\n  - {k: [1, 2]}\n");
  const Node& root = document.root;
  ASSERT_EQ(Kind::kMapping, root.kind);
  ASSERT_EQ(2U, root.entries.size());
  EXPECT_EQ("b", root.entries[0].first.scalar);
  EXPECT_EQ(1, root.entries[0].second.line);
  EXPECT_EQ(4, root.entries[0].second.column);
  EXPECT_FALSE(root.Find("b")->quoted);
  const Node* list = root.Find("a");
  ASSERT_EQ(3U, list->items.size());
  EXPECT_TRUE(list->items[0].quoted);
  EXPECT_TRUE(list->items[1].quoted);
  const Node& two = list->items[2].Find("k")->items[1];
  EXPECT_EQ("2", two.scalar);
  EXPECT_EQ(5, two.line);
  EXPECT_EQ(13, two.column);
  EXPECT_EQ("  - {k: [1, 2]}", document.PlaceOf(two).text);
  EXPECT_EQ(nullptr, root.Find("absent"));
}

TEST(Read, AnEmptyFileIsNull) {
  for (const char* text : {"", "\n", "# only a comment\n", "---\n", "---\n...\n", "~"}) {
    EXPECT_EQ(Kind::kNull, MustRead(text).root.kind) << text;
  }
}

TEST(Read, AnEmptyValueStandsAtItsKey) {
  const Document document = MustRead("a:\n\nb:\nc: ~\n");
  EXPECT_EQ(1, document.root.Find("a")->line);
  EXPECT_EQ(3, document.root.Find("b")->line);
  EXPECT_EQ(4, document.root.Find("c")->column);
  EXPECT_EQ(Kind::kNull, document.root.Find("c")->kind);
}

TEST(Read, BlockScalarsAreStringsAndMayHoldTabs) {
  const Document document = MustRead("a: |\n  one\n  \ttwo\nb: >-\n  1\n  2\n");
  EXPECT_EQ("one\n\ttwo\n", document.root.Find("a")->scalar);
  EXPECT_EQ("1 2", document.root.Find("b")->scalar);
  EXPECT_TRUE(document.root.Find("b")->quoted);
}

TEST(Read, WindowsLineEndsAndByteOrderMarkAreRead) {
  const Document document = MustRead("\xEF\xBB\xBF" "a: 1\r\nb: 2\r\n");
  EXPECT_EQ("1", document.root.Find("a")->scalar);
  EXPECT_EQ(1, document.root.entries[0].first.column);
  EXPECT_EQ("b: 2", document.PlaceOf(*document.root.Find("b")).text);
}

TEST(Read, ReportsEveryRepeatedKeyWithItsPlace) {
  const Status status = Refused("a: 1\nb:\n  c: 1\n  c: 2\na: 3\n");
  EXPECT_EQ(4, status.place()->line);
  EXPECT_EQ(3, status.place()->column);
  EXPECT_EQ(
      "t.yaml:4:3: the key 'c' is repeated\n"
      "    c: 2\n"
      "    ^\n"
      "  hint: it is already set in line 3\n"
      "t.yaml:5:1: the key 'a' is repeated\n"
      "  a: 3\n"
      "  ^\n"
      "  hint: it is already set in line 1",
      status.Describe());
}

TEST(Read, ATabAsIndentIsRefusedAtTheTab) {
  const Status status = Refused("a:\n  \tb: 1\n");
  EXPECT_EQ(2, status.place()->line);
  EXPECT_EQ(3, status.place()->column);
  EXPECT_EQ("YAML indents with spaces only", status.hint());
  EXPECT_EQ(1, Refused("a:\n\tb: 1\n").place()->column);
  EXPECT_EQ(2, Refused("a: 1\n\t\n").place()->line);
  EXPECT_EQ("1", MustRead("a:\t1\n").root.Find("a")->scalar);
}

TEST(Read, ASecondDocumentIsRefused) {
  EXPECT_EQ(2, Refused("a: 1\n---\nb: 2\n").place()->line);
}

TEST(Read, SyntaxErrorsHavePlaceAndHint) {
  const Status colon = Refused("a: b: c\n");
  EXPECT_EQ(1, colon.place()->line);
  EXPECT_EQ(5, colon.place()->column);
  EXPECT_FALSE(colon.hint().empty());
  EXPECT_EQ("a: b: c", colon.place()->text);
  for (const char* open : {"c: 1\na: 'open\nb: 1\n", "c: 1\na: \"open\\\"\nb: 1\n",
                           "c: 1\na: &x 'it''s\nb: 1\n"}) {
    EXPECT_EQ(2, Refused(open).place()->line) << open;
  }
  EXPECT_EQ("it's", MustRead("a: !!str 'it''s'\n").root.Find("a")->scalar);
  EXPECT_EQ("this line belongs to nothing above it", Refused("- a\nb: 1\n").message());
  EXPECT_EQ(2, Refused("a: [1, 2\nb: 3\n").place()->line);
  EXPECT_EQ(1, Refused("a: *nowhere\n").place()->line);
}

TEST(Read, KeysThatAreNoWordsAndForeignTagsAreRefused) {
  EXPECT_EQ(1, Refused("? [a, b]\n: 1\n").place()->line);
  EXPECT_EQ(1, Refused("~: 1\n").place()->line);
  EXPECT_NE(std::string::npos, Refused("a: !python/object x\n").message().find("tag"));
  EXPECT_TRUE(MustRead("a: !!str 12\n").root.Find("a")->quoted);
}

TEST(Read, AliasesAreFollowed) {
  const Document document = MustRead("a: &x {k: 1}\nb: *x\nc: [*x, *x]\n");
  EXPECT_EQ("1", document.root.Find("b")->Find("k")->scalar);
  EXPECT_EQ(2U, document.root.Find("c")->items.size());
}

TEST(Read, AliasesThatGrowWithoutBoundAreRefused) {
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int level = 1; level < 12; ++level) {
    const std::string before = "*a" + std::to_string(level - 1);
    std::string line = "a" + std::to_string(level) + ": &a" + std::to_string(level) + " [";
    for (int i = 0; i < 10; ++i) line += (i == 0 ? "" : ", ") + before;
    bomb += line + "]\n";
  }
  const Status status = Refused(bomb);
  EXPECT_NE(std::string::npos, status.message().find("100,000 nodes"));
  EXPECT_EQ(5, status.place()->line);
  EXPECT_NE(std::string::npos, Refused("a: &a [1, *a]\n").message().find("contains it"));
}

TEST(Read, SizeDepthAndCountAreBounded) {
  EXPECT_NE(std::string::npos, Refused(std::string((4 << 20) + 1, '#')).message().find("4 MiB"));
  EXPECT_NE(std::string::npos, Refused(std::string(200'000, '[')).message().find("100 levels"));
  const std::string deep = std::string(100, '[') + std::string(100, ']');
  EXPECT_EQ(Kind::kSequence, MustRead(deep).root.kind);
  EXPECT_EQ(1, Refused("[" + deep + "]").place()->line);
  std::string many;
  for (int i = 0; i < 100'001; ++i) many += "- 1\n";
  EXPECT_NE(std::string::npos, Refused(many).message().find("100,000 nodes"));
  std::string chain = "a: &a0 " + std::string(60, '[') + std::string(60, ']') + "\n";
  chain += "b: " + std::string(60, '[') + "*a0" + std::string(60, ']') + "\n";
  EXPECT_NE(std::string::npos, Refused(chain).message().find("100 levels"));
}

TEST(Read, BytesThatAreNoTextAreRefusedAtTheirPlace) {
  EXPECT_EQ(4, Refused("a: \xff\n").place()->column);
  EXPECT_EQ(2, Refused("b: 1\na: \xC0\x80\n").place()->line);
  EXPECT_NE(std::string::npos, Refused(std::string("a: \0b\n", 6)).message().find("0x00"));
  EXPECT_EQ("\xEA\xB0\x80", MustRead("a: \xEA\xB0\x80\n").root.Find("a")->scalar);
}

TEST(ReadFile, TellsAbsentFromUnreadable) {
  EXPECT_EQ(Code::kNotFound, ReadFile("/nonexistent/x.yaml").status().code());
  EXPECT_EQ(Code::kConfig, ReadFile("/proc/self").status().code());
  const std::string path = testing::TempDir() + "upkeep_yaml_" + std::to_string(::getpid());
  std::ofstream(path) << "a: 1\n";
  const auto read = ReadFile(path);
  std::remove(path.c_str());
  ASSERT_TRUE(read.ok()) << read.status().Describe();
  EXPECT_EQ(path, read->file);
  EXPECT_EQ("1", read->root.Find("a")->scalar);
}

TEST(ReadFile, APipeThatNobodyWritesToIsRefusedAtOnce) {
  const std::string path = testing::TempDir() + "upkeep_yaml_pipe_" + std::to_string(::getpid());
  ASSERT_EQ(0, mkfifo(path.c_str(), 0600));
  const Status refused = ReadFile(path).status();
  std::remove(path.c_str());
  EXPECT_EQ(Code::kConfig, refused.code());
  EXPECT_EQ(path + " is not a regular file", refused.message());
  EXPECT_FALSE(refused.hint().empty());
}

TEST(Read, SaysWhatAFileIsThatIsNoText) {
  EXPECT_EQ("the file is UTF-16", Read(std::string("\xFF\xFE" "a\0", 4), "f").status().message());
  EXPECT_EQ("the file is binary, not text", Read(std::string("\x7f" "ELF\0\0", 6), "f").status().message());
}

TEST(ToValue, FollowsTheCoreRulesOfYaml12) {
  const Document document = MustRead(
      "{a: true, b: yes, c: \"true\", d: 0x1F, e: 0o17, f: -3, g: 1.5e3, h: ~, i: [1, x],"
      " j: 99999999999999999999, k: .inf, l: 1.2.3, m: 012, n: +5}");
  EXPECT_EQ(
      R"({"a":true,"b":"yes","c":"true","d":31,"e":15,"f":-3,"g":1500.0,"h":null,"i":[1,"x"],)"
      R"("j":1e+20,"k":".inf","l":"1.2.3","m":12,"n":5})",
      CanonicalJson(ToValue(document.root)));
}

}  // namespace
}  // namespace upkeep::yaml
