// SPDX-License-Identifier: Apache-2.0
//
// The way of a pack as a person types it: build, sign, verify, install, update, list, remove; the
// exit code of each refusal; and that what is installed is what runs.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "runner/cli/command.h"

namespace upkeep::cli {
namespace {

namespace fs = std::filesystem;

class PackCommandsTest : public testing::Test {
 protected:
  PackCommandsTest() {
    std::string pattern = (fs::temp_directory_path() / "upkeep-pack-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
    for (const char* name : {"UPKEEP_STORE", "UPKEEP_INVENTORY", "UPKEEP_LANG", "KUBECONFIG"}) unsetenv(name);
    setenv("LC_ALL", "C", 1);
    setenv("UPKEEP_PACKS", Path("packs").c_str(), 1);
    setenv("UPKEEP_PLAYBOOKS", Path("own").c_str(), 1);
    fs::create_directories(Path("own"));
    MakePack("1.4.0", "http:get");
    Shell("mkdir -p packs/keys && openssl genpkey -algorithm ed25519 -out release.key && "
          "openssl pkey -in release.key -pubout -out packs/keys/release.pub");
  }
  ~PackCommandsTest() override {
    unsetenv("UPKEEP_PACKS");
    unsetenv("UPKEEP_PLAYBOOKS");
    std::error_code error;
    fs::remove_all(folder_, error);
  }

  std::string Path(const std::string& name) const { return (fs::path(folder_) / name).string(); }
  void Write(const std::string& name, const std::string& text) {
    fs::create_directories(fs::path(Path(name)).parent_path());
    std::ofstream(Path(name)) << text;
  }
  void Shell(const std::string& command) {
    ASSERT_EQ(0, std::system(("umask 077; cd '" + folder_ + "' && { " + command + "; } 2>/dev/null").c_str()));
  }
  void MakePack(const std::string& version, const std::string& needs) {
    Write("shop/pack.yaml", "id: shop-checks\nversion: " + version + "\nowner: shop\nneeds: [" + needs + "]\n");
    Write("shop/lib/words.lua", "return { message = 'fine' }\n");
    Write("shop/shop/http.lua",
          "local upkeep = require 'upkeep'\nlocal words = require 'lib.words'\nreturn upkeep.playbook {\n"
          "  format = 1, id = 'shop.http', title = { en = 't', ko = 't' }, cadence = 'daily', covers = { 'S4-D-10' },\n"
          "  owner = 'shop', runbook = 'docs/x.md', fix = { en = 'f', ko = 'f' }, target = 'http',\n"
          "  needs = { 'http:get' },\n  messages = { fine = { en = 'fine " + version + "', ko = '정상' } },\n"
          "  check = function(run) run:ok { message = words.message } end,\n}\n");
  }
  int Type(std::vector<std::string> words) {
    words.insert(words.begin(), "upkeep");
    std::vector<const char*> argv;
    for (const std::string& word : words) argv.push_back(word.c_str());
    std::ostringstream out, err;
    const int code = Main(static_cast<int>(argv.size()), argv.data(), out, err);
    out_ = out.str();
    err_ = err.str();
    return code;
  }
  void Said(const std::string& part) { EXPECT_NE(std::string::npos, (out_ + err_).find(part)) << part << "\n" << out_ << err_; }

  std::string folder_, out_, err_;
};

TEST_F(PackCommandsTest, FromAFolderToARun) {
  const std::string file = Path("shop.tar.gz");
  ASSERT_EQ(0, Type({"pack", "build", Path("shop"), "-o", file})) << err_;
  EXPECT_EQ(77, Type({"pack", "verify", file}));
  Said("shop-checks 1.4.0 is not signed");
  Said("--allow-unsigned");
  EXPECT_EQ(77, Type({"pack", "install", file}));
  EXPECT_EQ(64, Type({"pack", "sign", file}));
  ASSERT_EQ(0, Type({"pack", "sign", file, "--key", Path("release.key")})) << err_;
  ASSERT_EQ(0, Type({"pack", "verify", file})) << err_;
  Said("3 files, signed by release");
  Said("http:get");
  ASSERT_EQ(0, Type({"pack", "diff", file}));
  Said("shop-checks - -> 1.4.0\n  + http:get");
  ASSERT_EQ(0, Type({"pack", "install", file})) << err_;
  EXPECT_EQ(0, Type({"list"}));
  Said("shop.http");
  ASSERT_EQ(0, Type({"pack", "list"})) << err_;
  Said("release");

  Write("inventory.yaml", "apiVersion: upkeep/v1\ntargets: [{name: here, kind: http, url: 'http://127.0.0.1:1/'}]\n");
  const std::vector<std::string> run = {"run", "shop.http", "--inventory", Path("inventory.yaml"), "--store", Path("store.db"), "-o", "json"};
  EXPECT_EQ(0, Type(run)) << err_;
  Said("\"ok\": 1");

  // Altered afterwards: a playbook, and then a module that it requires.
  std::string installed;
  for (const auto& entry : fs::directory_iterator(Path("packs/shop-checks"))) installed = entry.path().string();
  for (const std::string name : {"/shop/http.lua", "/lib/words.lua"}) {
    std::ofstream(installed + name, std::ios::app) << "-- one more line\n";
    EXPECT_EQ(65, Type(run));
    Said(installed + name + " was altered after shop-checks 1.4.0 was installed");
    EXPECT_EQ(65, Type({"pack", "list"}));
    Said("refused");
    EXPECT_EQ(65, Type({"list"}));
    ASSERT_EQ(0, Type({"pack", "install", file})) << err_;
    EXPECT_EQ(0, Type({"list"})) << err_;
  }
  EXPECT_EQ(0, Type({"pack", "remove", "shop-checks"})) << err_;
  EXPECT_EQ(65, Type({"pack", "remove", "shop-checks"}));
  EXPECT_EQ(65, Type(run));
}

TEST_F(PackCommandsTest, AnUpdateShowsItsNeeds) {
  const std::string file = Path("shop.tar.gz"), key = Path("release.key");
  ASSERT_EQ(0, Type({"pack", "build", Path("shop"), "-o", file, "--key", key})) << err_;
  ASSERT_EQ(0, Type({"pack", "install", file})) << err_;
  MakePack("1.5.0", "http:get, kubernetes:list:secrets");
  ASSERT_EQ(0, Type({"pack", "build", Path("shop"), "-o", file, "--key", key})) << err_;
  EXPECT_EQ(77, Type({"pack", "install", file}));
  Said("  + kubernetes:list:secrets");
  Said("--accept-needs");
  EXPECT_EQ(0, Type({"pack", "install", file, "--accept-needs"})) << err_;
  MakePack("1.3.0", "http:get");
  ASSERT_EQ(0, Type({"pack", "build", Path("shop"), "-o", file, "--key", key})) << err_;
  EXPECT_EQ(77, Type({"pack", "install", file}));
  Said("shop-checks 1.3.0 is older than the installed 1.5.0");
  EXPECT_EQ(77, Type({"pack", "install", file, "--lang", "ko"}));
  Said("설치된 1.5.0보다 오래된 버전입니다");
}

TEST_F(PackCommandsTest, BadPacksAreRefusedWhereTheyAreWrong) {
  MakePack("1.4", "http:get");
  EXPECT_EQ(65, Type({"pack", "build", Path("shop"), "-o", Path("x.tar.gz")}));
  Said("pack.yaml:2:10: '1.4' is no version");
  MakePack("1.4.0", "dns:resolve");
  EXPECT_EQ(65, Type({"pack", "build", Path("shop"), "-o", Path("x.tar.gz")}));
  Said("shop.http needs http:get");
  EXPECT_FALSE(fs::exists(Path("x.tar.gz")));
  EXPECT_EQ(65, Type({"pack", "install", Path("shop"), "--allow-unsigned"}));
  Said("shop.http needs http:get");
  MakePack("1.4.0", "http:get");
  EXPECT_EQ(73, Type({"pack", "build", Path("shop"), "-o", Path("nowhere/x.tar.gz")}));
  EXPECT_EQ(65, Type({"pack", "install", Path("nowhere")}));
  // An id that another folder has.
  Shell("mkdir -p own/shop own/lib && cp shop/shop/http.lua own/shop/http.lua && cp shop/lib/words.lua own/lib/");
  EXPECT_EQ(65, Type({"pack", "install", Path("shop"), "--allow-unsigned"}));
  Said("the playbook shop.http is there already, in " + Path("own"));
  // A key that others may read.
  Shell("chmod 644 release.key");
  // Root's is not refused: a Secret is mounted so.
  EXPECT_EQ(geteuid() == 0 ? 0 : 78, Type({"pack", "sign", Path("shop"), "--key", Path("release.key")}));
  EXPECT_EQ(78, Type({"pack", "sign", Path("shop"), "--key", Path("none.key")}));
}

}  // namespace
}  // namespace upkeep::cli
