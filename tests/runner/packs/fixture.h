// SPDX-License-Identifier: Apache-2.0
//
// A pack in a folder of the test's own, keys, and a folder to install into.

#ifndef UPKEEP_TESTS_RUNNER_PACKS_FIXTURE_H_
#define UPKEEP_TESTS_RUNNER_PACKS_FIXTURE_H_

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "runner/packs/install.h"
#include "runner/packs/pack.h"

namespace upkeep::packs {

class PacksTest : public testing::Test {
 protected:
  PacksTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "upkeep-packs-XXXXXX").string();
    root_ = mkdtemp(pattern.data());
    packs_ = root_ + "/installed";
    Manifest("1.4.0", "[http:get]");
    Write("shop/http/shop.lua", "return {}\n");
  }
  ~PacksTest() override {
    std::error_code error;
    std::filesystem::remove_all(root_, error);
  }

  std::string Write(const std::string& name, const std::string& text) {
    const std::filesystem::path path = std::filesystem::path(root_) / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
    return path.string();
  }
  void Manifest(const std::string& version, const std::string& needs) {
    Write("shop/pack.yaml", "id: shop-checks\nversion: " + version + "\nowner: shop\nneeds: " + needs + "\n");
  }
  void Shell(const std::string& command) {
    ASSERT_EQ(0, std::system(("umask 077; cd '" + root_ + "' && { " + command + "; } 2>/dev/null").c_str())) << command;
  }
  /// A key pair; the public half counts when `known`.
  std::string Key(const std::string& name, bool known = true) {
    Shell("mkdir -p installed/keys && openssl genpkey -algorithm ed25519 -out " + name + ".key" +
          (known ? " && openssl pkey -in " + name + ".key -pubout -out installed/keys/" + name + ".pub" : ""));
    return root_ + "/" + name + ".key";
  }

  Pack Open() {
    Result<Pack> pack = OpenPack(root_ + "/shop");
    EXPECT_TRUE(pack.ok()) << pack.status().Describe();
    return pack.ok() ? *std::move(pack) : Pack{};
  }
  Pack Signed(const std::string& key_file) {
    Pack pack = Open();
    Result<keys::Signature> signature = keys::Sign(key_file, pack.digests.ToText());
    EXPECT_TRUE(signature.ok()) << signature.status().Describe();
    if (signature.ok()) pack.signature = *signature;
    return pack;
  }

  std::string root_, packs_;
};

}  // namespace upkeep::packs

#endif  // UPKEEP_TESTS_RUNNER_PACKS_FIXTURE_H_
