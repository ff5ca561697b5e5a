// SPDX-License-Identifier: Apache-2.0
//
// upkeep manifests as it is typed: what it reads, what it leaves out and what it says.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "runner/cli/command.h"
#include "tests/source_folder.h"

namespace upkeep::cli {
namespace {

namespace fs = std::filesystem;

class ManifestCommandTest : public testing::Test {
 protected:
  ManifestCommandTest() {
    std::string pattern = (fs::temp_directory_path() / "upkeep-manifests-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
    unsetenv("UPKEEP_INVENTORY");
  }
  ~ManifestCommandTest() override {
    unsetenv("UPKEEP_INVENTORY");
    std::error_code error;
    fs::remove_all(folder_, error);
  }
  int Type(std::vector<std::string> words) {
    words.insert(words.begin(), {"upkeep", "manifests"});
    words.insert(words.end(), {"--playbooks", SourceFolder() + "/playbooks", "--schedules", SourceFolder() + "/schedules"});
    std::vector<const char*> argv;
    for (const std::string& word : words) argv.push_back(word.c_str());
    out_.str("");
    err_.str("");
    return Main(static_cast<int>(argv.size()), argv.data(), out_, err_);
  }
  bool Wrote(const std::string& text) const { return out_.str().find(text) != std::string::npos; }
  bool Said(const std::string& text) const { return err_.str().find(text) != std::string::npos; }

  std::string folder_;
  std::ostringstream out_, err_;
};

TEST_F(ManifestCommandTest, AJobsCommandIsCutAsAShellDoes) {
  ASSERT_EQ(0, Type({"--job", "approve 3 --reason 'stale lock'", "--approver", "mina"})) << err_.str();
  EXPECT_TRUE(Wrote(R"(args: ["approve", "3", "--reason", "stale lock"])")) << out_.str();
  for (const char* bad : {"approve 3 --reason 'stale lock", "approve 3 \\", " ", ""}) {
    EXPECT_EQ(64, Type({"--job", bad})) << bad;
    EXPECT_EQ("", out_.str());
  }
}

TEST_F(ManifestCommandTest, ANamespaceOfOthersStaysAsItIs) {
  ASSERT_EQ(0, Type({})) << err_.str();
  EXPECT_TRUE(Wrote("kind: Namespace\n"));
  EXPECT_EQ("", err_.str());
  for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{
           {"--namespace", "kube-system"}, {"--namespace", "default"}, {"--no-namespace"}}) {
    ASSERT_EQ(0, Type(words)) << err_.str();
    EXPECT_FALSE(Wrote("kind: Namespace\n")) << words.back();
    EXPECT_FALSE(Wrote("pod-security")) << words.back();
    EXPECT_TRUE(Said("upkeep: the namespace ")) << err_.str();
  }
}

TEST_F(ManifestCommandTest, TheInventoryOfTheEnvironmentGoesAlong) {
  std::ofstream(folder_ + "/mine.yaml") << "apiVersion: upkeep/v1\ntargets:\n  - {name: web-of-mine, kind: http, url: 'https://h/'}\n";
  setenv("UPKEEP_INVENTORY", (folder_ + "/mine.yaml").c_str(), 1);
  ASSERT_EQ(0, Type({})) << err_.str();
  EXPECT_TRUE(Wrote("web-of-mine"));
  EXPECT_FALSE(Wrote("kind: ClusterRole\n"));
  setenv("UPKEEP_INVENTORY", (folder_ + "/none.yaml").c_str(), 1);
  EXPECT_EQ(78, Type({}));
}

TEST_F(ManifestCommandTest, WhatIsNoNameOrSizeIsRefused) {
  for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{
           {"--storage", "abc"}, {"--storage", "1Gi}"}, {"--storage", "0"}, {"--storage-class", "Fast Disk"},
           {"--job", "apply 1", "--approver", "x, foo: {bar"}}) {
    EXPECT_EQ(64, Type(words)) << words.back();
    EXPECT_EQ("", out_.str());
  }
  fs::create_directory(folder_ + "/schedules");
  std::ofstream(folder_ + "/schedules/team a.yaml") << "apiVersion: upkeep/v1\nschedules:\n  - {id: s, cron: '0 9 * * *', playbooks: ['cadence:daily']}\n";
  const std::string schedules = folder_ + "/schedules", playbooks = SourceFolder() + "/playbooks";
  const char* const argv[] = {"upkeep", "manifests", "--playbooks", playbooks.c_str(), "--schedules", schedules.c_str()};
  EXPECT_EQ(65, Main(6, argv, out_, err_));
  EXPECT_EQ("", out_.str());
  EXPECT_TRUE(Said("team a.yaml")) << err_.str();
}

TEST_F(ManifestCommandTest, WhatNoPodHasOfTheDeliveriesIsSaid) {
  std::ofstream(folder_ + "/deliveries.yaml")
      << "apiVersion: upkeep/v1\ndeliveries:\n  - {name: a, kind: webhook, url: 'https://h/', secret: {environment: HOOK}}\n";
  ASSERT_EQ(0, Type({"--deliveries", folder_ + "/deliveries.yaml"})) << err_.str();
  EXPECT_TRUE(Said("no pod has the variable HOOK")) << err_.str();
  EXPECT_TRUE(Said("deliveries.yaml:3:")) << err_.str();
}

}  // namespace
}  // namespace upkeep::cli
