// SPDX-License-Identifier: Apache-2.0
//
// Writes between BeginTogether and EndTogether are one transaction; one that fails is undone alone.
#include "tests/runner/store/fixture.h"

namespace upkeep::store {
namespace {

class TogetherTest : public StoreTest {
 protected:
  /// Three slots that are due, written down one by one before.
  void SetUp() override {
    Open();
    ASSERT_TRUE(store_->RecordPlanned(PlanOf({At("2026-11-01T01:00:00Z"), At("2026-11-01T02:00:00Z"),
                                              At("2026-11-01T03:00:00Z")}))
                    .ok());
    clock_.SetWall(At("2026-11-01T03:00:00Z"));
    for (const int hour : {1, 2, 3}) {
      slots_.push_back(store_->FindSlot({"daily", "prod", At("2026-11-01T0" + std::to_string(hour) + ":00:00Z")})->id);
    }
  }
  Status Claim(std::size_t which) { return store_->ClaimSlot(slots_.at(which), {kDaemon, "host/1"}).status(); }
  /// As another process sees it.
  std::int64_t Running() { return Sql("SELECT count(*) FROM slots WHERE state = 'running'"); }

  std::vector<SlotId> slots_;
};

TEST_F(TogetherTest, TheyAreSeenByOthersAllAtOnce) {
  const std::int64_t entries = Sql("SELECT count(*) FROM ledger");
  ASSERT_TRUE(store_->BeginTogether().ok());
  EXPECT_TRUE(Claim(0).ok());
  EXPECT_TRUE(Claim(1).ok());
  EXPECT_EQ(SlotState::kRunning, store_->FindSlot({"daily", "prod", At("2026-11-01T01:00:00Z")})->state) << "by itself";
  EXPECT_EQ(0, Running());
  ASSERT_TRUE(store_->EndTogether().ok());
  EXPECT_EQ(2, Running());
  EXPECT_EQ(entries + 2, Sql("SELECT count(*) FROM ledger")) << "each has its entry";
  ExpectWhole();

  // The head file names the last of them: a store that is opened again is no fork.
  store_.reset();
  Open();
  EXPECT_TRUE(Claim(2).ok());
  ExpectWhole();
}

TEST_F(TogetherTest, OneThatFailsIsUndoneAlone) {
  ASSERT_TRUE(store_->BeginTogether().ok());
  EXPECT_TRUE(Claim(0).ok());
  EXPECT_EQ(Code::kBusy, Claim(0).code()) << "it is taken";
  EXPECT_TRUE(Claim(1).ok());
  ASSERT_TRUE(store_->EndTogether().ok());
  EXPECT_EQ(2, Running());
  ExpectWhole();
}

TEST_F(TogetherTest, WhoNeverEndsHasWrittenNothing) {
  ASSERT_TRUE(store_->BeginTogether().ok());
  EXPECT_TRUE(Claim(0).ok());
  store_.reset();   // As a death does.
  EXPECT_EQ(0, Running());
  Open();
  EXPECT_TRUE(Claim(0).ok());
  ExpectWhole();
}

TEST_F(TogetherTest, NobodyElseWritesMeanwhile) {
  OpenOptions options = Options();
  options.busy_timeout = std::chrono::milliseconds(50);
  auto other = OpenSqliteStore(path_, options);
  ASSERT_TRUE(other.ok()) << other.status().Describe();
  ASSERT_TRUE(store_->BeginTogether().ok());
  EXPECT_EQ(Code::kInternal, store_->BeginTogether().code()) << "twice";
  EXPECT_EQ(Code::kBusy, (*other)->ClaimSlot(slots_[0], {kDaemon, "host/2"}).status().code());
  EXPECT_EQ(Code::kBusy, (*other)->BeginTogether().code());
  ASSERT_TRUE(store_->EndTogether().ok());
  EXPECT_EQ(Code::kInternal, store_->EndTogether().code()) << "twice";
  EXPECT_TRUE((*other)->ClaimSlot(slots_[0], {kDaemon, "host/2"}).ok());
}

TEST_F(TogetherTest, AStoreThatOnlyReadsHasNoWrites) {
  store_.reset();
  OpenOptions options = Options();
  options.read_only = true;
  auto reader = OpenSqliteStore(path_, options);
  ASSERT_TRUE(reader.ok()) << reader.status().Describe();
  EXPECT_FALSE((*reader)->BeginTogether().ok());
}

}  // namespace
}  // namespace upkeep::store
