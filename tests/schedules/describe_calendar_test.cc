// SPDX-License-Identifier: Apache-2.0
//
// What a description says of calendar and windows, held against what the planner does.
#include <algorithm>

#include "schedules/describe.h"
#include "schedules/planner.h"
#include "tests/schedules/calendars.h"

namespace upkeep::schedules {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::seconds;

const Instant kNow = At("2026-01-01T00:00:00Z");

Schedule Daily(HolidayShift shift) {
  Schedule schedule;
  schedule.id = "s";
  CronOptions options;
  options.zone = ZoneOf("Asia/Seoul");
  schedule.expression = Cron("0 9 */3 * *", options);
  schedule.calendar = Korea();
  schedule.holiday = shift;
  return schedule;
}

/// The sentence that names the calendar, in both languages.
Text SentenceOf(const Schedule& schedule) {
  for (const Text& sentence : Describe(schedule, kNow)) {
    if (sentence.en.find("calendar 'kr'") != std::string::npos) return sentence;
  }
  return {};
}

/// Where the words of `sentence` have a day run; nothing when they have it not run.
std::optional<LocalDays> ByTheWords(const std::string& sentence, const Calendar& calendar,
                                    LocalDays day) {
  const auto says = [&](const char* words) { return sentence.find(words) != std::string::npos; };
  if (calendar.IsWorkingDay(day)) return day;
  if (says("does not run") || says("실행하지 않습니다")) return std::nullopt;
  const bool later = says("next working day") || says("다음 근무일");
  EXPECT_NE(later, says("working day before") || says("앞 근무일")) << sentence;
  while (!calendar.IsWorkingDay(day)) day += days(later ? 1 : -1);
  return day;
}

TEST(DescribeCalendar, WhatTheSentenceSaysIsWhatIsPlanned) {
  for (const HolidayShift shift :
       {HolidayShift::kPrevious, HolidayShift::kNext, HolidayShift::kSkip}) {
    const Schedule schedule = Daily(shift);
    const Text sentence = SentenceOf(schedule);
    for (const std::string& said : {sentence.en, sentence.ko}) {
      ASSERT_FALSE(said.empty());
      // Beyond both ends, from where a day may move into the year.
      std::vector<LocalDays> words;
      const zone::Zone& zone = schedule.expression.zone();
      for (auto at = schedule.expression.Next(At("2026-01-01T00:00:00Z") - days(30));
           at && *at < At("2027-02-15T00:00:00Z"); at = schedule.expression.Next(*at)) {
        const auto day =
            ByTheWords(said, *schedule.calendar, floor<days>(zone.ToLocal(floor<seconds>(*at))));
        if (day && *day >= Day("2026-01-10") && *day < Day("2027-01-10")) words.push_back(*day);
      }
      std::sort(words.begin(), words.end());
      words.erase(std::unique(words.begin(), words.end()), words.end());
      std::vector<LocalDays> engine;
      for (const Instant at : PlannedBetween(schedule, At("2026-01-09T15:00:00Z") - seconds(1),
                                             At("2027-01-09T14:59:59Z"), 1000)) {
        engine.push_back(floor<days>(zone.ToLocal(floor<seconds>(at))));
      }
      EXPECT_EQ(words, engine) << said;
      EXPECT_GT(engine.size(), 60U);
    }
  }
}

TEST(DescribeCalendar, WithoutAShiftThereIsNoSentence) {
  EXPECT_EQ("", SentenceOf(Daily(HolidayShift::kNone)).en);
}

TEST(DescribeCalendar, NamesTheWindowsAndSaysHowManyMoreThereAre) {
  Schedule schedule = Daily(HolidayShift::kNone);
  schedule.blackout.push_back({.kind = WindowKind::kFreeze,
                               .reason = {.en = "year end", .ko = "연말"},
                               .zone = {},
                               .when = WeeklyWindow{.length = std::chrono::minutes(60)}});
  const auto last = [&](bool korean) {
    std::string found;
    for (const Text& sentence : Describe(schedule, kNow)) {
      if (sentence.en.starts_with("A slot whose start lies in")) {
        found = korean ? sentence.ko : sentence.en;
      }
    }
    return found;
  };
  EXPECT_EQ("A slot whose start lies in the freeze 'year end' does not run", last(false));
  EXPECT_EQ("시작 시각이 변경 동결 '연말'에 들면 실행하지 않습니다", last(true));
  for (int i = 0; i < 4; ++i) {
    Window window = schedule.blackout.front();
    window.kind = WindowKind::kBlackout;
    window.reason = {.en = "b" + std::to_string(i), .ko = ""};
    schedule.blackout.push_back(std::move(window));
  }
  EXPECT_EQ("A slot whose start lies in the freeze 'year end', the blackout 'b0', the blackout 'b1' "
            "and 2 more does not run",
            last(false));
  EXPECT_EQ("시작 시각이 변경 동결 '연말', 금지 시간 'b0', 금지 시간 'b1' 외 2개에 들면 실행하지 않습니다",
            last(true));
}

TEST(DescribeSchedule, SaysEverythingInKoreanToo) {
  for (const OverlapMode overlap :
       {OverlapMode::kAllow, OverlapMode::kForbid, OverlapMode::kReplace, OverlapMode::kQueue}) {
    for (const CatchUp catch_up : {CatchUp::kNone, CatchUp::kLast, CatchUp::kAll}) {
      Schedule schedule = Daily(HolidayShift::kNext);
      schedule.enabled = catch_up != CatchUp::kAll;
      schedule.overlap.mode = overlap;
      schedule.catch_up.mode = catch_up;
      schedule.retry.attempts = catch_up == CatchUp::kNone ? 0 : 2;
      schedule.splay = std::chrono::minutes(10);
      schedule.jitter = std::chrono::minutes(catch_up == CatchUp::kNone ? 0 : 5);
      for (const Text& sentence : Describe(schedule, kNow)) {
        EXPECT_FALSE(sentence.en.empty());
        EXPECT_FALSE(sentence.ko.empty()) << sentence.en;
        EXPECT_FALSE(HasEnglishProse(sentence.ko)) << sentence.ko;
      }
    }
  }
}

}  // namespace
}  // namespace upkeep::schedules
