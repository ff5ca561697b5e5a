// SPDX-License-Identifier: Apache-2.0
#include "runner/notify/not_sent.h"

#include <gtest/gtest.h>

#include <map>

namespace upkeep::notify {
namespace {

/// Deliveries by number, and what ended them.
class PendingDeliveries final : public store::DeliveryStore {
 public:
  Result<std::int64_t> AddDelivery(const store::Delivery& delivery) override {
    rows.push_back(delivery);
    rows.back().id = static_cast<std::int64_t>(rows.size());
    return rows.back().id;
  }
  Status RecordDeliveryAttempt(std::int64_t, const store::DeliveryAttempt&) override { return Status::Ok(); }
  Status EndDelivery(std::int64_t delivery, const std::string& why) override {
    if (somebody_was_faster) return Status(Code::kBusy, "not pending");
    ended[delivery] = why;
    return Status::Ok();
  }
  Result<std::vector<store::Delivery>> Deliveries(const store::DeliveryFilter& filter) override {
    EXPECT_EQ(store::DeliveryState::kPending, filter.state);
    return rows;
  }

  std::vector<store::Delivery> rows;
  std::map<std::int64_t, std::string> ended;
  bool somebody_was_faster = false;
};

class NotSentTest : public testing::Test {
 protected:
  std::int64_t Add(const std::string& holder, std::chrono::minutes ago, const std::string& detail = "") {
    store::Delivery delivery;
    delivery.holder = holder;
    delivery.changed = clock_.Now() - ago;
    delivery.detail = detail;
    return store_.AddDelivery(delivery).value();
  }
  Status EndLost() {
    return EndLostDeliveries(store_, clock_, "here/boot/1/1", [](const std::string& holder) {
      return holder.find("dead") == std::string::npos;
    });
  }

  SystemClock clock_;
  PendingDeliveries store_;
};

TEST_F(NotSentTest, OnlyWhatADeadProcessLeftIsEnded) {
  using std::chrono::minutes;
  const auto own = Add("here/boot/1/1", minutes(300));
  const auto alive = Add("here/boot/2/2", minutes(300));
  const auto dead = Add("here/boot/3/dead", minutes(0));
  const auto tried = Add("here/boot/4/dead", minutes(0), "HTTP 503");
  const auto elsewhere = Add("there/boot/1/1", minutes(59));
  const auto silent = Add("there/boot/1/1", minutes(61));
  const auto old = Add("", minutes(61));
  const auto of_old_upkeep = Add("", minutes(1));
  ASSERT_TRUE(EndLost().ok());
  EXPECT_EQ("the process that sent it is gone: it is not known whether it arrived", store_.ended[dead]);
  EXPECT_EQ("the process that sent it is gone: it is not known whether it arrived; before that: HTTP 503",
            store_.ended[tried]);
  for (const auto id : {silent, old}) EXPECT_EQ(1U, store_.ended.count(id)) << id;
  for (const auto id : {own, alive, elsewhere, of_old_upkeep}) EXPECT_EQ(0U, store_.ended.count(id)) << id;
}

TEST_F(NotSentTest, SomebodyWhoIsFasterIsAsGood) {
  Add("here/boot/3/dead", std::chrono::minutes(0));
  store_.somebody_was_faster = true;
  EXPECT_TRUE(EndLost().ok());
}

TEST_F(NotSentTest, WhatNeverBeganIsRecordedWithItsReason) {
  const auto id = RecordNotSent(store_, "nosuch", "report run", 7, Status(Code::kConfig, "there is none"));
  ASSERT_TRUE(id.ok());
  EXPECT_EQ("nosuch", store_.rows[0].destination);
  EXPECT_EQ("report run", store_.rows[0].subject);
  EXPECT_EQ(7, store_.rows[0].run);
  EXPECT_EQ("there is none", store_.ended[*id]);
}

}  // namespace
}  // namespace upkeep::notify
