// SPDX-License-Identifier: Apache-2.0
//
// upkeep waiver add | list: an exception is of something, for a time, and one line of a table.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <sstream>

#include "runner/cli/command.h"
#include "runner/run/session.h"
#include "runner/store/store.h"

namespace upkeep::cli {
namespace {

namespace fs = std::filesystem;

class WaiverCommandsTest : public testing::Test {
 protected:
  WaiverCommandsTest() {
    std::string pattern = (fs::temp_directory_path() / "upkeep-waiver-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
  }
  ~WaiverCommandsTest() override {
    std::error_code error;
    fs::remove_all(folder_, error);
  }
  int Type(std::vector<std::string> words) {
    words.insert(words.begin(), {"upkeep", "waiver"});
    words.insert(words.end(), {"--store", folder_ + "/s.db"});
    std::vector<const char*> argv;
    for (const std::string& word : words) argv.push_back(word.c_str());
    out_.str("");
    err_.str("");
    return Main(static_cast<int>(argv.size()), argv.data(), out_, err_);
  }
  int Add(const std::vector<std::string>& scope, const std::string& expires = "30d", const std::string& owner = "shop") {
    std::vector<std::string> words = {"add", "--owner", owner, "--reason", "known", "--expires", expires};
    words.insert(words.end(), scope.begin(), scope.end());
    return Type(words);
  }

  std::string folder_;
  std::ostringstream out_, err_;
};

TEST_F(WaiverCommandsTest, AWaiverOfEverythingIsNoneHoweverItIsWritten) {
  for (const std::vector<std::string>& scope : std::vector<std::vector<std::string>>{
           {}, {"--subject", "**"}, {"--subject", "?*"}, {"--subject", "*?*"}, {"--subject", "*/*/*"},
           {"--playbook", "*", "--target", "**"}, {"--playbook", "*.*"}}) {
    EXPECT_EQ(65, Add(scope)) << (scope.empty() ? "" : scope.back()) << err_.str();
    EXPECT_NE(std::string::npos, err_.str().find("a waiver of everything is none")) << err_.str();
  }
  EXPECT_EQ(0, Add({"--subject", "shop/*"})) << err_.str();
  EXPECT_EQ(0, Add({"--target", "운영-*"})) << err_.str();
}

TEST_F(WaiverCommandsTest, ItEndsWithinFourHundredDays) {
  const auto day = [](int days) {
    return FormatRfc3339(SystemClock().Now() + std::chrono::days(days)).substr(0, 10);
  };
  for (const std::string& far : {std::string("99999d"), std::string("401d"), day(402), std::string("2300-01-01T00:00:00Z")}) {
    EXPECT_EQ(64, Add({"--target", "a"}, far)) << far;
    EXPECT_NE(std::string::npos, err_.str().find("400 days")) << err_.str();
  }
  EXPECT_EQ(0, Add({"--target", "a"}, "400d")) << err_.str();
  EXPECT_EQ(0, Add({"--target", "b"}, day(399))) << err_.str();
}

TEST_F(WaiverCommandsTest, OneLineOfTheTableEach) {
  EXPECT_EQ(64, Add({"--target", "a"}, "30d", "shop\nteam")) << out_.str();
  // As an earlier version took it.
  store::Waiver waiver;
  waiver.owner = "shop\nteam";
  waiver.reason = "known\nsince May";
  waiver.playbook = "*";
  waiver.target = "a\nb";
  waiver.subject = "c\td";
  waiver.approver = run::OperatingSystemActor();
  waiver.expires = SystemClock().Now() + std::chrono::hours(1);
  auto store = *store::OpenSqliteStore(folder_ + "/s.db");
  ASSERT_TRUE(store->AddWaiver(waiver).ok());
  ASSERT_EQ(0, Type({"list"})) << err_.str();
  const std::string table = out_.str();
  EXPECT_EQ(2, std::count(table.begin(), table.end(), '\n')) << table;
  EXPECT_NE(std::string::npos, table.find("shop team")) << table;
}

}  // namespace
}  // namespace upkeep::cli
