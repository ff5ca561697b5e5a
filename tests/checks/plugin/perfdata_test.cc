// SPDX-License-Identifier: Apache-2.0
#include "checks/plugin/perfdata.h"

#include <gtest/gtest.h>

#include "checks/plugin/output.h"

namespace upkeep::plugin {
namespace {

PerfValue One(const std::string& text) {
  const Perfdata perfdata = ParsePerfdata(text);
  EXPECT_EQ(1U, perfdata.values.size()) << text;
  EXPECT_TRUE(perfdata.broken.empty()) << text;
  return perfdata.values.empty() ? PerfValue{} : perfdata.values[0];
}

TEST(Range, AlertsAsTheGuidelinesSay) {
  struct { const char* text; double quiet, loud; } const kCases[] = {
      {"10", 10, 10.1}, {"10", 0, -0.1},  {"10:", 10, 9.9},   {"~:10", -1e9, 10.1},
      {"10:20", 20, 9}, {"10:20", 10, 21}, {"@10:20", 9.9, 10}, {"@10:20", 20.1, 20}, {"-5:-1", -3, 0}, {":7", 7, -1}};
  for (const auto& one : kCases) {
    const auto range = ParseRange(one.text);
    ASSERT_TRUE(range) << one.text;
    EXPECT_FALSE(range->Alerts(one.quiet)) << one.text << " " << one.quiet;
    EXPECT_TRUE(range->Alerts(one.loud)) << one.text << " " << one.loud;
  }
  for (const char* wrong : {"", "@", "~", "x", "1:2:3", "20:10", "1,5", "inf", "nan:", "0x10", "10:~", "--1", "1 2"}) {
    EXPECT_FALSE(ParseRange(wrong)) << wrong;
  }
}

TEST(Perfdata, ReadsEveryPart) {
  const PerfValue value = One("time=0.25s;1.5;@2:3;0;10");
  EXPECT_EQ("time", value.label);
  EXPECT_DOUBLE_EQ(0.25, *value.value);
  EXPECT_EQ("s", value.unit);
  EXPECT_DOUBLE_EQ(1.5, *value.warning->high);
  EXPECT_TRUE(value.critical->inside);
  EXPECT_DOUBLE_EQ(2, *value.critical->low);
  EXPECT_DOUBLE_EQ(0, *value.min);
  EXPECT_DOUBLE_EQ(10, *value.max);
}

TEST(Perfdata, UnitsBecomeOnesThatCompare) {
  struct { const char* text; double value; const char* unit; } const kCases[] = {
      {"a=250ms", 0.25, "s"}, {"a=3us", 3e-6, "s"}, {"a=2KB", 2000, "By"}, {"a=2KiB", 2048, "By"},
      {"a=1.5MB", 1.5e6, "By"}, {"a=12%", 12, "%"}, {"a=7", 7, "1"}, {"a=-3.5", -3.5, "1"}, {"a=+1e3", 1000, "1"},
      {"a=21.5C", 21.5, "C"}, {"a=9packets", 9, "packets"}, {"a=5E", 5, "E"}};
  for (const auto& one : kCases) {
    const PerfValue value = One(one.text);
    ASSERT_TRUE(value.value) << one.text;
    EXPECT_DOUBLE_EQ(one.value, *value.value) << one.text;
    EXPECT_EQ(one.unit, value.unit) << one.text;
  }
  const PerfValue scaled = One("a=250ms;100:500;1000;0;2000");
  EXPECT_DOUBLE_EQ(0.1, *scaled.warning->low);
  EXPECT_DOUBLE_EQ(1, *scaled.critical->high);
  EXPECT_DOUBLE_EQ(2, *scaled.max);
  EXPECT_EQ("1000", scaled.critical->text);
  EXPECT_TRUE(One("a=12c").counter);
}

TEST(Perfdata, Labels) {
  EXPECT_EQ("/", One("/=2643MB;5948;5958;0;5968").label);
  EXPECT_EQ("C:\\ used space", One("'C:\\ used space'=5GB").label);
  EXPECT_EQ("it's = here", One("'it''s = here'=1").label);
  EXPECT_EQ("디스크 사용률", One("'디스크 사용률'=81%;80;90").label);
  EXPECT_EQ("부하", One("부하=1.25").label);
  EXPECT_EQ("a::b::c", One("a::b::c=1").label);
  EXPECT_FALSE(One("a=U").value);
  EXPECT_EQ(3U, ParsePerfdata("load1=0.1;;; load5=0.2;5;  'load 15'=0.3;4;8;0;\n").values.size());
}

TEST(Perfdata, WhatIsBrokenIsToldAndStopsNoOther) {
  for (const char* broken : {"a", "a=", "=5", "a=x", "a=1,5", "a=5;20:10", "a=5;1;2;3;4;5", "a=5;x", "a=5;;;min", "'a=5",
                             "''=5", "a=nan", "a=inf", "a=1e999", "a=0x10", "a=--5", "a=5..5", "a=U5", "'a'5", "a'b=5", "a=5;;;1,5"}) {
    const Perfdata perfdata = ParsePerfdata("before=1 " + std::string(broken) + " after=2");
    EXPECT_FALSE(perfdata.broken.empty()) << broken;
    ASSERT_FALSE(perfdata.values.empty()) << broken;
    EXPECT_EQ("before", perfdata.values[0].label);
  }
  const Perfdata spaced = ParsePerfdata("disk usage=5 x=1");
  EXPECT_EQ((std::vector<std::string>{"disk"}), spaced.broken);
  EXPECT_EQ(2U, spaced.values.size());
  EXPECT_LE(ParsePerfdata(std::string(100'000, 'x')).broken[0].size(), 200U);
  EXPECT_FALSE(ParsePerfdata(std::string(300, 'l') + "=1").broken.empty());
}

TEST(Perfdata, IsBounded) {
  std::string many;
  for (int i = 0; i < 1500; ++i) many += "v" + std::to_string(i) + "=1 ";
  const Perfdata perfdata = ParsePerfdata(many);
  EXPECT_EQ(kMostValues, perfdata.values.size());
  ASSERT_EQ(1U, perfdata.broken.size());
}

TEST(Output, OfOneLineAndOfMany) {
  const Output one = ReadOutput("DISK OK - free 5 GB | /=1MB;2;3\n");
  EXPECT_EQ("DISK OK - free 5 GB", one.text);
  EXPECT_EQ("", one.long_text);
  EXPECT_EQ(1U, one.perfdata.values.size());
  // The example of the guidelines.
  const Output many = ReadOutput("DISK OK - free space: / 3326 MB (56%); | /=2643MB;5948;5958;0;5968\n"
                                 "/ 15272 MB (77%);\n/boot 68 MB (69%);\n/var/log 819 MB (84%); | /boot=68MB;88;93;0;98\n"
                                 "/home=69357MB;253404;253409;0;253414\n/var/log=818MB;970;975;0;980\n");
  EXPECT_EQ(4U, many.perfdata.values.size());
  EXPECT_EQ("/ 15272 MB (77%);\n/boot 68 MB (69%);\n/var/log 819 MB (84%); \n", many.long_text);
  EXPECT_TRUE(many.perfdata.broken.empty());
}

TEST(Output, AnyBytesAreText) {
  constexpr char kOdd[] = "\xff\xfe bad \x1b[31m | a=1\0b";
  const Output odd = ReadOutput(std::string(kOdd, sizeof(kOdd) - 1));
  EXPECT_EQ(std::string::npos, odd.text.find('\x1b'));
  EXPECT_EQ("", ReadOutput("").text);
  EXPECT_EQ("", ReadOutput("\n\n").text);
  EXPECT_EQ("정상", ReadOutput("정상|").text);
}

}  // namespace
}  // namespace upkeep::plugin
