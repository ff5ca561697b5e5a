// SPDX-License-Identifier: Apache-2.0
#include "runner/remedy/repeats.h"

#include "tests/runner/remedy/fixture.h"

namespace upkeep::remedy {
namespace {

class RepeatsTest : public RemedyTest {
 protected:
  /// A plan of a pod of web's that ended in `state` just now.
  store::PlanId Ended(const std::string& pod, store::PlanState state, const std::string& owner = "ReplicaSet/web-1") {
    store::Plan plan;
    plan.playbook = "kubernetes.pods";
    plan.target = "prod";
    plan.remedy = "restart_pod";
    plan.subject = "shop/Pod/" + pod;
    plan.risk = "low";
    plan.document = {{"finding", FindingFor(pod, owner)}, {"n", ++count_}};
    plan.hash = HashOf(plan.document);
    plan.requester = requester_;
    plan.expires = clock_.Now() + std::chrono::hours(1);
    const auto id = store_->AddPlan(plan);
    EXPECT_TRUE(id.ok()) << id.status().Describe();
    EXPECT_TRUE(ApproveAs({"mina", "os", "uid:4002"}, *id).ok());
    EXPECT_TRUE(store_->MovePlan(*id, store::PlanState::kApplying, {}, requester_).ok());
    if (state != store::PlanState::kFailed) {
      EXPECT_TRUE(store_->MovePlan(*id, store::PlanState::kApplied, {}, requester_).ok());
    }
    EXPECT_TRUE(store_->MovePlan(*id, state, {}, requester_).ok());
    return *id;
  }
  static Value FindingFor(const std::string& pod, const std::string& owner = "ReplicaSet/web-1") {
    return {{"subject", {{"key", "shop/Pod/" + pod}, {"namespace", "shop"}, {"name", pod}}}, {"data", {{"owner", owner}}}};
  }
  Status Check(const std::string& pod, Instant now, const std::string& owner = "ReplicaSet/web-1") {
    return CheckRepeats(*store_, policy_, {"kubernetes.pods", "prod", "restart_pod", FindingFor(pod, owner), "platform"}, now);
  }
  Policy policy_;
  int count_ = 0;
};

TEST_F(RepeatsTest, TwoTriesInVainAreEscalatedThoughThePodIsANewOne) {
  policy_.cool_down = std::chrono::seconds(0);
  const store::PlanId first = Ended("web-1-a", store::PlanState::kUnverified);
  EXPECT_TRUE(Check("web-1-b", clock_.Now()).ok());
  const store::PlanId second = Ended("web-1-b", store::PlanState::kFailed);
  const Status refused = Check("web-1-c", clock_.Now());
  EXPECT_EQ(Code::kDenied, refused.code());
  EXPECT_NE(std::string::npos, refused.message().find("escalated to platform")) << refused.message();
  EXPECT_NE(std::string::npos, refused.message().find(std::to_string(second) + ", " + std::to_string(first))) << refused.message();
  EXPECT_TRUE(Check("web-1-c", clock_.Now() + std::chrono::hours(25)).ok());
  EXPECT_TRUE(Check("api-1-a", clock_.Now(), "ReplicaSet/api-1").ok());
  EXPECT_TRUE(Check("web-1-c", clock_.Now(), "").ok());   // Without a controller it is the pod alone.
}

TEST_F(RepeatsTest, AnAppliedPlanHasTimeToWorkAndADayHasAnEnd) {
  Ended("web-1-a", store::PlanState::kVerified);
  const Status soon = Check("web-1-b", clock_.Now());
  EXPECT_EQ(Code::kDenied, soon.code());
  EXPECT_NE(std::string::npos, soon.hint().find("cool_down")) << soon.Describe();
  EXPECT_TRUE(Check("web-1-b", clock_.Now() + std::chrono::minutes(11)).ok());
  policy_.max_a_day = 2;
  Ended("web-1-b", store::PlanState::kVerified);
  const Status often = Check("web-1-c", clock_.Now() + std::chrono::minutes(11));
  EXPECT_EQ(Code::kDenied, often.code());
  EXPECT_NE(std::string::npos, often.hint().find("max_a_day")) << often.Describe();
}

TEST_F(RepeatsTest, PlanningAsks) {
  world_.end = World::End::kRefused;
  bench_->policy.cool_down = std::chrono::seconds(0);
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(ApplyPlan(Approved()).ok());
  const Proposed refused = ProposeOne();
  EXPECT_EQ(0, refused.plan);
  EXPECT_EQ(Code::kDenied, refused.status.code());
  EXPECT_NE(std::string::npos, refused.status.message().find("escalated to team")) << refused.status.message();
}

}  // namespace
}  // namespace upkeep::remedy
