// SPDX-License-Identifier: Apache-2.0
#include "runner/remedy/policy.h"

#include <gtest/gtest.h>

namespace upkeep::remedy {
namespace {

using checks::Risk;

TEST(PolicyTest, DefaultsAreSafe) {
  const Policy policy;
  EXPECT_TRUE(GateRisk(policy, Risk::kLow).ok());
  EXPECT_TRUE(GateRisk(policy, Risk::kMedium).ok());
  EXPECT_EQ(Code::kDenied, GateRisk(policy, Risk::kHigh).code());
  EXPECT_EQ(Code::kDenied, GateRisk(policy, Risk::kIrreversible).code());
  EXPECT_EQ(1, policy.ApprovalsFor(Risk::kLow));
  EXPECT_EQ(2, policy.ApprovalsFor(Risk::kHigh));
  EXPECT_TRUE(GateSize(policy, 5, 9).ok());
  EXPECT_EQ(Code::kDenied, GateSize(policy, 6, 0).code());
  EXPECT_EQ(Code::kDenied, GateSize(policy, 1, 10).code());
  EXPECT_EQ(std::chrono::hours(24), policy.expires_after);
}

TEST(PolicyTest, IrreversibleIsRefusedWhateverTheCap) {
  const auto policy = ParsePolicy("risk_cap: high\n", "p");
  ASSERT_TRUE(policy.ok()) << policy.status().Describe();
  EXPECT_TRUE(GateRisk(*policy, Risk::kHigh).ok());
  EXPECT_EQ(Code::kDenied, GateRisk(*policy, Risk::kIrreversible).code());
}

TEST(PolicyTest, ReadsEveryField) {
  const auto policy = ParsePolicy(
      "format: 1\nmode: \"off\"\nrisk_cap: low\nchanges_per_plan: 2\nopen_plans: 3\n"
      "approvals: {low: 2, medium: 3, high: 4}\nexpires_after: 30m\n",
      "p");
  ASSERT_TRUE(policy.ok()) << policy.status().Describe();
  EXPECT_EQ(Mode::kOff, policy->mode);
  EXPECT_EQ(Code::kDenied, GateRisk(*policy, Risk::kLow).code());
  EXPECT_EQ(Risk::kLow, policy->risk_cap);
  EXPECT_EQ(2, policy->changes_per_plan);
  EXPECT_EQ(3, policy->open_plans);
  EXPECT_EQ(3, policy->ApprovalsFor(Risk::kMedium));
  EXPECT_EQ(4, policy->ApprovalsFor(Risk::kHigh));
  EXPECT_EQ(std::chrono::minutes(30), policy->expires_after);
}

TEST(PolicyTest, ShowsEveryErrorAtItsPlace) {
  const auto policy = ParsePolicy("mode: automatic\nrisk_kap: low\napprovals: {low: 0}\nexpires_after: 90d\n", "policy.yaml");
  ASSERT_FALSE(policy.ok());
  EXPECT_EQ(Code::kConfig, policy.status().code());
  const std::string text = policy.status().Describe();
  EXPECT_NE(std::string::npos, text.find("policy.yaml:1:7")) << text;
  EXPECT_NE(std::string::npos, text.find("risk_kap")) << text;
  EXPECT_NE(std::string::npos, text.find("risk_cap")) << text;
  EXPECT_NE(std::string::npos, text.find("low")) << text;
  EXPECT_NE(std::string::npos, text.find("expires_after")) << text;
}

TEST(PolicyTest, NoApprovalAtAllCannotBeSaid) {
  EXPECT_FALSE(ParsePolicy("approvals: {low: 0}\n", "p").ok());
  EXPECT_FALSE(ParsePolicy("risk_cap: irreversible\n", "p").ok());
  EXPECT_FALSE(ParsePolicy("expires_after: 0s\n", "p").ok());
}

}  // namespace
}  // namespace upkeep::remedy
