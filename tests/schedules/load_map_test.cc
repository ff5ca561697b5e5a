// SPDX-License-Identifier: Apache-2.0
#include "schedules/load_map.h"

#include "tests/schedules/calendars.h"

namespace upkeep::schedules {
namespace {

Schedule Make(const std::string& id, const std::string& cron, const std::string& zone = "UTC") {
  Schedule schedule;
  schedule.id = id;
  CronOptions options;
  options.zone = ZoneOf(zone);
  schedule.expression = Cron(cron, options);
  return schedule;
}

TEST(LoadMap, CountsByTheHourAndByTargets) {
  const LoadMap map = Simulate({Make("often", "*/20 * * * *"), Make("daily", "30 2 * * *")},
                               {{"daily", 3}}, zone::Zone::Utc(), At("2026-11-30T17:00:00Z"), 2);
  ASSERT_EQ(2U, map.days.size());
  EXPECT_EQ(std::chrono::year(2026) / 11 / 30, map.days[0].date);
  EXPECT_EQ(6, map.days[0].hours[2].slots);
  EXPECT_EQ(3, map.days[0].hours[3].slots);
  EXPECT_EQ(75, map.days[1].slots);
  EXPECT_EQ(150, map.slots);
  EXPECT_EQ(3, map.busiest_slots);
  EXPECT_EQ(At("2026-11-30T02:30:00Z"), map.busiest);
  EXPECT_EQ("often", map.schedules[0].id);
}

TEST(LoadMap, WhatAWindowKeepsFromRunningIsCountedApart) {
  Schedule schedule = Make("s", "0 * * * *");
  schedule.heavy = true;
  schedule.blackout.push_back(
      {.kind = WindowKind::kBlackout, .reason = {.en = "night", .ko = "야간"}, .zone = {},
       .when = WeeklyWindow{.from = std::chrono::hours(1), .length = std::chrono::hours(3)}});
  Schedule other = Make("t", "0 2 * * *");
  other.heavy = true;
  const LoadMap map = Simulate({schedule, other}, {{"s", 2}}, zone::Zone::Utc(),
                               At("2026-11-30T00:00:00Z"), 2);
  EXPECT_EQ(2 * 2 * 21 + 2, map.slots);
  EXPECT_EQ(2 * 2 * 3, map.blackout);
  EXPECT_EQ(0, map.days[0].hours[1].slots);
  EXPECT_EQ(2, map.days[0].hours[1].blackout);
  EXPECT_EQ(1, map.days[0].hours[2].slots);
  ASSERT_EQ(1U, map.blackouts.size());
  EXPECT_EQ("night", map.blackouts[0].window.en);
  EXPECT_EQ(At("2026-11-30T01:00:00Z"), map.blackouts[0].at);
  EXPECT_EQ(12, map.blackouts[0].slots);
  EXPECT_TRUE(map.clashes.empty()) << "one of them does not start";
}

TEST(LoadMap, AHolidayMovesTheSlot) {
  Schedule schedule = Make("s", "0 9 16 2 *", "Asia/Seoul");
  schedule.calendar = Korea();
  schedule.holiday = HolidayShift::kNext;
  const LoadMap map = Simulate({schedule}, {}, schedule.expression.zone(),
                               At("2026-02-15T15:00:00Z"), 5);
  EXPECT_EQ(1, map.slots);
  EXPECT_EQ(0, map.days[0].slots);
  EXPECT_EQ(1, map.days[3].hours[9].slots);
}

TEST(LoadMap, ClashesAndClockChangesAreNamed) {
  Schedule a = Make("a", "30 2 * * *", "Europe/Berlin"), b = Make("b", "30 2 * * SUN", "Europe/Berlin");
  a.heavy = b.heavy = true;
  a.targets = {"x", "y"};
  b.targets = {"y"};
  Schedule off = Make("off", "0 0 * * *");
  off.enabled = false;
  const LoadMap map = Simulate({a, b, off}, {}, a.expression.zone(), At("2026-10-24T22:00:00Z"), 8);
  ASSERT_EQ(1U, map.clashes.size());
  EXPECT_EQ("y", map.clashes[0].target);
  EXPECT_EQ(2, map.clashes[0].times);
  ASSERT_EQ(2U, map.at_changes.size());
  EXPECT_EQ("shown twice: runs the first time only", map.at_changes[0].what.en);
  EXPECT_EQ(Strings{"off"}, map.off);
}

TEST(LoadMap, ATimeThatTheCalendarMovesAwayMeetsNoClockChange) {
  Schedule schedule = Make("s", "30 2 * * SUN", "Europe/Berlin");
  schedule.calendar = YamlCalendar("holidays: []\n");
  const auto from = At("2026-10-24T22:00:00Z");
  EXPECT_EQ(1U, Simulate({schedule}, {}, schedule.expression.zone(), from, 3).at_changes.size());
  schedule.holiday = HolidayShift::kNext;
  const LoadMap map = Simulate({schedule}, {}, schedule.expression.zone(), from, 3);
  EXPECT_TRUE(map.at_changes.empty());
  EXPECT_EQ(1, map.days[1].hours[2].slots);
}

}  // namespace
}  // namespace upkeep::schedules
