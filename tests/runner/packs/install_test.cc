// SPDX-License-Identifier: Apache-2.0
//
// Unsigned, unknown key, altered, older and hungrier packs are each refused, and each by what
// allows it let in.
#include "runner/packs/install.h"

#include "runner/packs/source.h"
#include "tests/runner/packs/fixture.h"

namespace upkeep::packs {
namespace {

class InstallTest : public PacksTest {
 protected:
  Status Try(const Pack& pack, InstallOptions options = {}) { return Install(pack, packs_, options).status(); }
  static void Expect(Code code, const std::string& says, const std::string& hint, const Status& status) {
    EXPECT_EQ(code, status.code()) << status.Describe();
    EXPECT_NE(std::string::npos, status.message().find(says)) << status.message();
    EXPECT_NE(std::string::npos, status.hint().find(hint)) << status.hint();
  }
  std::vector<std::shared_ptr<const Source>> Sources() {
    errors_.clear();
    return OpenSources(packs_, errors_);
  }
  std::vector<Status> errors_;
};

TEST_F(InstallTest, ASignedPackIsInstalledAndRead) {
  const std::string key = Key("release");
  const auto installed = Install(Signed(key), packs_, {});
  ASSERT_TRUE(installed.ok()) << installed.status().Describe();
  const auto sources = Sources();
  ASSERT_TRUE(errors_.empty()) << errors_[0].Describe();
  ASSERT_EQ(1U, sources.size());
  EXPECT_EQ("shop-checks 1.4.0", sources[0]->Name());
  EXPECT_EQ("return {}\n", sources[0]->Read("http/shop.lua", 100)->bytes);
  const auto lock = ReadLock(packs_);
  ASSERT_TRUE(lock.ok()) << lock.status().Describe();
  EXPECT_EQ(LockText(*lock), LockText(*ReadLockText(LockText(*lock), "f")));
}

TEST_F(InstallTest, UnsignedNeedsItsFlag) {
  Expect(Code::kDenied, "shop-checks 1.4.0 is not signed", "--allow-unsigned", Try(Open()));
  EXPECT_FALSE(std::filesystem::exists(packs_ + "/packs.lock"));
  EXPECT_TRUE(Try(Open(), {.allow_unsigned = true}).ok());
  EXPECT_EQ(1U, Sources().size());
}

TEST_F(InstallTest, AnUnknownKeyIsRefusedEvenWithTheFlag) {
  const std::string key = Key("stranger", false);
  Expect(Code::kDenied, "is signed by an unknown key, SHA256:", packs_ + "/keys", Try(Signed(key), {.allow_unsigned = true}));
}

TEST_F(InstallTest, AnAlteredPackIsRefused) {
  const std::string key = Key("release");
  Pack pack = Signed(key);
  // Somebody alters a file and the list, and keeps the signature.
  pack.contents["http/shop.lua"] = "return { evil = 1 }\n";
  pack.digests = DigestsOf(pack.manifest, pack.contents);
  Expect(Code::kInvalid, "is not what release signed", "", Try(pack, {.allow_unsigned = true}));
  // And one that alters a file only.
  Write("shop/pack.digests", Open().digests.ToText());
  Write("shop/http/shop.lua", "return { evil = 1 }\n");
  Write("shop/http/more.lua", "return {}\n");
  const auto altered = OpenPack(root_ + "/shop");
  ASSERT_FALSE(altered.ok());
  EXPECT_NE(std::string::npos, altered.status().message().find("http/shop.lua was altered; http/more.lua was added"))
      << altered.status().message();
}

TEST_F(InstallTest, AnOlderVersionNeedsItsFlag) {
  const std::string key = Key("release");
  ASSERT_TRUE(Try(Signed(key)).ok());
  Manifest("1.3.9", "[http:get]");
  Expect(Code::kDenied, "1.3.9 is older than the installed 1.4.0", "--allow-older", Try(Signed(key)));
  Manifest("1.4.0", "[http:get]");
  Write("shop/http/shop.lua", "return { 1 }\n");
  Expect(Code::kDenied, "1.4.0 is installed with other files: http/shop.lua was altered", "raise the version", Try(Signed(key)));
  Manifest("1.3.9", "[http:get]");
  EXPECT_TRUE(Try(Signed(key), {.allow_older = true}).ok());
  EXPECT_EQ("shop-checks 1.3.9", Sources().at(0)->Name());
}

TEST_F(InstallTest, NewNeedsOfAnUpdateAreAgreedTo) {
  const std::string key = Key("release");
  ASSERT_TRUE(Try(Signed(key)).ok());
  Manifest("1.5.0", "[kubernetes:list:secrets, kubernetes:list:pods]");
  const Change change = ChangeOf(*ReadLock(packs_), Signed(key));
  EXPECT_EQ((std::vector<std::string>{"kubernetes:list:secrets", "kubernetes:list:pods"}), change.new_needs);
  EXPECT_EQ((std::vector<std::string>{"http:get"}), change.dropped_needs);
  EXPECT_EQ((std::vector<std::string>{"pack.yaml was altered"}), change.files);
  Expect(Code::kDenied, "1.5.0 needs more than 1.4.0: kubernetes:list:secrets, kubernetes:list:pods", "--accept-needs", Try(Signed(key)));
  EXPECT_EQ("shop-checks 1.4.0", Sources().at(0)->Name());
  EXPECT_TRUE(Try(Signed(key), {.accept_needs = true}).ok());
  EXPECT_EQ("shop-checks 1.5.0", Sources().at(0)->Name());
}

TEST_F(InstallTest, AnUpdateOfAnIsolatedPackIsIsolated) {
  const std::string key = Key("release");
  InstallOptions options;
  bool checked_as_isolated = false;
  options.check = [&](const std::string&, const LockedPack& locked) {
    checked_as_isolated = locked.isolate;
    return Status::Ok();
  };
  ASSERT_TRUE(Try(Signed(key), options).ok());
  EXPECT_FALSE(checked_as_isolated);
  EXPECT_FALSE(Sources().at(0)->isolate());
  options.isolate = true;
  ASSERT_TRUE(Try(Signed(key), options).ok());
  EXPECT_TRUE(checked_as_isolated);
  EXPECT_TRUE(Sources().at(0)->isolate());
  Manifest("1.5.0", "[http:get]");
  options.isolate = false;
  ASSERT_TRUE(Try(Signed(key), options).ok());
  EXPECT_TRUE(checked_as_isolated);
  EXPECT_TRUE(Sources().at(0)->isolate());
  EXPECT_EQ(LockText(*ReadLock(packs_)), LockText(*ReadLockText(LockText(*ReadLock(packs_)), "f")));
  ASSERT_TRUE(Remove("shop-checks", packs_).ok());
  ASSERT_TRUE(Try(Signed(key), options).ok());
  EXPECT_FALSE(Sources().at(0)->isolate());
}

TEST_F(InstallTest, WhatTheCheckRefusesIsNotInstalled) {
  const std::string key = Key("release");
  InstallOptions options;
  options.check = [](const std::string& folder, const LockedPack&) {
    return std::filesystem::exists(folder + "/http/shop.lua") ? Status(Code::kInvalid, "no good") : Status::Ok();
  };
  Expect(Code::kInvalid, "no good", "", Try(Signed(key), options));
  EXPECT_TRUE(Sources().empty() || !std::filesystem::exists(packs_ + "/packs.lock"));
  EXPECT_FALSE(std::filesystem::exists(packs_ + "/shop-checks/.new"));
}

TEST_F(InstallTest, AFileAlteredAfterwardsIsRefusedByName) {
  const std::string key = Key("release");
  const auto installed = Install(Signed(key), packs_, {});
  ASSERT_TRUE(installed.ok());
  const std::string file = packs_ + "/" + installed->Folder() + "/http/shop.lua";
  std::ofstream(file) << "return { evil = 1 }\n";
  std::ofstream(packs_ + "/" + installed->Folder() + "/http/added.lua") << "return {}\n";
  const auto read = Sources().at(0)->Read("http/shop.lua", 100);
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(file + " was altered after shop-checks 1.4.0 was installed", read.status().message());
  EXPECT_EQ(Code::kNotFound, Sources().at(0)->Read("http/added.lua", 100).status().code());
  std::filesystem::remove(file);
  EXPECT_NE(std::string::npos, Sources().at(0)->Read("http/shop.lua", 100).status().message().find("was removed"));
  // The same version again puts it right.
  EXPECT_TRUE(Try(Signed(key)).ok());
  EXPECT_TRUE(Sources().at(0)->Read("http/shop.lua", 100).ok());
}

TEST_F(InstallTest, ALockThatWasAlteredAndAKeyThatIsGoneAreRefused) {
  const std::string key = Key("release");
  ASSERT_TRUE(Try(Signed(key)).ok());
  Lock lock = *ReadLock(packs_);
  lock.packs[0].digests.files["http/shop.lua"] = std::string(64, 'a');
  ASSERT_TRUE(WriteLock(packs_, lock).ok());
  EXPECT_TRUE(Sources().empty());
  ASSERT_EQ(1U, errors_.size());
  EXPECT_NE(std::string::npos, errors_[0].message().find("is not what release signed"));
  ASSERT_TRUE(Try(Signed(key), {.allow_older = true}).ok());
  EXPECT_EQ(1U, Sources().size());
  std::filesystem::remove(packs_ + "/keys/release.pub");
  EXPECT_TRUE(Sources().empty());
  EXPECT_EQ(Code::kDenied, errors_.at(0).code());
}

TEST_F(InstallTest, ABrokenLockIsNoEmptyOne) {
  ASSERT_TRUE(Try(Open(), {.allow_unsigned = true}).ok());
  Write("installed/packs.lock", "packs: [{id: x}]\n");
  EXPECT_TRUE(Sources().empty());
  EXPECT_EQ(Code::kInvalid, errors_.at(0).code());
  EXPECT_EQ(Code::kInvalid, Try(Open(), {.allow_unsigned = true}).code());
}

TEST_F(InstallTest, KeysThatOthersCouldHaveWrittenDoNotCount) {
  const std::string key = Key("release");
  std::filesystem::permissions(packs_ + "/keys", std::filesystem::perms::all);
  EXPECT_EQ(Code::kConfig, Try(Signed(key)).code());
}

TEST_F(InstallTest, Removes) {
  const std::string key = Key("release");
  EXPECT_EQ(Code::kNotFound, Remove("shop-checks", packs_).code());
  ASSERT_TRUE(Try(Signed(key)).ok());
  EXPECT_EQ(Code::kNotFound, Remove("shop", packs_).code());
  EXPECT_TRUE(Remove("shop-checks", packs_).ok());
  EXPECT_FALSE(std::filesystem::exists(packs_ + "/shop-checks"));
  EXPECT_TRUE(Sources().empty());
  EXPECT_TRUE(errors_.empty());
}

}  // namespace
}  // namespace upkeep::packs
