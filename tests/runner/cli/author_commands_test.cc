// SPDX-License-Identifier: Apache-2.0
//
// What an author types, from new to docs: exit codes, what goes to which stream, and the files.
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/value.h"
#include "tests/runner/cli/terminal.h"
#include "tests/source_folder.h"

namespace upkeep::cli {
namespace {

namespace fs = std::filesystem;

class AuthorCommandsTest : public testing::Test {
 protected:
  AuthorCommandsTest() {
    std::string pattern = (fs::temp_directory_path() / "upkeep-author-XXXXXX").string();
    pack_ = mkdtemp(pattern.data());
    for (const char* name : {"UPKEEP_LANG", "UPKEEP_PLAYBOOKS"}) unsetenv(name);
    setenv("LC_ALL", "C", 1);
  }
  ~AuthorCommandsTest() override {
    std::error_code error;
    fs::remove_all(pack_, error);
  }

  std::string Read(const std::string& name) const {
    std::ifstream in(fs::path(pack_) / name);
    std::ostringstream text;
    text << in.rdbuf();
    return std::move(text).str();
  }

  void Change(const std::string& name, const std::string& from, const std::string& to) {
    std::string text = Read(name);
    const std::size_t at = text.find(from);
    ASSERT_NE(std::string::npos, at) << from;
    std::ofstream(fs::path(pack_) / name) << text.replace(at, from.size(), to);
  }

  std::string pack_;
};

TEST_F(AuthorCommandsTest, NewIsValidTestedAndNotWrittenTwice) {
  const Said made = Type({"new", "team.cache", "--target", "redis", "--dir", pack_});
  EXPECT_EQ(0, made.code) << made.err;
  EXPECT_EQ(pack_ + "/team/cache.lua\n" + pack_ + "/team/cache.case.json\n", made.out);
  EXPECT_TRUE(Has(made.err, "upkeep validate team.cache --playbooks " + pack_)) << made.err;
  const Said valid = Type({"validate", "--strict", "--playbooks", pack_});
  EXPECT_EQ(0, valid.code) << valid.err;
  EXPECT_EQ("valid playbooks: 1, not valid: 0\n", valid.out);
  const Said tested = Type({"test", "team.cache", "--playbooks", pack_, "--coverage", "--mutate"});
  EXPECT_EQ(0, tested.code) << tested.err;
  EXPECT_TRUE(Has(tested.out, "team.cache  100 %  2/2")) << tested.out;
  EXPECT_TRUE(Has(tested.out, ", noticed by no case: 0")) << tested.out;
  const std::string before = Read("team/cache.lua");
  const Said again = Type({"new", "team.cache", "--dir", pack_});
  EXPECT_EQ(73, again.code);
  EXPECT_TRUE(Has(again.err, "is there already")) << again.err;
  EXPECT_EQ(before, Read("team/cache.lua"));
  EXPECT_EQ(64, Type({"new", "Team", "--dir", pack_}).code);
  EXPECT_EQ(64, Type({"new", "team.other", "--target", "mainframe", "--dir", pack_}).code);
}

TEST_F(AuthorCommandsTest, ValidateForPeopleAndForMachines) {
  ASSERT_EQ(0, Type({"new", "team.cache", "--target", "redis", "--dir", pack_}).code);
  Change("team/cache.lua", "message = \"blocked\"", "message = \"bloked\"");
  const Said told = Type({"validate", "--playbooks", pack_});
  EXPECT_EQ(65, told.code);
  EXPECT_EQ("valid playbooks: 0, not valid: 1\n", told.out);
  EXPECT_TRUE(Has(told.err, "did you mean 'blocked'?") && Has(told.err, "^")) << told.err;
  const Said json = Type({"validate", "--playbooks", pack_, "-o", "json"});
  EXPECT_EQ(65, json.code);
  EXPECT_EQ("undeclared-message", (*ParseJson(json.out))["diagnostics"][0]["rule"]);
  const Said sarif = Type({"validate", "--playbooks", pack_, "-o", "sarif", "--lang", "ko"});
  EXPECT_EQ(65, sarif.code);
  const Value document = *ParseJson(sarif.out);
  EXPECT_EQ(1U, document["runs"][0]["results"].size());
  EXPECT_FALSE(Has(document["runs"][0]["results"][0]["message"]["text"], "the head"));
  EXPECT_EQ(65, Type({"validate", "team.cach", "--playbooks", pack_}).code);
}

TEST_F(AuthorCommandsTest, AWarningIsAnErrorOnlyWhenStrict) {
  ASSERT_EQ(0, Type({"new", "team.cache", "--target", "redis", "--dir", pack_}).code);
  fs::remove(pack_ + "/team/cache.case.json");
  const Said lenient = Type({"validate", pack_ + "/team/cache.lua"});
  EXPECT_EQ(0, lenient.code);
  EXPECT_TRUE(Has(lenient.err, "cache.lua:1: warning: no case was recorded")) << lenient.err;
  EXPECT_EQ(65, Type({"validate", pack_ + "/team/cache.lua", "--strict"}).code);
  // The command of the hint finds the playbook where validate did.
  const std::string hint = "hint: upkeep record team.cache --target NAME";
  EXPECT_TRUE(Has(lenient.err, hint + " --playbooks " + pack_ + "\n")) << lenient.err;
  const Said listed = Type({"validate", "--playbooks", pack_});
  EXPECT_TRUE(Has(listed.err, hint + " --playbooks " + pack_ + "\n")) << listed.err;
  setenv("UPKEEP_PLAYBOOKS", pack_.c_str(), 1);
  const Said usual = Type({"validate"});
  unsetenv("UPKEEP_PLAYBOOKS");
  EXPECT_TRUE(Has(usual.err, hint + "\n")) << usual.err;
}

TEST_F(AuthorCommandsTest, SelftestsAreShownToThoseWhoAskForThem) {
  const std::string shipped = SourceFolder() + "/playbooks";
  EXPECT_FALSE(Has(Type({"list", "--playbooks", shipped}).out, "selftest."));
  EXPECT_TRUE(Has(Type({"list", "--playbooks", shipped, "--all"}).out, "selftest.raise"));
  const Said valid = Type({"validate", "--playbooks", shipped});
  EXPECT_EQ(0, valid.code);
  EXPECT_EQ("", valid.err);
  EXPECT_TRUE(Has(Type({"validate", "--playbooks", shipped, "--all"}).err, "selftest/raise.lua"));
  EXPECT_TRUE(Has(Type({"validate", "--playbooks", shipped, "selftest.raise"}).err, "selftest/raise.lua"));
  EXPECT_EQ(0, Type({"test", "--playbooks", shipped, "selftest.raise"}).code);
}

TEST_F(AuthorCommandsTest, ExplainShowsNoUnitOfAPlainNumber) {
  const Said said = Type({"explain", "kubernetes.nodes", "--playbooks", SourceFolder() + "/playbooks"});
  EXPECT_TRUE(Has(said.out, "version_skew_warning = 2\n")) << said.out;
}

TEST_F(AuthorCommandsTest, AFailingCaseIsNamedByFileAndLine) {
  ASSERT_EQ(0, Type({"new", "team.cache", "--target", "redis", "--dir", pack_}).code);
  Change("team/cache.case.json", "\"state\": \"warning\"", "\"state\": \"critical\"");
  const std::string report = pack_ + "/report.xml";
  const Said failed = Type({"test", "--playbooks", pack_, "-o", "table", "-o", "junit:" + report, "--jobs", "2"});
  EXPECT_EQ(1, failed.code);
  EXPECT_EQ("2 cases passed, 1 failed\n", failed.out);
  EXPECT_TRUE(Has(failed.err, "cache.case.json:")) << failed.err;
  EXPECT_TRUE(Has(Read("report.xml"), "tests=\"3\" failures=\"1\"")) << Read("report.xml");
  // Nothing is mutated where a case fails already.
  EXPECT_FALSE(Has(Type({"test", "--playbooks", pack_, "--mutate"}).out, "changes"));
}

TEST_F(AuthorCommandsTest, AThresholdThatNoCaseTriesIsTold) {
  ASSERT_EQ(0, Type({"new", "team.cache", "--target", "redis", "--dir", pack_}).code);
  Change("team/cache.lua", "blocked_critical = { default = 100,", "blocked_critical = { default = 100000,");
  Change("team/cache.case.json", "\"state\": \"critical\"", "\"state\": \"warning\"");
  const Said tested = Type({"test", "--playbooks", pack_, "--coverage", "--mutate"});
  EXPECT_EQ(1, tested.code);
  EXPECT_TRUE(Has(tested.out, "blocked_critical (blocked) is never crossed")) << tested.out;
  EXPECT_TRUE(Has(tested.err, "no case fails with blocked_critical")) << tested.err;
}

TEST_F(AuthorCommandsTest, ACaseFileThatCannotBeReadIsBadInput) {
  ASSERT_EQ(0, Type({"new", "team.cache", "--target", "redis", "--dir", pack_}).code);
  std::ofstream(fs::path(pack_) / "team/cache.case.json") << "{\n  \"cases\": [,]\n}\n";
  const Said tested = Type({"test", "--playbooks", pack_});
  EXPECT_EQ(65, tested.code);
  EXPECT_TRUE(Has(tested.err, "cache.case.json:2:")) << tested.err;
  fs::remove(fs::path(pack_) / "team/cache.case.json");
  EXPECT_EQ(1, Type({"test", "--playbooks", pack_}).code);
}

TEST_F(AuthorCommandsTest, BadOptionsAreUsage) {
  for (const char* jobs : {"0", "x", "1000", "2x"}) EXPECT_EQ(64, Type({"test", "--playbooks", pack_, "--jobs", jobs}).code) << jobs;
  const Said format = Type({"test", "--playbooks", pack_, "-o", "junti"});
  EXPECT_EQ(64, format.code);
  EXPECT_TRUE(Has(format.err, "did you mean 'junit'?")) << format.err;
  const Said path = Type({"test", "--playbooks", pack_, "-o", "junit:"});
  EXPECT_EQ(64, path.code);
  EXPECT_TRUE(Has(path.err, "there is no path behind 'junit:'")) << path.err;
  EXPECT_EQ(64, Type({"validate", "-o", "yaml", "--playbooks", pack_}).code);
}

TEST_F(AuthorCommandsTest, DocsInBothLanguages) {
  ASSERT_EQ(0, Type({"new", "team.cache", "--target", "redis", "--dir", pack_}).code);
  const Said written = Type({"docs", "--playbooks", pack_, "--dir", pack_ + "/site"});
  EXPECT_EQ(0, written.code) << written.err;
  EXPECT_TRUE(Has(Read("site/en/team.cache.md"), "# Few clients are blocked"));
  EXPECT_TRUE(Has(Read("site/ko/team.cache.html"), "대기 중인 클라이언트"));
  EXPECT_TRUE(Has(Read("site/en/index.html"), "team.cache.html"));
  EXPECT_TRUE(Has(Read("site/ko/index.md"), "team.cache.md"));
}

TEST_F(AuthorCommandsTest, StubsKeepTheAuthorsSettings) {
  EXPECT_EQ(0, Type({"stubs", "--dir", pack_}).code);
  std::ofstream(pack_ + "/.luarc.json") << "{}";
  const Said again = Type({"stubs", "--dir", pack_});
  EXPECT_EQ(0, again.code);
  EXPECT_TRUE(Has(again.err, ".luarc.json is yours")) << again.err;
  EXPECT_TRUE(Has(again.out, ".upkeep/meta/upkeep.lua")) << again.out;
  EXPECT_EQ("{}", Read(".luarc.json"));
  EXPECT_EQ(73, Type({"stubs", "--dir", "/proc/none"}).code);
}

}  // namespace
}  // namespace upkeep::cli
