// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/schedules/times.h"

namespace upkeep::schedules {
namespace {

struct Bad {
  const char* text;
  int column;
  const char* message;
  const char* hint;
};

void ExpectRefused(Dialect dialect, std::initializer_list<Bad> cases) {
  for (const Bad& bad : cases) {
    const auto parsed = CronExpression::Parse(bad.text, {.dialect = dialect});
    ASSERT_FALSE(parsed.ok()) << bad.text;
    const Status status = parsed.status();
    EXPECT_EQ(Code::kInvalid, status.code());
    EXPECT_EQ(bad.column, status.place()->column) << bad.text << "\n" << status.Describe();
    EXPECT_EQ(bad.message, status.message()) << bad.text;
    EXPECT_EQ(bad.hint, status.hint()) << bad.text;
  }
}

TEST(Parse, ErrorsOfTheDefaultDialectPointAtTheirColumn) {
  ExpectRefused(
      Dialect::kVixie,
      {{"61 * * * *", 1, "minute: 61 is outside 0 to 59",
        "[second] minute hour day-of-month month day-of-week"},
       {"* 24 * * *", 3, "hour: 24 is outside 0 to 23",
        "[second] minute hour day-of-month month day-of-week"},
       {"0 0 1,,2 * *", 7, "day-of-month: nothing stands between the commas", ""},
       {"0 0 5-1 * *", 5, "day-of-month: the range 5-1 runs backwards",
        "write it as two: 5-31,1-1"},
       {"0 0 * JANUARY *", 7, "month: 'JANUARY' is not a number",
        "months are 1 to 12 or JAN to DEC"},
       {"*/0 * * * *", 3, "minute: a step of 0 never moves", "a step is a number from 1 on"},
       {"0 0 * * MON#6", 13, "day-of-week: a month has no such week: 6",
        "1 to 5, or L for the last"},
       {"0 0 * * FRIL", 9, "day-of-week: 'FRIL' is not a day",
        "write FRI#L for the last one of a month"},
       {"0 0 ? * *", 5, "day-of-month: '?' does not stand here in this dialect", "write *"},
       {"/5 * * * *", 1, "minute: a value is missing", "write */n for every n-th"},
       {"H(0-3)/15 * * * *", 8, "minute: a step of 15 is larger than the range", "1 to 4"},
       {"0 0 31 2,4 *", 5,
        "no date in the calendar matches these days and months: it never fires",
        "L is the last day of a month"},
       {"0 0 31W 2 *", 5, "no date in the calendar matches these days and months: it never fires",
        "L is the last day of a month"},
       {"* * * *", 7,
        "an expression of this dialect has 5 or 6 fields, and this one has 4",
        "[second] minute hour day-of-month month day-of-week"},
       {"CRON_TZ=Asia/Soul 0 9 * * *", 9, "there is no time zone 'Asia/Soul'",
        "did you mean 'Asia/Seoul'?"},
       {"@reboot", 1, "unknown macro '@reboot'",
        "a schedule plans its times ahead, and nobody plans a restart"},
       {"  ", 3, "the expression is empty", ""}});
}

TEST(Parse, DialectsDifferWhereTheyShould) {
  ExpectRefused(Dialect::kRobfig,
                {{"0 0 * * 7", 9, "day-of-week: 7 is outside 0 to 6",
                  "Sunday is 0 in this dialect"},
                 {"0 0 L * *", 5, "day-of-month: 'L' is not a number", ""},
                 {"@quarterly", 1, "unknown macro '@quarterly'",
                  "known: @hourly @daily @midnight @weekly @monthly @quarterly @yearly"}});
  ExpectRefused(Dialect::kQuartz,
                {{"0 0 * * * 4", 11,
                  "exactly one of day-of-month and day-of-week must be '?'",
                  "put ? where no day is meant"},
                 {"0 0 0 ? * 0", 11, "day-of-week: 0 is outside 1 to 7",
                  "Sunday is 1 in this dialect"},
                 {"0 /60 * ? * 2", 4, "minute: a step of 60 is beyond the field's 60 values", ""},
                 {"0 0 12 ? * *  2200", 15, "year: 2200 is outside 1970 to 2199",
                  "second minute hour day-of-month month day-of-week [year]"}});
  EXPECT_TRUE(CronExpression::Parse("0 0 0 ? * FRI-TUE", {.dialect = Dialect::kQuartz}).ok());
  EXPECT_TRUE(CronExpression::Parse("@every 90s", {.dialect = Dialect::kRobfig}).ok());
  EXPECT_FALSE(CronExpression::Parse("@every 90x", {.dialect = Dialect::kRobfig}).ok());
}

TEST(Parse, TheDayRuleCanBeSaidAloud) {
  CronOptions options;
  options.day_rule = DayRule::kReject;
  const auto both = CronExpression::Parse("0 9 1-7 * MON", options);
  ASSERT_FALSE(both.ok());
  EXPECT_EQ(11, both.status().place()->column);
  EXPECT_TRUE(CronExpression::Parse("0 9 * * MON", options).ok());
  options.day_rule = DayRule::kAnd;
  EXPECT_EQ((Strings{"2026-12-07T09:00:00+00:00"}),
            Times(Cron("0 9 1-7 * MON", options), "2026-11-21T00:00:00Z", 1));
  options.day_rule = DayRule::kOr;
  EXPECT_EQ((Strings{"2026-11-23T09:00:00+00:00"}),
            Times(Cron("0 9 1-7 * MON", options), "2026-11-21T00:00:00Z", 1));
}

TEST(Parse, WarnsOfWhatIsProbablyNotMeant) {
  const auto warnings = [](std::string_view text) {
    Strings found;
    const CronExpression expression = Cron(text);
    for (const CronWarning& warning : expression.warnings()) {
      found.push_back(std::to_string(warning.column) + ": " + warning.message);
    }
    return found;
  };
  EXPECT_EQ((Strings{"1: it fires every minute of each of these hours"}), warnings("* 3 * * *"));
  EXPECT_EQ((Strings{"5: not every month has this day"}), warnings("0 0 31 * *"));
  EXPECT_EQ((Strings{"1: steps of 7 do not divide 60: the last one is shorter"}),
            warnings("*/7 * * * *"));
  EXPECT_EQ(1U, warnings("0 0 1 * 1").size());
  EXPECT_TRUE(warnings("0 9 * * 1").empty());
  EXPECT_TRUE(warnings("0 0 31 1 *").empty());
}

TEST(Parse, LongAndHostileTextIsRefusedNotFollowed) {
  EXPECT_FALSE(CronExpression::Parse(std::string(1 << 20, '*')).ok());
  EXPECT_FALSE(CronExpression::Parse("99999999999999999999 * * * *").ok());
  EXPECT_FALSE(CronExpression::Parse(std::string("* * * * *\0", 10)).ok());
  EXPECT_FALSE(CronExpression::Parse("* * * * \xC2\xB9").ok());
  EXPECT_FALSE(CronExpression::Parse("H( * * * *").ok());
  EXPECT_FALSE(CronExpression::Parse("@").ok());
  EXPECT_FALSE(CronExpression::Parse("TZ=").ok());
}

}  // namespace
}  // namespace upkeep::schedules
