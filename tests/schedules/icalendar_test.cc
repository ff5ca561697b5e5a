// SPDX-License-Identifier: Apache-2.0
#include "schedules/icalendar.h"

#include "tests/schedules/calendars.h"

namespace upkeep::schedules {
namespace {

using std::chrono::days;

std::string Event(const std::string& lines) {
  std::string text = "BEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20260101T000000Z\r\n";
  for (const char c : lines) text += c == '\n' ? std::string("\r\n") : std::string(1, c);
  return text + "END:VEVENT\r\n";
}

/// The holidays of a calendar between two days.
Strings Holidays(const CalendarHandle& calendar, std::string_view from, std::string_view until) {
  Strings found;
  for (LocalDays day = Day(from); day < Day(until); day += days(1)) {
    const auto off = calendar->DayOff(day);
    if (off && off->en != "weekend") found.push_back(DateText(day));
  }
  return found;
}

TEST(ICalendar, WholeDaysAreHolidays) {
  const auto calendar = ICalendar(
      Event("DTSTART;VALUE=DATE:20260216\nDTEND;VALUE=DATE:20260219\nSUMMARY:Seollal\\, "
            "the\n  new year\n") +
      Event("DTSTART;VALUE=DATE:20261225\nSUMMARY;LANGUAGE=ko:성탄절\nTRANSP:TRANSPARENT\n"
            "X-MICROSOFT-CDO-BUSYSTATUS:FREE\n") +
      Event("DTSTART;VALUE=DATE:20261224\nSUMMARY:off\nSTATUS:CANCELLED\n"));
  EXPECT_EQ((Strings{"2026-02-16", "2026-02-17", "2026-02-18", "2026-12-25"}),
            Holidays(calendar, "2026-01-01", "2027-01-01"));
  EXPECT_EQ("Seollal, the new year", calendar->DayOff(Day("2026-02-17"))->en);
  EXPECT_EQ("성탄절", calendar->DayOff(Day("2026-12-25"))->ko);
}

TEST(ICalendar, YearlyMonthlyAndWeeklyRules) {
  const auto in = [](const std::string& start, const std::string& rule, std::string_view from,
                     std::string_view until) {
    const auto calendar =
        ICalendar(Event("DTSTART;VALUE=DATE:" + start + "\nSUMMARY:x\nRRULE:" + rule + "\n"));
    return calendar ? Holidays(calendar, from, until) : Strings();
  };
  EXPECT_EQ((Strings{"2026-12-25", "2027-12-25"}),
            in("20201225", "FREQ=YEARLY", "2026-06-01", "2028-06-01"));
  EXPECT_EQ((Strings{"2026-11-26", "2027-11-25"}),
            in("20201126", "FREQ=YEARLY;BYMONTH=11;BYDAY=4TH", "2026-01-01", "2028-01-01"));
  EXPECT_EQ((Strings{"2026-05-25"}),
            in("20200525", "FREQ=YEARLY;BYMONTH=5;BYDAY=-1MO", "2026-01-01", "2027-01-01"));
  EXPECT_EQ((Strings{"2026-05-11"}),
            in("20200511", "FREQ=YEARLY;BYMONTH=5;BYMONTHDAY=8,9,10,11,12,13,14;BYDAY=MO",
               "2026-01-01", "2027-01-01"));
  EXPECT_EQ((Strings{"2028-02-29", "2032-02-29"}),
            in("20240229", "FREQ=YEARLY", "2025-01-01", "2033-01-01"));
  EXPECT_EQ((Strings{"2026-01-31", "2026-02-28", "2026-03-31"}),
            in("20260131", "FREQ=MONTHLY;BYMONTHDAY=-1", "2026-01-01", "2026-04-01"));
  EXPECT_EQ((Strings{"2026-01-31", "2026-03-31"}),
            in("20260131", "FREQ=MONTHLY", "2026-01-01", "2026-05-01"));
  EXPECT_EQ((Strings{"2026-01-15", "2026-04-15"}),
            in("20260115", "FREQ=MONTHLY;INTERVAL=3", "2026-01-01", "2026-07-01"));
  EXPECT_EQ((Strings{"2026-01-05", "2026-01-07", "2026-01-19", "2026-01-21"}),
            in("20260105", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE", "2026-01-01", "2026-02-01"));
  EXPECT_EQ((Strings{"2026-01-02", "2026-01-09", "2026-01-16"}),
            in("20260102", "FREQ=WEEKLY;COUNT=3", "2026-01-01", "2027-01-01"));
  EXPECT_EQ((Strings{"2026-01-02", "2026-01-09"}),
            in("20260102", "FREQ=WEEKLY;UNTIL=20260109", "2026-01-01", "2027-01-01"));
  // RFC 5545: the same two days of every other week, by where the week begins.
  EXPECT_EQ((Strings{"1997-08-05", "1997-08-10", "1997-08-19", "1997-08-24"}),
            in("19970805", "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO", "1997-08-01",
               "1997-10-01"));
  EXPECT_EQ((Strings{"1997-08-05", "1997-08-17", "1997-08-19", "1997-08-31"}),
            in("19970805", "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU", "1997-08-01",
               "1997-10-01"));
}

TEST(ICalendar, ExdateTakesADayOut) {
  const auto calendar = ICalendar(
      Event("DTSTART;VALUE=DATE:20260105\nSUMMARY:x\nRRULE:FREQ=WEEKLY\n"
            "EXDATE;VALUE=DATE:20260112,20260126\n"));
  EXPECT_EQ((Strings{"2026-01-05", "2026-01-19"}), Holidays(calendar, "2026-01-01", "2026-02-01"));
}

TEST(ICalendar, TimesAreBlackoutsAndCategoriesSayOtherwise) {
  const auto calendar = ICalendar(
      Event("DTSTART;TZID=Asia/Seoul:20260105T220000\nDURATION:PT4H\nSUMMARY:Release\n"
            "RRULE:FREQ=WEEKLY\nEXDATE;TZID=Asia/Seoul:20260112T220000\n") +
      Event("DTSTART:20261224T090000Z\nDTEND:20261224T100000Z\nSUMMARY:Call\n") +
      Event("DTSTART;VALUE=DATE:20261228\nDTEND;VALUE=DATE:20270101\nSUMMARY:Year end\n"
            "CATEGORIES:work,Freeze\n"));
  ASSERT_EQ(3U, calendar->windows().size());
  const auto open = [&](std::size_t i, std::string_view at) {
    return calendar->windows()[i].Contains(At(at), ZoneOf("America/New_York"));
  };
  EXPECT_TRUE(open(0, "2026-01-05T22:00:00+09:00"));
  EXPECT_TRUE(open(0, "2026-01-06T01:59:59+09:00"));
  EXPECT_FALSE(open(0, "2026-01-06T02:00:00+09:00"));
  EXPECT_FALSE(open(0, "2026-01-12T23:00:00+09:00"));
  EXPECT_TRUE(open(0, "2026-01-19T23:00:00+09:00"));
  EXPECT_TRUE(open(1, "2026-12-24T09:59:59Z"));
  EXPECT_FALSE(open(1, "2026-12-24T10:00:00Z"));
  // A date floats: it is the schedule's.
  EXPECT_TRUE(open(2, "2026-12-28T00:00:00-05:00"));
  EXPECT_FALSE(open(2, "2027-01-01T00:00:00-05:00"));
  EXPECT_EQ(WindowKind::kFreeze, calendar->windows()[2].kind);
  EXPECT_TRUE(calendar->IsWorkingDay(Day("2026-12-28")));
}

TEST(ICalendar, WhatIsNotSupportedIsAnErrorWithLineAndProperty) {
  const auto errors = [](const std::string& body) {
    return ErrorsOf("BEGIN:VCALENDAR\nVERSION:2.0\n" + body + "END:VCALENDAR\n", "c.ics");
  };
  const auto event = [&](const std::string& lines) {
    return errors("BEGIN:VEVENT\nDTSTART;VALUE=DATE:20260105\nSUMMARY:x\n" + lines +
                  "END:VEVENT\n");
  };
  using S = Strings;
  EXPECT_EQ(S{"6:1 the property 'RDATE' is not supported"}, event("RDATE;VALUE=DATE:20260107\n"));
  EXPECT_EQ(S{"6:1 the property 'RECURRENCE-ID' is not supported"},
            event("RECURRENCE-ID;VALUE=DATE:20260107\n"));
  EXPECT_EQ(S{"6:1 the property 'FOO' is not supported"}, event("FOO:1\n"));
  EXPECT_EQ(S{"6:7 RRULE: 'FREQ=DAILY' is not supported"}, event("RRULE:FREQ=DAILY\n"));
  EXPECT_EQ(S{"6:20 RRULE: 'BYSETPOS=1' is not supported"},
            event("RRULE:FREQ=MONTHLY;BYSETPOS=1\n"));
  EXPECT_EQ(S{"6:19 RRULE: 'BYDAY=9MO' can't be read"}, event("RRULE:FREQ=YEARLY;BYDAY=9MO\n"));
  EXPECT_EQ(S{"6:7 RRULE: the rule has no FREQ"}, event("RRULE:COUNT=3\n"));
  EXPECT_EQ(S{"6:7 RRULE: UNTIL and COUNT exclude each other"},
            event("RRULE:FREQ=WEEKLY;COUNT=3;UNTIL=20270101\n"));
  EXPECT_EQ(S{"6:7 RRULE: DTSTART is not one of the days that the rule makes"},
            event("RRULE:FREQ=WEEKLY;BYDAY=TU\n"));
  EXPECT_EQ(S{"6:7 RRULE: WEEKLY does not go with BYMONTHDAY or a numbered BYDAY"},
            event("RRULE:FREQ=WEEKLY;BYDAY=1MO\n"));
  EXPECT_EQ(S{"6:7 RRULE: a numbered BYDAY of the whole year is not supported"},
            event("RRULE:FREQ=YEARLY;BYDAY=1MO\n"));
  EXPECT_EQ(S{"6:7 RRULE: COUNT reaches further than 400 years"},
            event("RRULE:FREQ=YEARLY;COUNT=500\n"));
  EXPECT_EQ(S{"6:19 RRULE: 'COUNT=0' is no number from 1 to 10000"},
            event("RRULE:FREQ=WEEKLY;COUNT=0\n"));
  EXPECT_EQ(S{"6:19 RRULE: 'FREQ' stands twice in the rule"},
            event("RRULE:FREQ=WEEKLY;FREQ=WEEKLY\n"));
  EXPECT_EQ(S{"6:1 EXDATE belongs to an event with RRULE"}, event("EXDATE;VALUE=DATE:20260107\n"));
  EXPECT_EQ(S{"6:1 the event ends before it begins"}, event("DTEND;VALUE=DATE:20260105\n"));
  EXPECT_EQ(S{"6:1 DTEND must be of the same kind as DTSTART"}, event("DTEND:20260106T000000\n"));
  EXPECT_EQ(S{"6:10 'DURATION' is no length: 'P'"}, event("DURATION:P\n"));
  EXPECT_EQ(S{"6:1 'SUMMARY' stands twice in the event"}, event("SUMMARY:y\n"));
  EXPECT_EQ(S{"3:1 the event has no DTSTART"}, errors("BEGIN:VEVENT\nSUMMARY:x\nEND:VEVENT\n"));
  EXPECT_EQ(S{"4:9 'DTSTART' and its VALUE= do not fit together"},
            errors("BEGIN:VEVENT\nDTSTART:20260105\nEND:VEVENT\n"));
  EXPECT_EQ(S{"4:9 'DTSTART' is no date or time: '2026'"},
            errors("BEGIN:VEVENT\nDTSTART:2026\nEND:VEVENT\n"));
  EXPECT_EQ(S{"4:20 there is no time zone 'Seoul'"},
            errors("BEGIN:VEVENT\nDTSTART;TZID=Seoul:20260105T000000\nDURATION:PT1H\nEND:VEVENT\n"));
  EXPECT_EQ(S{"3:1 the event has neither DTEND nor DURATION"},
            errors("BEGIN:VEVENT\nDTSTART:20260105T000000\nEND:VEVENT\n"));
  EXPECT_EQ(S{"3:1 a blackout or freeze needs a SUMMARY"},
            errors("BEGIN:VEVENT\nDTSTART:20260105T000000\nDURATION:PT1H\nEND:VEVENT\n"));
  EXPECT_EQ(S{"3:1 an event lasts at most 366 days"},
            errors("BEGIN:VEVENT\nDTSTART;VALUE=DATE:20260105\nDTEND;VALUE=DATE:20280105\nEND:VEVENT\n"));
  EXPECT_EQ(S{"3:1 the component 'VTODO' is not supported"}, errors("BEGIN:VTODO\nEND:VTODO\n"));
  EXPECT_EQ(S{"3:1 'CALSCALE:JULIAN' is not supported"}, errors("CALSCALE:JULIAN\n"));
}

TEST(ICalendar, WhatIsNoICalendarIsRefused) {
  using S = Strings;
  EXPECT_EQ(S{"1:1 the file is empty"}, ErrorsOf("", "c.ics"));
  EXPECT_EQ(S{"1:1 the file has no VERSION:2.0"},
            ErrorsOf("BEGIN:VCALENDAR\nEND:VCALENDAR\n", "c.ics"));
  EXPECT_EQ(S{"1:1 a property is NAME:VALUE"}, ErrorsOf("apiVersion\n", "c.ics"));
  EXPECT_EQ(S{"2:1 this is not version 2.0 of iCalendar"},
            ErrorsOf("BEGIN:VCALENDAR\nVERSION:1.0\n", "c.ics"));
  EXPECT_EQ(S{"3:1 there is no END:VEVENT"},
            ErrorsOf("BEGIN:VCALENDAR\nVERSION:2.0\nBEGIN:VEVENT\nSUMMARY:x\n", "c.ics"));
  EXPECT_EQ(S{"1:1 this quote is not closed"}, ErrorsOf("A;B=\"c:d\n", "c.ics"));
}

}  // namespace
}  // namespace upkeep::schedules
