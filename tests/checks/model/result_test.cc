// SPDX-License-Identifier: Apache-2.0
#include "checks/model/result.h"

#include <gtest/gtest.h>

#include <set>

#include "base/korean.h"

namespace upkeep::checks {
namespace {

TEST(ResultTest, NamesAndStatesAreTwoWays) {
  for (const State state : {State::kOk, State::kSkipped, State::kUnknown, State::kWarning, State::kCritical}) {
    EXPECT_EQ(state, *StateFromName(StateName(state)));
  }
  EXPECT_EQ("did you mean 'critical'?", StateFromName("critcal").status().hint());
  EXPECT_EQ(State::kCritical, Worse(State::kWarning, State::kCritical));
  EXPECT_EQ(State::kUnknown, Worse(State::kUnknown, State::kOk));
  EXPECT_EQ("P1", SeverityName(Severity::kP1));
}

TEST(ResultTest, AKeyHasTheNamespaceOnlyWhereThereIsOne) {
  EXPECT_EQ("Node/worker-1", (Subject{"Node", "", "worker-1", "u"}).Key());
  EXPECT_EQ("web/Pod/a", (Subject{"Pod", "web", "a", ""}).Key());
}

TEST(ResultTest, AsAValueItHoldsWhatIsThereAndNothingElse) {
  CheckResult result;
  result.subject = {"Pod", "web", "a", "1234"};
  result.state = State::kWarning;
  result.severity = Severity::kP2;
  result.reason = "crash_loop";
  result.summary = {"restarts", "재시작"};
  result.tags = {"type:availability"};
  result.evidence = "log";
  EXPECT_EQ((Value{{"subject", {{"kind", "Pod"}, {"namespace", "web"}, {"name", "a"}, {"uid", "1234"}}},
                   {"state", "warning"},
                   {"severity", "P2"},
                   {"reason", "crash_loop"},
                   {"summary", {{"en", "restarts"}, {"ko", "재시작"}}},
                   {"tags", {"type:availability"}},
                   {"evidence_sha256", Sha256Hex("log")}}),
            ToValue(result));
  EXPECT_EQ((Value{{"name", "used"}, {"subject", "Node/a"}, {"value", 0.5}, {"unit", "1"}, {"warning", 0.8}}),
            ToValue(Metric{"used", "Node/a", 0.5, "1", 0.8, std::nullopt, ""}));
}

TEST(UnknownResultTest, EveryCodeHasASentenceOfItsOwnInBothLanguages) {
  std::set<std::string> korean, english;
  constexpr Code kCodes[] = {Code::kError, Code::kTimeout, Code::kUnreachable, Code::kNoData,
                             Code::kNotPermitted, Code::kUndeclared, Code::kTruncated, Code::kStale,
                             Code::kCancelled, Code::kUsage, Code::kInvalid, Code::kConfig, Code::kStore,
                             Code::kOutput, Code::kBusy, Code::kDenied, Code::kPending,
                             Code::kNotApproved, Code::kEvidence, Code::kNotFound, Code::kBudget,
                             Code::kInternal};
  for (const Code code : kCodes) {
    const CheckResult result = UnknownResult({"Node", "", "a", ""}, Status(code, "it went wrong"));
    EXPECT_EQ(State::kUnknown, result.state);
    EXPECT_EQ(CodeName(code), result.reason);
    EXPECT_EQ("it went wrong", StringAt(result.data, "detail"));
    EXPECT_TRUE(result.summary.en.ends_with("it went wrong"));
    EXPECT_TRUE(result.summary.ko.ends_with("“it went wrong”")) << result.summary.ko;
    EXPECT_FALSE(HasEnglishProse(result.summary.ko)) << result.summary.ko;
    if (code == Code::kUnreachable || code == Code::kNotPermitted) {
      EXPECT_EQ("it went wrong", result.summary.en) << "a report puts the reason in front";
      continue;
    }
    korean.insert(result.summary.ko);
    english.insert(result.summary.en);
  }
  EXPECT_EQ(std::size(kCodes) - 2, korean.size());
  EXPECT_EQ(std::size(kCodes) - 2, english.size());
}

TEST(UnknownResultTest, TheKoreanSentenceSaysTheMessageInKorean) {
  const auto korean = [](Code code, const char* message) {
    return UnknownResult({"Database", "", "orders", ""}, Status(code, message)).summary.ko;
  };
  EXPECT_EQ("10.0.0.1:5432: 연결이 거부되었습니다",
            korean(Code::kUnreachable, "10.0.0.1:5432: connection refused"));
  EXPECT_EQ("upkeep에 kubernetes:list:pods 권한이 없습니다",
            korean(Code::kNotPermitted, "upkeep lacks the permission kubernetes:list:pods"));
  EXPECT_EQ("upkeep에 네임스페이스 \"shop\"의 kubernetes:list:pods 권한이 없습니다 (서버 응답: “pods is forbidden”)",
            korean(Code::kNotPermitted,
                   "upkeep lacks the permission kubernetes:list:pods in namespace \"shop\" (pods is forbidden)"));
  EXPECT_EQ("플레이북의 needs에 선언되지 않아 실행하지 않았습니다: head에 kubernetes:list:pods 선언이 없습니다",
            korean(Code::kUndeclared, "the head does not declare kubernetes:list:pods"));
  EXPECT_EQ("점검 중 오류가 발생했습니다: “a sentence of somebody else”",
            korean(Code::kError, "a sentence of somebody else"));
  EXPECT_EQ("점검 중 오류가 발생했습니다", korean(Code::kError, ""));
}

TEST(UnknownResultTest, HintAndPlaceAreKept) {
  const CheckResult result = UnknownResult(
      {"Database", "", "orders", ""},
      Status(Code::kNotPermitted, "no").WithHint("GRANT pg_monitor TO upkeep;").At({"a.lua", 7, 3, ""}));
  EXPECT_EQ("GRANT pg_monitor TO upkeep;", StringAt(result.data, "hint"));
  EXPECT_EQ("a.lua:7:3", StringAt(result.data, "place"));
  EXPECT_EQ("error", UnknownResult({}, Status::Ok()).reason);
}

}  // namespace
}  // namespace upkeep::checks
