// SPDX-License-Identifier: Apache-2.0
//
// What tests of the command line share: a line as a person types it, and a folder of its own.

#ifndef UPKEEP_TESTS_RUNNER_CLI_TERMINAL_H_
#define UPKEEP_TESTS_RUNNER_CLI_TERMINAL_H_

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "runner/cli/command.h"

namespace upkeep::cli {

struct Said {
  int code = -1;
  std::string out, err;
};

/// `columns`: of the terminal; 0 for none.
inline Said Type(std::vector<std::string> words, int columns = 0) {
  words.insert(words.begin(), "upkeep");
  std::vector<const char*> argv;
  for (const std::string& word : words) argv.push_back(word.c_str());
  std::ostringstream out, err;
  Said said;
  said.code = Main(static_cast<int>(argv.size()), argv.data(), out, err, columns);
  said.out = out.str();
  said.err = err.str();
  return said;
}

inline bool Has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// A terminal without settings of its own, in a folder that goes with the test.
class TerminalTest : public testing::Test {
 protected:
  TerminalTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "upkeep-cli-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
    for (const char* name : {"UPKEEP_STORE", "UPKEEP_INVENTORY", "UPKEEP_LANG", "UPKEEP_PLAYBOOKS",
                             "UPKEEP_SCHEDULES", "KUBECONFIG"}) {
      unsetenv(name);
    }
    setenv("LC_ALL", "C", 1);
  }
  ~TerminalTest() override {
    std::error_code error;
    std::filesystem::remove_all(folder_, error);
  }
  std::string Path(const std::string& name) const { return (std::filesystem::path(folder_) / name).string(); }
  std::string Write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories(std::filesystem::path(Path(name)).parent_path());
    std::ofstream(Path(name)) << text;
    return Path(name);
  }

  std::string folder_;
};

}  // namespace upkeep::cli

#endif  // UPKEEP_TESTS_RUNNER_CLI_TERMINAL_H_
