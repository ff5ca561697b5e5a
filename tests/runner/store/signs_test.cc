// SPDX-License-Identifier: Apache-2.0
#include "tests/runner/store/fixture.h"

namespace upkeep::store {
namespace {

using SignsTest = StoreTest;

TEST_F(SignsTest, TheLastOneOfEachIsKept) {
  Open();
  EXPECT_FALSE(store_->LastSign("daemon")->has_value());
  ASSERT_TRUE(store_->Sign("daemon").ok());
  clock_.Advance(std::chrono::minutes(1));
  ASSERT_TRUE(store_->Sign("tick daily").ok());
  EXPECT_EQ(**store_->LastSign("daemon"), clock_.Now() - std::chrono::minutes(1));
  ASSERT_TRUE(store_->Sign("daemon").ok());
  EXPECT_EQ(**store_->LastSign("daemon"), clock_.Now());
  EXPECT_EQ(2, Sql("SELECT count(*) FROM signs"));
  ExpectWhole();
}

// A daemon that is killed before it has planned anything has only signed.
TEST_F(SignsTest, AStoreInWhichNothingElseWasWrittenOpensAgain) {
  Open();
  ASSERT_TRUE(store_->Sign("daemon").ok());
  ASSERT_TRUE(store_->BeginTogether().ok());
  ASSERT_TRUE(store_->EndTogether().ok());
  store_.reset();
  Open();
  ExpectWhole();
  EXPECT_TRUE(store_->RecordPlanned(PlanOf({At("2026-11-01T01:00:00Z")})).ok());
}

}  // namespace
}  // namespace upkeep::store
