// SPDX-License-Identifier: Apache-2.0
//
// A process that applies is really killed between the intent and the outcome.
#include <sys/wait.h>

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

  const auto recovered = RecoverAll();
  ASSERT_TRUE(recovered.ok()) << recovered.status().Describe();
  ASSERT_EQ(1U, recovered->size());
  EXPECT_EQ(PlanState::kUnverified, (*recovered)[0].state);
  EXPECT_EQ(0, world_.ended);   // In this process nothing was called.
  const auto actions = store_->Actions(id);
  ASSERT_EQ(1U, actions->size());
  EXPECT_EQ(ActionState::kUnknown, (*actions)[0].state);
  EXPECT_EQ("41", (*actions)[0].intent.before["pid"]);
  EXPECT_TRUE(store_->OpenActions()->empty());
  EXPECT_EQ(Code::kBusy, ApplyPlan(id).status().code());
  EXPECT_TRUE(RecoverAll()->empty());
}

TEST_F(RecoverTest, WhatWasDoneBeforeTheDeathIsSeen) {
  const store::PlanId id = Approved();
  ApplyAndDie(id, World::End::kDiesAfter);
  world_.sessions.clear();   // As the server stands after the call.
  const auto recovered = RecoverAll();
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
  const auto recovered = RecoverAll();
  ASSERT_TRUE(recovered.ok()) << recovered.status().Describe();
  ASSERT_EQ(1U, recovered->size());
  EXPECT_EQ(PlanState::kUnverified, (*recovered)[0].state);
  EXPECT_EQ(0, world_.ended);
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
