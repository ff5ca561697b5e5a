// SPDX-License-Identifier: Apache-2.0
#include "runner/remedy/house_policy.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace upkeep::remedy {
namespace {

class HousePolicyTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "house-XXXXXX";
    ASSERT_NE(nullptr, mkdtemp(pattern.data()));
    folder_ = pattern;
    ASSERT_EQ(0, chmod(folder_.c_str(), 0755));
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::string Write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ + "/" + name) << text;
    EXPECT_EQ(0, chmod((folder_ + "/" + name).c_str(), 0644));
    return folder_ + "/" + name;
  }
  std::string folder_;
};

TEST_F(HousePolicyTest, WithoutOneWhatIsBroughtAlongHolds) {
  EXPECT_TRUE(PolicyInForce("", folder_ + "/none")->files.empty());
  const std::string own = Write("own.yaml", "risk_cap: high\n");
  const auto policy = PolicyInForce(own, folder_ + "/none");
  ASSERT_TRUE(policy.ok()) << policy.status().Describe();
  EXPECT_EQ(checks::Risk::kHigh, policy->risk_cap);
  EXPECT_EQ((std::vector<std::string>{own}), policy->files);
}

TEST_F(HousePolicyTest, WhatIsBroughtAlongOnlyTightens) {
  if (getuid() != 0) GTEST_FAIL() << "this test makes a file of root's";
  const std::string house = Write("house.yaml", "mode: \"off\"\napprovals: {low: 1, medium: 3}\nexpires_after: 1h\nmax_a_day: 2\n");
  const std::string own = Write("own.yaml", "mode: propose\nrisk_cap: high\napprovals: {low: 2}\nexpires_after: 2h\n"
                                            "cool_down: 1h\nmax_a_day: 9\nopen_plans: 1\nchanges_per_plan: 100\n");
  const auto policy = PolicyInForce(own, house);
  ASSERT_TRUE(policy.ok()) << policy.status().Describe();
  EXPECT_EQ(Mode::kOff, policy->mode);
  EXPECT_EQ(checks::Risk::kMedium, policy->risk_cap);
  EXPECT_EQ(2, policy->approvals_low);
  EXPECT_EQ(3, policy->approvals_medium);
  EXPECT_EQ(std::chrono::hours(1), policy->expires_after);
  EXPECT_EQ(std::chrono::hours(1), policy->cool_down);
  EXPECT_EQ(2, policy->max_a_day);
  EXPECT_EQ(1, policy->open_plans);
  EXPECT_EQ(5, policy->changes_per_plan);
  EXPECT_EQ((std::vector<std::string>{house, own}), policy->files);
  EXPECT_EQ(Mode::kOff, PolicyInForce("", house)->mode);
  // What the file does not say it does not tighten either.
  Write("house.yaml", "risk_cap: high\nchanges_per_plan: 9\ncool_down: 1m\n");
  Write("own.yaml", "open_plans: 1\n");
  const auto loose = PolicyInForce(own, house);
  ASSERT_TRUE(loose.ok()) << loose.status().Describe();
  EXPECT_EQ(checks::Risk::kHigh, loose->risk_cap);
  EXPECT_EQ(9, loose->changes_per_plan);
  EXPECT_EQ(std::chrono::minutes(1), loose->cool_down);
  EXPECT_EQ(1, loose->open_plans);
}

TEST_F(HousePolicyTest, OneThatOthersCouldHaveWrittenDoesNotCount) {
  if (getuid() != 0) GTEST_FAIL() << "this test gives files away";
  const std::string house = Write("house.yaml", "mode: propose\n");
  ASSERT_EQ(0, chmod(house.c_str(), 0666));
  EXPECT_EQ(Code::kConfig, PolicyInForce("", house).status().code());
  ASSERT_EQ(0, chmod(house.c_str(), 0644));
  ASSERT_EQ(0, chown(house.c_str(), 4001, 0));
  EXPECT_EQ(Code::kConfig, PolicyInForce("", house).status().code());
  ASSERT_EQ(0, chown(house.c_str(), 0, 0));
  ASSERT_EQ(0, chmod(folder_.c_str(), 0777));   // Another could be put in its place.
  EXPECT_EQ(Code::kConfig, PolicyInForce("", house).status().code());
  ASSERT_EQ(0, chmod(folder_.c_str(), 0755));
  EXPECT_TRUE(PolicyInForce("", house).ok());
  Write("house.yaml", "mode: automatic\n");
  EXPECT_EQ(Code::kConfig, PolicyInForce("", house).status().code());
}

}  // namespace
}  // namespace upkeep::remedy
