// SPDX-License-Identifier: Apache-2.0
#include "runner/remedy/apply.h"

#include "runner/remedy/verify.h"
#include "tests/runner/remedy/fixture.h"

namespace upkeep::remedy {
namespace {

using store::ActionState;
using store::PlanState;

using ApplyTest = RemedyTest;

TEST_F(ApplyTest, PlansShowsAppliesAndVerifies) {
  const store::PlanId id = Approved();
  const auto before = store_->FindPlan(id);
  EXPECT_EQ("db", before->target);
  EXPECT_EQ("Session/41", before->subject);
  EXPECT_EQ("medium", before->risk);
  EXPECT_EQ(HashOf(before->document), before->hash);
  const std::string shown = ShowPlan(*before, *store_->Approvals(id), "en");
  EXPECT_NE(std::string::npos, shown.find("- begun: today")) << shown;
  EXPECT_NE(std::string::npos, shown.find("agreed with the shop's team")) << shown;
  EXPECT_EQ(0, world_.ended);

  const auto applied = ApplyPlan(id);
  ASSERT_TRUE(applied.ok()) << applied.status().Describe();
  EXPECT_EQ(PlanState::kVerified, applied->state) << applied->outcome.en;
  EXPECT_EQ(1, world_.ended);
  EXPECT_FALSE(applied->outcome.ko.empty());
  const auto actions = store_->Actions(id);
  ASSERT_EQ(1U, actions->size());
  EXPECT_EQ(ActionState::kDone, (*actions)[0].state);
  EXPECT_EQ("41", (*actions)[0].intent.before["pid"]);
  EXPECT_EQ(true, (*actions)[0].after["answer"]["ended"]);
  EXPECT_EQ("writer", (*actions)[0].intent.actor.name);
  EXPECT_EQ("verify", store_->Run(applied->verified_by)->trigger);
  // Nothing is applied twice.
  EXPECT_EQ(Code::kUsage, ApplyPlan(id).status().code());
  EXPECT_EQ(1, world_.ended);
}

TEST_F(ApplyTest, TheReportHasBeforeAfterApproverAndReason) {
  const auto applied = ApplyPlan(Approved());
  ASSERT_TRUE(applied.ok()) << applied.status().Describe();
  store::ReportQuery query;
  query.kind = reports::ReportKind::kRun;
  query.run = applied->verified_by;
  const auto model = store_->FillReport(query);
  ASSERT_TRUE(model.ok()) << model.status().Describe();
  ASSERT_EQ(1U, model->actions.size());
  const reports::ActionRow& row = model->actions[0];
  EXPECT_EQ("verified", row.state);
  EXPECT_EQ("jin", row.requested_by);
  EXPECT_EQ("mina", row.approved_by);
  EXPECT_EQ("agreed with the shop's team", row.approval_reason);
  EXPECT_NE(std::string::npos, row.before.find("today")) << row.before;
  EXPECT_NE(std::string::npos, row.after.find("ended")) << row.after;
  EXPECT_TRUE(model->attention.empty());
}

TEST_F(ApplyTest, WithoutApprovalNothingHappens) {
  const Proposed proposed = ProposeOne();
  ASSERT_NE(0, proposed.plan) << proposed.status.Describe();
  EXPECT_EQ(Code::kPending, ApplyPlan(proposed.plan).status().code());
  store::Approval denial;
  denial.plan = proposed.plan;
  denial.hash = store_->FindPlan(proposed.plan)->hash;
  denial.actor = {"mina", "os", "uid:4002"};
  denial.reason = "not now";
  ASSERT_TRUE(store_->Approve(denial).ok());
  EXPECT_EQ(Code::kNotApproved, ApplyPlan(proposed.plan).status().code());
  EXPECT_EQ(0, world_.ended);
}

TEST_F(ApplyTest, AStricterPolicyCountsWhenApplying) {
  const store::PlanId id = Approved();
  bench_->policy.approvals_medium = 2;
  EXPECT_EQ(Code::kPending, ApplyPlan(id).status().code());
  bench_->policy.risk_cap = checks::Risk::kLow;
  EXPECT_EQ(Code::kDenied, ApplyPlan(id).status().code());
  bench_->policy.mode = Mode::kOff;
  EXPECT_EQ(Code::kDenied, ApplyPlan(id).status().code());
  EXPECT_EQ(0, world_.ended);
}

TEST_F(ApplyTest, AnotherWorldIsNotTheOneThatWasApproved) {
  const store::PlanId id = Approved();
  world_.begun = "tomorrow";   // The pid belongs to another session now.
  const auto applied = ApplyPlan(id);
  EXPECT_EQ(Code::kNotApproved, applied.status().code());
  EXPECT_NE(std::string::npos, applied.status().message().find("the world has changed"));
  EXPECT_EQ(0, world_.ended);
  EXPECT_EQ(PlanState::kCancelled, store_->FindPlan(id)->state);
  // Its place is free for a plan that fits.
  EXPECT_NE(0, ProposeOne().plan);
}

TEST_F(ApplyTest, AFindingThatWentAwayIsLeftAlone) {
  const store::PlanId id = Approved();
  world_.sessions.clear();
  EXPECT_EQ(Code::kNotApproved, ApplyPlan(id).status().code());
  EXPECT_EQ(0, world_.ended);
}

TEST_F(ApplyTest, AnUnreachableTargetKeepsItsPlan) {
  const store::PlanId id = Approved();
  world_.readable = false;
  EXPECT_EQ(Code::kUnreachable, ApplyPlan(id).status().code());
  EXPECT_EQ(PlanState::kApproved, store_->FindPlan(id)->state);
}

TEST_F(ApplyTest, ALostAnswerIsUnknownAndNeverRepeated) {
  world_.end = World::End::kLost;
  const store::PlanId id = Approved();
  const auto applied = ApplyPlan(id);
  ASSERT_TRUE(applied.ok()) << applied.status().Describe();
  EXPECT_EQ(PlanState::kUnverified, applied->state);
  EXPECT_EQ(1, world_.ended);
  EXPECT_EQ(ActionState::kUnknown, (*store_->Actions(id))[0].state);
  store::ReportQuery query;
  query.kind = reports::ReportKind::kRun;
  query.run = applied->verified_by;
  const auto model = store_->FillReport(query);
  ASSERT_TRUE(model.ok()) << model.status().Describe();
  ASSERT_FALSE(model->attention.empty());
  EXPECT_EQ("remedy_unverified", model->attention[0].reason);
  EXPECT_EQ("P1", model->attention[0].severity);
  EXPECT_FALSE(model->attention[0].summary.ko.empty());
  EXPECT_NE(std::string::npos, model->attention[0].fix.en.find("upkeep approvals show " + std::to_string(id)));
  EXPECT_FALSE(model->attention[0].owner.empty());
  EXPECT_FALSE(model->attention[0].first_seen.empty());
}

TEST_F(ApplyTest, ALostAnswerMayStillBeVerified) {
  world_.end = World::End::kLostButDone;
  const auto applied = ApplyPlan(Approved());
  ASSERT_TRUE(applied.ok()) << applied.status().Describe();
  EXPECT_EQ(PlanState::kVerified, applied->state);
  EXPECT_NE(std::string::npos, applied->outcome.en.find("nobody knows")) << applied->outcome.en;
}

TEST_F(ApplyTest, AnErrorAfterTheCallProvesNothingAndIsLookedAt) {
  world_.end = World::End::kErrorButDone;   // As a proxy's 502, or an answer that is no JSON.
  const store::PlanId id = Approved();
  const auto applied = ApplyPlan(id);
  ASSERT_TRUE(applied.ok()) << applied.status().Describe();
  EXPECT_EQ(ActionState::kUnknown, (*store_->Actions(id))[0].state);
  EXPECT_EQ(PlanState::kVerified, applied->state) << applied->outcome.en;
  EXPECT_NE(0, applied->verified_by);
}

TEST_F(ApplyTest, AFailedLaterStepIsLookedAtForWhatTheEarlierChanged) {
  world_.end = World::End::kSecondRefused;
  world_.steps = 2;
  const store::PlanId id = Approved();
  const auto applied = ApplyPlan(id);
  ASSERT_TRUE(applied.ok()) << applied.status().Describe();
  const auto actions = store_->Actions(id);
  ASSERT_EQ(2U, actions->size());
  EXPECT_EQ(ActionState::kDone, (*actions)[0].state);
  EXPECT_EQ(ActionState::kFailed, (*actions)[1].state);
  // The finding is gone, and still it is not what was approved that was done.
  EXPECT_EQ(PlanState::kUnverified, applied->state);
  EXPECT_NE(0, applied->verified_by);
  EXPECT_NE(std::string::npos, applied->outcome.en.find("step 2/2 failed")) << applied->outcome.en;
}

TEST_F(ApplyTest, ARefusedStepFails) {
  world_.end = World::End::kRefused;
  const store::PlanId id = Approved();
  const auto applied = ApplyPlan(id);
  ASSERT_TRUE(applied.ok()) << applied.status().Describe();
  EXPECT_EQ(PlanState::kFailed, applied->state);
  EXPECT_EQ(ActionState::kFailed, (*store_->Actions(id))[0].state);
}

TEST_F(ApplyTest, TheCheckBeingContentIsNotEnough) {
  const store::PlanId id = Approved();
  world_.sessions.push_back("42");   // Session 41 goes, but verify() wants none.
  const auto applied = ApplyPlan(id);
  ASSERT_TRUE(applied.ok()) << applied.status().Describe();
  EXPECT_EQ(PlanState::kUnverified, applied->state);
  EXPECT_NE(std::string::npos, applied->outcome.en.find("others have come")) << applied->outcome.en;
  EXPECT_NE(std::string::npos, applied->outcome.ko.find("다른 세션이 있음")) << applied->outcome.ko;
}

TEST_F(ApplyTest, ADocumentThatWasTamperedWithIsRefused) {
  const Proposed proposed = ProposeOne();
  auto plan = *store_->FindPlan(proposed.plan);
  plan.subject = "Session/other";
  plan.document["changes"][0]["arguments"][0] = "1";   // The hash stays the old one.
  plan.hash = std::string(64, 'a');
  const auto other = store_->AddPlan(plan);
  ASSERT_TRUE(other.ok()) << other.status().Describe();
  ASSERT_TRUE(ApproveAs({"mina", "os", "uid:4002"}, *other).ok());
  EXPECT_EQ(Code::kNotApproved, ApplyPlan(*other).status().code());
  EXPECT_EQ(0, world_.ended);
}

TEST_F(ApplyTest, AnEditedPlaybookMustPlanAgain) {
  const store::PlanId id = Approved();
  std::ofstream(folder_ + "/pack/test/sessions.lua", std::ios::app) << "\n-- edited\n";
  EXPECT_EQ(Code::kNotApproved, ApplyPlan(id).status().code());
  EXPECT_EQ(0, world_.ended);
}

TEST_F(ApplyTest, UndeclaredAndMissingRightsAreKnownWhenPlanning) {
  world_.writer_may = false;
  EXPECT_EQ(Code::kNotPermitted, ProposeOne().status.code());
  world_.writer_may = true;
  WritePlaybook("medium", R"("postgres:function:pg_cancel_backend")");
  EXPECT_EQ(Code::kUndeclared, ProposeOne().status.code());
  WritePlaybook("high", R"("postgres:function:pg_terminate_backend")");
  EXPECT_EQ(Code::kDenied, ProposeOne().status.code());
  WritePlaybook("irreversible", R"("postgres:function:pg_terminate_backend")");
  bench_->policy.risk_cap = checks::Risk::kHigh;
  EXPECT_EQ(Code::kDenied, ProposeOne().status.code());
}

TEST_F(ApplyTest, AnOpenPlanIsNotMadeTwice) {
  EXPECT_NE(0, ProposeOne().plan);
  EXPECT_EQ(Code::kBusy, ProposeOne().status.code());
}

TEST_F(ApplyTest, OneProcessAppliesAtATime) {
  auto held = ApplyLock::Take(store_->path());
  ASSERT_TRUE(held.ok());
  EXPECT_EQ(Code::kBusy, ApplyLock::Take(store_->path()).status().code());
}

TEST_F(ApplyTest, AbsenceProvesNothingWhereNotEverythingWasSeen) {
  checks::PlaybookOutcome outcome;
  outcome.coverage = {1, 1};
  EXPECT_TRUE(LookAt(outcome, "Session/41").good);
  outcome.coverage = {2, 1};
  EXPECT_FALSE(LookAt(outcome, "Session/41").good);
  outcome.coverage = {1, 1};
  checks::CheckResult unknown;
  unknown.subject = {"Database", "", "db", ""};
  unknown.state = checks::State::kUnknown;
  outcome.results = {unknown};
  EXPECT_FALSE(LookAt(outcome, "Session/41").good);
  outcome.results[0].state = checks::State::kWarning;
  EXPECT_TRUE(LookAt(outcome, "Session/41").good);
  EXPECT_FALSE(LookAt(outcome, "Database/db").good);
}

}  // namespace
}  // namespace upkeep::remedy
