// SPDX-License-Identifier: Apache-2.0
//
// Short words for the tests of calendars.

#ifndef UPKEEP_TESTS_SCHEDULES_CALENDARS_H_
#define UPKEEP_TESTS_SCHEDULES_CALENDARS_H_

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/korean.h"
#include "schedules/calendar_shelf.h"
#include "schedules/occurrence.h"
#include "tests/schedules/times.h"
#include "tests/source_folder.h"

namespace upkeep::schedules {

inline LocalDays Day(std::string_view text) {
  const auto day = ParseDate(text);
  EXPECT_TRUE(day.has_value()) << text;
  return day.value_or(LocalDays());
}

using CalendarHandle = std::shared_ptr<const Calendar>;

/// A calendar of YAML, or of iCalendar where `name` says so.
inline CalendarHandle CalendarOf(std::string text, const std::string& name = "c.yaml") {
  std::vector<Status> errors;
  auto calendar = ReadCalendarText(std::move(text), name, errors);
  for (const Status& error : errors) ADD_FAILURE() << error.Describe();
  return calendar;
}

inline CalendarHandle YamlCalendar(const std::string& rest) {
  return CalendarOf("apiVersion: upkeep/v1\nkind: Calendar\n" + rest);
}

inline CalendarHandle ICalendar(const std::string& events) {
  return CalendarOf("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:test\r\n" + events +
                        "END:VCALENDAR\r\n",
                    "c.ics");
}

/// The shipped calendar.
inline CalendarHandle Korea() {
  CalendarShelf shelf;
  std::vector<Status> errors;
  auto calendar = shelf.Find("kr", SourceFolder() + "/schedules/daily.yaml", errors);
  for (const Status& error : errors) ADD_FAILURE() << error.Describe();
  return calendar;
}

/// "line:column message | hint" of every error; each of them has a Korean sentence.
inline Strings ErrorsOf(std::string text, const std::string& name) {
  std::vector<Status> errors;
  EXPECT_EQ(nullptr, ReadCalendarText(std::move(text), name, errors));
  Strings said;
  for (const Status& error : errors) {
    EXPECT_TRUE(error.place().has_value()) << error.message();
    const SourcePlace place = error.place().value_or(SourcePlace());
    said.push_back(std::to_string(place.line) + ":" + std::to_string(place.column) + " " +
                   error.message());
    EXPECT_NE(InKorean(error.message()), error.message());
    EXPECT_FALSE(HasEnglishProse(InKorean(error.message()))) << InKorean(error.message());
    EXPECT_FALSE(HasEnglishProse(InKorean(error.hint()))) << InKorean(error.hint());
  }
  return said;
}

}  // namespace upkeep::schedules

#endif  // UPKEEP_TESTS_SCHEDULES_CALENDARS_H_
