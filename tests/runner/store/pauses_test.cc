// SPDX-License-Identifier: Apache-2.0
// Pauses: who, why, since when and until when; and what of them the ledger keeps.
#include "tests/runner/store/fixture.h"

namespace upkeep::store {
namespace {

class PausesTest : public StoreTest {
 protected:
  PausesTest() { Open(); }
  Pause Wanted(const std::string& schedule, const std::string& target = "") {
    Pause pause;
    pause.schedule = schedule;
    pause.target = target;
    pause.reason = "upgrade";
    pause.actor = kJin;
    return pause;
  }
  std::size_t OpenOnes(const std::string& schedule = "") {
    PauseFilter filter;
    filter.open_only = true;
    filter.schedule = schedule;
    return store_->Pauses(filter)->size();
  }
  std::vector<LedgerEntry> Entries(const std::string& kind) { return *store_->Entries(0, 100, kind); }
};

TEST_F(PausesTest, APauseHoldsFromItsBeginUntilSomebodyResumes) {
  const Pause pause = *store_->AddPause(Wanted("daily"));
  const Instant begun = clock_.Now();
  EXPECT_EQ(begun, pause.begun);
  EXPECT_EQ(1U, OpenOnes("daily"));
  EXPECT_EQ(0U, OpenOnes("weekly"));
  clock_.Advance(hours(1));
  ASSERT_TRUE(store_->EndPause("daily", "", "done", kMina).ok());
  EXPECT_EQ(0U, OpenOnes());
  const Pause ended = store_->Pauses({})->front();
  EXPECT_EQ("mina", ended.ended_by);
  EXPECT_EQ("done", ended.end_reason);
  EXPECT_TRUE(ended.Covers("daily", "any", begun));
  EXPECT_TRUE(ended.Covers("daily", "any", begun + minutes(59)));
  EXPECT_FALSE(ended.Covers("daily", "any", begun + hours(1)));
  EXPECT_FALSE(ended.Covers("daily", "any", begun - seconds(1)));
  EXPECT_FALSE(ended.Covers("weekly", "any", begun));
  EXPECT_EQ(Code::kNotFound, store_->EndPause("daily", "", "again", kMina).code());
}

TEST_F(PausesTest, TheSameIsPausedOnceAndOthersBesideIt) {
  ASSERT_TRUE(store_->AddPause(Wanted("daily")).ok());
  EXPECT_EQ(Code::kInvalid, store_->AddPause(Wanted("daily")).status().code());
  ASSERT_TRUE(store_->AddPause(Wanted("daily", "orders")).ok());
  ASSERT_TRUE(store_->AddPause(Wanted("")).ok());
  EXPECT_EQ(3U, OpenOnes("daily"));
  EXPECT_EQ(1U, OpenOnes("weekly"));   // The one of every schedule.
}

TEST_F(PausesTest, AnExpiredPauseEndsItselfAndTheLedgerSaysWhen) {
  Pause wanted = Wanted("daily");
  wanted.until = clock_.Now() + minutes(10);
  ASSERT_TRUE(store_->AddPause(wanted).ok());
  EXPECT_EQ(0, *store_->EndExpiredPauses());
  clock_.Advance(minutes(11));
  EXPECT_EQ(0U, OpenOnes());           // Over by itself, before anybody writes that down.
  EXPECT_EQ(Code::kNotFound, store_->EndPause("daily", "", "late", kJin).code());
  EXPECT_EQ(1, *store_->EndExpiredPauses());
  EXPECT_EQ(0, *store_->EndExpiredPauses());
  ASSERT_EQ(1U, Entries("pause.ended").size());
  EXPECT_EQ(wanted.until->time_since_epoch().count(), Entries("pause.ended")[0].body["ended"]);
  EXPECT_EQ("upkeep", Entries("pause.ended")[0].body["actor"]["name"]);
}

TEST_F(PausesTest, ANewPauseAfterOneThatIsOverIsFine) {
  Pause wanted = Wanted("daily");
  wanted.until = clock_.Now() + minutes(10);
  ASSERT_TRUE(store_->AddPause(wanted).ok());
  clock_.Advance(minutes(11));
  EXPECT_TRUE(store_->AddPause(Wanted("daily")).ok());
  EXPECT_EQ(1U, OpenOnes());
  EXPECT_EQ(2U, Entries("pause.added").size());
  EXPECT_EQ(1U, Entries("pause.ended").size());
}

TEST_F(PausesTest, NobodyPausesWithoutReasonNameOrFuture) {
  Pause pause = Wanted("daily");
  pause.reason.clear();
  EXPECT_EQ(Code::kInvalid, store_->AddPause(pause).status().code());
  pause = Wanted("daily");
  pause.actor = {};
  EXPECT_EQ(Code::kInvalid, store_->AddPause(pause).status().code());
  pause = Wanted("daily");
  pause.until = clock_.Now();
  EXPECT_EQ(Code::kInvalid, store_->AddPause(pause).status().code());
  EXPECT_TRUE(Entries("pause.added").empty());
}

TEST_F(PausesTest, TheLedgerNamesWhoPausedAndWhy) {
  ASSERT_TRUE(store_->AddPause(Wanted("daily", "orders")).ok());
  const Value body = Entries("pause.added").at(0).body;
  EXPECT_EQ("daily", body["schedule"]);
  EXPECT_EQ("orders", body["target"]);
  EXPECT_EQ("upgrade", body["reason"]);
  EXPECT_EQ("os", body["actor"]["source"]);
  EXPECT_EQ("1000", body["actor"]["identity"]);
  EXPECT_TRUE(store_->VerifyLedger()->ok());
}

TEST_F(PausesTest, TheNewestSlotInAStateIsFoundWhateverCameAfter) {
  const Instant base = At("2026-11-02T00:00:00Z");
  ASSERT_TRUE(store_->RecordPlanned(PlanOf({base, base + hours(1), base + hours(2)})).ok());
  EXPECT_FALSE(store_->LatestSlot("daily", "prod", {SlotState::kMissed}, base + hours(5))->has_value());
  const SlotId first = store_->FindSlot({"daily", "prod", base})->id;
  ASSERT_TRUE(store_->MoveSlots({first}, SlotState::kMissed, "away", kDaemon).ok());
  EXPECT_EQ(base, (*store_->LatestSlot("daily", "prod", {SlotState::kMissed}, base + hours(5)))->key.planned);
  EXPECT_EQ(base + hours(1),
            (*store_->LatestSlot("daily", "prod", {SlotState::kPlanned}, base + hours(1)))->key.planned);
}

TEST_F(PausesTest, WhoCancelledARunIsInItsSlotAndInTheLedger) {
  const Instant at = At("2026-11-02T00:00:00Z");
  ASSERT_TRUE(store_->RecordPlanned(PlanOf({at})).ok());
  const Slot slot = *store_->FindSlot({"daily", "prod", at});
  auto attempt = store_->ClaimSlot(slot.id, {kDaemon, "host/1"});
  ASSERT_TRUE(attempt.ok());
  const RunId run = Start("schedule", {attempt->id});
  Finish(run, {MakeOutcome({MakeResult("web", checks::State::kOk)})},
         {{attempt->id, SlotState::kCancelled, "restore", kJin}});
  EXPECT_EQ("jin", store_->FindSlot(slot.key)->actor);
  EXPECT_EQ("restore", store_->FindSlot(slot.key)->reason);
  EXPECT_TRUE(store_->RebuildFromLedger(false)->empty());
}

TEST_F(PausesTest, RunsAboutUpkeepItselfAreListedOnlyWhenAskedFor) {
  const RunId self = Start("self");
  Finish(self, {MakeOutcome({MakeResult("web", checks::State::kOk)})});
  EXPECT_TRUE(store_->Runs({})->empty());
  RunFilter filter;
  filter.self_checks = true;
  EXPECT_EQ(1U, store_->Runs(filter)->size());
}

}  // namespace
}  // namespace upkeep::store
