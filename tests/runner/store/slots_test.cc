// SPDX-License-Identifier: Apache-2.0
// The state machine of slots, claims by several processes, plans and actions.
#include <sys/wait.h>
#include <unistd.h>

#include <map>
#include <random>

#include "tests/runner/store/fixture.h"

namespace upkeep::store {
namespace {

using SlotsTest = StoreTest;

TEST_F(SlotsTest, PlanningAgainSupersedesAndNeverDeletes) {
  Open();
  const Instant base = At("2026-11-02T00:00:00Z");
  SlotPlan plan = PlanOf({base, base + hours(1), base + hours(2)});
  plan.horizons = {{"daily", "definition-1", "2026a", plan.from, plan.until, 3, "hash"}};
  EXPECT_EQ(3, store_->RecordPlanned(plan)->added);
  EXPECT_EQ(0, store_->RecordPlanned(plan)->added);
  EXPECT_EQ(1U, store_->Horizons("daily")->size());   // Equal promises are one.
  const PlanOutcome changed = *store_->RecordPlanned(PlanOf({base + hours(1)}));
  EXPECT_EQ(0, changed.added);
  EXPECT_EQ(2, changed.superseded);
  EXPECT_EQ(SlotState::kSuperseded, store_->FindSlot({"daily", "prod", base})->state);
  EXPECT_EQ(2, store_->RecordPlanned(plan)->added);   // Changed back before the time came.
  clock_.SetWall(base + minutes(90));
  auto totals = store_->CountSlots(plan.from, plan.until, clock_.Now());
  EXPECT_EQ(2, totals->due);
  EXPECT_EQ(1, totals->not_yet_due);
  EXPECT_EQ(2, totals->in_flight);
  EXPECT_TRUE(totals->balanced());
  plan.slots[0].schedule = "other";
  EXPECT_EQ(Code::kInvalid, store_->RecordPlanned(plan).status().code());
  ExpectWhole();
}

TEST_F(SlotsTest, ASlotIsClaimedOnceAndEndsWithItsRun) {
  Open();
  const Instant at = At("2026-11-02T00:00:00Z");
  ASSERT_TRUE(store_->RecordPlanned(PlanOf({at})).ok());
  const Slot slot = *store_->FindSlot({"daily", "prod", at});
  auto attempt = store_->ClaimSlot(slot.id, {kDaemon, "host/1"});
  ASSERT_TRUE(attempt.ok());
  EXPECT_EQ(Code::kBusy, store_->ClaimSlot(slot.id, {kDaemon, "host/2"}).status().code());
  EXPECT_EQ(Code::kNotFound, store_->ClaimSlot(99, {kDaemon, "host/2"}).status().code());
  EXPECT_EQ(Code::kInvalid, store_->ClaimSlot(slot.id, {kDaemon, ""}).status().code());
  EXPECT_EQ(Code::kBusy, store_->MoveSlots({slot.id}, SlotState::kCancelled, "", kJin).code());
  const RunId run = Start("schedule", {attempt->id});
  EXPECT_EQ(run, (*store_->OpenAttempts())[0].run);
  // An attempt that has a run ends with it.
  EXPECT_EQ(Code::kInvalid,
            store_->FinishSlot({attempt->id, SlotState::kInterrupted, ""}, kJin).code());
  Finish(run, {MakeOutcome({MakeResult("web", checks::State::kOk)})},
         {{attempt->id, SlotState::kLate, "3 minutes"}});
  EXPECT_EQ(SlotState::kLate, store_->FindSlot(slot.key)->state);
  EXPECT_TRUE(store_->OpenAttempts()->empty());
  EXPECT_EQ(Code::kBusy, store_->ClaimSlot(slot.id, {kDaemon, "host/1"}).status().code());
  ExpectWhole();
}

TEST_F(SlotsTest, AStoppedHolderThatWakesUpIsRefusedAndKeepsNothing) {
  Open();
  const Instant at = At("2026-11-02T00:00:00Z");
  ASSERT_TRUE(store_->RecordPlanned(PlanOf({at})).ok());
  const Slot slot = *store_->FindSlot({"daily", "prod", at});
  const AttemptId attempt = store_->ClaimSlot(slot.id, {kDaemon, "host/1"})->id;
  const RunId run = Start("schedule", {attempt});
  ASSERT_TRUE(store_->InterruptRun(run, "host/1 is gone").ok());
  EXPECT_EQ(SlotState::kInterrupted, store_->FindSlot(slot.key)->state);
  EXPECT_EQ(2, store_->ClaimSlot(slot.id, {kDaemon, "host/2"})->number);
  RunFinish finish;
  finish.finished = clock_.Now();
  finish.outcomes = {MakeOutcome({MakeResult("web", checks::State::kOk)})};
  finish.attempts = {{attempt, SlotState::kOnTime, ""}};
  EXPECT_EQ(Code::kBusy, store_->FinishRun(run, finish).status().code());
  EXPECT_EQ(0, Sql("SELECT count(*) FROM outcomes"));
  EXPECT_EQ(SlotState::kRunning, store_->FindSlot(slot.key)->state);
}

TEST_F(SlotsTest, MissedSlotsAreClaimedByBackfillOnly) {
  Open();
  const Instant at = At("2026-11-02T00:00:00Z");
  ASSERT_TRUE(store_->RecordPlanned(PlanOf({at})).ok());
  const Slot slot = *store_->FindSlot({"daily", "prod", at});
  ASSERT_TRUE(store_->MoveSlots({slot.id}, SlotState::kMissed, "daemon down", kDaemon).ok());
  EXPECT_EQ("daemon down", store_->FindSlot(slot.key)->reason);
  EXPECT_EQ(Code::kBusy, store_->ClaimSlot(slot.id, {kJin, "host/1"}).status().code());
  EXPECT_TRUE(store_->ClaimSlot(slot.id, {kJin, "host/1", true}).ok());
}

TEST_F(SlotsTest, AClaimThatWantsToBeAloneIsRefusedBesideAnother) {
  Open();
  const Instant first = At("2026-11-02T00:00:00Z"), second = At("2026-11-03T00:00:00Z");
  ASSERT_TRUE(store_->RecordPlanned(PlanOf({first, second})).ok());
  const Slot slot = *store_->FindSlot({"daily", "prod", second});
  auto attempt = store_->ClaimSlot(store_->FindSlot({"daily", "prod", first})->id, {kDaemon, "host/1"});
  ASSERT_TRUE(attempt.ok());
  ClaimRequest alone{kDaemon, "host/2"};
  alone.alone = true;
  EXPECT_EQ(Code::kBusy, store_->ClaimSlot(slot.id, alone).status().code());
  EXPECT_EQ(SlotState::kPlanned, store_->FindSlot(slot.key)->state);
  ASSERT_TRUE(store_->FinishSlot({attempt->id, SlotState::kOnTime, ""}, kDaemon).ok());
  EXPECT_TRUE(store_->ClaimSlot(slot.id, alone).ok());
  ExpectWhole();
}

TEST_F(SlotsTest, WhatHasBeenLookedAtKeepsNobodyWaitingAndStaysOpenUntilItsRunEnds) {
  Open();
  const Instant first = At("2026-11-02T00:00:00Z"), second = At("2026-11-03T00:00:00Z");
  ASSERT_TRUE(store_->RecordPlanned(PlanOf({first, second})).ok());
  const SlotId slot = store_->FindSlot({"daily", "prod", first})->id, next = store_->FindSlot({"daily", "prod", second})->id;
  ClaimRequest alone{kDaemon, "host/1"};
  alone.alone = true;
  auto attempt = store_->ClaimSlot(slot, alone);
  ASSERT_TRUE(attempt.ok());
  const RunId run = Start("schedule", {attempt->id});
  ASSERT_TRUE(store_->SetLooked({attempt->id}).ok());
  EXPECT_TRUE(store_->OpenAttempts()->front().looked);
  EXPECT_EQ(SlotState::kRunning, store_->FindSlot({"daily", "prod", first})->state);
  EXPECT_EQ(Code::kBusy, store_->ClaimSlot(slot, alone).status().code());   // The same slot never runs twice.
  EXPECT_TRUE(store_->ClaimSlot(next, alone).ok());
  Finish(run, {MakeOutcome({MakeResult("web", State::kOk)})}, {{attempt->id, SlotState::kOnTime, ""}});
  EXPECT_EQ(SlotState::kOnTime, store_->FindSlot({"daily", "prod", first})->state);
  ASSERT_TRUE(store_->SetLooked({attempt->id}).ok());   // Ended: as it was.
  ExpectWhole();
}

// Random moves: the store lets through exactly the arrows of the machine, and the balance
// equation holds after each.
TEST_F(SlotsTest, RandomMovesFollowTheMachineAndBalance) {
  Open();
  std::mt19937 random(20261121);
  const Instant base = At("2026-11-02T00:00:00Z");
  std::vector<Instant> times;
  for (int i = 0; i < 12; ++i) times.push_back(base + hours(i));
  ASSERT_TRUE(store_->RecordPlanned(PlanOf(times)).ok());
  std::map<SlotId, SlotState> states;
  std::map<SlotId, AttemptId> attempts;
  const std::vector<Slot> planned = *store_->Slots({});
  for (const Slot& slot : planned) states[slot.id] = slot.state;
  const Instant from = At("2026-10-01T00:00:00Z"), until = At("2027-01-01T00:00:00Z");
  for (int step = 0; step < 300; ++step) {
    const auto id = static_cast<SlotId>(1 + random() % states.size());
    const auto to = static_cast<SlotState>(random() % 12);
    SlotState& now = states[id];
    if (to == SlotState::kRunning) {
      auto attempt = store_->ClaimSlot(id, {kDaemon, "host/1", true});
      ASSERT_EQ(MayMove(now, to), attempt.ok()) << attempt.status().Describe();
      if (attempt.ok()) {
        attempts[id] = attempt->id;
        now = to;
      }
    } else if (now == SlotState::kRunning) {
      const bool ok = store_->FinishSlot({attempts[id], to, "x"}, kDaemon).ok();
      ASSERT_EQ(MayMove(now, to), ok);
      if (ok) now = to;
    } else {
      const bool ok = store_->MoveSlots({id}, to, "x", kDaemon).ok();
      // superseded -> planned is RecordPlanned's.
      ASSERT_EQ(MayMove(now, to) && to != SlotState::kPlanned, ok)
          << SlotStateName(now) << " to " << SlotStateName(to);
      if (ok) now = to;
    }
    auto totals = store_->CountSlots(from, until, until);
    ASSERT_TRUE(totals->balanced());
    ASSERT_EQ(static_cast<std::int64_t>(states.size()), totals->due);
  }
  const std::vector<Slot> moved = *store_->Slots({});
  for (const Slot& slot : moved) EXPECT_EQ(states[slot.id], slot.state);
  ExpectWhole();
}

TEST_F(SlotsTest, OfTwoProcessesOneWinsEachSlot) {
  Open();
  std::vector<Instant> times;
  for (int i = 0; i < 40; ++i) times.push_back(At("2026-11-02T00:00:00Z") + minutes(i));
  ASSERT_TRUE(store_->RecordPlanned(PlanOf(times)).ok());
  store_.reset();
  std::vector<pid_t> children;
  for (int child = 0; child < 2; ++child) {
    const pid_t pid = fork();
    ASSERT_GE(pid, 0);
    if (pid == 0) {
      auto store = OpenSqliteStore(path_, Options());
      if (!store.ok()) _exit(200);
      int won = 0;
      for (SlotId slot = 1; slot <= 40; ++slot) {
        auto attempt = (*store)->ClaimSlot(slot, {kDaemon, "host/" + std::to_string(child)});
        if (attempt.ok()) ++won;
        else if (attempt.status().code() != Code::kBusy) _exit(201);
      }
      store->reset();
      _exit(won);
    }
    children.push_back(pid);
  }
  int won = 0;
  for (const pid_t pid : children) {
    int status = 0;
    ASSERT_EQ(pid, waitpid(pid, &status, 0));
    ASSERT_TRUE(WIFEXITED(status));
    ASSERT_LT(WEXITSTATUS(status), 200);
    won += WEXITSTATUS(status);
  }
  EXPECT_EQ(40, won);
  Open();
  EXPECT_EQ(40U, store_->OpenAttempts()->size());
  ExpectWhole();
}

class PlansTest : public StoreTest {
 protected:
  PlanId Add() {
    Plan plan;
    plan.playbook = "kubernetes.pods";
    plan.target = "prod";
    plan.subject = "shop/Pod/web";
    plan.remedy = "delete_pod";
    plan.risk = "low";
    plan.document = {{"delete", "web"}};
    plan.hash = "hash-" + std::to_string(++count_);
    plan.requester = kJin;
    plan.expires = clock_.Now() + hours(1);
    auto id = store_->AddPlan(plan);
    EXPECT_TRUE(id.ok()) << id.status().Describe();
    return id.ok() ? *id : 0;
  }
  Status Decide(PlanId plan, const std::string& hash, const Actor& actor,
                const std::string& reason, bool approve = true) {
    Approval approval;
    approval.plan = plan;
    approval.hash = hash;
    approval.actor = actor;
    approval.approve = approve;
    approval.reason = reason;
    return store_->Approve(approval);
  }
  static Delivery MakeDelivery(const std::string& channel) {
    Delivery delivery;
    delivery.subject = "report daily";
    delivery.channel = channel;
    return delivery;
  }
  int count_ = 0;
};

TEST_F(PlansTest, NobodyApprovesTheirOwn) {
  Open();
  const PlanId id = Add();
  const std::string hash = store_->FindPlan(id)->hash;
  EXPECT_EQ(Code::kDenied, Decide(id, hash, kJin, "me").code());
  // A second name for the same person.
  EXPECT_EQ(Code::kDenied,
            Decide(id, hash, {"other", "os", "1000"}, "me").code());
  EXPECT_EQ(Code::kInvalid, Decide(id, hash, kMina, "").code());
  EXPECT_EQ(Code::kNotApproved, Decide(id, "other", kMina, "ok").code());
  EXPECT_EQ(Code::kBusy, store_->MovePlan(id, PlanState::kApproved, {}, kJin).code());
  EXPECT_EQ(Code::kBusy, store_->MovePlan(id, PlanState::kApplying, {}, kJin).code());
  // The database itself refuses too.
  EXPECT_FALSE(Execute("INSERT INTO approvals (plan, hash, actor_name, actor_source, "
                               "actor_identity, approve, reason, at) VALUES (1, 'h', 'x', 'os', "
                               "'1000', 1, 'r', 1)"));
  EXPECT_TRUE(Decide(id, hash, kMina, "seen").ok());
  EXPECT_EQ(PlanState::kApproved, store_->FindPlan(id)->state);
  EXPECT_EQ("seen", (*store_->Approvals(id))[0].reason);
  EXPECT_EQ(Code::kDenied, Decide(id, hash, kMina, "again").code());
  EXPECT_EQ(Code::kBusy, Decide(id, hash, {"third", "os", "1003"}, "too late", false).code());
  EXPECT_TRUE(Decide(id, hash, {"third", "os", "1003"}, "me too").ok());
  EXPECT_EQ(PlanState::kApproved, store_->FindPlan(id)->state);
}

TEST_F(PlansTest, ExpiredPlansAreNotApproved) {
  Open();
  const PlanId id = Add();
  clock_.Advance(hours(2));
  const std::string hash = store_->FindPlan(id)->hash;
  EXPECT_EQ(Code::kNotApproved, Decide(id, hash, kMina, "late").code());
  EXPECT_TRUE(store_->MovePlan(id, PlanState::kExpired, {}, kDaemon).ok());
  const PlanId next = Add();   // The expired one is no longer in the way.
  EXPECT_TRUE(Decide(next, store_->FindPlan(next)->hash, kMina, "not today", false).ok());
  EXPECT_EQ(PlanState::kDenied, store_->FindPlan(next)->state);
  EXPECT_EQ(Code::kBusy, store_->MovePlan(next, PlanState::kApplying, {}, kDaemon).code());
}

TEST_F(PlansTest, AnIntentWithoutOutcomeIsListedAndNeverRepeated) {
  Open();
  const PlanId id = Add();
  Plan twin = *store_->FindPlan(id);
  twin.hash = "other";
  EXPECT_EQ(Code::kBusy, store_->AddPlan(twin).status().code());
  EXPECT_EQ(Code::kBusy, store_->BeginAction({id, 1, {}, {}, kDaemon}).status().code());
  ASSERT_TRUE(Decide(id, store_->FindPlan(id)->hash, kMina, "ok").ok());
  ASSERT_TRUE(store_->MovePlan(id, PlanState::kApplying, {}, kDaemon).ok());
  EXPECT_EQ(Code::kBusy, store_->MovePlan(id, PlanState::kApplying, {}, kDaemon).code());
  auto action = store_->BeginAction({id, 1, {{"verb", "delete"}}, {{"uid", "1"}}, kDaemon});
  ASSERT_TRUE(action.ok());
  Open();   // As after a crash.
  ASSERT_EQ(1U, store_->OpenActions()->size());
  EXPECT_EQ(Code::kBusy, store_->BeginAction({id, 1, {}, {}, kDaemon}).status().code());
  EXPECT_TRUE(store_->EndAction(*action, ActionState::kUnknown, {}, "killed").ok());
  EXPECT_EQ(Code::kBusy, store_->EndAction(*action, ActionState::kDone, {}, "").code());
  EXPECT_TRUE(store_->OpenActions()->empty());
  EXPECT_EQ(ActionState::kUnknown, (*store_->Actions(id))[0].state);
  EXPECT_TRUE(store_->MovePlan(id, PlanState::kUnknown, {"who knows", "모름"}, kDaemon).ok());
  EXPECT_TRUE(store_->MovePlan(id, PlanState::kUnverified, {}, kDaemon).ok());
  ExpectWhole();
}

TEST_F(PlansTest, ADeliveryThatIsEndedCountsNoTry) {
  Open();
  Delivery delivery = MakeDelivery("webhook");
  delivery.holder = "here/boot/1/2";
  auto id = store_->AddDelivery(delivery);
  ASSERT_TRUE(id.ok());
  EXPECT_EQ("here/boot/1/2", (*store_->Deliveries({}))[0].holder);
  EXPECT_TRUE(store_->RecordDeliveryAttempt(*id, {DeliveryState::kPending, "503"}).ok());
  EXPECT_TRUE(store_->EndDelivery(*id, "given up").ok());
  EXPECT_EQ(Code::kBusy, store_->EndDelivery(*id, "given up").code());
  EXPECT_EQ(Code::kBusy, store_->RecordDeliveryAttempt(*id, {DeliveryState::kSent, ""}).code());
  const Delivery row = (*store_->Deliveries({}))[0];
  EXPECT_EQ(DeliveryState::kFailed, row.state);
  EXPECT_EQ("given up", row.detail);
  EXPECT_EQ(1, row.attempts);
  ExpectWhole();
}

TEST_F(PlansTest, ARowThatSomebodyChangedIsNotThePlan) {
  Open();
  const PlanId id = Add();
  EXPECT_TRUE(store_->CheckPlan(id).ok()) << store_->CheckPlan(id).Describe();
  ASSERT_TRUE(Decide(id, store_->FindPlan(id)->hash, kMina, "ok").ok());
  EXPECT_TRUE(store_->CheckPlan(id).ok()) << store_->CheckPlan(id).Describe();
  ExpectWhole();
  const char* const changes[] = {
      "requester_identity = 'uid:4242'", "subject = 'shop/Pod/other'", "expires = expires + 1",
      "approvals_needed = 0",            "risk = 'none'",               "run = NULL, target = 'test'",
      "state = 'pending'",               "created = created + 1000000"};
  for (const char* change : changes) {
    const std::string where = " WHERE id = " + std::to_string(id);
    ASSERT_TRUE(Execute("CREATE TABLE kept AS SELECT * FROM plans; UPDATE plans SET " + std::string(change) + where));
    EXPECT_EQ(Code::kNotApproved, store_->CheckPlan(id).code()) << change;
    ASSERT_TRUE(Execute("PRAGMA foreign_keys = OFF; REPLACE INTO plans SELECT * FROM kept; DROP TABLE kept")) << change;
    EXPECT_TRUE(store_->CheckPlan(id).ok()) << change << store_->CheckPlan(id).Describe();
  }
  ASSERT_TRUE(Execute("UPDATE approvals SET actor_name = 'nobody'"));
  EXPECT_EQ(Code::kNotApproved, store_->CheckPlan(id).code());
  EXPECT_EQ(1U, store_->CheckIntegrity()->size());
}

TEST_F(PlansTest, APlanThatBeginsTwiceInTheLedgerIsNone) {
  Open();
  const PlanId id = Add();
  // Whoever may write the file may add to the chain, too.
  Value body = store_->Entries(0, 10, "plan.added")->front().body;
  body["requester"]["identity"] = "uid:4242";
  const LedgerHead head = *store_->Head();
  const std::string text = CanonicalJson(body);
  const std::string whole = "{\"at\":9000000000000000,\"body\":" + text + ",\"kind\":\"plan.added\",\"previous\":\"" + head.hash +
                            "\",\"sequence\":" + std::to_string(head.sequence + 1) + "}";
  ASSERT_TRUE(Execute("INSERT INTO ledger VALUES (" + std::to_string(head.sequence + 1) + ", 9000000000000000, 'plan.added', '" + text + "', '" +
                      head.hash + "', '" + Sha256Hex(whole) + "')"));
  ASSERT_TRUE(Execute("UPDATE plans SET requester_identity = 'uid:4242'"));
  EXPECT_FALSE(store_->CheckPlan(id).ok());
}

TEST_F(PlansTest, TheCheckComparesActionsWaiversAndDeliveriesToo) {
  Open();
  const PlanId id = Add();
  ASSERT_TRUE(Decide(id, store_->FindPlan(id)->hash, kMina, "ok").ok());
  ASSERT_TRUE(store_->MovePlan(id, PlanState::kApplying, {}, kDaemon).ok());
  const auto action = store_->BeginAction({id, 1, {{"verb", "delete"}}, {{"uid", "1"}}, kDaemon});
  ASSERT_TRUE(store_->EndAction(*action, ActionState::kUnknown, nullptr, "no answer").ok());
  ASSERT_TRUE(store_->MovePlan(id, PlanState::kUnknown, {"nobody knows", "모름"}, kDaemon).ok());
  Waiver waiver;
  waiver.owner = "shop";
  waiver.reason = "known";
  waiver.approver = kMina;
  waiver.target = "prod";
  waiver.expires = clock_.Now() + hours(1);
  const auto added = store_->AddWaiver(waiver);
  ASSERT_TRUE(added.ok()) << added.status().Describe();
  ASSERT_TRUE(store_->RevokeWaiver(*added, "over", kMina).ok());
  const auto delivery = store_->AddDelivery(MakeDelivery("webhook"));
  ASSERT_TRUE(store_->RecordDeliveryAttempt(*delivery, {DeliveryState::kSent, "200"}).ok());
  ExpectWhole();
  for (const char* change : {"UPDATE actions SET state = 'failed'", "UPDATE waivers SET revoked = NULL",
                             "UPDATE deliveries SET detail = '500'"}) {
    const std::size_t before = store_->CheckIntegrity()->size();
    ASSERT_TRUE(Execute(change));
    EXPECT_EQ(before + 1, store_->CheckIntegrity()->size()) << change;
  }
}

TEST_F(PlansTest, DeliveriesKeepEveryTry) {
  Open();
  auto id = store_->AddDelivery(MakeDelivery("webhook"));
  ASSERT_TRUE(id.ok());
  EXPECT_TRUE(store_->RecordDeliveryAttempt(*id, {DeliveryState::kPending, "503"}).ok());
  EXPECT_TRUE(store_->RecordDeliveryAttempt(*id, {DeliveryState::kSent, "200"}).ok());
  EXPECT_EQ(Code::kBusy, store_->RecordDeliveryAttempt(*id, {DeliveryState::kSent, ""}).code());
  EXPECT_EQ(2, (*store_->Deliveries({}))[0].attempts);
  EXPECT_EQ(2, Sql("SELECT count(*) FROM delivery_attempts"));
  EXPECT_TRUE(store_->Deliveries({DeliveryState::kPending, 0, 10})->empty());
}

}  // namespace
}  // namespace upkeep::store
