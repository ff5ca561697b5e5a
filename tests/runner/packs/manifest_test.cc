// SPDX-License-Identifier: Apache-2.0
#include "runner/packs/manifest.h"

#include <gtest/gtest.h>

#include "runner/packs/digest_list.h"

namespace upkeep::packs {
namespace {

bool Has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST(PackVersion, ThreeNumbersAndNothingElse) {
  EXPECT_EQ("1.4.0", ParseVersion("1.4.0")->ToString());
  EXPECT_LT(*ParseVersion("1.9.0"), *ParseVersion("1.10.0"));
  EXPECT_LT(*ParseVersion("1.10.9"), *ParseVersion("2.0.0"));
  for (const char* wrong : {"", "1", "1.2", "1.2.3.4", "1.2.", "1.02.3", "v1.2.3", "1.2.3-rc1", "1.-2.3", "1.2.1234567", " 1.2.3"}) {
    EXPECT_FALSE(ParseVersion(wrong)) << wrong;
  }
}

TEST(Manifest, ReadsWhatAPackDeclares) {
  const auto manifest = ReadManifest(
      "apiVersion: upkeep/v1\nid: shop-checks\nversion: 1.4.0\nowner: shop\ndescription: 쇼핑몰 점검\n"
      "requires: {format: 1}\nneeds:\n  - kubernetes:list:pods\n  - http:get\n",
      "pack.yaml");
  ASSERT_TRUE(manifest.ok()) << manifest.status().Describe();
  EXPECT_EQ("shop-checks", manifest->id);
  EXPECT_EQ("쇼핑몰 점검", manifest->description);
  ASSERT_EQ(2U, manifest->needs.size());
  EXPECT_EQ("kubernetes:list:pods", manifest->needs[0].ToString());
}

TEST(Manifest, TellsEveryErrorWithItsPlace) {
  const auto manifest = ReadManifest("id: Shop\nversion: 1.4\nowner: shop\nneeds: [http:get, http:get, http:got]\nrequire: 1\n", "pack.yaml");
  ASSERT_FALSE(manifest.ok());
  EXPECT_EQ(Code::kInvalid, manifest.status().code());
  const std::string said = manifest.status().Describe();
  for (const char* part : {"pack.yaml:1:5: 'Shop' is no pack id", "pack.yaml:2:10: '1.4' is no version", "stands twice",
                           "pack.yaml:4:29: http has no verb 'got'", "pack.yaml:5:1"}) {
    EXPECT_TRUE(Has(said, part)) << part << "\n" << said;
  }
}

TEST(Manifest, AFormatOfTheFutureIsRefused) {
  const auto manifest = ReadManifest("id: a\nversion: 1.0.0\nowner: b\nrequires: {format: 2}\n", "pack.yaml");
  ASSERT_FALSE(manifest.ok());
  EXPECT_TRUE(Has(manifest.status().Describe(), "pack.yaml:4:20: the pack requires playbook format 2")) << manifest.status().Describe();
}

TEST(Manifest, EveryNeedOfAPlaybookIsDeclared) {
  auto manifest = ReadManifest("id: a\nversion: 1.0.0\nowner: b\nneeds: [http:get]\n", "pack.yaml");
  ASSERT_TRUE(manifest.ok());
  checks::Head head;
  head.id = "http.shop";
  head.needs = {*checks::ParseNeed(Value("http:get"))};
  EXPECT_TRUE(CheckDeclared(*manifest, head).ok());
  checks::Remedy remedy;
  remedy.needs = {*checks::ParseNeed(Value("kubernetes:delete:pods"))};
  head.remedies = {remedy};
  EXPECT_TRUE(Has(CheckDeclared(*manifest, head).message(), "http.shop needs kubernetes:delete:pods"));
}

TEST(DigestList, HasOneTextAndReadsNoOther) {
  DigestList list;
  list.id = "shop-checks";
  list.version = *ParseVersion("1.4.0");
  list.files = {{"http/shop.lua", std::string(64, 'a')}, {"pack.yaml", std::string(64, 'b')}};
  const std::string text = list.ToText();
  const auto again = ReadDigests(text, "f");
  ASSERT_TRUE(again.ok()) << again.status().Describe();
  EXPECT_EQ(text, again->ToText());
  const std::string a(64, 'a');
  for (const std::string& wrong :
       {std::string(), text + "\n", text.substr(0, text.size() - 1), "upkeep pack 2" + text.substr(13),
        text + a + "  ../../etc/passwd\n", text + a + " http/x.lua\n", text + a + "  http/shop.lua\n",
        text + a + "  aaa.lua\n"}) {
    EXPECT_FALSE(ReadDigests(wrong, "f").ok()) << wrong;
  }
}

}  // namespace
}  // namespace upkeep::packs
