// SPDX-License-Identifier: Apache-2.0
#include "runner/daemon/health.h"

#include <gtest/gtest.h>

#include <thread>

namespace upkeep::daemon {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

TEST(Health, ALoopThatDoesNotTurnIsNotAlive) {
  Health health(milliseconds(50));
  health.Turned();
  EXPECT_TRUE(health.Live().ok());
  std::this_thread::sleep_for(milliseconds(80));   // This is the thing measured.
  EXPECT_EQ(health.Live().code(), Code::kTimeout);
  health.Turned();
  EXPECT_TRUE(health.Live().ok());
}

TEST(Health, ReadyNeedsLockSchedulesAndAStoreThatTakesWrites) {
  Health health;
  EXPECT_EQ(health.Ready().code(), Code::kBusy);
  health.LockHeld(true);
  EXPECT_EQ(health.Ready().code(), Code::kNoData);
  health.Loaded(3, 1);
  EXPECT_TRUE(health.Ready().ok());
  health.Stored(Status(Code::kStore, "disk full"));
  EXPECT_EQ(health.Ready().message(), "disk full");
  health.Stored(Status(Code::kInvalid, "a bad definition is no fault of the store"));
  EXPECT_TRUE(health.Ready().ok());
  health.Ending();
  EXPECT_EQ(health.Ready().code(), Code::kCancelled);
}

TEST(Health, SkewsFallIntoCumulativeBuckets) {
  Health health;
  health.Started(microseconds(-5));        // A clock that moved back.
  health.Started(microseconds(5'000));     // On the edge counts as within.
  health.Started(microseconds(40'000));
  health.Started(std::chrono::hours(1));
  const std::string text = health.Metrics();
  EXPECT_NE(text.find("# TYPE upkeep_start_skew_seconds histogram\n"), std::string::npos);
  EXPECT_NE(text.find("upkeep_start_skew_seconds_bucket{le=\"0.005\"} 2\n"), std::string::npos) << text;
  EXPECT_NE(text.find("upkeep_start_skew_seconds_bucket{le=\"0.05\"} 3\n"), std::string::npos);
  EXPECT_NE(text.find("upkeep_start_skew_seconds_bucket{le=\"300\"} 3\n"), std::string::npos);
  EXPECT_NE(text.find("upkeep_start_skew_seconds_bucket{le=\"+Inf\"} 4\n"), std::string::npos);
  EXPECT_NE(text.find("upkeep_start_skew_seconds_count 4\n"), std::string::npos);
  EXPECT_NE(text.find("upkeep_start_skew_seconds_sum 3600.045\n"), std::string::npos) << text;
}

TEST(Health, CountsWhatHappened) {
  Health health;
  health.Loaded(7, 2);
  health.ReloadFailed();
  health.Missed(3);
  health.Missed(4);
  health.InFlight(5);
  health.Succeeded("da\"ily", Instant(std::chrono::seconds(1'790'000'000)));
  health.Succeeded("da\"ily", Instant(std::chrono::seconds(1'780'000'000)));   // An older one ends later.
  const std::string text = health.Metrics();
  for (const char* line : {"upkeep_schedules 7\n", "upkeep_schedules_quarantined 2\n", "upkeep_reloads_total 1\n",
                           "upkeep_reload_errors_total 1\n", "upkeep_missed_slots_total 7\n", "upkeep_runs_in_flight 5\n",
                           "upkeep_schedule_last_success_timestamp_seconds{schedule=\"da\\\"ily\"} 1790000000\n"}) {
    EXPECT_NE(text.find(line), std::string::npos) << line << text;
  }
}

}  // namespace
}  // namespace upkeep::daemon
