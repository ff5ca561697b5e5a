// SPDX-License-Identifier: Apache-2.0
//
// upkeep schedule next, describe, list, check and simulate, and pause and resume, as they are typed.
#include "base/value.h"
#include "tests/runner/cli/terminal.h"
#include "tests/source_folder.h"

namespace upkeep::cli {
namespace {

constexpr const char* kFile = R"(apiVersion: upkeep/v1
timeZone: America/New_York
schedules:
  - id: nightly
    title: {en: Backups, ko: 백업 점검}
    cron: "0 2 * * *"
    playbooks: [selftest.ok]
    heavy: true
    blackout:
      - {cron: "0 0 12 11 *", for: 24h, reason: {en: Sale, ko: 할인 행사}}
  - id: also-at-two
    cron: "0 2 * * SUN"
    playbooks: [selftest.ok]
    heavy: true
  - id: daytime
    cron: "0,30 9-17 * * MON-FRI"
    playbooks: [selftest.ok]
  - id: off
    cron: "0 5 * * *"
    enabled: false
    playbooks: [selftest.ok]
)";

class ScheduleCommandsTest : public TerminalTest {
 protected:
  ScheduleCommandsTest() { Write("schedules/a.yaml", kFile); }

  Said Schedule(std::vector<std::string> words) const {
    words.insert(words.begin(), "schedule");
    return Typed(std::move(words));
  }
  Said Typed(std::vector<std::string> words) const {
    words.insert(words.end(), {"--schedules", Path("schedules"), "--store", Path("upkeep.db"), "--inventory",
                               Path("inventory.yaml")});
    return Type(words);
  }
};

TEST_F(ScheduleCommandsTest, NextSaysWhatStopsATime) {
  const Said said = Schedule({"next", "nightly", "-n", "3", "--from", "2026-11-11T00:00:00Z"});
  EXPECT_EQ(0, said.code) << said.err;
  EXPECT_EQ("2026-11-11T02:00:00-05:00\n2026-11-12T02:00:00-05:00  does not run: blackout 'Sale / 할인 행사'\n2026-11-13T02:00:00-05:00\n", said.out);
  const Said korean = Schedule({"next", "nightly", "-n", "2", "--from", "2026-11-11T00:00:00Z", "--lang", "ko"});
  EXPECT_TRUE(Has(korean.out, "실행되지 않음")) << korean.out;
}

TEST_F(ScheduleCommandsTest, NextSaysWhichHeavyOneStartsInTheSameMinute) {
  // A Saturday and a Sunday.
  const Said said = Schedule({"next", "nightly", "-n", "2", "--from", "2026-11-21T00:00:00Z"});
  EXPECT_EQ("2026-11-21T02:00:00-05:00\n2026-11-22T02:00:00-05:00  clashes with also-at-two\n", said.out);
  EXPECT_TRUE(Has(Schedule({"next", "also-at-two", "-n", "1", "--from", "2026-11-21T00:00:00Z", "--lang", "ko"}).out,
                  "nightly"));
  EXPECT_FALSE(Has(Schedule({"next", "daytime", "-n", "9"}).out, "clash"));
}

TEST_F(ScheduleCommandsTest, WhatIsOffOrOverIsSaid) {
  EXPECT_TRUE(Has(Schedule({"next", "off", "-n", "1"}).err, "it is disabled: none of this is planned"));
  EXPECT_EQ(65, Schedule({"next", "0 0 9 ? * 6L 2020", "--dialect", "quartz"}).code);
  EXPECT_EQ(65, Schedule({"next", "--batch", Write("empty.jsonl", "\n")}).code);
}

TEST_F(ScheduleCommandsTest, OneTargetByNameAndByLabelIsOneTarget) {
  Write("inventory.yaml", "apiVersion: upkeep/v1\ntargets:\n  - {name: db, kind: host, host: localhost, labels: {env: prod}}\n"
                          "  - {name: other, kind: host, host: localhost, labels: {env: test}}\n");
  Write("schedules/a.yaml", "apiVersion: upkeep/v1\nschedules:\n"
                            "  - {id: m, cron: \"0 2 * * 0\", playbooks: [selftest.ok], heavy: true, targets: [db]}\n"
                            "  - {id: l, cron: \"0 2 * * 0\", playbooks: [selftest.ok], heavy: true, targets: [env=prod]}\n"
                            "  - {id: t, cron: \"0 2 * * 0\", playbooks: [selftest.ok], heavy: true, targets: [env=test]}\n");
  const Said checked = Schedule({"check", "--playbooks", SourceFolder() + "/playbooks"});
  EXPECT_EQ(0, checked.code) << checked.err;
  EXPECT_TRUE(Has(checked.err, "'l' and 'm' are both heavy and meet at")) << checked.err;
  EXPECT_FALSE(Has(checked.err, "'t' and")) << checked.err;
  EXPECT_TRUE(Has(Schedule({"next", "m", "-n", "1"}).out, "clashes with l\n"));
  EXPECT_TRUE(Has(Schedule({"simulate"}).out, "'m' and 'l' on db"));
  // One in each file, all of them on the same line.
  const auto one = [this](const std::string& name, const std::string& id, const std::string& target) {
    Write("schedules/" + name, "apiVersion: upkeep/v1\nschedules:\n  - {id: " + id + ", cron: \"0 2 * * 0\", "
                               "playbooks: [selftest.ok], heavy: true, targets: [" + target + "]}\n");
  };
  one("a.yaml", "a", "db");
  one("b.yaml", "b", "db");
  one("c.yaml", "c", "env=prod");
  const Said three = Schedule({"check", "--playbooks", SourceFolder() + "/playbooks"});
  for (const char* pair : {"'b' and 'a' are both heavy", "'c' and 'a' are both heavy", "'c' and 'b' are both heavy"}) {
    EXPECT_TRUE(Has(three.err, pair)) << pair << "\n" << three.err;
  }
}

TEST_F(ScheduleCommandsTest, AWrongSubcommandGetsTheNearestOne) {
  const Said wrong = Type({"schedule", "nxt"});
  EXPECT_EQ(64, wrong.code);
  EXPECT_TRUE(Has(wrong.err, "there is no command 'schedule nxt'")) << wrong.err;
  EXPECT_TRUE(Has(wrong.err, "did you mean 'upkeep schedule next'?")) << wrong.err;
  const Said alone = Type({"schedule"});
  EXPECT_EQ(64, alone.code);
  EXPECT_TRUE(Has(alone.err, "'upkeep schedule' needs one of its commands")) << alone.err;
  EXPECT_TRUE(Has(alone.err, "upkeep schedule --help lists its commands")) << alone.err;
  EXPECT_TRUE(Has(Type({"schedule", "next", "--help"}).out, "Usage: upkeep schedule next "));
}

TEST_F(ScheduleCommandsTest, NextOfAnExpressionInAZone) {
  EXPECT_EQ("2026-12-07T09:00:00+09:00\n2027-01-04T09:00:00+09:00\n",
            Schedule({"next", "0 9 * * MON#1", "--zone", "Asia/Seoul", "-n", "2", "--from", "2026-11-27T00:00:00Z"}).out);
  // Shown in another zone than its own.
  EXPECT_EQ("2026-11-11T07:00:00+00:00\n",
            Schedule({"next", "nightly", "-n", "1", "--from", "2026-11-11T00:00:00Z", "--zone", "UTC"}).out);
  EXPECT_EQ("2026-11-27T12:00:30+00:00\n", Schedule({"next", "30 0 12 * * ?", "--dialect", "quartz", "-n", "1", "--from",
                                                "2026-11-27T00:00:00Z"}).out);
}

TEST_F(ScheduleCommandsTest, NextRefusesWhatItCannotRead) {
  for (const auto& [words, hint] : std::vector<std::pair<std::vector<std::string>, std::string>>{
           {{"next"}, "upkeep schedule next daily"},
           {{"next", "nigtly"}, "did you mean 'nightly'?"},
           {{"next", "xyz"}, "upkeep schedule list shows them"},
           {{"next", "nightly", "-n", "0"}, "1 to 10000"},
           {{"next", "nightly", "--from", "noon"}, "--from"},
           {{"next", "nightly", "--zone", "Asia/Soul"}, "Asia/Seoul"},
           {{"next", "61 * * * *"}, "61"}}) {
    const Said said = Schedule(words);
    EXPECT_NE(0, said.code);
    EXPECT_EQ("", said.out);
    EXPECT_TRUE(Has(said.err, hint)) << said.err;
  }
}

TEST_F(ScheduleCommandsTest, BatchComparesWithVectors) {
  const std::string vectors = Write("v.jsonl", R"({"dialect":"vixie","expr":"0 9 * * *","tz":"UTC","from":"2026-01-01T00:00:00Z","next":["2026-01-01T09:00:00Z"]}
{"dialect":"vixie","expr":"0 9 * * *","tz":"UTC","from":"2026-01-01T00:00:00Z","next":["2026-01-01T10:00:00Z"]}
)");
  const Said said = Schedule({"next", "--batch", vectors});
  EXPECT_EQ(1, said.code) << said.err;
  EXPECT_TRUE(Has(said.out, R"("line":2)")) << said.out;
  EXPECT_TRUE(Has(said.out, R"("differ":1,"equal":1,"run":2)")) << said.out;
  EXPECT_EQ(65, Schedule({"next", "--batch", Write("bad.jsonl", "{")}).code);
  EXPECT_EQ(65, Schedule({"next", "--batch", folder_}).code);
  EXPECT_EQ(65, Schedule({"next", "--batch", Path("none")}).code);
}

TEST_F(ScheduleCommandsTest, DescribeSaysEachInWords) {
  const Said all = Schedule({"describe"});
  EXPECT_EQ(0, all.code) << all.err;
  EXPECT_TRUE(Has(all.out, "nightly: Backups\n")) << all.out;
  EXPECT_TRUE(Has(all.out, "At 02:00 every Sunday (America/New_York).")) << all.out;
  EXPECT_TRUE(Has(all.out, "It is switched off")) << all.out;
  const Said one = Schedule({"describe", "nightly", "--lang", "ko"});
  EXPECT_TRUE(Has(one.out, "nightly: 백업 점검\n")) << one.out;
  EXPECT_TRUE(Has(one.out, "다음 시각: ")) << one.out;
  EXPECT_FALSE(Has(one.out, "also-at-two"));
  EXPECT_TRUE(Has(Schedule({"describe", "*/15 9-17 * * MON-FRI", "--zone", "Asia/Seoul"}).out, "Every 15 minutes from 09:00 to 17:45"));
  EXPECT_EQ(64, Schedule({"describe", "0 9 * * *", "--zone", "Asia/Soul"}).code);
  EXPECT_TRUE(Has(Schedule({"describe", "nigtly"}).err, "did you mean 'nightly'?"));
}

TEST_F(ScheduleCommandsTest, SimulateShowsTheWeeksLoadWithClashesAndBlackouts) {
  const Said said = Schedule({"simulate", "--from", "2026-11-08", "--days", "8"});
  EXPECT_EQ(0, said.code) << said.err;
  EXPECT_TRUE(said.out.starts_with("2026-11-08...2026-11-15 (America/New_York): 99 slots, 9 heavy; 1 more do not run\n")) << said.out;
  for (const char* const part : {"No inventory is at hand: each schedule counts as one target.\n",
                                 "02        2 #  X    1 #  !    1 #  !    1 #  !    -         1 #  !    1 #  !\n",
                                 "09        .         2 #       2 #       2 #       2 #       2 #       .\n",
                                 "Heavy schedules that start in the same minute on one target:\n"
                                 "  2026-11-08T02:00:00-05:00 'nightly' and 'also-at-two' on every target, 2 times\n",
                                 "  nightly: 1 slot from 2026-11-12T02:00:00-05:00, blackout 'Sale'\n",
                                 "Busiest minute: 2026-11-08T02:00:00-05:00, 2 slots\n", "Switched off, not counted: off\n"}) {
    EXPECT_TRUE(Has(said.out, part)) << part << "\n" << said.out;
  }
  const Said korean = Schedule({"simulate", "--from", "2026-11-08", "--lang", "ko"});
  EXPECT_TRUE(Has(korean.out, "11-08(일)")) << korean.out;
  EXPECT_TRUE(Has(korean.out, "할인 행사")) << korean.out;
}

TEST_F(ScheduleCommandsTest, SimulateCountsTargetsAndClockChangesInJsonToo) {
  Write("inventory.yaml", "apiVersion: upkeep/v1\ntargets:\n  - {name: here, kind: host, host: localhost}\n"
                          "  - {name: there, kind: host, host: localhost}\n");
  const Said said = Schedule({"simulate", "--from", "2027-03-14", "--days", "1", "-o", "json"});
  ASSERT_EQ(0, said.code) << said.err;
  const Value map = Value::parse(said.out);
  EXPECT_EQ(4, map["slots"]);
  EXPECT_TRUE(map["targets_known"]);
  EXPECT_EQ("2027-03-14T03:00:00-04:00", map["clashes"][0]["at"]);
  EXPECT_EQ(2U, map["clock_changes"].size());
  EXPECT_EQ("America/New_York", map["zone"]);
  EXPECT_EQ("2027-03-14", map["days"][0]["date"]);
  EXPECT_EQ(2, map["schedules"][0]["targets"]);
  const Said table = Schedule({"simulate", "--from", "2027-03-14", "--days", "1"});
  EXPECT_TRUE(Has(table.out, "Times that a clock change touches:\n")) << table.out;
}

TEST_F(ScheduleCommandsTest, SimulateRefusesWhatItCannotRead) {
  EXPECT_TRUE(Has(Schedule({"simulate", "--days", "36"}).err, "1 to 35"));
  EXPECT_TRUE(Has(Schedule({"simulate", "--zone", "Asia/Soul"}).err, "Asia/Seoul"));
  EXPECT_EQ(64, Schedule({"simulate", "--from", "someday"}).code);
}

TEST_F(ScheduleCommandsTest, CheckFindsAPlaybookThatNoPackHas) {
  Write("packs/p/ok.lua", "return {}");
  const Said said = Schedule({"check", "--playbooks", Path("packs")});
  EXPECT_EQ(65, said.code);
  EXPECT_TRUE(Has(said.err, "'nightly' names the playbook 'selftest.ok', which no pack has")) << said.err;
  // The clock change is a warning, and so no reason to refuse the file.
  EXPECT_TRUE(Has(said.err, "the clocks of America/New_York skip this time")) << said.err;
}

TEST_F(ScheduleCommandsTest, CheckFindsEachNameThatIsNotThereWithItsColumn) {
  Write("schedules/a.yaml", "apiVersion: upkeep/v1\nschedules:\n"
                            "  - {id: a, cron: \"0 9 * * *\", playbooks: [selftest.okay], targets: [hst, env=prod],\n"
                            "     report: [htlm, \"md:\"], deliver: [opps]}\n");
  Write("inventory.yaml", "apiVersion: upkeep/v1\ntargets:\n  - {name: host, kind: host, host: localhost}\n");
  const std::string deliveries = Write("deliveries.yaml", "apiVersion: upkeep/v1\ndeliveries:\n  - {name: ops, kind: webhook, url: \"https://h/\"}\n");
  const Said said = Schedule({"check", "--deliveries", deliveries});
  EXPECT_EQ(65, said.code);
  for (const char* line : {"a.yaml:3:44: 'a' names the playbook 'selftest.okay', which no pack has",
                           "a.yaml:3:70: 'a' names the target 'hst', which the inventory does not have",
                           "did you mean 'host'?",
                           "a.yaml:3:75: 'a' names the target 'env=prod', which the inventory does not have",
                           "a.yaml:4:15: 'a' wants a report as 'htlm', which is no format",
                           "a.yaml:4:21: 'a' has no path behind 'md:'",
                           "a.yaml:4:39: 'a' is to be delivered to 'opps', which the deliveries file does not have",
                           "did you mean 'ops'?"}) {
    EXPECT_TRUE(Has(said.err, line)) << line << "\n" << said.err;
  }
  EXPECT_TRUE(Has(Schedule({"check"}).err, "and there is no deliveries file"));
}

TEST_F(ScheduleCommandsTest, ABadScheduleIsShownAndStopsNoOther) {
  Write("schedules/b.yaml", "apiVersion: upkeep/v1\nschedules:\n  - {id: broken, cron: \"61 * * * *\", playbooks: [selftest.ok]}\n");
  const Said listed = Schedule({"list"});
  EXPECT_EQ(65, listed.code);
  EXPECT_TRUE(Has(listed.out, "also-at-two")) << listed.out;
  EXPECT_TRUE(Has(listed.err, "b.yaml:3:")) << listed.err;
  EXPECT_EQ(0, Schedule({"next", "daytime"}).code);
  EXPECT_EQ(65, Schedule({"next", "broken"}).code);
}

TEST_F(ScheduleCommandsTest, PauseHasAReasonAndIsShownUntilItEnds) {
  EXPECT_TRUE(Has(Typed({"pause", "nightly"}).err, "--reason"));
  EXPECT_TRUE(Has(Typed({"pause", "nigtly", "--reason", "x"}).err, "did you mean 'nightly'?"));
  const Said paused = Typed({"pause", "nightly", "--reason", "moving house", "--until", "2h"});
  EXPECT_EQ(0, paused.code) << paused.err;
  EXPECT_TRUE(Has(Schedule({"list"}).out, "moving house"));
  EXPECT_EQ(0, Typed({"resume", "nightly", "--reason", "moved"}).code);
  EXPECT_FALSE(Has(Schedule({"list"}).out, "moving house"));
}

}  // namespace
}  // namespace upkeep::cli
