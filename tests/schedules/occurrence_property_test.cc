// SPDX-License-Identifier: Apache-2.0
//
// The shift against a walk over days that knows nothing of how it is done: each wall time of each
// day is moved by hand, and the set of what comes out must be what NextPlanned() goes through.
#include <cstdlib>
#include <random>
#include <set>

#include "tests/schedules/calendars.h"

namespace upkeep::schedules {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

class ScheduleGenerator {
 public:
  explicit ScheduleGenerator(unsigned seed) : random_(seed) {}
  int Below(int n) { return std::uniform_int_distribution<int>(0, n - 1)(random_); }

  std::string Expression() {
    static const char* const kMinutes[] = {"0", "30", "*/20", "15,45", "59"};
    static const char* const kHours[] = {"9", "0", "23", "2", "*/6", "1,2,3", "*"};
    static const char* const kDays[] = {"*", "*", "1", "L", "15", "LW", "*/3", "1-7"};
    static const char* const kWeekdays[] = {"*", "*", "MON#1", "SAT", "SUN", "FRI#L"};
    return std::string(kMinutes[Below(5)]) + " " + kHours[Below(7)] + " " + kDays[Below(8)] +
           " * " + kWeekdays[Below(6)];
  }

  CalendarHandle Calendar() {
    CalendarParts parts;
    parts.weekend = static_cast<std::uint8_t>(Below(127));
    for (int i = Below(30); i > 0; --i) {
      parts.holidays.push_back({.first = Day("2026-01-01") + days(Below(500)),
                                .days = 1 + Below(Below(8) == 0 ? 20 : 4),
                                .repeats = {},
                                .except = {},
                                .name = {.en = "h", .ko = "휴"}});
    }
    return std::make_shared<schedules::Calendar>("random", std::move(parts));
  }

 private:
  std::mt19937 random_;
};

/// Where a day's times run, one step at a time.
std::optional<LocalDays> Moved(const Schedule& schedule, LocalDays day) {
  const int step = schedule.holiday == HolidayShift::kPrevious ? -1 : 1;
  while (!schedule.calendar->IsWorkingDay(day)) {
    if (schedule.holiday == HolidayShift::kSkip) return std::nullopt;
    day += days(step);
  }
  return day;
}

/// Everything planned in (after, until), by hand.
std::set<Instant> Walk(const Schedule& schedule, Instant after, Instant until) {
  const zone::Zone& zone = schedule.expression.zone();
  std::set<Instant> all;
  const auto add = [&](Instant at) {
    if (at > after && at < until) all.insert(at);
  };
  // Working days: as the expression has it, clock changes and all.
  for (auto at = schedule.expression.Next(after); at && *at < until;
       at = schedule.expression.Next(*at)) {
    const LocalDays day = floor<days>(zone.ToLocal(floor<seconds>(*at)));
    if (schedule.calendar->IsWorkingDay(day)) add(*at);
  }
  const LocalDays first = floor<days>(zone.ToLocal(floor<seconds>(after))) - days(150);
  const LocalDays last = floor<days>(zone.ToLocal(floor<seconds>(until))) + days(150);
  for (LocalDays day = first; day <= last; day += days(1)) {
    if (schedule.calendar->IsWorkingDay(day)) continue;
    const auto to = Moved(schedule, day);
    if (!to) continue;
    const zone::LocalSeconds end = zone::LocalSeconds(day) + days(1);
    for (auto wall = schedule.expression.fields().NextLocal(zone::LocalSeconds(day));
         wall && *wall < end; wall = schedule.expression.fields().NextLocal(*wall + seconds(1))) {
      const zone::Resolved there = zone.FromLocal(zone::LocalSeconds(*to) + (*wall - zone::LocalSeconds(day)));
      add(there.occurrence == zone::Occurrence::kNever ? there.change : there.first);
    }
  }
  return all;
}

TEST(ShiftProperty, AgreesWithAWalkByHand) {
  const char* given = std::getenv("UPKEEP_SEED");
  const unsigned seed = given != nullptr ? static_cast<unsigned>(std::atoi(given)) : 20261126;
  ScheduleGenerator generate(seed);
  static const char* const kZones[] = {"Asia/Seoul", "America/New_York", "Australia/Lord_Howe",
                                       "Europe/Riga", "America/Havana", "UTC"};
  std::size_t compared = 0;
  for (int round = 0; round < 250; ++round) {
    Schedule schedule;
    schedule.id = "s";
    CronOptions options;
    options.zone = ZoneOf(kZones[generate.Below(6)]);
    options.day_rule = DayRule::kOr;
    options.dst = DstPolicy{static_cast<Gap>(generate.Below(3)),
                            static_cast<Overlap>(generate.Below(2))};
    const std::string text = generate.Expression();
    schedule.expression = Cron(text, options);
    schedule.calendar = generate.Calendar();
    schedule.holiday = static_cast<HolidayShift>(1 + generate.Below(3));
    // Around a clock change as often as not.
    const Instant from = (generate.Below(2) == 0 ? At("2026-03-01T00:00:00Z") : At("2026-10-20T00:00:00Z")) +
                         hours(generate.Below(24 * 20)) + minutes(generate.Below(60));
    const Instant until = from + days(25);
    const std::set<Instant> walked = Walk(schedule, from, until);
    std::set<Instant> planned;
    Instant last = from;
    for (auto at = NextPlanned(schedule, from); at && *at < until; at = NextPlanned(schedule, *at)) {
      ASSERT_GT(*at, last) << "two slots at one instant, or time goes back";
      planned.insert(*at);
      last = *at;
      const auto occurrence = OccurrenceAt(schedule, *at);
      ASSERT_TRUE(occurrence.has_value());
      const LocalDays day = floor<days>(options.zone.ToLocal(floor<seconds>(*at)));
      ASSERT_TRUE(schedule.calendar->IsWorkingDay(day)) << DateText(day);
      if (schedule.holiday == HolidayShift::kNext) {
        ASSERT_LE(occurrence->original, *at);
      }
      if (schedule.holiday == HolidayShift::kPrevious && occurrence->shifted) {
        ASSERT_GE(occurrence->original, *at);
      }
      if (schedule.holiday == HolidayShift::kSkip) {
        ASSERT_FALSE(occurrence->shifted);
      }
    }
    ASSERT_EQ(walked, planned) << "seed " << seed << " round " << round << ": '" << text << "' in "
                               << options.zone.name() << " shift " << int(schedule.holiday)
                               << " from " << FormatRfc3339(from);
    compared += planned.size();
  }
  EXPECT_GT(compared, 5000U);
}

TEST(ShiftProperty, ADayMovesNoFurtherBackThanTheDayBeforeIt) {
  ScheduleGenerator generate(3);
  for (int round = 0; round < 50; ++round) {
    const CalendarHandle calendar = generate.Calendar();
    std::optional<LocalDays> next, previous;
    for (LocalDays day = Day("2026-01-01"); day < Day("2027-06-01"); day += days(1)) {
      const auto later = calendar->WorkingDayFrom(day), earlier = calendar->WorkingDayUpTo(day);
      ASSERT_TRUE(later && earlier);
      EXPECT_TRUE(calendar->IsWorkingDay(*later) && calendar->IsWorkingDay(*earlier));
      EXPECT_TRUE(*earlier <= day && day <= *later);
      if (next) {
        EXPECT_TRUE(*next <= *later && *previous <= *earlier);
      }
      next = later;
      previous = earlier;
    }
  }
}

TEST(ShiftHorizon, WhatNeverRunsIsNeverAndNothingLoops) {
  Schedule schedule;
  schedule.id = "s";
  schedule.expression = Cron("0 9 1 1 *");
  schedule.calendar = YamlCalendar("weekend: []\nholidays:\n  - {yearly: 01-01, name: a}\n");
  schedule.holiday = HolidayShift::kSkip;
  EXPECT_EQ(std::nullopt, NextPlanned(schedule, At("2026-01-01T00:00:00Z")));
  schedule.holiday = HolidayShift::kNext;
  EXPECT_EQ(At("2027-01-02T09:00:00Z"), NextPlanned(schedule, At("2026-06-01T00:00:00Z")));
  // Every minute of a week that nobody works.
  schedule.expression = Cron("* * * * *");
  schedule.calendar = ICalendar(
      "BEGIN:VEVENT\r\nDTSTART;VALUE=DATE:19700105\r\nDTEND;VALUE=DATE:19700112\r\nSUMMARY:x\r\n"
      "RRULE:FREQ=WEEKLY\r\nEND:VEVENT\r\n");
  for (const HolidayShift shift : {HolidayShift::kNext, HolidayShift::kPrevious, HolidayShift::kSkip}) {
    schedule.holiday = shift;
    EXPECT_EQ(std::nullopt, NextPlanned(schedule, At("2026-01-01T00:00:00Z")));
  }
  // A rare one, centuries away: 29 February across 2100.
  schedule.expression = Cron("0 9 29 2 *");
  schedule.calendar = YamlCalendar("weekend: []\n");
  EXPECT_EQ(At("2104-02-29T09:00:00Z"), NextPlanned(schedule, At("2097-01-01T00:00:00Z")));
}

}  // namespace
}  // namespace upkeep::schedules
