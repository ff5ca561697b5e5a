// SPDX-License-Identifier: Apache-2.0
//
// upkeep as a Monitoring Plugin, and Monitoring Plugins under upkeep: one line, perfdata, 0 to 3.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "runner/cli/command.h"
#include "tests/source_folder.h"

namespace upkeep::cli {
namespace {

namespace fs = std::filesystem;

class NagiosTest : public testing::Test {
 protected:
  NagiosTest() {
    std::string pattern = (fs::temp_directory_path() / "upkeep-nagios-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
    for (const char* name : {"UPKEEP_STORE", "UPKEEP_INVENTORY", "UPKEEP_LANG", "UPKEEP_PLAYBOOKS", "UPKEEP_PACKS"}) unsetenv(name);
    setenv("LC_ALL", "C", 1);
  }
  ~NagiosTest() override {
    std::error_code error;
    fs::remove_all(folder_, error);
  }
  int Run(const std::string& plugins, std::vector<std::string> more = {}) {
    std::ofstream(folder_ + "/inventory.yaml") << "apiVersion: upkeep/v1\ntargets:\n  - name: here\n    kind: host\n"
                                                  "    host: here\n    timeLimit: 2s\n    plugins: {" << plugins << "}\n";
    std::vector<std::string> words = {"upkeep", "run", "plugin.checks", "--playbooks", SourceFolder() + "/playbooks",
                                      "--inventory", folder_ + "/inventory.yaml", "--store", folder_ + "/store.db", "-o", "nagios"};
    words.insert(words.end(), more.begin(), more.end());
    std::vector<const char*> argv;
    for (const std::string& word : words) argv.push_back(word.c_str());
    std::ostringstream out, err;
    const int code = Main(static_cast<int>(argv.size()), argv.data(), out, err);
    out_ = out.str();
    err_ = err.str();
    return code;
  }
  static std::string Dummy(const std::string& name, int state) {
    return name + ": [/usr/lib/nagios/plugins/check_dummy, \"" + std::to_string(state) + "\", said]";
  }
  void Said(const std::string& part) { EXPECT_NE(std::string::npos, out_.find(part)) << part << "\n" << out_ << err_; }

  std::string folder_, out_, err_;
};

TEST_F(NagiosTest, TheWorstPluginDecides) {
  EXPECT_EQ(0, Run(Dummy("a", 0)));
  EXPECT_EQ(0U, out_.find("UPKEEP OK - 0 critical, 0 warning, 0 unknown"));
  Said(" | critical=0 warning=0 unknown=0 ok=");
  EXPECT_EQ(1, Run(Dummy("a", 0) + ", " + Dummy("b", 1)));
  EXPECT_EQ(0U, out_.find("UPKEEP WARNING"));
  Said("Plugin/b: WARNING: said");
  EXPECT_EQ(2, Run(Dummy("a", 2) + ", " + Dummy("b", 1)));
  EXPECT_EQ(3, Run(Dummy("a", 0) + ", " + Dummy("b", 3)));
  EXPECT_EQ(0U, out_.find("UPKEEP UNKNOWN - 0 critical, 0 warning, 1 unknown"));
}

TEST_F(NagiosTest, AWrongOptionIsSaidWhereItIsRead) {
  EXPECT_EQ(3, Run(Dummy("a", 0), {"--bogus"}));
  EXPECT_EQ(0U, out_.find("UPKEEP UNKNOWN - The following argument was not expected: --bogus\n")) << out_;
  EXPECT_EQ(3, Run(Dummy("a", 0), {"--exit-on", "sometimes"}));
  EXPECT_EQ(0U, out_.find("UPKEEP UNKNOWN - ")) << out_;
}

TEST_F(NagiosTest, WhatCouldNotBeRunIsUnknown) {
  EXPECT_EQ(3, Run("a: [/bin/sleep, \"60\"], " + Dummy("b", 0)));
  Said("Plugin/a: could not be run to its end");
  EXPECT_EQ(3, Run("a: [/nowhere/check]"));
  EXPECT_EQ(3, Run("a: [/bin/sh, -c, \"echo fine; exit 7\"]"));
  Said("ended with status 7");
  EXPECT_EQ(3, Run("a: [/bin/sh, -c, \"echo 'fine | x=1,5'\"]"));
  Said("1 of its figures cannot be read: x=1,5");
}

TEST_F(NagiosTest, FaultsOfUpkeepAreUnknownOnTheLine) {
  EXPECT_EQ(3, Run(Dummy("a", 0), {"--target", "nowhere"}));
  EXPECT_EQ("UPKEEP UNKNOWN - the inventory has no target 'nowhere'\n", out_);
  EXPECT_NE(std::string::npos, err_.find("no target 'nowhere'"));
  EXPECT_EQ(3, Run("\"|\": [/x]"));
  EXPECT_EQ(0U, out_.find("UPKEEP UNKNOWN - ")) << out_;
  EXPECT_EQ(std::string::npos, out_.find('|')) << out_;
}

}  // namespace
}  // namespace upkeep::cli
