// SPDX-License-Identifier: Apache-2.0
#include "base/zone/zone.h"

#include <gtest/gtest.h>

namespace upkeep::zone {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

Zone Get(std::string_view name) {
  auto zone = Zone::Load(name);
  EXPECT_TRUE(zone.ok()) << zone.status().Describe();
  return zone.ok() ? *zone : Zone::Utc();
}

Instant At(std::string_view text) {
  auto instant = ParseRfc3339(text);
  EXPECT_TRUE(instant.ok()) << text;
  return instant.ok() ? *instant : Instant();
}

LocalSeconds Local(std::string_view text) {
  return LocalSeconds(
      std::chrono::floor<seconds>(At(std::string(text) + "Z")).time_since_epoch());
}

std::string There(const Zone& zone, std::string_view utc) { return zone.Format(At(utc)); }

TEST(Zone, FormatsInstantsWithTheOffsetOfTheirTime) {
  EXPECT_EQ("2026-11-21T09:00:00+09:00", There(Get("Asia/Seoul"), "2026-11-21T00:00:00Z"));
  EXPECT_EQ("2026-07-01T08:00:00-04:00", There(Get("America/New_York"), "2026-07-01T12:00:00Z"));
  EXPECT_EQ("2026-12-01T07:00:00-05:00", There(Get("America/New_York"), "2026-12-01T12:00:00Z"));
  EXPECT_EQ("2026-12-01T17:45:00+05:45", There(Get("Asia/Kathmandu"), "2026-12-01T12:00:00Z"));
  EXPECT_EQ("1988-07-01T10:00:00+10:00", There(Get("Asia/Seoul"), "1988-07-01T00:00:00Z"));
}

TEST(Zone, TheFootersRuleHoldsPast2037InBothHemispheres) {
  const Zone york = Get("America/New_York"), sydney = Get("Australia/Sydney");
  for (const char* year : {"2038", "2100", "2400", "2436", "2437", "2438", "2838", "3237"}) {
    const std::string july = std::string(year) + "-07-01T00:00:00Z";
    const std::string january = std::string(year) + "-01-15T00:00:00Z";
    EXPECT_EQ("-04:00", There(york, july).substr(19)) << year;
    EXPECT_EQ("-05:00", There(york, january).substr(19)) << year;
    EXPECT_EQ("+10:00", There(sydney, july).substr(19)) << year;
    EXPECT_EQ("+11:00", There(sydney, january).substr(19)) << year;
  }
  // Second Sunday of March, 02:00: 2100-03-14, and 2500-03-14 after the calendar's 400 years.
  for (const char* day : {"2100-03-14", "2500-03-14"}) {
    const Resolved gap = york.FromLocal(Local(std::string(day) + "T02:30:00"));
    EXPECT_EQ(Occurrence::kNever, gap.occurrence) << day;
    EXPECT_EQ(std::string(day) + "T07:00:00Z", FormatRfc3339(gap.change));
  }
}

TEST(Zone, GapsAndOverlapsAreResolved) {
  const Zone riga = Get("Europe/Riga");
  const Resolved gap = riga.FromLocal(Local("2021-03-28T03:30:00"));
  EXPECT_EQ(Occurrence::kNever, gap.occurrence);
  EXPECT_EQ("2021-03-28T04:30:00+03:00", riga.Format(gap.first));
  EXPECT_EQ("2021-03-28T04:00:00+03:00", riga.Format(gap.change));
  EXPECT_EQ("2021-03-28T02:30:00+02:00", riga.Format(gap.second));
  const Resolved twice = riga.FromLocal(Local("2021-10-31T03:30:00"));
  EXPECT_EQ(Occurrence::kTwice, twice.occurrence);
  EXPECT_EQ("2021-10-31T03:30:00+03:00", riga.Format(twice.first));
  EXPECT_EQ("2021-10-31T03:00:00+02:00", riga.Format(twice.change));
  EXPECT_EQ("2021-10-31T03:30:00+02:00", riga.Format(twice.second));
  EXPECT_EQ(Occurrence::kOnce, riga.FromLocal(Local("2021-10-31T04:00:00")).occurrence);
  EXPECT_EQ(Occurrence::kOnce, riga.FromLocal(Local("2021-03-28T04:00:00")).occurrence);
}

TEST(Zone, ADayThatWasSkippedWholeIsAGapOf24Hours) {
  const Zone apia = Get("Pacific/Apia");
  EXPECT_EQ(Occurrence::kNever, apia.FromLocal(Local("2011-12-30T12:00:00")).occurrence);
  EXPECT_EQ(hours(24), apia.PeriodAt(std::chrono::sys_days(std::chrono::year(2012) / 1 / 1))
                               .LocalStart() -
                           Local("2011-12-30T00:00:00"));
}

TEST(Zone, EveryWallTimeGoesThereAndBack) {
  for (const char* name : {"America/New_York", "Australia/Lord_Howe", "Africa/Casablanca",
                           "Asia/Seoul", "America/Sao_Paulo", "Pacific/Chatham", "UTC"}) {
    const Zone zone = Get(name);
    for (SysSeconds at{std::chrono::sys_days(std::chrono::year(2015) / 1 / 1)};
         at < std::chrono::sys_days(std::chrono::year(2022) / 1 / 1); at += minutes(47)) {
      const Resolved back = zone.FromLocal(zone.ToLocal(at));
      ASSERT_NE(Occurrence::kNever, back.occurrence) << name << " " << FormatRfc3339(at);
      ASSERT_TRUE(back.first == at || back.second == at) << name << " " << FormatRfc3339(at);
      const Period period = zone.PeriodAt(at);
      ASSERT_TRUE(period.start <= at && at < period.end);
    }
  }
}

TEST(Zone, UnknownNamesAreRefusedWithTheNearest) {
  const auto hint = [](std::string_view name) {
    auto zone = Zone::Load(name);
    EXPECT_FALSE(zone.ok()) << name;
    EXPECT_EQ(Code::kNotFound, zone.status().code());
    return zone.status().hint();
  };
  EXPECT_EQ("did you mean 'Asia/Seoul'?", hint("Asia/Soul"));
  EXPECT_EQ("did you mean 'Asia/Seoul'?", hint("asia/seoul"));
  EXPECT_EQ("did you mean 'Asia/Seoul'?", hint("Seoul"));
  EXPECT_EQ("did you mean 'Asia/Seoul'?", hint("KST"));
  EXPECT_EQ("did you mean 'America/New_York'?", hint("new york"));
  EXPECT_EQ("use a name of tzdata, such as Asia/Seoul or UTC", hint("zzzzzzzzzzz"));
  for (const char* bad : {"", "../../../etc/passwd", "/etc/localtime", "localtime", "file:x",
                          "Asia", "tzdata.zi", "right/Asia/Seoul", "Asia/"}) {
    EXPECT_FALSE(Zone::Load(bad).ok()) << bad;
  }
}

TEST(Zone, TheVersionOfTheDataIsKnown) {
  EXPECT_EQ(5U, TzdataVersion().size()) << TzdataVersion();
  EXPECT_EQ("20", TzdataVersion().substr(0, 2));
}

TEST(Zone, KnowsWhetherAnyChangeIsAhead) {
  const SysSeconds now{std::chrono::sys_days(std::chrono::year(2026) / 1 / 1)};
  EXPECT_FALSE(Get("Asia/Seoul").HasChangesAfter(now));
  EXPECT_TRUE(Get("Europe/Berlin").HasChangesAfter(now));
  EXPECT_FALSE(Zone::Utc().HasChangesAfter(kBeginningOfTime));
}

}  // namespace
}  // namespace upkeep::zone
