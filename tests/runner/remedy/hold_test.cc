// SPDX-License-Identifier: Apache-2.0
#include "runner/remedy/hold.h"

#include "tests/runner/remedy/fixture.h"

namespace upkeep::remedy {
namespace {

using HoldTest = RemedyTest;

Instant TimeAt(const std::string& text) { return *ParseRfc3339(text); }

TEST_F(HoldTest, AWindowHoldsUntilItsEnd) {
  std::filesystem::create_directories(folder_ + "/calendars");
  std::ofstream(folder_ + "/calendars/sale.yaml")
      << "apiVersion: upkeep/v1\nkind: Calendar\nfreeze:\n  - {from: 2026-12-24, to: 2026-12-26, reason: Sale}\n";
  std::ofstream(folder_ + "/policy.yaml") << "time_zone: Asia/Seoul\ncalendar: sale\n"
      "windows:\n  - {days: [fri], from: \"22:00\", to: \"02:00\", reason: Release night}\n";
  const auto policy = ReadPolicy(folder_ + "/policy.yaml");
  ASSERT_TRUE(policy.ok()) << policy.status().Describe();
  const auto at = [&](const std::string& time) { return CheckHold(*store_, *policy, "db", TimeAt(time)); };
  EXPECT_TRUE(at("2026-11-27T12:59:00Z").ok());
  const Status night = at("2026-11-27T13:30:30Z");   // Friday, 22:30 in Seoul.
  EXPECT_EQ(Code::kDenied, night.code());
  EXPECT_NE(std::string::npos, night.message().find("Release night")) << night.message();
  EXPECT_NE(std::string::npos, night.message().find("2026-11-27T17:00:00")) << night.message();
  const Status sale = at("2026-12-24T00:00:00Z");
  EXPECT_NE(std::string::npos, sale.message().find("the freeze 'Sale'")) << sale.message();
  // The release night of Friday the 25th lies inside the freeze.
  EXPECT_NE(std::string::npos, sale.message().find("2026-12-26T15:00:00")) << sale.message();
  EXPECT_TRUE(at("2026-12-26T15:00:00Z").ok());
  EXPECT_FALSE(ReadPolicy(folder_ + "/none.yaml").ok());
  EXPECT_FALSE(ParsePolicy("calendar: nowhere\n", folder_ + "/p.yaml").ok());
  EXPECT_FALSE(ParsePolicy("time_zone: Asia/Soul\n", "p").ok());
  EXPECT_FALSE(ParsePolicy("windows: [{days: [fry], from: \"22:00\", to: \"02:00\"}]\n", "p").ok());
}

TEST_F(HoldTest, PlanningSaysSoAndApplyingWaits) {
  schedules::Window window;
  window.kind = schedules::WindowKind::kFreeze;
  window.reason = {"Sale", "할인"};
  window.zone = zone::Zone::Utc();
  window.when = schedules::WeeklyWindow{0x7F, std::chrono::minutes(0), std::chrono::hours(24)};
  bench_->policy.windows = {window};
  const Proposed proposed = ProposeOne();
  ASSERT_NE(0, proposed.plan) << proposed.status.Describe();
  EXPECT_NE(std::string::npos, proposed.held.message().find("Sale")) << proposed.held.message();
  ASSERT_TRUE(ApproveAs({"mina", "os", "uid:4002"}, proposed.plan).ok());
  EXPECT_EQ(Code::kDenied, ApplyPlan(proposed.plan).status().code());
  EXPECT_EQ(0, world_.ended);
  bench_->policy.windows.clear();

  store::Pause pause;
  pause.target = "db";
  pause.reason = "the team moves it";
  pause.actor = requester_;
  ASSERT_TRUE(store_->AddPause(pause).ok());
  EXPECT_NE(std::string::npos, ApplyPlan(proposed.plan).status().message().find("db is paused"));
  ASSERT_TRUE(store_->EndPause("", "db", "done", requester_).ok());
  pause.target.clear();
  ASSERT_TRUE(store_->AddPause(pause).ok());
  EXPECT_EQ(Code::kDenied, ApplyPlan(proposed.plan).status().code());
  ASSERT_TRUE(store_->EndPause("", "", "done", requester_).ok());
  pause.target = "another";
  ASSERT_TRUE(store_->AddPause(pause).ok());
  pause.target.clear();
  pause.schedule = "daily";   // About when checks run.
  ASSERT_TRUE(store_->AddPause(pause).ok());
  EXPECT_EQ(0, world_.ended);
  const auto applied = ApplyPlan(proposed.plan);
  ASSERT_TRUE(applied.ok()) << applied.status().Describe();
  EXPECT_EQ(1, world_.ended);
}

}  // namespace
}  // namespace upkeep::remedy
