// SPDX-License-Identifier: Apache-2.0
//
// The Korean of the tool's messages, and the detector that every Korean report is tested with.
#include "base/korean.h"

#include <gtest/gtest.h>

namespace upkeep {
namespace {

TEST(Korean, WholeMessagesAndMessagesWithHoles) {
  EXPECT_EQ("제한 시간이 지났습니다", InKorean("the deadline passed"));
  EXPECT_EQ("'shop' 시간대가 없습니다", InKorean("there is no time zone 'shop'"));
  EXPECT_EQ("10.0.0.1:6443: 연결이 거부되었습니다", InKorean("10.0.0.1:6443: connection refused"));
  EXPECT_EQ("", InKorean(""));
}

TEST(Korean, HolesChangePlaces) {
  EXPECT_EQ("db:5432에서 'mina' 사용자에게 'pg_stat_activity' 권한이 없습니다 "
            "(서버 응답: “permission denied for view pg_stat_activity”)",
            InKorean("'mina' may not at db:5432: permission denied for view pg_stat_activity ('pg_stat_activity')"));
}

TEST(Korean, WhatWrapsAMessageIsSaidByItself) {
  EXPECT_EQ("pods 목록 조회: 10.0.0.1:6443: 연결이 거부되었습니다",
            InKorean("list pods: 10.0.0.1:6443: connection refused"));
  EXPECT_EQ("pods 목록 조회: 10.0.0.1:6443: 제한 시간이 지났습니다 (응답이 시작되기 전)",
            InKorean("list pods: 10.0.0.1:6443: the deadline passed before the answer began"));
  EXPECT_EQ("store.db 파일을 쓸 수 없습니다: 권한이 없습니다", InKorean("cannot write store.db: Permission denied"));
}

TEST(Korean, ForeignProseIsQuotedAndNamesAreNot) {
  EXPECT_EQ("“no such thing ever”", InKorean("no such thing ever"));
  EXPECT_EQ("app-1: “no such thing ever”", InKorean("app-1: no such thing ever"));
  EXPECT_EQ("kubernetes:list:nodes", InKorean("kubernetes:list:nodes"));
  EXPECT_EQ("GRANT pg_monitor TO upkeep;", InKorean("GRANT pg_monitor TO upkeep;"));
  EXPECT_EQ("ACL SETUSER upkeep +info", InKorean("ACL SETUSER upkeep +info"));
}

TEST(Korean, AValueOfASentenceIsANameOursOrQuoted) {
  EXPECT_EQ("kubernetes.nodes", ValueInKorean("kubernetes.nodes"));
  EXPECT_EQ("list", ValueInKorean("list"));   // The name of a pod, say; as a message it would be a word.
  EXPECT_EQ("10.0.0.1:6443: 연결이 거부되었습니다", ValueInKorean("10.0.0.1:6443: connection refused"));
  EXPECT_EQ("“back-off restarting failed container”", ValueInKorean("back-off restarting failed container"));
  const std::string endless(100'000, 'x');
  EXPECT_EQ("“" + endless + "”", ValueInKorean(endless));
}

TEST(Korean, CommandsAndNamesThatAreWordsOfOursStayAsTheyAre) {
  EXPECT_EQ("혹시 'upkeep schedule next'인가요?", InKorean("did you mean 'upkeep schedule next'?"));
  EXPECT_EQ("혹시 'upkeep waiver list'인가요?", InKorean("did you mean 'upkeep waiver list'?"));
  EXPECT_EQ("혹시 'upkeep config context'인가요?", InKorean("did you mean 'upkeep config context'?"));
  EXPECT_EQ("upkeep list --help로 옵션을 볼 수 있습니다", InKorean("upkeep list --help shows its options"));
  EXPECT_EQ("upkeep pack list --help로 옵션을 볼 수 있습니다", InKorean("upkeep pack list --help shows its options"));
  EXPECT_EQ("schedules에 4개, 모두 정상", InKorean("4 in schedules, all valid"));
  EXPECT_EQ("target: 연결이 거부되었습니다", InKorean("target: connection refused"));
}

TEST(Korean, AWordThatSaysWhatSomethingIsIsInKorean) {
  EXPECT_EQ("실행 7은(는) 이미 완료 상태입니다", InKorean("run 7 is finished already"));
  EXPECT_EQ("조치의 위험도 높음이(가) 정책의 상한 낮음보다 높습니다",
            InKorean("the remedy's risk is high, over the policy's cap low"));
  EXPECT_EQ("shop pods: 예상 심각, 실제 정상", InKorean("shop pods: expected critical, got ok"));
}

TEST(Korean, DurationsAreInKoreanAndWhatOnlyLooksLikeOneIsNot) {
  EXPECT_EQ("1시간 11분 늦게 보충 실행함 (유예 30초 초과)", InKorean("caught up 1h11m late, beyond the grace of 30s"));
  EXPECT_EQ("보충 실행 한도(12시간)보다 오래됨", InKorean("older than the catch-up age of 12h"));
  for (const char* const name : {"5m1h", "5", "m", "5mm", "1h1h", "5Mi", "-5m"}) {
    EXPECT_EQ("보충 실행 한도(" + std::string(name) + ")보다 오래됨", InKorean("older than the catch-up age of " + std::string(name)));
  }
  EXPECT_EQ("'30s' 시간대가 없습니다", InKorean("there is no time zone '30s'"));
}

TEST(Korean, LongAndHostileTextComesBackBounded) {
  const std::string parts(20'000, ':');
  EXPECT_EQ(parts, InKorean(parts));
  std::string nested;
  for (int i = 0; i < 2'000; ++i) nested += "a; b: ";
  EXPECT_FALSE(InKorean(nested).empty());
}

TEST(Korean, DescribeKeepsPlaceAndCaretAndSaysTheHint) {
  const Status status = Status(Code::kInvalid, "'x' must be true or false, and this is the word 'maybe'")
                            .WithHint("write true or false")
                            .At({"a.yaml", 3, 6, "  x: maybe"});
  EXPECT_EQ("a.yaml:3:6: 'x' 값은 true 또는 false여야 합니다 (현재 값: 단어 'maybe')\n"
            "    x: maybe\n       ^\n  힌트: true 또는 false로 쓰세요",
            Describe(status, "ko"));
  EXPECT_EQ(status.Describe(), Describe(status, "en"));
}

TEST(Korean, APlaceInNoFileAndAFieldOfItAreInKorean) {
  const Status status = Status(Code::kInvalid, "minute: 61 is outside 0 to 59").At({.file = "cron expression", .line = 1, .column = 1, .text = "61 0 * * *"});
  EXPECT_EQ("cron 표현식:1:1: 분: 61은(는) 0~59 범위를 벗어났습니다\n  61 0 * * *\n  ^", Describe(status, "ko"));
  EXPECT_EQ("at: \"09:00\"처럼 쓰세요", InKorean("write at: \"09:00\""));
}

TEST(Korean, SeveralErrorsKeepTheFilesLines) {
  EXPECT_EQ("a.yaml:1:3: 따옴표가 닫히지 않았습니다\n  key: did you mean this one\n    ^\n  힌트: 태그를 지우세요",
            InKorean("a.yaml:1:3: this quote is not closed\n  key: did you mean this one\n    ^\n  hint: remove the tag"));
}

TEST(Korean, TheDetectorSeesProseOnly) {
  for (const char* const prose : {"the pod is gone", "상태: the pod", "connection refused", "(not permitted)",
                                  "a pod", "it's not here", "대상 shop answered late", "value: read-only mode"}) {
    EXPECT_TRUE(HasEnglishProse(prose)) << prose;
  }
  for (const char* const names :
       {"shop/Pod/app-1 (production) P2", "\"the pod is gone\"", "“the pod is gone”", "`kubectl get pods`", "'not at all'",
        "GRANT pg_monitor TO upkeep;", "ACL SETUSER default +info", "kubernetes:list:nodes", "upkeep.db 손상", "HTTP 503",
        "--to NAME", "Kubernetes 클러스터의 pods 목록", "{apiGroups: [\"\"], resources: [pods], verbs: [list]}",
        "pods\nnodes", ""}) {
    EXPECT_FALSE(HasEnglishProse(names)) << names;
  }
}

}  // namespace
}  // namespace upkeep
