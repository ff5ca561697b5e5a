// SPDX-License-Identifier: Apache-2.0
#include "schedules/occurrence.h"

#include "schedules/file.h"
#include "schedules/planner.h"
#include "tests/schedules/calendars.h"
#include "tests/source_folder.h"

namespace upkeep::schedules {
namespace {

const Instant kAskedAt = At("2026-01-01T00:00:00Z");

/// One schedule with these keys; its calendars are the shipped ones.
ScheduleFile ReadFile(const std::string& keys) {
  auto file = ReadScheduleText(
      "apiVersion: upkeep/v1\ntimeZone: Asia/Seoul\nschedules:\n  - {id: s, playbooks: [x], " +
          keys + "}\n",
      SourceFolder() + "/schedules/t.yaml", kAskedAt);
  EXPECT_TRUE(file.ok()) << file.status().Describe();
  return file.ok() ? std::move(*file) : ScheduleFile();
}

Schedule ReadOne(const std::string& keys) {
  ScheduleFile file = ReadFile(keys);
  EXPECT_EQ(1U, file.schedules.size()) << file.Errors().Describe();
  return file.schedules.empty() ? Schedule() : file.schedules.front();
}

/// "02-19 moved from …" of the next `n`.
Strings Next(const Schedule& schedule, std::string_view after, int n) {
  Strings said;
  for (const Occurrence& one : Preview(schedule, At(after), n)) {
    std::string text = schedule.expression.zone().Format(one.at).substr(5, 11);
    for (const std::string& mark : MarksOf(schedule, one)) {
      text += "; " + mark;
      EXPECT_FALSE(HasEnglishProse(InKorean(mark))) << InKorean(mark);
    }
    said.push_back(std::move(text));
  }
  return said;
}

TEST(Shift, NextMovesToTheWorkingDayAfter) {
  const Schedule schedule = ReadOne("cron: \"0 9 16 * *\", calendar: kr, holiday: {shift: next}");
  EXPECT_EQ((Strings{"01-16T09:00", "02-19T09:00; moved from 2026-02-16 ('Seollal holiday / 설날 연휴')",
                     "03-16T09:00"}),
            Next(schedule, "2026-01-01T00:00:00Z", 3));
}

TEST(Shift, PreviousMovesToTheWorkingDayBefore) {
  const Schedule schedule = ReadOne("cron: \"0 9 18 * *\", calendar: kr, holiday: previous");
  EXPECT_EQ((Strings{"01-16T09:00; moved from 2026-01-18 ('weekend / 주말')",
                     "02-13T09:00; moved from 2026-02-18 ('Seollal holiday / 설날 연휴')",
                     "03-18T09:00"}),
            Next(schedule, "2026-01-01T00:00:00Z", 3));
}

TEST(Shift, SkipLeavesTheDayOut) {
  const Schedule schedule = ReadOne("cron: \"0 9 16 * *\", calendar: kr, holiday: {shift: skip}");
  EXPECT_EQ((Strings{"01-16T09:00", "03-16T09:00"}), Next(schedule, "2026-01-01T00:00:00Z", 2));
}

TEST(Shift, TimesThatMeetAreOneSlotAndSaySo) {
  const Schedule schedule = ReadOne("cron: \"0 9 * * *\", calendar: kr, holiday: {shift: next}");
  EXPECT_EQ((Strings{"02-13T09:00", "02-19T09:00; stands for 5 more", "02-20T09:00",
                     "02-23T09:00; stands for 2 more"}),
            Next(schedule, "2026-02-12T12:00:00Z", 4));
  EXPECT_EQ(17U, PlannedBetween(schedule, At("2026-01-31T15:00:00Z"), At("2026-02-28T15:00:00Z"), 99)
                     .size())
      << "the 17 working days of February";
}

TEST(Shift, OtherTimesOfTheDayMoveBesideItsOwn) {
  const Schedule schedule =
      ReadOne("cron: \"0 9,10 * * FRI,SAT\", calendar: kr, holiday: {shift: next}");
  // Friday the 25th of September is Chuseok, the 26th a holiday and a Saturday.
  EXPECT_EQ((Strings{"09-28T09:00; moved from 2026-09-26 ('Chuseok holiday / 추석 연휴'); stands for 1 more",
                     "09-28T10:00; moved from 2026-09-26 ('Chuseok holiday / 추석 연휴'); stands for 1 more",
                     "10-02T09:00"}),
            Next(schedule, "2026-09-22T00:00:00Z", 3));
}

TEST(BusinessDays, ObeyTheCalendarAndAreNoNews) {
  const Schedule first = ReadOne("on: first-business-day, at: \"09:00\", calendar: kr");
  EXPECT_EQ((Strings{"01-02T09:00", "02-02T09:00", "03-03T09:00"}),
            Next(first, "2026-01-01T00:00:00Z", 3));
  const Schedule last = ReadOne("on: last-business-day, at: \"18:00\", calendar: kr");
  EXPECT_EQ((Strings{"01-30T18:00", "02-27T18:00", "03-31T18:00"}),
            Next(last, "2026-01-01T00:00:00Z", 3));
  const Schedule weekends_only = ReadOne("on: first-business-day, at: \"09:00\"");
  EXPECT_EQ((Strings{"03-02T09:00"}), Next(weekends_only, "2026-02-28T00:00:00Z", 1));
}

TEST(Blackout, TheWindowOfTheScheduleAndOfTheCalendar) {
  Schedule schedule = ReadOne(
      "cron: \"0 23 * * *\", calendar: kr, blackout: [{days: [fri], from: \"22:00\", to: \"02:00\", "
      "reason: {en: Release, ko: 배포}}, {from: 2026-12-24, to: 2026-12-26, reason: Sale}]");
  EXPECT_EQ((Strings{"12-23T23:00", "12-24T23:00; does not run: blackout 'Sale'",
                     "12-25T23:00; does not run: blackout 'Release / 배포'"}),
            Next(schedule, "2026-12-23T00:00:00Z", 3));
  schedule.blackout.clear();
  schedule.calendar = YamlCalendar("freeze:\n  - {from: 2026-12-23, to: 2026-12-23, reason: Move}\n");
  EXPECT_EQ((Strings{"12-23T23:00; does not run: freeze 'Move'", "12-24T23:00"}),
            Next(schedule, "2026-12-23T00:00:00Z", 2));
}

TEST(Blackout, TheStartCountsWithItsSplay) {
  Schedule schedule = ReadOne("cron: \"55 21 * * *\", splay: 20m, blackout: [{from: \"22:00\", "
                              "to: \"23:00\", reason: x}]");
  const Occurrence next = Preview(schedule, kAskedAt, 1).at(0);
  const Instant start = StartOf(schedule, next.at);
  EXPECT_EQ(start >= At("2026-01-01T22:00:00+09:00"), next.window != nullptr);
  schedule.splay = {};
  EXPECT_EQ(nullptr, Preview(schedule, kAskedAt, 1).at(0).window);
}

TEST(ClockChanges, AreMarked) {
  const Schedule schedule = ReadOne("cron: \"30 2 * * *\", timeZone: America/New_York");
  EXPECT_EQ((Strings{"03-07T02:30", "03-08T03:00; the clocks skip the time meant", "03-09T02:30"}),
            Next(schedule, "2026-03-07T00:00:00Z", 3));
  const Schedule both =
      ReadOne("cron: \"30 1 * * *\", timeZone: America/New_York, dst: {gap: after, overlap: both}");
  EXPECT_EQ((Strings{"11-01T01:30; the clocks show it twice: the first",
                     "11-01T01:30; the clocks show it twice: the second", "11-02T01:30"}),
            Next(both, "2026-11-01T00:00:00Z", 3));
}

TEST(ClockChanges, AMovedTimeThatTheClocksSkipRunsRightAfterTheGap) {
  Schedule schedule = ReadOne("cron: \"30 2 7 3 *\", timeZone: America/New_York");
  // 2026-03-08, a Sunday, is worked, and has no 02:30.
  schedule.calendar = YamlCalendar("weekend: [sat]\n");
  schedule.holiday = HolidayShift::kNext;
  EXPECT_EQ((Strings{"03-08T03:00; moved from 2026-03-07 ('weekend / 주말'); the clocks skip the "
                     "time meant"}),
            Next(schedule, "2026-03-01T00:00:00Z", 1));
}

TEST(OccurrenceAt, OnlyPlannedInstantsHaveOne) {
  const Schedule schedule = ReadOne("cron: \"0 9 16 * *\", calendar: kr, holiday: next");
  EXPECT_FALSE(OccurrenceAt(schedule, At("2026-02-16T00:00:00Z")).has_value());
  EXPECT_TRUE(OccurrenceAt(schedule, At("2026-02-19T00:00:00Z"))->shifted);
  EXPECT_FALSE(OccurrenceAt(schedule, At("2026-02-19T00:00:01Z")).has_value());
}

TEST(ReadSchedule, ErrorsOfCalendarsAndWindows) {
  const auto errors = [](const std::string& keys) {
    Strings said;
    for (const Quarantined& bad : ReadFile(keys).quarantined) {
      for (const Status& error : bad.errors) {
        said.push_back(std::to_string(error.place()->column) + " " + error.message());
        EXPECT_FALSE(HasEnglishProse(InKorean(error.message()))) << InKorean(error.message());
        EXPECT_FALSE(HasEnglishProse(InKorean(error.hint()))) << InKorean(error.hint());
      }
    }
    return said;
  };
  using S = Strings;
  EXPECT_EQ(S{"58 there is no calendar 'jp' in " + SourceFolder() + "/schedules/calendars"},
            errors("cron: \"0 9 * * *\", calendar: jp"));
  EXPECT_EQ(S{"57 'holiday' needs a calendar that says which days are holidays"},
            errors("cron: \"0 9 * * *\", holiday: next"));
  EXPECT_EQ(S{"71 'shift' must be one of next, previous, skip, and this is the word 'nxt'"},
            errors("cron: \"0 9 * * *\", calendar: kr, holiday: nxt"));
  EXPECT_EQ(S{"71 'holiday' needs the key 'shift'"},
            errors("cron: \"0 9 * * *\", calendar: kr, holiday: {}"));
  EXPECT_EQ(S{"33 a business day is never a holiday: 'holiday' has nothing to move"},
            errors("on: last-business-day, at: \"09:00\", calendar: kr, holiday: skip"));
  EXPECT_EQ(S{"35 it never runs: each of its days is a holiday of the calendar 'kr'"},
            errors("cron: \"0 9 * * SAT\", calendar: kr, holiday: skip"));
  EXPECT_EQ(S{"59 the window does not say when it is"},
            errors("cron: \"0 9 * * *\", blackout: [{reason: x}]"));
}

TEST(ReadSchedule, WarnsOfWhatWillSurprise) {
  const auto warnings = [](const std::string& keys) {
    Strings said;
    for (const Status& warning : ReadFile(keys).warnings) {
      said.push_back(warning.message());
      EXPECT_FALSE(HasEnglishProse(InKorean(warning.message()))) << InKorean(warning.message());
      EXPECT_FALSE(HasEnglishProse(InKorean(warning.hint()))) << InKorean(warning.hint());
    }
    return said;
  };
  using S = Strings;
  EXPECT_EQ(S{"the calendar 'kr' changes nothing: it has no windows, and nothing says what to do "
              "on a holiday"},
            warnings("cron: \"0 9 * * *\", calendar: kr"));
  EXPECT_EQ(S{"each of its next 20 times lies in a window, such as 'x': nothing of it will run"},
            warnings("cron: \"0 9 * * *\", blackout: [{from: \"08:00\", to: \"10:00\", reason: x}]"));
  EXPECT_EQ(S{}, warnings("cron: \"0 9 * * *\", calendar: kr, holiday: next"));
  const auto late = ReadScheduleText(
      "apiVersion: upkeep/v1\nschedules:\n  - {id: s, playbooks: [x], cron: \"0 9 * * *\", "
      "calendar: kr, holiday: next}\n",
      SourceFolder() + "/schedules/t.yaml", At("2030-12-01T00:00:00Z"));
  ASSERT_EQ(1U, late->warnings.size());
  EXPECT_EQ("the calendar 'kr' ends on 2030-12-31; later holidays are not known",
            late->warnings[0].message());
}

TEST(ReadSchedule, TheDefinitionFollowsTheCalendarShiftAndWindows) {
  const auto definition = [](const std::string& keys) {
    return ReadOne("cron: \"0 9 * * *\"" + keys).definition;
  };
  const std::string plain = definition("");
  const std::string next = definition(", calendar: kr, holiday: next");
  EXPECT_NE(plain, next);
  EXPECT_NE(next, definition(", calendar: kr, holiday: skip"));
  EXPECT_NE(plain, definition(", blackout: [{from: \"01:00\", to: \"02:00\", reason: x}]"));
}

TEST(Plan, DaysSlotsAndClashesFollowTheShift) {
  Schedule backup = ReadOne("cron: \"0 2 17 2 *\", heavy: true, calendar: kr, holiday: next");
  Schedule purge = ReadOne("cron: \"0 2 19 2 *\", heavy: true");
  purge.id = "purge";
  const Instant now = At("2026-02-10T00:00:00Z");
  const auto clashes = FindClashes({backup, purge}, now);
  ASSERT_EQ(1U, clashes.size());
  EXPECT_EQ(At("2026-02-18T17:00:00Z"), clashes[0].at);
  const Plan plan = PlanAhead(backup, {"a"}, At("2026-02-17T18:00:00Z"));
  ASSERT_EQ(1U, plan.slots.size());
  EXPECT_EQ(At("2026-02-18T17:00:00Z"), plan.slots[0].planned_at);
  for (const DayPlan& day : plan.days) {
    EXPECT_EQ(day.day == std::chrono::sys_days(std::chrono::year(2026) / 2 / 18) ? 1 : 0, day.count);
  }
  backup.blackout = YamlCalendar("freeze:\n  - {from: 2026-02-19, to: 2026-02-19, reason: x}\n")->windows();
  EXPECT_TRUE(FindClashes({backup, purge}, now).empty()) << "what does not run meets nobody";
}

class DecideInWindows : public testing::Test {
 protected:
  DecideInWindows() {
    schedule_ = ReadOne("cron: \"0 * * * *\", grace: 10m, blackout: [{from: \"02:00\", "
                        "to: \"04:00\", reason: Backup}]");
    for (int hour = 1; hour <= 4; ++hour) {
      open_.push_back(At("2026-01-01T00:00:00+09:00") + std::chrono::hours(hour));
    }
  }
  std::vector<Verdict> Verdicts(std::string_view now) {
    std::vector<Verdict> verdicts;
    decisions_ = Decide(schedule_, open_, At(now));
    for (const Decision& decision : decisions_) verdicts.push_back(decision.verdict);
    return verdicts;
  }
  Schedule schedule_;
  std::vector<Instant> open_;
  std::vector<Decision> decisions_;
  using V = std::vector<Verdict>;
};

TEST_F(DecideInWindows, AStartInAWindowIsBlackoutHoweverLateItIsLookedAt) {
  EXPECT_EQ((V{Verdict::kStart, Verdict::kWait, Verdict::kWait, Verdict::kWait}),
            Verdicts("2026-01-01T01:00:00+09:00"));
  EXPECT_EQ((V{Verdict::kMissed, Verdict::kBlackout, Verdict::kWait, Verdict::kWait}),
            Verdicts("2026-01-01T02:00:00+09:00"));
  EXPECT_EQ("its start lies in the blackout 'Backup'", decisions_[1].reason);
  EXPECT_EQ("not started within 10m, and now is the blackout 'Backup'", decisions_[0].reason);
  EXPECT_EQ((V{Verdict::kMissed, Verdict::kBlackout, Verdict::kBlackout, Verdict::kStart}),
            Verdicts("2026-01-01T04:00:00+09:00"));
  // The day after: a window's slots are no missed ones, and the newest other one is caught up.
  EXPECT_EQ((V{Verdict::kMissed, Verdict::kBlackout, Verdict::kBlackout, Verdict::kCatchUp}),
            Verdicts("2026-01-01T20:00:00+09:00"));
}

TEST_F(DecideInWindows, ALateStartDoesNotSlipIntoAWindow) {
  open_ = {At("2026-01-01T01:55:00+09:00")};
  EXPECT_EQ((V{Verdict::kStart}), Verdicts("2026-01-01T01:59:59+09:00"));
  EXPECT_EQ((V{Verdict::kBlackout}), Verdicts("2026-01-01T02:00:00+09:00"));
  EXPECT_EQ("it is late, and now is the blackout 'Backup'", decisions_[0].reason);
}

}  // namespace
}  // namespace upkeep::schedules
