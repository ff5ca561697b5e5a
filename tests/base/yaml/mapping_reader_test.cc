// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "base/yaml/yaml.h"

namespace upkeep::yaml {
namespace {

using std::chrono::minutes;

Document MustReadMapping(std::string text) {
  auto read = Read(std::move(text), "t.yaml");
  EXPECT_TRUE(read.ok()) << read.status().Describe();
  return read.ok() ? std::move(read).value() : Document{};
}

TEST(MappingReader, ReadsEveryKindOfKey) {
  const Document document = MustReadMapping(
      "id: nightly\ncount: 3\nshare: 0.5\non: true\ngrace: 1h30m\nnames: [a, b]\none: a\n"
      "mode: safe\nnothing: ~\n");
  std::vector<Status> errors;
  MappingReader reader(document, document.root, "the schedule", errors);
  EXPECT_EQ("nightly", reader.RequiredString("id"));
  EXPECT_EQ(3, reader.OptionalInteger("count", 1, 0, 10));
  EXPECT_EQ(0.5, reader.OptionalNumber("share", 0, 0, 1));
  EXPECT_TRUE(reader.OptionalBool("on", false));
  EXPECT_EQ(minutes(90), reader.OptionalDuration("grace", minutes(5)));
  EXPECT_EQ((std::vector<std::string>{"a", "b"}), reader.OptionalStrings("names"));
  EXPECT_EQ((std::vector<std::string>{"a"}), reader.OptionalStrings("one"));
  EXPECT_EQ("safe", reader.OptionalChoice("mode", {"fast", "safe"}));
  EXPECT_EQ("x", reader.OptionalString("nothing", "x"));
  EXPECT_EQ("fast", reader.OptionalChoice("absent", {"fast", "safe"}));
  reader.Finish();
  EXPECT_TRUE(reader.ok());
  EXPECT_TRUE(errors.empty());
}

TEST(MappingReader, ShowsAllErrorsOfOnePassInTheOrderOfTheFile) {
  const Document document = MustReadMapping(
      "count: \"3\"\non: yes\ngrase: 5m\nmode: saef\nnames: {a: 1}\nshare: 7\n<<: {}\n");
  std::vector<Status> errors;
  MappingReader reader(document, document.root, "the schedule", errors);
  reader.RequiredString("id");
  reader.OptionalInteger("count", 1, 0, 10);
  reader.OptionalBool("on", false);
  reader.OptionalDuration("grace", minutes(5));
  reader.OptionalChoice("mode", {"fast", "safe"});
  reader.OptionalStrings("names");
  reader.OptionalNumber("share", 0, 0, 1);
  reader.Finish();
  EXPECT_FALSE(reader.ok());
  const Status all = Combine(errors, Code::kConfig);
  EXPECT_EQ(Code::kConfig, all.code());
  EXPECT_EQ(
      "t.yaml:1:1: the schedule needs the key 'id'\n"
      "  count: \"3\"\n"
      "  ^\n"
      "t.yaml:1:8: 'count' must be a whole number from 0 to 10, and this is the word '3'\n"
      "  count: \"3\"\n"
      "         ^\n"
      "  hint: remove the quotes\n"
      "t.yaml:2:5: 'on' must be true or false, and this is the word 'yes'\n"
      "  on: yes\n"
      "      ^\n"
      "  hint: write true or false\n"
      "t.yaml:3:1: the schedule has no key 'grase'\n"
      "  grase: 5m\n"
      "  ^\n"
      "  hint: did you mean 'grace'?\n"
      "t.yaml:4:7: 'mode' must be one of fast, safe, and this is the word 'saef'\n"
      "  mode: saef\n"
      "        ^\n"
      "  hint: did you mean 'safe'?\n"
      "t.yaml:5:8: 'names' must be a list of words, and this is a mapping\n"
      "  names: {a: 1}\n"
      "         ^\n"
      "t.yaml:6:8: 'share' must be a number from 0 to 1, and this is the word '7'\n"
      "  share: 7\n"
      "         ^\n"
      "t.yaml:7:1: the schedule has no key '<<'\n"
      "  <<: {}\n"
      "  ^\n"
      "  hint: merge keys are not part of YAML 1.2; write the keys out",
      all.Describe());
}

TEST(MappingReader, ANodeThatIsNoMappingIsReportedOnce) {
  const Document document = MustReadMapping("[1]");
  std::vector<Status> errors;
  MappingReader reader(document, document.root, "the file", errors);
  reader.RequiredString("id");
  reader.Finish();
  ASSERT_EQ(1U, errors.size());
  EXPECT_EQ("the file must be a mapping, and this is a list", errors[0].message());
}

TEST(MappingReader, WrongTypesKeepTheFallback) {
  const Document document = MustReadMapping("a: [1]\nb: 1.5\nc: 5 parsecs\nd: ''\ne: [[1]]\n");
  std::vector<Status> errors;
  MappingReader reader(document, document.root, "it", errors);
  EXPECT_EQ("f", reader.OptionalString("a", "f"));
  EXPECT_EQ(2, reader.OptionalInteger("b", 2, 0, 9));
  EXPECT_EQ(minutes(1), reader.OptionalDuration("c", minutes(1)));
  EXPECT_EQ("", reader.RequiredString("d"));
  EXPECT_TRUE(reader.OptionalStrings("e").empty());
  EXPECT_EQ(5U, errors.size());
}

TEST(NearestWord, FindsSlipsAndNothingElse) {
  const std::vector<std::string> words{"timeZone", "targets", "on", "cron"};
  EXPECT_EQ("timeZone", NearestWord("timezone", words));
  EXPECT_EQ("targets", NearestWord("tragets", words));
  EXPECT_EQ("on", NearestWord("o", words));
  EXPECT_EQ("", NearestWord("playbooks", words));
  EXPECT_EQ("", NearestWord("x", words));
  EXPECT_EQ("", NearestWord("cron", {}));
  EXPECT_EQ("", NearestWord(std::string(1'000'000, 'a'), words));
}

TEST(Combine, OneErrorStaysAsItIsAndNoneIsOk) {
  EXPECT_TRUE(Combine({}).ok());
  const Status one = Combine({Status(Code::kError, "m").WithHint("h").At({"f", 2, 1, "x"})});
  EXPECT_EQ(Code::kInvalid, one.code());
  EXPECT_EQ("f:2:1: m\n  x\n  ^\n  hint: h", one.Describe());
  EXPECT_EQ("a\nb", Combine({Status(Code::kError, "a"), Status(Code::kError, "b")}).Describe());
}

}  // namespace
}  // namespace upkeep::yaml
