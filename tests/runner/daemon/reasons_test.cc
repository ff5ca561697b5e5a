// SPDX-License-Identifier: Apache-2.0
// Every reason that this room gives a slot has a Korean sentence in the reports.
#include <regex>

#include "reports/slot_reasons.h"
#include "tests/runner/daemon/fixture.h"

namespace upkeep::daemon {
namespace {

using reports::SaySlotReason;

bool HasEnglishSentence(const std::string& text) {
  return std::regex_search(text, std::regex("[a-z]{3,} [a-z]{2,}"));
}

TEST(SlotReasonTest, EveryReasonOfTheRoomIsSaidInKorean) {
  for (const std::string reason :
       {"not started within 5m, and catch-up is none", "older than the catch-up age of 1d",
        "a later slot runs in its place (catch-up is last)",
        "more were missed than the catch-up limit of 3", "an earlier one still runs",
        "started 10m late", "caught up 30m late, beyond the grace of 5m; attempt 2",
        "cancelled while it ran", "the process that ran it is gone",
        "another daemon leads since (fence 4 after 3)", "its end could not be stored",
        "nothing was heard of its process on node-1 for 1h11m",
        "no playbook of the schedule fits this target",
        "no target of the inventory fits the schedule",
        "not started within 5m, and catch-up is none; nothing was heard of upkeep from 2026-11-01T02:00:00Z to "
        "2026-11-01T05:00:00Z",
        "the lock was lost from 2026-11-01T02:00:00Z to 2026-11-01T05:00:00Z",
        "the daemon stood still from 2026-11-01T02:00:00Z to 2026-11-01T05:00:00Z",
        "the store could not be written from 2026-11-01T02:00:00Z to 2026-11-01T05:00:00Z",
        "its target did not answer; attempt 2 follows in 30s", "the inventory has no target 'db-1'", "no target of the inventory has the label 'team=shop'",
        "its schedule was taken out of the files", "the playbook a.b is missing or invalid",
        "nothing of the schedule can run: the playbook a.b is missing or invalid",
        "nothing of the schedule can run: there is no playbook of the cadence:monthly",
        "its start lies in the blackout 'Release / 배포'",
        "its start lies in the freeze 'Sale'", "it is late, and now is the freeze 'Sale'",
        "it is late, and now is the blackout 'Sale'",
        "not started within 5m, and now is the blackout 'Sale'",
        "not started within 5m, and now is the freeze 'Sale'",
        "not started within 5m, and its window was written down later",
        "started 10m late; moved from 2026-02-16 ('Seollal / 설날')"}) {
    EXPECT_EQ(SaySlotReason(reason, "en"), reason);
    const std::string korean = SaySlotReason(reason, "ko");
    EXPECT_NE(korean, reason);
    EXPECT_FALSE(HasEnglishSentence(korean)) << korean;
  }
  EXPECT_EQ(SaySlotReason("caught up 30m late, beyond the grace of 5m; attempt 2", "ko"),
            "30분 늦게 보충 실행함 (유예 5분 초과); 시도 2");
}

TEST(SlotReasonTest, APersonsOwnWordsAreQuoted) {
  EXPECT_EQ(SaySlotReason("Jin is on holiday", "ko"), "“Jin is on holiday”");
  EXPECT_EQ(SaySlotReason("Jin is on holiday", "en"), "Jin is on holiday");
  EXPECT_EQ(SaySlotReason("휴가", "ko"), "휴가");
  EXPECT_EQ(SaySlotReason("", "ko"), "");
}

TEST(SlotReasonTest, TheErrorThatAReasonEndsWithIsSaidInKoreanToo) {
  EXPECT_EQ(SaySlotReason("its schedule is in quarantine: there is no time zone 'shop'", "ko"),
            "스케줄이 격리됨: 'shop' 시간대가 없습니다");
}

using PlannerReasonTest = DaemonTest;

TEST_F(PlannerReasonTest, WhatThePlannerSaysIsKnownToo) {
  for (const char* rule : {"none", "{mode: last, maxAge: 12h}", "{mode: all, limit: 1, maxAge: 12h}"}) {
    const auto schedule = ScheduleOf(std::string("    cron: \"0 * * * *\"\n    playbooks: [selftest.ok]\n"
                                                 "    catchUp: ") + rule + "\n");
    std::vector<Instant> open;
    for (int hour = 1; hour < 40; ++hour) open.push_back(clock_.Now() + hours(hour));
    for (const auto& decision : schedules::Decide(schedule, open, clock_.Now() + hours(40))) {
      if (decision.reason.empty()) continue;
      EXPECT_NE(SaySlotReason(decision.reason, "ko"), decision.reason);
    }
  }
}

}  // namespace
}  // namespace upkeep::daemon
