// SPDX-License-Identifier: Apache-2.0
#include "runner/run/catalog.h"

#include "tests/runner/run/pack.h"

namespace upkeep::run {
namespace {

using CatalogTest = PackTest;
constexpr char kPlaybookBody[] = "run:ok { message = 'fine' }";

TEST_F(CatalogTest, FindsByIdAndHashesTheFile) {
  const Playbook written = Playbook_("one", kPlaybookBody);
  const auto found = Catalog({pack_}).Find("test.one");
  ASSERT_TRUE(found.ok()) << found.status().Describe();
  EXPECT_EQ(64U, found->head.definition.size());
  EXPECT_EQ(written.head.definition, found->head.definition);
  Write("test/one.lua", Source("one", std::string(kPlaybookBody) + " -- other"));
  EXPECT_NE(written.head.definition, Catalog({pack_}).Find("test.one")->head.definition);
}

TEST_F(CatalogTest, AnUnknownIdHasAHint) {
  Playbook_("sessions", kPlaybookBody);
  const auto missing = Catalog({pack_}).Find("test.session");
  EXPECT_EQ(Code::kNotFound, missing.status().code());
  EXPECT_EQ("did you mean 'test.sessions'?", missing.status().hint());
  EXPECT_EQ(Code::kNotFound, Catalog({pack_}).Find("../test.one").status().code());
}

TEST_F(CatalogTest, ABadFileStopsNoOther) {
  Playbook_("one", kPlaybookBody);
  Write("test/torn.lua", "return {");
  Write("test/misnamed.lua", Source("other", kPlaybookBody));
  Write("lib/helper.lua", "return {}");
  std::vector<Status> errors;
  const auto all = Catalog({pack_}).All(errors);
  ASSERT_EQ(1U, all.size());
  EXPECT_EQ("test.one", all[0].head.id);
  ASSERT_EQ(2U, errors.size());
  EXPECT_NE(std::string::npos, errors[0].Describe().find("misnamed.lua:")) << errors[0].Describe();
  EXPECT_NE(std::string::npos, errors[1].Describe().find("torn.lua")) << errors[1].Describe();
  EXPECT_EQ((std::vector<std::string>{"test.misnamed", "test.one", "test.torn"}), Catalog({pack_}).Ids());
}

TEST_F(CatalogTest, AMissingPackIsAnError) {
  std::vector<Status> errors;
  EXPECT_TRUE(Catalog({pack_ + "/none"}).All(errors).empty());
  ASSERT_EQ(1U, errors.size());
}

TEST_F(CatalogTest, TheFirstPackWins) {
  Playbook_("one", kPlaybookBody);
  const std::string second = pack_ + "/second";
  std::filesystem::create_directories(second + "/test");
  std::ofstream(second + "/test/one.lua") << Source("one", std::string(kPlaybookBody) + " -- second");
  EXPECT_EQ(second, Catalog({second, pack_}).Find("test.one")->pack);
  EXPECT_EQ(pack_, Catalog({pack_, second}).Find("test.one")->pack);
}

TEST_F(CatalogTest, AFlatFileIsAPlaybookToo) {
  Write("test.flat.lua", Source("flat", kPlaybookBody));
  Write("lib.words.lua", "return { say = 'fine' }");
  Write("test.user.lua", "local words = require 'lib.words'\n" + Source("user", "run:ok { message = words.say }"));
  EXPECT_EQ((std::vector<std::string>{"test.flat", "test.user"}), Catalog({pack_}).Ids());
  const auto found = Catalog({pack_}).Find("test.user");
  ASSERT_TRUE(found.ok()) << found.status().Describe();
  EXPECT_EQ("return { say = 'fine' }", found->read_module("words")->text);
  EXPECT_FALSE(Catalog({pack_}).Find("lib.words").ok());
}

TEST_F(CatalogTest, ModulesAreThePacksOwn) {
  Write("../outside.lua", "return {}");
  Write("lib/words.lua", "return {}");
  std::filesystem::create_symlink("/etc/hostname", pack_ + "/lib/out.lua");
  const Playbook playbook = Playbook_("one", kPlaybookBody);
  EXPECT_TRUE(playbook.read_module("words").ok());
  EXPECT_EQ(Code::kInvalid, playbook.read_module("out").status().code());
  for (const char* name : {"none", "../../outside", "../test/one", "/etc/hostname"}) {
    EXPECT_EQ(Code::kNotFound, playbook.read_module(name).status().code()) << name;
  }
  std::filesystem::remove(pack_ + "/../outside.lua");
}

TEST_F(CatalogTest, APacksManifestBoundsItsPlaybooks) {
  Write("pack.yaml", "id: test\nversion: 1.0.0\nowner: team\nneeds: [postgres:role:pg_monitor]\n");
  Write("test/one.lua", Source("one", kPlaybookBody));
  const auto found = Catalog({pack_}).Find("test.one");
  ASSERT_FALSE(found.ok());
  EXPECT_EQ(Code::kInvalid, found.status().code());
  EXPECT_NE(std::string::npos, found.status().Describe().find("one.lua:6:")) << found.status().Describe();
  EXPECT_NE(std::string::npos, found.status().Describe().find("test.one needs postgres:query")) << found.status().Describe();
}

}  // namespace
}  // namespace upkeep::run
