// SPDX-License-Identifier: Apache-2.0
#include "schedules/calendar.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "tests/schedules/calendars.h"

namespace upkeep::schedules {
namespace {

using std::chrono::days;

TEST(Calendar, DatesRangesAndYearlyHolidays) {
  const auto calendar = YamlCalendar(R"(
holidays:
  - {date: 2026-11-26, name: {en: Thanksgiving, ko: 추수감사절}}
  - {from: 2026-12-28, to: 2026-12-30, name: Shutdown}
  - {yearly: 02-29, name: Leap day}
)");
  EXPECT_EQ("추수감사절", calendar->DayOff(Day("2026-11-26"))->ko);
  EXPECT_TRUE(calendar->IsWorkingDay(Day("2027-11-26")));
  for (const char* day : {"2026-12-28", "2026-12-29", "2026-12-30"}) {
    EXPECT_EQ("Shutdown", calendar->DayOff(Day(day))->en);
  }
  EXPECT_TRUE(calendar->IsWorkingDay(Day("2026-12-31")));
  EXPECT_EQ("Leap day", calendar->DayOff(Day("2028-02-29"))->en);
  EXPECT_TRUE(calendar->IsWorkingDay(Day("2028-02-28")));
  EXPECT_EQ("주말", calendar->DayOff(Day("2026-11-28"))->ko);
}

TEST(Calendar, TheWeekendIsWhatTheFileSays) {
  const auto gulf = YamlCalendar("weekend: [fri, sat]\n");
  EXPECT_FALSE(gulf->IsWorkingDay(Day("2026-11-27")));
  EXPECT_TRUE(gulf->IsWorkingDay(Day("2026-11-29")));
  EXPECT_TRUE(YamlCalendar("weekend: []\n")->IsWorkingDay(Day("2026-11-28")));
}

TEST(Calendar, WorkingDaysAroundADay) {
  const auto korea = Korea();
  EXPECT_EQ(Day("2026-02-19"), korea->WorkingDayFrom(Day("2026-02-14")));
  EXPECT_EQ(Day("2026-02-13"), korea->WorkingDayUpTo(Day("2026-02-18")));
  EXPECT_EQ(Day("2026-02-13"), korea->WorkingDayFrom(Day("2026-02-13")));
}

TEST(Calendar, TheVersionFollowsWhatDecidesWhen) {
  const auto version = [](const std::string& text) { return YamlCalendar(text)->version(); };
  const std::string one = "holidays:\n  - {date: 2026-12-24, name: a}\n";
  EXPECT_EQ(version(one), version("# words\nname: other\n" + one));
  EXPECT_EQ(version(one), version("holidays:\n  - {date: 2026-12-24, name: renamed}\n"));
  EXPECT_EQ(version(one + "  - {date: 2026-12-31, name: b}\n"),
            version("holidays:\n  - {date: 2026-12-31, name: b}\n  - {date: 2026-12-24, name: a}\n"));
  EXPECT_NE(version(one), version("holidays:\n  - {date: 2026-12-25, name: a}\n"));
  EXPECT_NE(version(one), version("weekend: [sun]\n" + one));
  EXPECT_NE(version(one), version(one + "freeze:\n  - {from: 2026-12-24, to: 2027-01-02, reason: x}\n"));
}

TEST(Calendar, WhatIsStoredAnswersAsTheFileDid) {
  const auto calendar = YamlCalendar(R"(
timeZone: Asia/Seoul
holidays:
  - {date: 2026-11-26, name: a}
  - {yearly: 12-25, name: b}
blackout:
  - {days: [fri], from: "22:00", to: "02:00", reason: {en: Release, ko: 배포}}
  - {cron: "0 3 * * SUN#L", for: 90m, reason: Backup}
freeze:
  - {from: 2026-12-24, to: 2027-01-02, reason: Year end}
)");
  const auto stored = CalendarFromValue(*ParseJson(CanonicalJson(ToValue(*calendar))));
  ASSERT_TRUE(stored.ok()) << stored.status().Describe();
  EXPECT_EQ(calendar->version(), (*stored)->version());
  for (LocalDays day = Day("2026-11-01"); day < Day("2027-02-01"); day += days(1)) {
    EXPECT_EQ(calendar->IsWorkingDay(day), (*stored)->IsWorkingDay(day)) << DateText(day);
  }
  ASSERT_EQ(3U, (*stored)->windows().size());
  EXPECT_EQ("Release / 배포", (*stored)->windows()[0].Name());
  for (const char* text : {"null", "[]", "{}", R"({"weekend": 65, "dates": [1]})",
                           R"({"weekend": 65, "windows": [{"kind": 0}]})",
                           R"({"weekend": 65, "repeating": [{"first": "2026-01-01"}]})"}) {
    EXPECT_EQ(Code::kInvalid, CalendarFromValue(*ParseJson(text)).status().code()) << text;
  }
}

bool Open(const Window& window, std::string_view at, std::string_view zone = "Asia/Seoul") {
  return window.Contains(At(at), ZoneOf(zone));
}

TEST(Windows, WeekdaysPastMidnight) {
  const auto calendar = YamlCalendar(
      "blackout:\n  - {days: [fri], from: \"22:00\", to: \"02:00\", reason: x}\n");
  const Window& window = calendar->windows()[0];
  EXPECT_FALSE(Open(window, "2026-11-27T21:59:59+09:00"));
  EXPECT_TRUE(Open(window, "2026-11-27T22:00:00+09:00"));
  EXPECT_TRUE(Open(window, "2026-11-28T01:59:59+09:00"));
  EXPECT_FALSE(Open(window, "2026-11-28T02:00:00+09:00"));
  EXPECT_FALSE(Open(window, "2026-11-28T22:00:00+09:00"));
  EXPECT_FALSE(Open(window, "2026-11-27T22:00:00+00:00")) << "it is the schedule's clock";
}

TEST(Windows, CronAndLength) {
  const auto calendar = YamlCalendar("blackout:\n  - {cron: \"0 3 25 * *\", for: 36h, reason: x}\n");
  const Window& window = calendar->windows()[0];
  EXPECT_FALSE(Open(window, "2026-11-25T02:59:59+09:00"));
  EXPECT_TRUE(Open(window, "2026-11-25T03:00:00+09:00"));
  EXPECT_TRUE(Open(window, "2026-11-26T14:59:59+09:00"));
  EXPECT_FALSE(Open(window, "2026-11-26T15:00:00+09:00"));
}

TEST(Windows, DatesAreWholeDaysAndTimesAreExact) {
  const auto calendar = YamlCalendar(R"(
timeZone: UTC
freeze:
  - {from: 2026-12-24, to: 2027-01-02, reason: x}
  - {from: 2027-03-01T18:00, to: 2027-03-02T06:00, reason: y}
)");
  const Window &whole = calendar->windows()[0], &exact = calendar->windows()[1];
  EXPECT_FALSE(Open(whole, "2026-12-23T23:59:59Z"));
  EXPECT_TRUE(Open(whole, "2026-12-24T00:00:00Z"));
  EXPECT_TRUE(Open(whole, "2027-01-02T23:59:59Z"));
  EXPECT_FALSE(Open(whole, "2027-01-03T00:00:00Z"));
  EXPECT_TRUE(Open(exact, "2027-03-02T05:59:59Z"));
  EXPECT_FALSE(Open(exact, "2027-03-02T06:00:00Z"));
}

TEST(Windows, AClockChangeMovesNothing) {
  // On 2027-03-14 New York has no 02:00 to 03:00, on 2027-11-07 it has 01:00 to 02:00 twice.
  const auto calendar =
      YamlCalendar("blackout:\n  - {from: \"01:00\", to: \"05:00\", reason: x}\n");
  const Window& window = calendar->windows()[0];
  EXPECT_FALSE(Open(window, "2027-03-14T05:59:59Z", "America/New_York"));
  EXPECT_TRUE(Open(window, "2027-03-14T06:00:00Z", "America/New_York"));
  EXPECT_TRUE(Open(window, "2027-03-14T08:59:59Z", "America/New_York"));
  EXPECT_FALSE(Open(window, "2027-03-14T09:00:00Z", "America/New_York"));
  EXPECT_TRUE(Open(window, "2027-11-07T05:00:00Z", "America/New_York"));
  EXPECT_TRUE(Open(window, "2027-11-07T09:59:59Z", "America/New_York"));
  EXPECT_FALSE(Open(window, "2027-11-07T10:00:00Z", "America/New_York"));
}

TEST(CalendarFile, ShowsEveryErrorInOnePass) {
  const Strings expected = {
      "2:7 this is no calendar: 'Calender'",
      "3:11 there is no time zone 'Asia/Soul'",
      "4:10 a week without a working day",
      "5:16 'from' must be a date that there is",
      "7:12 'date' must be a date that there is",
      "8:5 a holiday has either 'date', or 'from' and 'to', or 'yearly'",
      "9:5 a holiday needs the key 'name'",
      "10:14 'yearly' must be a month and a day that there is",
      "11:28 the holiday ends before it begins",
      "12:46 a holiday has no key 'nmae'",
      "14:30 'for' must be a duration, and this is the word 'x'",
      "15:12 'cron' needs the length of the window in 'for'",
      "16:21 day-of-month and day-of-week are both given, and cron takes days that match either",
      "17:13 'days' has days of the week",
      "18:5 the window needs the key 'reason'",
      "19:25 the window ends where it begins",
      "20:5 the window does not say when it is",
      "22:28 the window ends before it begins",
      "23:12 'from' must be a date that there is, or a date and a time of day",
      "23:25 'to' must be a date that there is, or a date and a time of day",
      "24:1 a calendar file has no key 'holyday'"};
  EXPECT_EQ(expected, ErrorsOf(R"(apiVersion: upkeep/v1
kind: Calender
timeZone: Asia/Soul
weekend: [mon, tue, wed, thu, fri, sat, sun]
covers: {from: 2026-13-01, to: 2030-12-31}
holidays:
  - {date: 2026-02-30, name: a}
  - {date: 2026-02-20, yearly: 02-20, name: a}
  - {date: 2026-02-21}
  - {yearly: 02-30, name: a}
  - {from: 2026-02-20, to: 2026-02-19, name: a}
  - {date: 2026-02-22, name: {en: a, ko: b}, nmae: x}
blackout:
  - {cron: "0 3 * * *", for: x, reason: x}
  - {cron: "0 3 * * *", reason: x}
  - {cron: "0 3 1 * MON", for: 1h, reason: x}
  - {days: [monday], from: "01:00", to: "02:00", reason: x}
  - {from: "01:00", to: "02:00"}
  - {from: "01:00", to: "01:00", reason: x}
  - {days: [mon], reason: x}
freeze:
  - {from: 2026-12-24, to: 2026-12-23, reason: x}
  - {from: "22:00", to: "23:00", reason: x}
holyday: []
)", "c.yaml"));
}

TEST(CalendarFile, WhatIsNoCalendarIsRefused) {
  for (const char* text : {"", "[]", "a: [", "apiVersion: upkeep/v1\n"}) {
    std::vector<Status> errors;
    EXPECT_EQ(nullptr, ReadCalendarText(text, "c.yaml", errors)) << text;
    EXPECT_FALSE(errors.empty()) << text;
  }
}

class ShelfTest : public testing::Test {
 protected:
  ShelfTest() {
    std::string name = (std::filesystem::temp_directory_path() / "upkeep-calendars-XXXXXX").string();
    folder_ = mkdtemp(name.data());
    std::filesystem::create_directories(folder_ + "/calendars");
  }
  ~ShelfTest() override { std::filesystem::remove_all(folder_); }
  void Write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ + "/" + name) << text;
  }
  CalendarHandle Find(const std::string& reference) {
    errors_.clear();
    return CalendarShelf().Find(reference, folder_ + "/s.yaml", errors_);
  }
  static std::string File(const std::string& rest) {
    return "apiVersion: upkeep/v1\nkind: Calendar\n" + rest;
  }
  std::string folder_;
  std::vector<Status> errors_;
};

TEST_F(ShelfTest, ANameIsAFileOfTheFolderAndAPathIsAPath) {
  Write("calendars/a.yaml", File(""));
  Write("calendars/b.ics", "BEGIN:VCALENDAR\nVERSION:2.0\nEND:VCALENDAR\n");
  Write("c.yaml", File(""));
  EXPECT_EQ("a", Find("a")->name());
  EXPECT_EQ("b", Find("b")->name());
  EXPECT_EQ("c", Find("c.yaml")->name());
  EXPECT_EQ("a", Find("./calendars/a.yaml")->name());
  EXPECT_EQ(nullptr, Find("aa"));
  ASSERT_EQ(1U, errors_.size());
  EXPECT_EQ("did you mean 'a'?", errors_[0].hint());
  EXPECT_EQ(nullptr, Find("d.yaml"));
  EXPECT_EQ(Code::kNotFound, errors_.at(0).code());
}

TEST_F(ShelfTest, ACalendarExtendsAnother) {
  Write("calendars/base.yaml", File("covers: {to: 2026-12-31}\nweekend: [sun]\n"
                                    "holidays:\n  - {date: 2026-11-26, name: a}\n"));
  Write("calendars/own.yaml", File("extends: base\nholidays:\n  - {date: 2026-11-27, name: b}\n"));
  const auto own = Find("own");
  ASSERT_NE(nullptr, own);
  EXPECT_FALSE(own->IsWorkingDay(Day("2026-11-26")));
  EXPECT_FALSE(own->IsWorkingDay(Day("2026-11-27")));
  EXPECT_TRUE(own->IsWorkingDay(Day("2026-11-28"))) << "a Saturday, worked by the base's week";
  EXPECT_EQ(Day("2026-12-31"), own->CoversUntil());
}

TEST_F(ShelfTest, ACircleAndABrokenBaseAreErrorsWithTheirPlaces) {
  Write("calendars/a.yaml", File("extends: b\n"));
  Write("calendars/b.yaml", File("extends: a\n"));
  EXPECT_EQ(nullptr, Find("a"));
  ASSERT_EQ(1U, errors_.size());
  EXPECT_EQ("the calendar extends itself", errors_[0].message());
  EXPECT_TRUE(errors_[0].place()->file.ends_with("calendars/b.yaml"));
  Write("calendars/c.yaml", File("extends: [d, e]\n"));
  Write("calendars/d.yaml", File("weekend: [x]\n"));
  EXPECT_EQ(nullptr, Find("c"));
  EXPECT_EQ(2U, errors_.size()) << "d is broken, e is not there";
}

}  // namespace
}  // namespace upkeep::schedules
