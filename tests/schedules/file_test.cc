// SPDX-License-Identifier: Apache-2.0
#include "schedules/file.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>

#include "tests/schedules/times.h"
#include "tests/source_folder.h"

namespace upkeep::schedules {
namespace {

const Instant kReadAt = At("2026-11-21T00:00:00Z");

ScheduleFile MustRead(std::string text) {
  auto file = ReadScheduleText(std::move(text), "t.yaml", kReadAt);
  EXPECT_TRUE(file.ok()) << file.status().Describe();
  return file.ok() ? std::move(file).value() : ScheduleFile{};
}

std::string Described(const std::vector<Status>& statuses) {
  std::string text;
  for (const Status& status : statuses) text += status.Describe() + "\n";
  return text;
}

TEST(ShippedFiles, AreCleanAndFireWhenTheGuidesSay) {
  const std::string folder = SourceFolder() + "/schedules/";
  auto file = ReadScheduleFiles({folder + "daily.yaml", folder + "weekly.yaml",
                                 folder + "monthly.yaml", folder + "quarterly.yaml"},
                                kReadAt);
  ASSERT_TRUE(file.ok());
  EXPECT_TRUE(file->Errors().ok()) << file->Errors().Describe();
  EXPECT_TRUE(file->warnings.empty()) << Described(file->warnings);
  ASSERT_EQ(4U, file->schedules.size());
  const auto first = [&](std::size_t i) {
    return Times(file->schedules[i].expression, "2026-11-21T00:00:00Z", 1)[0];
  };
  EXPECT_EQ("2026-11-22T09:00:00+09:00", first(0));
  EXPECT_EQ("2026-11-22T02:00:00+09:00", first(1));
  EXPECT_EQ("2026-12-07T10:00:00+09:00", first(2));
  EXPECT_EQ("2027-01-04T13:00:00+09:00", first(3));
  EXPECT_EQ(Strings{"cadence:daily"}, file->schedules[0].playbooks);
  EXPECT_EQ("일일 점검", file->schedules[0].title.ko);
}

TEST(ReadScheduleText, ReadsEveryKey) {
  const ScheduleFile file = MustRead(R"(
apiVersion: upkeep/v1
timeZone: Asia/Seoul
schedules:
  - id: nightly
    title: Nightly
    enabled: false
    cron: "0 0 3 * * ?"
    dialect: quartz
    timeZone: Europe/Berlin
    dst: {gap: shift, overlap: both}
    playbooks: [pg.vacuum, "cadence:daily"]
    targets: [prod, env=stage]
    grace: 10m
    deadline: 2h
    catchUp: {mode: all, limit: 5, maxAge: 2d}
    overlap: {mode: queue, limit: 3}
    retry: {attempts: 2, backoff: 10s, cap: 1m}
    splay: 1m
    jitter: 5s
    heavy: true
    report: [html]
    deliver: [ops]
    exitOn: never
)");
  ASSERT_EQ(1U, file.schedules.size()) << file.Errors().Describe();
  const Schedule& schedule = file.schedules[0];
  EXPECT_FALSE(schedule.enabled);
  EXPECT_EQ("Europe/Berlin", schedule.expression.zone().name());
  EXPECT_EQ((DstPolicy{Gap::kShift, Overlap::kBoth}), schedule.expression.dst());
  EXPECT_EQ(CatchUp::kAll, schedule.catch_up.mode);
  EXPECT_EQ(5, schedule.catch_up.limit);
  EXPECT_EQ(std::chrono::hours(48), schedule.catch_up.max_age);
  EXPECT_EQ(OverlapMode::kQueue, schedule.overlap.mode);
  EXPECT_EQ(3, schedule.overlap.queue_limit);
  EXPECT_EQ(2, schedule.retry.attempts);
  EXPECT_EQ(std::chrono::minutes(10), schedule.grace);
  EXPECT_TRUE(schedule.heavy);
  EXPECT_EQ("never", schedule.exit_on);
  EXPECT_EQ(64U, schedule.definition.size());
  EXPECT_EQ(5, schedule.place.line);
}

TEST(ReadScheduleText, AHeartbeatIsAnAddressOrWhereOneIs) {
  const auto read = [](const std::string& heartbeat) {
    return ReadScheduleText("apiVersion: upkeep/v1\nschedules:\n  - id: s\n    cron: \"0 9 * * *\"\n"
                            "    playbooks: [p]\n    heartbeat: " + heartbeat + "\n",
                            "test.yaml", *ParseRfc3339("2026-11-01T00:00:00Z"));
  };
  const auto first = [&](const std::string& heartbeat) { return read(heartbeat)->schedules.at(0); };
  EXPECT_EQ("https://hc/ping/k", first("https://hc/ping/k").heartbeat.url);
  const Heartbeat file = first("{url: {file: /etc/hc}, start: false, attempts: 5, timeLimit: 5s}").heartbeat;
  EXPECT_EQ("/etc/hc", file.file);
  EXPECT_FALSE(file.start);
  EXPECT_EQ(5, file.attempts);
  EXPECT_EQ(std::chrono::seconds(5), file.time_limit);
  EXPECT_EQ("HC_URL", first("{url: {env: HC_URL}}").heartbeat.environment);
  // Where runs are announced decides nothing about when and what runs.
  EXPECT_EQ(first("https://hc/ping/k").definition, first("https://hc/ping/other").definition);
  for (const char* const wrong : {"ftp://hc/ping/k", "{start: true}", "{url: {}}", "{url: {file: a, env: B}}",
                                  "{url: https://hc/k, timeLimit: 1h}", "{url: https://hc/k, attempts: 0}",
                                  "{url: https://hc/k, stat: true}", "[1]"}) {
    const auto bad = read(wrong);
    EXPECT_TRUE(bad.ok() && bad->schedules.empty() && bad->quarantined.size() == 1) << wrong;
  }
}

TEST(ReadScheduleText, ShowsEveryErrorOfTheFileInOnePass) {
  const ScheduleFile file = MustRead(R"(apiVersion: upkeep/v1
schedules:
  - id: good
    cron: "0 9 * * *"
    playbooks: ["cadence:daily"]
  - id: bad one
    cron: "0 9 31 2 *"
    timeZone: Asia/Soul
    playbooks: ["cadence:dayly"]
    grase: 5m
  - id: both
    cron: 0 9 1-7 * MON
    playbooks: [x]
    catchUp: lats
  - id: good
    on: first-monday
    at: "09:00"
    playbooks: [x]
  - cron: "0 9 * * *"
    playbooks: []
)");
  // The good one runs, and the others stop nobody.
  ASSERT_EQ(1U, file.schedules.size());
  EXPECT_EQ("good", file.schedules[0].id);
  EXPECT_EQ(4U, file.quarantined.size());
  EXPECT_EQ(
      "t.yaml:6:9: an id has letters, digits, '-', '_' and '.', at most 64 of them\n"
      "    - id: bad one\n"
      "          ^\n"
      "t.yaml:7:16: no date in the calendar matches these days and months: it never fires\n"
      "      cron: \"0 9 31 2 *\"\n"
      "                 ^\n"
      "  hint: L is the last day of a month\n"
      "t.yaml:8:15: there is no time zone 'Asia/Soul'\n"
      "      timeZone: Asia/Soul\n"
      "                ^\n"
      "  hint: did you mean 'Asia/Seoul'?\n"
      "t.yaml:9:17: there is no cadence 'dayly'\n"
      "      playbooks: [\"cadence:dayly\"]\n"
      "                  ^\n"
      "  hint: did you mean 'cadence:daily'?\n"
      "t.yaml:10:5: the schedule has no key 'grase'\n"
      "      grase: 5m\n"
      "      ^\n"
      "  hint: did you mean 'grace'?\n"
      "t.yaml:12:21: day-of-month and day-of-week are both given, and cron takes days that match "
      "either\n"
      "      cron: 0 9 1-7 * MON\n"
      "                      ^\n"
      "  hint: write MON#1 for the first Monday, or say dayRule: and | or\n"
      "t.yaml:14:14: 'mode' must be one of last, none, all, and this is the word 'lats'\n"
      "      catchUp: lats\n"
      "               ^\n"
      "  hint: did you mean 'last'?\n"
      "t.yaml:15:9: the id 'good' is used twice\n"
      "    - id: good\n"
      "          ^\n"
      "  hint: it is already at t.yaml:3\n"
      "t.yaml:19:5: the schedule needs the key 'id'\n"
      "    - cron: \"0 9 * * *\"\n"
      "      ^\n"
      "t.yaml:20:16: 'playbooks' is empty: the schedule would do nothing\n"
      "      playbooks: []\n"
      "                 ^",
      file.Errors().Describe());
}

TEST(ReadScheduleText, WarnsOfDaysThatSomeMonthsLackAndOfClockChanges) {
  const ScheduleFile file = MustRead(R"(apiVersion: upkeep/v1
timeZone: America/New_York
schedules:
  - {id: a, cron: "0 9 31 * *", playbooks: [x]}
  - {id: b, cron: "30 2 * * *", playbooks: [x]}
  - {id: c, cron: "30 1 * * *", playbooks: [x]}
  - {id: d, cron: "0 9 * * *", playbooks: [x]}
  - {id: e, cron: "*/5 * * * *", playbooks: [x]}
)");
  EXPECT_EQ(5U, file.schedules.size()) << file.Errors().Describe();
  ASSERT_EQ(3U, file.warnings.size()) << Described(file.warnings);
  EXPECT_EQ("not every month has this day", file.warnings[0].message());
  EXPECT_EQ(24, file.warnings[0].place()->column);
  EXPECT_EQ("on 2027-03-14 the clocks of America/New_York skip this time; it runs right after the "
            "gap",
            file.warnings[1].message());
  EXPECT_EQ("on 2027-11-07 the clocks of America/New_York show this time twice; it runs once",
            file.warnings[2].message());
}

TEST(ReadScheduleText, RefusesWhatHasNoTimesOfItsOwn) {
  const ScheduleFile file = MustRead(R"(apiVersion: upkeep/v1
schedules:
  - {id: a, cron: "@every 15m", dialect: robfig, playbooks: [x]}
  - {id: c, on: someday, at: "09:00", playbooks: [x]}
  - {id: d, on: last-business-day, playbooks: [x]}
  - {id: e, playbooks: [x]}
  - {id: f, cron: "0 9 * * *", on: last-day, at: "09:00", playbooks: [x]}
)");
  EXPECT_TRUE(file.schedules.empty());
  EXPECT_EQ(5U, file.quarantined.size()) << file.Errors().Describe();
}

TEST(ReadScheduleText, AWildcardThatADaySkipsWholeAndADstThatChangesNothingAreSaid) {
  const ScheduleFile file = MustRead(R"(apiVersion: upkeep/v1
timeZone: America/New_York
schedules:
  - {id: a, cron: "*/30 2 * * *", playbooks: [x], dst: {gap: after}}
  - {id: b, cron: "*/30 1-3 * * *", playbooks: [x]}
)");
  ASSERT_EQ(2U, file.warnings.size()) << Described(file.warnings);
  EXPECT_TRUE(file.warnings[0].message().starts_with("'dst' changes nothing here")) << file.warnings[0].message();
  EXPECT_EQ("on 2027-03-14 the clocks of America/New_York skip this time; it does not run on that day",
            file.warnings[1].message());
}

TEST(ReadScheduleText, YearsThatAreOverMakeAWarning) {
  const ScheduleFile file = MustRead(R"(apiVersion: upkeep/v1
schedules:
  - {id: b, cron: "0 0 12 1 1 ? 2020", dialect: quartz, playbooks: [x]}
)");
  EXPECT_TRUE(file.Errors().ok()) << file.Errors().Describe();
  ASSERT_EQ(1U, file.schedules.size());
  ASSERT_EQ(1U, file.warnings.size());
  EXPECT_EQ("it never fires again: all its years are over", file.warnings[0].message());
}

TEST(ReadScheduleText, DaysInWordsBecomeExpressions) {
  const auto first = [](const std::string& on, const std::string& dialect) {
    const ScheduleFile file =
        MustRead("apiVersion: upkeep/v1\nschedules:\n  - {id: a, on: " + on +
                 ", at: \"18:30\", dialect: " + dialect + ", playbooks: [x]}\n");
    EXPECT_EQ(1U, file.schedules.size()) << file.Errors().Describe();
    return file.schedules.empty()
               ? ""
               : Times(file.schedules[0].expression, "2026-12-01T19:00:00Z", 1)[0].substr(0, 16);
  };
  for (const char* dialect : {"vixie", "quartz"}) {
    EXPECT_EQ("2026-12-07T18:30", first("first-monday", dialect));
    EXPECT_EQ("2026-12-25T18:30", first("last-friday", dialect));
    EXPECT_EQ("2026-12-31T18:30", first("last-day", dialect));
    EXPECT_EQ("2026-12-31T18:30", first("last-business-day", dialect));
    EXPECT_EQ("2027-01-01T18:30", first("first-business-day", dialect));
  }
}

TEST(ReadScheduleText, AFileOfAnotherKindIsRefusedWhole) {
  for (const char* text : {"", "[]", "a: 1", "apiVersion: v1\nkind: Config\n",
                           "apiVersion: upkeep/v1\nschedules: x\n", "a: [\n"}) {
    const auto file = ReadScheduleText(text, "t.yaml", kReadAt);
    ASSERT_FALSE(file.ok()) << text;
    EXPECT_EQ(Code::kInvalid, file.status().code());
    EXPECT_TRUE(file.status().place().has_value());
  }
  EXPECT_EQ(Code::kNotFound, ReadScheduleFile("/nonexistent.yaml", kReadAt).status().code());
}

// They would run in UTC, or by another dialect's rules, and look as if all were well.
TEST(ReadScheduleText, AnErrorInWhatHoldsForTheFileLeavesOutAllOfIt) {
  for (const char* head : {"apiVersion: upkeep/v1\ntimeZone: Asia/Soul\n", "apiVersion: upkeep/v1\ntimezone: Asia/Seoul\n",
                           "apiVersion: upkeep/v1\ndialect: quarz\n", "apiVersion: upkeep/v2\n", "timeZone: Asia/Seoul\n",
                           "apiVersion: upkeep/v1\ntimeZone: UTC\ntimeZone: Asia/Seoul\n",
                           "apiVersion: upkeep/v1\ntimeZone: [Asia/Seoul]\n"}) {
    const ScheduleFile file = MustRead(std::string(head) + "schedules:\n  - {id: a, cron: \"0 9 * * *\", playbooks: [x]}\n"
                                       "  - {id: b, cron: \"0 9 * * *\", timeZone: UTC, playbooks: [x]}\n");
    EXPECT_TRUE(file.schedules.empty()) << head;
    ASSERT_EQ(2U, file.quarantined.size()) << head;
    EXPECT_EQ("a", file.quarantined[0].id);
    EXPECT_EQ("b", file.quarantined[1].id);
    // Once for the file, not once for each of its schedules.
    const std::string said = file.Errors().Describe();
    EXPECT_EQ(said.find("t.yaml:"), said.rfind("t.yaml:")) << said;
  }
}

// A typo in the first must not make the second, of every minute, the one that runs.
TEST(ReadScheduleText, OfTwoWithOneIdNeitherRunsWhenOneIsWrong) {
  const ScheduleFile file = MustRead(R"(apiVersion: upkeep/v1
schedules:
  - {id: dup, cron: "0 9 * * *", playbooks: [x], gracee: 5m}
  - {id: dup, cron: "* * * * *", playbooks: [x]}
  - {id: other, cron: "* * * * *", playbooks: [x]}
)");
  ASSERT_EQ(1U, file.schedules.size());
  EXPECT_EQ("other", file.schedules[0].id);
  EXPECT_EQ(2U, file.quarantined.size());
  EXPECT_NE(std::string::npos, file.Errors().Describe().find("the id 'dup' is used twice"));
}

// The second list's schedules must not look as if somebody had taken them out of the files.
TEST(ReadScheduleText, TwoListsOfSchedulesAreNoFile) {
  const auto file = ReadScheduleText("apiVersion: upkeep/v1\nschedules:\n  - {id: x, cron: \"0 9 * * *\", playbooks: [p]}\n"
                                     "schedules:\n  - {id: y, cron: \"0 9 * * *\", playbooks: [p]}\n", "t.yaml", kReadAt);
  ASSERT_FALSE(file.ok());
  EXPECT_EQ("the key 'schedules' is repeated", file.status().message());
  EXPECT_EQ(4, file.status().place()->line);
}

TEST(ReadScheduleText, MoreRepeatedKeysThanAreToldAreNoFile) {
  std::string text = "apiVersion: upkeep/v1\nschedules:\n  - id: a\n    playbooks: [p]\n    cron: \"0 9 * * *\"\n";
  for (int i = 0; i < 101; ++i) text += "    playbooks: [p]\n";
  text += "  - id: b\n    playbooks: [p]\n    cron: \"0 9 * * *\"\n    cron: \"* * * * *\"\n";
  EXPECT_FALSE(ReadScheduleText(text, "t.yaml", kReadAt).ok());
}

TEST(ReadScheduleText, WhatMeansNothingOrNoTimeIsSaidAtItsKey) {
  const auto said = [](const std::string& keys) {
    return MustRead("apiVersion: upkeep/v1\nschedules:\n  - {id: a, playbooks: [x], " + keys + "}\n").Errors().Describe();
  };
  const auto has = [&](const std::string& keys, const std::string& text) {
    EXPECT_NE(std::string::npos, said(keys).find(text)) << keys << "\n" << said(keys);
  };
  const std::string daily = "cron: \"0 9 * * *\", ";
  has(daily + "catchUp: {mode: none, limit: 3}", "'limit' means nothing when nothing is caught up");
  has(daily + "catchUp: {mode: none, maxAge: 3d}", "'maxAge' means nothing when nothing is caught up");
  has(daily + "catchUp: {mode: last, limit: 3}", "'limit' means nothing when only the last one is caught up");
  has(daily + "overlap: {mode: replace, limit: 9}", "'limit' means nothing when nothing is queued");
  has(daily + "retry: {attempts: 3, backoff: 10m, cap: 1m}", "the first wait is longer than the longest, the cap of 1m");
  has(daily + "retry: {attempts: 100}", "'attempts' is from 0 to 20, and this is 100");
  has("on: first-mondya, at: \"09:00\"", "did you mean 'first-monday'?");
  has("on: first-monday, at: \"25:00\"", "'25:00' is no time of day");
  has("on: first-monday, at: \"2:30\"", "write at: \"02:30\"");
  has("on: first-monday", "'on' needs a time of day in 'at'");
}

TEST(ReadScheduleText, AKeyTwiceLeavesOutTheScheduleThatItIsIn) {
  const ScheduleFile file = MustRead(R"(apiVersion: upkeep/v1
schedules:
  - id: a
    cron: "0 9 * * *"
    cron: "0 10 * * *"
    playbooks: [x]
  - id: b
    cron: "0 9 * * *"
    playbooks: [x]
  - id: c
    cron: "0 9 * * *"
    playbooks: [x]
    overlap: {mode: queue, limit: 2, limit: 3}
)");
  ASSERT_EQ(1U, file.schedules.size()) << file.Errors().Describe();
  EXPECT_EQ("b", file.schedules[0].id);
  ASSERT_EQ(2U, file.quarantined.size());
  EXPECT_EQ("a", file.quarantined[0].id);
  EXPECT_EQ("the key 'cron' is repeated", file.quarantined[0].errors.at(0).message());
  EXPECT_EQ(5, file.quarantined[0].errors.at(0).place()->line);
  EXPECT_EQ("c", file.quarantined[1].id);
}

TEST(ReadScheduleText, TheDefinitionFollowsWhatDecidesWhenAndWhat) {
  const auto definition = [](const std::string& extra) {
    const ScheduleFile file = MustRead(
        "apiVersion: upkeep/v1\nschedules:\n  - {id: a, cron: \"0 9 * * *\", playbooks: [x]" +
        extra + "}\n");
    return file.schedules.empty() ? "" : file.schedules[0].definition;
  };
  EXPECT_EQ(definition(""), definition(", title: other"));
  EXPECT_NE(definition(""), definition(", timeZone: Asia/Seoul"));
  EXPECT_NE(definition(""), definition(", targets: [a]"));
  EXPECT_NE(definition(""), definition(", grace: 1m"));
}

TEST(ReadScheduleFiles, OneUnreadableFileStopsNobodyAndClashesAreShown) {
  const std::string path = testing::TempDir() + "upkeep_schedules_" + std::to_string(::getpid());
  std::ofstream(path) << "apiVersion: upkeep/v1\nschedules:\n"
                         "  - {id: a, cron: \"0 2 * * *\", heavy: true, playbooks: [x]}\n"
                         "  - {id: b, cron: \"0 2 * * SUN\", heavy: true, playbooks: [x]}\n";
  const auto all = ReadScheduleFiles({"/nonexistent.yaml", path}, kReadAt);
  std::remove(path.c_str());
  ASSERT_TRUE(all.ok());
  EXPECT_EQ(2U, all->schedules.size());
  EXPECT_EQ(1U, all->quarantined.size());
  ASSERT_EQ(1U, all->warnings.size());
  EXPECT_EQ("'b' and 'a' are both heavy and meet at 2026-11-22T02:00:00+00:00 on every target",
            all->warnings[0].message());
}

}  // namespace
}  // namespace upkeep::schedules
