// SPDX-License-Identifier: Apache-2.0
//
// A process that applies is really killed between the intent and the outcome.
#include <sys/wait.h>

#include <cstdlib>
#include <thread>

#include "tests/runner/remedy/fixture.h"

namespace upkeep::remedy {
namespace {

using store::ActionState;
using store::PlanState;

class RecoverTest : public RemedyTest {
 protected:
  /// Applies in a process of its own, which ends itself with SIGKILL at the call.
  void ApplyAndDie(store::PlanId plan, World::End how) {
    bench_.reset();
    store_.reset();
    reactor_.reset();
    const pid_t child = fork();
    if (child == 0) {
      Open();
      world_.end = how;
      (void)ApplyPlan(plan);
      _exit(1);
    }
    int status = 0;
    ASSERT_EQ(child, waitpid(child, &status, 0));
    ASSERT_TRUE(WIFSIGNALED(status));
    ASSERT_EQ(SIGKILL, WTERMSIG(status));
    Open();
  }
};

TEST_F(RecoverTest, AnIntentWithoutAnOutcomeIsUnknownAndNeverRepeated) {
  const store::PlanId id = Approved();
  ApplyAndDie(id, World::End::kDies);
  ASSERT_EQ(1U, store_->OpenActions()->size());
  EXPECT_EQ(PlanState::kApplying, store_->FindPlan(id)->state);
  EXPECT_EQ(Code::kBusy, ApplyPlan(id).status().code());

  const auto recovered = RecoverAll(id);
  ASSERT_TRUE(recovered.ok()) << recovered.status().Describe();
  ASSERT_EQ(1U, recovered->size());
  EXPECT_EQ(PlanState::kUnverified, (*recovered)[0].state);
  EXPECT_EQ(0, world_.ended);   // In this process nothing was called.
  const auto actions = store_->Actions(id);
  ASSERT_EQ(1U, actions->size());
  EXPECT_EQ(ActionState::kUnknown, (*actions)[0].state);
  EXPECT_EQ("41", (*actions)[0].intent.before["pid"]);
  EXPECT_TRUE(store_->OpenActions()->empty());
  EXPECT_EQ(Code::kUsage, ApplyPlan(id).status().code());
  EXPECT_TRUE(RecoverAll()->empty());
}

TEST_F(RecoverTest, WhatWasDoneBeforeTheDeathIsSeen) {
  const store::PlanId id = Approved();
  ApplyAndDie(id, World::End::kDiesAfter);
  world_.sessions.clear();   // As the server stands after the call.
  const auto recovered = RecoverAll(id);
  ASSERT_TRUE(recovered.ok()) << recovered.status().Describe();
  ASSERT_EQ(1U, recovered->size());
  EXPECT_EQ(PlanState::kVerified, (*recovered)[0].state) << (*recovered)[0].outcome.en;
  EXPECT_EQ(0, world_.ended);
  // The ledger tells both: that it is verified, and that the outcome was lost.
  EXPECT_EQ(ActionState::kUnknown, (*store_->Actions(id))[0].state);
}

TEST_F(RecoverTest, APlanThatDiedBeforeItsFirstStepIsUnknownToo) {
  const store::PlanId id = Approved();
  ASSERT_TRUE(store_->MovePlan(id, PlanState::kApplying, {}, requester_).ok());
  const auto recovered = RecoverAll(id);
  ASSERT_TRUE(recovered.ok()) << recovered.status().Describe();
  ASSERT_EQ(1U, recovered->size());
  EXPECT_EQ(PlanState::kUnverified, (*recovered)[0].state);
  EXPECT_EQ(0, world_.ended);
}

TEST_F(RecoverTest, OnlyThePlanThatIsWaitedForIsWaitedFor) {
  WritePlaybook("medium", R"("postgres:function:pg_terminate_backend")", "1h");
  const store::PlanId id = Approved();
  ASSERT_TRUE(store_->MovePlan(id, PlanState::kApplying, {}, requester_).ok());
  EXPECT_TRUE(RecoverAll()->empty());   // An hour from now, by whoever comes then.
  EXPECT_EQ(PlanState::kUnknown, store_->FindPlan(id)->state);
}

TEST_F(RecoverTest, WhatGoesWrongWithOnePlanStopsNoOther) {
  const store::PlanId first = Approved();
  store::Plan like = *store_->FindPlan(first);
  like.subject = "Session/42";
  like.hash += "42";
  like.state = PlanState::kPending;
  const store::PlanId second = *store_->AddPlan(like);
  ASSERT_TRUE(ApproveAs({"mina", "os", "uid:4002"}, second).ok());
  for (const store::PlanId id : {first, second}) {
    ASSERT_TRUE(store_->MovePlan(id, PlanState::kApplying, {}, requester_).ok());
    ASSERT_TRUE(store_->MovePlan(id, PlanState::kUnknown, {}, requester_).ok());
    const store::Plan plan = *store_->FindPlan(id);
    while (clock_.Now() < plan.changed + VerifyAfter(plan)) std::this_thread::yield();
  }
  // While the newest is looked at, somebody else ends it.
  world_.at_query = [this, second] {
    ASSERT_TRUE(store_->MovePlan(second, PlanState::kVerified, {}, requester_).ok());
  };
  const auto recovered = RecoverAll();
  ASSERT_TRUE(recovered.ok()) << recovered.status().Describe();
  ASSERT_EQ(2U, recovered->size());
  EXPECT_EQ(second, (*recovered)[0].plan);
  EXPECT_EQ(Code::kBusy, (*recovered)[0].status.code());
  EXPECT_EQ(first, (*recovered)[1].plan);
  EXPECT_TRUE((*recovered)[1].status.ok()) << (*recovered)[1].status.Describe();
  EXPECT_EQ(PlanState::kUnverified, store_->FindPlan(first)->state);
}

TEST_F(RecoverTest, ARowThatSomebodyChangedIsNotVerified) {
  const store::PlanId id = Approved();
  ASSERT_TRUE(store_->MovePlan(id, PlanState::kApplying, {}, requester_).ok());
  const std::string command = "sqlite3 '" + store_->path() + "' \"update plans set subject = 'Session/nobody'\"";
  ASSERT_EQ(0, std::system(command.c_str()));
  const auto recovered = RecoverAll(id);
  ASSERT_TRUE(recovered.ok()) << recovered.status().Describe();
  ASSERT_EQ(1U, recovered->size());
  EXPECT_EQ(PlanState::kUnverified, (*recovered)[0].state);
  EXPECT_NE(std::string::npos, (*recovered)[0].outcome.en.find("not what the ledger recorded")) << (*recovered)[0].outcome.en;
}

TEST_F(RecoverTest, AnotherInventorysPlansAreLeftToIt) {
  const store::PlanId id = Approved();
  ASSERT_TRUE(store_->MovePlan(id, PlanState::kApplying, {}, requester_).ok());
  inventory_.targets.clear();
  EXPECT_TRUE(RecoverAll()->empty());
  EXPECT_EQ(PlanState::kUnknown, store_->FindPlan(id)->state);
}

}  // namespace
}  // namespace upkeep::remedy
