// SPDX-License-Identifier: Apache-2.0
#include "runner/remedy/approval_key.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace upkeep::remedy {
namespace {

class ApprovalKeyTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "keys-XXXXXX";
    ASSERT_NE(nullptr, mkdtemp(pattern.data()));
    folder_ = pattern;
    MakeKey("jin");
    MakeKey("mina");
    approval_.plan = 3;
    approval_.hash = "abc";
    approval_.approve = true;
    approval_.reason = "agreed";
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  void Shell(const std::string& command) {
    ASSERT_EQ(0, std::system(("umask 077; cd '" + folder_ + "' && { " + command + "; } 2>/dev/null").c_str()));
  }
  void MakeKey(const std::string& name, const std::string& kind = "ed25519") {
    Shell("mkdir -p pub && openssl genpkey -algorithm " + kind + " -out " + name +
          ".key && openssl pkey -in " + name + ".key -pubout -out pub/" + name + ".pub");
  }
  Result<KeyRing> Read(Trust trust = Trust::kAnyOwner) { return ReadKeys(folder_ + "/pub", trust); }

  std::string folder_;
  store::Approval approval_;
};

TEST_F(ApprovalKeyTest, ASignatureIsItsKeysAndTheDecisions) {
  const auto keys = Read();
  ASSERT_TRUE(keys.ok()) << keys.status().Describe();
  ASSERT_EQ(2U, keys->keys().size());
  const auto signature = Sign(folder_ + "/jin.key", DecisionText(approval_));
  ASSERT_TRUE(signature.ok()) << signature.status().Describe();
  const RegisteredKey* jin = keys->Find(signature->fingerprint);
  ASSERT_NE(nullptr, jin);
  EXPECT_EQ("jin", jin->name);
  EXPECT_TRUE(Verify(*jin, DecisionText(approval_), signature->base64).ok());
  const RegisteredKey& mina = keys->keys()[1];
  ASSERT_EQ("mina", mina.name);
  EXPECT_EQ(Code::kDenied, Verify(mina, DecisionText(approval_), signature->base64).code());

  for (int changed = 0; changed < 4; ++changed) {
    store::Approval other = approval_;
    if (changed == 0) other.plan = 4;
    if (changed == 1) other.hash = "abd";
    if (changed == 2) other.approve = false;
    if (changed == 3) other.reason = "agreed ";
    EXPECT_FALSE(Verify(*jin, DecisionText(other), signature->base64).ok()) << changed;
  }
  for (const std::string& broken : {std::string(), std::string("="), std::string(88, 'A'),
                                    signature->base64.substr(1), signature->base64 + "A"}) {
    EXPECT_FALSE(Verify(*jin, DecisionText(approval_), broken).ok()) << broken;
  }
}

TEST_F(ApprovalKeyTest, NoFolderIsNoKeys) {
  const auto keys = ReadKeys(folder_ + "/nowhere");
  ASSERT_TRUE(keys.ok());
  EXPECT_TRUE(keys->keys().empty());
}

TEST_F(ApprovalKeyTest, RefusesOtherKindsAndRubbish) {
  MakeKey("old", "rsa");
  EXPECT_EQ(Code::kConfig, Read().status().code());
  EXPECT_EQ(Code::kConfig, Sign(folder_ + "/old.key", "x").status().code());
  std::filesystem::remove(folder_ + "/pub/old.pub");
  std::ofstream(folder_ + "/pub/rubbish.pub") << "not a key\n";
  EXPECT_EQ(Code::kConfig, Read().status().code());
  EXPECT_EQ(Code::kConfig, Sign(folder_ + "/absent.key", "x").status().code());
}

TEST_F(ApprovalKeyTest, OneKeyIsOnePerson) {
  std::filesystem::copy_file(folder_ + "/pub/jin.pub", folder_ + "/pub/jin2.pub");
  EXPECT_EQ(Code::kConfig, Read().status().code());
}

TEST_F(ApprovalKeyTest, ARegistryThatOthersCouldHaveWrittenDoesNotCount) {
  if (geteuid() != 0) {
    // Made by whoever runs the test: not by root, so not believed.
    EXPECT_EQ(Code::kConfig, Read(Trust::kRootOnly).status().code());
    return;
  }
  EXPECT_TRUE(Read(Trust::kRootOnly).ok()) << Read(Trust::kRootOnly).status().Describe();
  ASSERT_EQ(0, chmod((folder_ + "/pub").c_str(), 0777));
  EXPECT_EQ(Code::kConfig, Read(Trust::kRootOnly).status().code());
  ASSERT_EQ(0, chmod((folder_ + "/pub").c_str(), 0755));
  ASSERT_EQ(0, chmod((folder_ + "/pub/jin.pub").c_str(), 0664));
  EXPECT_EQ(Code::kConfig, Read(Trust::kRootOnly).status().code());
  ASSERT_EQ(0, chmod((folder_ + "/pub/jin.pub").c_str(), 0644));
  ASSERT_EQ(0, chown((folder_ + "/pub/jin.pub").c_str(), 4001, 4001));
  EXPECT_EQ(Code::kConfig, Read(Trust::kRootOnly).status().code());
  ASSERT_EQ(0, chown((folder_ + "/pub/jin.pub").c_str(), 0, 0));
  ASSERT_EQ(0, chown((folder_ + "/pub").c_str(), 4001, 4001));
  EXPECT_EQ(Code::kConfig, Read(Trust::kRootOnly).status().code());
}

TEST_F(ApprovalKeyTest, APrivateKeyThatOthersCanReadIsNone) {
  ASSERT_EQ(0, chmod((folder_ + "/jin.key").c_str(), 0644));
  if (geteuid() == 0) {
    ASSERT_EQ(0, chown((folder_ + "/jin.key").c_str(), 4001, 4001));
  }
  EXPECT_EQ(Code::kConfig, Sign(folder_ + "/jin.key", "x").status().code());
}

}  // namespace
}  // namespace upkeep::remedy
