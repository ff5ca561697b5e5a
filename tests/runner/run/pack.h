// SPDX-License-Identifier: Apache-2.0
//
// A pack of playbooks in a folder of the test's own.

#ifndef UPKEEP_TESTS_RUNNER_RUN_PACK_H_
#define UPKEEP_TESTS_RUNNER_RUN_PACK_H_

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <string>

#include "runner/run/catalog.h"

namespace upkeep::run {

class PackTest : public testing::Test {
 protected:
  PackTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "upkeep-pack-XXXXXX").string();
    pack_ = mkdtemp(pattern.data());
  }
  ~PackTest() override {
    std::error_code error;
    std::filesystem::remove_all(pack_, error);
  }

  std::string Write(const std::string& name, const std::string& text) {
    const std::filesystem::path path = std::filesystem::path(pack_) / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text;
    return path.string();
  }

  /// The source of a valid playbook test.<name> whose check has this body.
  static std::string Source(const std::string& name, const std::string& body) {
    return "local upkeep = require 'upkeep'\nlocal postgres = require 'upkeep.postgres'\n"
           "return upkeep.playbook {\n  format = 1, id = 'test." + name +
           "', title = { en = 't', ko = 't' }, cadence = 'daily', covers = { 'S4-D-10' },\n"
           "  owner = 'team', runbook = 'docs/x.md', fix = { en = 'f', ko = 'f' }, target = 'postgres',\n"
           "  needs = { 'postgres:query' },\n  messages = { fine = { en = 'fine', ko = '정상' } },\n"
           "  check = function(run, params)\n" + body + "\nend,\n}\n";
  }

  Playbook Playbook_(const std::string& name, const std::string& body) {
    Result<Playbook> playbook = ReadPlaybook(pack_, Write("test/" + name + ".lua", Source(name, body)));
    EXPECT_TRUE(playbook.ok()) << playbook.status().Describe();
    return playbook.ok() ? std::move(*playbook) : Playbook{};
  }

  std::string pack_;
};

}  // namespace upkeep::run

#endif  // UPKEEP_TESTS_RUNNER_RUN_PACK_H_
