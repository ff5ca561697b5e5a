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

}  // namespace
}  // namespace upkeep::cli
