// SPDX-License-Identifier: Apache-2.0
//
// The shipped public holidays of Korea, against dates that were published elsewhere (the
// government's almanac, calendars in print) and against the rules of the law.
#include <map>

#include "tests/schedules/calendars.h"

namespace upkeep::schedules {
namespace {

using std::chrono::days;
using std::chrono::weekday;

TEST(Korea, DatesThatArePublished) {
  const auto korea = Korea();
  const std::map<std::string, std::string> known = {
      {"2026-02-17", "설날"},       {"2026-03-02", "대체공휴일(삼일절)"},
      {"2026-05-24", "부처님오신날"}, {"2026-05-25", "대체공휴일(부처님오신날)"},
      {"2026-06-03", "지방선거일"}, {"2026-07-17", "제헌절"},
      {"2026-08-17", "대체공휴일(광복절)"}, {"2026-09-25", "추석"},
      {"2026-10-05", "대체공휴일(개천절)"}, {"2027-02-07", "설날"},
      {"2027-02-09", "대체공휴일(설날)"}, {"2027-05-13", "부처님오신날"},
      {"2027-09-15", "추석"},       {"2028-01-27", "설날"},
      {"2028-04-12", "국회의원 선거일"}, {"2028-10-03", "추석·개천절"},
      {"2028-10-05", "대체공휴일(추석)"}, {"2029-02-13", "설날"},
      {"2029-05-21", "대체공휴일(부처님오신날)"}, {"2029-09-22", "추석"},
      {"2029-09-24", "대체공휴일(추석)"}, {"2030-02-03", "설날"},
      {"2030-05-09", "부처님오신날"}, {"2030-09-12", "추석"}};
  for (const auto& [date, name] : known) {
    const auto off = korea->DayOff(Day(date));
    ASSERT_TRUE(off.has_value()) << date;
    EXPECT_EQ(name, off->ko) << date;
  }
  // Not substituted: New Year's Day and Memorial Day.
  for (const char* worked : {"2026-06-08", "2027-06-07", "2028-01-03"}) {
    EXPECT_TRUE(korea->IsWorkingDay(Day(worked))) << worked;
  }
}

TEST(Korea, EveryYearHasItsHolidaysAndNamesInBothLanguages) {
  const auto korea = Korea();
  std::map<int, int> by_year;
  for (const Holiday& holiday : korea->parts().holidays) {
    EXPECT_FALSE(holiday.name.en.empty());
    EXPECT_FALSE(holiday.name.ko.empty());
    EXPECT_NE(holiday.name.en, holiday.name.ko);
    ++by_year[int(std::chrono::year_month_day(holiday.first).year())];
  }
  // 17 by name and date; substitutes and elections come on top, a coincidence takes one away.
  for (int year = 2026; year <= 2030; ++year) {
    EXPECT_GE(by_year[year], 17) << year;
    EXPECT_LE(by_year[year], 24) << year;
  }
  EXPECT_EQ(5U, by_year.size());
  EXPECT_EQ(Day("2030-12-31"), korea->CoversUntil());
}

TEST(Korea, AHolidayOnAWeekendHasASubstituteWhereTheLawGivesOne) {
  const auto korea = Korea();
  for (const Holiday& holiday : korea->parts().holidays) {
    const std::string& name = holiday.name.ko;
    const unsigned day = weekday(holiday.first).c_encoding();
    const bool lunar = name.starts_with("설날") || name.starts_with("추석");
    const bool none = name == "신정" || name == "현충일" || name.ends_with("선거일") ||
                      name.starts_with("대체공휴일");
    const bool substituted = !none && (day == 0 || (day == 6 && !lunar) ||
                                       name.find("·") != std::string::npos);
    if (!substituted) continue;
    // One is found before the next day that is worked, and it is a weekday.
    bool found = false;
    for (LocalDays next = holiday.first; !korea->IsWorkingDay(next); next += days(1)) {
      const auto off = korea->DayOff(next);
      found = found || (off->ko.starts_with("대체공휴일") && weekday(next).c_encoding() % 6 != 0);
    }
    EXPECT_TRUE(found) << DateText(holiday.first) << " " << name;
  }
}

}  // namespace
}  // namespace upkeep::schedules
