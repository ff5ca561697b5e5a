// SPDX-License-Identifier: Apache-2.0
// Two processes on one store: what the one that no longer leads may not do.
#include "tests/runner/store/fixture.h"

namespace upkeep::store {
namespace {

using FenceTest = StoreTest;

TEST_F(FenceTest, TheNumberOnlyGrows) {
  Open();
  EXPECT_EQ(0, store_->HighestFence()->number);
  EXPECT_EQ(1, *store_->RaiseFence({0, "a", "lockfile", {}}));
  EXPECT_EQ(7, *store_->RaiseFence({7, "a", "lease ops/upkeep", {}}));
  EXPECT_EQ(7, *store_->RaiseFence({7, "a", "lease ops/upkeep", {}})) << "once more is the same";
  EXPECT_EQ(Code::kDenied, store_->RaiseFence({6, "b", "lease ops/upkeep", {}}).status().code());
  EXPECT_EQ(Code::kDenied, store_->RaiseFence({7, "b", "lease ops/upkeep", {}}).status().code());
  EXPECT_EQ(Code::kInvalid, store_->RaiseFence({9, "", "lease ops/upkeep", {}}).status().code());
  EXPECT_EQ(8, *store_->RaiseFence({0, "b", "lockfile", {}}));
  const Fence highest = *store_->HighestFence();
  EXPECT_EQ("b", highest.holder);
  EXPECT_EQ("lockfile", highest.source);
  EXPECT_EQ(clock_.Now(), highest.raised);
  EXPECT_EQ(3, Sql("SELECT count(*) FROM ledger WHERE kind = 'fence.raised'"));
  ExpectWhole();
}

class TwoLeaders : public StoreTest {
 protected:
  /// The one that leads first has claimed a slot and begun to run it; then another takes over.
  void SetUp() override {
    Open();
    ASSERT_TRUE(store_->RecordPlanned(PlanOf({At("2026-11-01T01:00:00Z"), At("2026-11-01T02:00:00Z")})).ok());
    const auto slots = *store_->Slots({});
    first_ = slots[0].id;
    second_ = slots[1].id;
    ASSERT_EQ(1, *store_->RaiseFence({0, "old", "lockfile", {}}));
    attempt_ = *store_->ClaimSlot(first_, {kDaemon, "old", false, false});
    run_ = Start("schedule", {attempt_.id});
    new_ = std::move(*TryOpen());
    ASSERT_EQ(2, *new_->RaiseFence({0, "new", "lockfile", {}}));
  }
  Status FinishAsBefore() {
    RunFinish finish;
    finish.finished = clock_.Now();
    finish.outcomes = {MakeOutcome({MakeResult("web", checks::State::kOk)})};
    finish.attempts = {{attempt_.id, SlotState::kOnTime, ""}};
    return store_->FinishRun(run_, finish).status();
  }
  void ExpectRefused(const Status& status) {
    EXPECT_EQ(Code::kDenied, status.code()) << status.Describe();
    EXPECT_NE(status.message().find("no longer leads"), std::string::npos) << status.message();
    EXPECT_NE(status.message().find("new has raised it to 2"), std::string::npos) << status.message();
  }

  SlotId first_ = 0, second_ = 0;
  Attempt attempt_;
  RunId run_ = 0;
  std::unique_ptr<Store> new_;
};

TEST_F(TwoLeaders, TheClaimCarriesTheNumber) {
  EXPECT_EQ(1, attempt_.fence);
  const auto open = *new_->OpenAttempts();
  ASSERT_EQ(1U, open.size());
  EXPECT_EQ(1, open[0].fence);
  EXPECT_EQ(2, new_->ClaimSlot(second_, {kDaemon, "new", false, false})->fence);
}

TEST_F(TwoLeaders, NothingOfTheOldOneIsStoredAnyMore) {
  const std::int64_t before = store_->Head()->sequence;
  ExpectRefused(FinishAsBefore());
  ExpectRefused(store_->ClaimSlot(second_, {kDaemon, "old", false, false}).status());
  ExpectRefused(store_->MoveSlots({second_}, SlotState::kMissed, "late", kDaemon));
  ExpectRefused(store_->RecordPlanned(PlanOf({At("2026-11-01T03:00:00Z")})).status());
  ExpectRefused(store_->InterruptRun(run_, "gone"));
  ExpectRefused(store_->FinishSlot({attempt_.id, SlotState::kInterrupted, "gone"}, kDaemon));
  EXPECT_EQ(before, new_->Head()->sequence) << "not even an entry of the ledger";
  EXPECT_EQ(RunState::kRunning, new_->Run(run_)->state);
}

TEST_F(TwoLeaders, TheNewOneAccountsForItsSlotAndTheLateEndIsRefused) {
  ASSERT_TRUE(new_->InterruptRun(run_, "another daemon leads since (fence 2 after 1)").ok());
  ExpectRefused(FinishAsBefore());
  EXPECT_EQ(SlotState::kInterrupted, (*new_->Slots({}))[0].state);
  EXPECT_TRUE(new_->Results(run_)->empty());
  ExpectWhole();
}

TEST_F(TwoLeaders, LeadingAgainDoesNotBringBackWhatRanBefore) {
  ASSERT_EQ(3, *store_->RaiseFence({0, "old", "lockfile", {}}));
  const Status refused = FinishAsBefore();
  EXPECT_EQ(Code::kDenied, refused.code());
  EXPECT_NE(refused.message().find("was begun under fence 1"), std::string::npos) << refused.message();
  EXPECT_TRUE(store_->ClaimSlot(second_, {kDaemon, "old", false, false}).ok());
}

TEST_F(TwoLeaders, ATickBesideThemIsNotChecked) {
  const auto tick = std::move(*TryOpen());
  const auto attempt = tick->ClaimSlot(second_, {kDaemon, "tick", false, false});
  ASSERT_TRUE(attempt.ok()) << attempt.status().Describe();
  EXPECT_EQ(0, attempt->fence);
  EXPECT_TRUE(tick->FinishSlot({attempt->id, SlotState::kOnTime, ""}, kDaemon).ok());
  EXPECT_EQ(Code::kBusy, new_->ClaimSlot(second_, {kDaemon, "new", false, false}).status().code());
}

TEST_F(FenceTest, AnAttemptAboveEveryFenceIsAFault) {
  Open();
  ASSERT_TRUE(store_->RecordPlanned(PlanOf({At("2026-11-01T01:00:00Z")})).ok());
  ASSERT_TRUE(store_->ClaimSlot((*store_->Slots({}))[0].id, {kDaemon, "a", false, false}).ok());
  ExpectWhole();
  ASSERT_TRUE(Execute("UPDATE attempts SET fence = 5"));
  const auto faults = *store_->CheckIntegrity();
  ASSERT_EQ(1U, faults.size());
  EXPECT_EQ("attempt 1 carries fence 5, which nobody ever raised", faults[0].what);
}

}  // namespace
}  // namespace upkeep::store
