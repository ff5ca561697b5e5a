// SPDX-License-Identifier: Apache-2.0
#include "reports/words.h"

#include <array>
#include <cmath>
#include <cstdio>
#include <map>
#include <utility>

#include "base/korean.h"
#include "base/value.h"
#include "reports/local_time.h"

namespace upkeep::reports {
namespace {

struct Entry {
  std::string_view en, ko;
};

// In the order of enum Word.
constexpr Entry kWords[] = {
    {"Run report", "점검 실행 보고서"},
    {"Daily report", "일일 점검 보고서"},
    {"Weekly report", "주간 점검 보고서"},
    {"Monthly report", "월간 점검 보고서"},
    {"Quarterly report", "분기 점검 보고서"},
    {"Period", "기간"},
    {"Targets", "점검 대상"},
    {"As of", "기준 시각"},
    {"What needs you", "조치가 필요한 항목"},
    {"Nothing needs you.", "조치가 필요한 항목이 없습니다."},
    {"Nothing was looked at in this period.", "이 기간에는 점검이 수행되지 않았습니다."},
    {"Nothing was looked at in this run.", "이 실행에서는 점검한 항목이 없습니다."},
    {"Summary", "요약"},
    {"Findings", "발견 사항"},
    {"New", "신규"},
    {"Recurring", "지속"},
    {"Regressed", "재발"},
    {"Resolved", "해결"},
    {"Resolved findings", "해결된 항목"},
    {"Accepted (waived)", "승인된 예외"},
    {"Checks", "점검 항목"},
    {"Not looked at, and why", "점검하지 못한 항목과 이유"},
    {"Figures", "수치"},
    {"Planned runs", "예정된 점검"},
    {"Planned runs that did not happen", "실행되지 않은 예정 점검"},
    {"Plans and changes", "조치 이력"},
    {"Waivers", "예외 목록"},
    {"Deliveries", "보고서 전송"},
    {"Day by day", "일자별 현황"},
    {"Coverage", "점검률"},
    {"Check", "점검"},
    {"Target", "대상"},
    {"Subject", "항목"},
    {"State", "상태"},
    {"Reason", "이유"},
    {"What helps", "조치 방법"},
    {"Owner", "담당"},
    {"Runbook", "런북"},
    {"First seen", "최초 발견"},
    {"Value", "값"},
    {"Before", "이전"},
    {"A month ago", "한 달 전"},
    {"Limit", "기준"},
    {"Source of the limit", "기준 출처"},
    {"Requested by", "요청자"},
    {"Approved by", "승인자"},
    {"Outcome", "결과"},
    {"Expires", "만료"},
    {"Covered", "적용 건수"},
    {"expired", "만료됨"},
    {"TLS is not verified for", "TLS 인증서를 검증하지 않는 대상"},
    {"No check is for", "점검 항목이 없는 대상"},
    {"Ledger", "원장 해시"},
    {"Severity", "심각도"},
    {"Due", "실행 시각 도래"},
    {"On time", "정시"},
    {"Late", "지연"},
    {"Missed", "누락"},
    {"Cancelled", "취소"},
    {"Blackout", "금지 시간"},
    {"Overlapped", "중첩"},
    {"Paused", "일시 중지"},
    {"Interrupted", "중단"},
    {"Superseded", "대체됨"},
    {"In flight", "진행 중"},
    {"Not yet due", "예정 시각 전"},
    {"Every planned run is accounted for.", "예정된 점검이 모두 집계되었습니다."},
    {"The planned runs do not add up.", "예정된 점검의 합계가 맞지 않습니다."},
    {"Date", "날짜"},
    {"Runs", "실행"},
    {"Run", "실행 번호"},
    {"Change", "변화"},
    {"Schedule", "스케줄"},
    {"Planned for", "예정 시각"},
    {"Channel", "채널"},
    {"Destination", "받는 곳"},
    {"Attempts", "시도"},
    {"Details", "상세"},
    {"Remedy", "조치 수단"},
    {"Risk", "위험도"},
    {"Took", "소요"},
    {"compared with run", "비교 대상 실행"},
    {"none", "없음"},
    {"Not everything could be observed.", "일부 항목은 확인하지 못했습니다."},
    {"the check ran again and found it gone", "재점검으로 해결 확인"},
    {"not verified", "미확인"},
    {"Ticket", "티켓"},
    {"Search", "검색"},
    {"All checks", "전체 점검"},
    {"warning", "경고"},
    {"critical", "심각"},
    {"Before", "조치 전"},
    {"After", "조치 후"},
    {"Runs in a row", "연속 발견"},
    {"As it stood at the end", "기간 말 현황"},
    {"In the period", "기간 중"},
    {"Carried out", "수행"},
    {"Contents", "목차"},
    {"Skip to the report", "본문으로 건너뛰기"},
    {"Plan", "계획"},
    {"Applied", "적용"},
    {"Finished", "완료"},
    {"Subjects", "항목 수"},
    {"Pages", "페이지"},
    {"Results", "건수"},
};
static_assert(std::size(kWords) == static_cast<std::size_t>(Word::kCount), "a word is missing");

std::string_view Pick(const Entry& entry, std::string_view language) {
  return language == "ko" ? entry.ko : entry.en;
}

const std::map<std::string_view, Entry>& Reasons() {
  static const std::map<std::string_view, Entry> reasons = {
      {"error", {"error", "오류"}},
      {"timeout", {"timed out", "시간 초과"}},
      {"unreachable", {"unreachable", "연결 불가"}},
      {"no_data", {"no data", "데이터 없음"}},
      {"not_permitted", {"not permitted", "권한 없음"}},
      {"undeclared", {"undeclared", "선언되지 않은 호출"}},
      {"truncated", {"truncated", "잘린 응답"}},
      {"stale", {"stale", "오래된 데이터"}},
      {"cancelled", {"cancelled", "취소됨"}},
      {"budget", {"over budget", "자원 한도 초과"}},
      {"not_installed", {"not installed", "설치되지 않음"}},
      {"not_mounted", {"not mounted", "마운트되지 않음"}},
      {"not_found", {"not found", "찾을 수 없음"}},
      {"config", {"config", "설정 오류"}},
      {"invalid", {"invalid", "잘못된 데이터"}},
      {"internal", {"internal", "내부 오류"}},
      {"store", {"store", "저장소 오류"}},
      {"busy", {"busy", "사용 중"}},
      {"denied", {"denied", "거부됨"}},
  };
  return reasons;
}

const std::map<std::string_view, Entry>& Outcomes() {
  static const std::map<std::string_view, Entry> outcomes = {
      {"pending", {"pending", "승인 대기"}},     {"approved", {"approved", "승인됨"}},
      {"denied", {"denied", "거부됨"}},          {"expired", {"expired", "만료됨"}},
      {"cancelled", {"cancelled", "취소됨"}},    {"applying", {"applying", "적용 중"}},
      {"applied", {"applied", "적용됨"}},        {"failed", {"failed", "실패"}},
      {"unknown", {"unknown", "확인 불가"}},     {"verified", {"verified", "해결 확인"}},
      {"unverified", {"unverified", "해결 미확인"}}, {"sent", {"sent", "전송됨"}},
      {"missed", {"missed", "누락"}},            {"late", {"late", "지연"}},
      {"interrupted", {"interrupted", "중단"}},  {"overlapped", {"overlapped", "중첩"}},
      {"blackout", {"blackout", "금지 시간"}},   {"paused", {"paused", "일시 중지"}},
      {"low", {"low", "낮음"}},                  {"medium", {"medium", "보통"}},
      {"high", {"high", "높음"}},                {"irreversible", {"irreversible", "되돌릴 수 없음"}},
  };
  return outcomes;
}

}  // namespace

std::string_view Say(Word word, std::string_view language) {
  return Pick(kWords[static_cast<std::size_t>(word)], language);
}

std::string_view SayState(checks::State state, std::string_view language) {
  switch (state) {
    case checks::State::kOk: return Pick({"ok", "정상"}, language);
    case checks::State::kWarning: return Pick({"warning", "경고"}, language);
    case checks::State::kCritical: return Pick({"critical", "심각"}, language);
    case checks::State::kUnknown: return Pick({"unknown", "확인 불가"}, language);
    case checks::State::kSkipped: return Pick({"skipped", "건너뜀"}, language);
  }
  return "";
}

std::string_view SayChange(std::string_view change, std::string_view language) {
  if (change == "new") return Say(Word::kNew, language);
  if (change == "recurring") return Say(Word::kRecurring, language);
  if (change == "regressed") return Say(Word::kRegressed, language);
  return "";
}

std::string SayReason(std::string_view reason, std::string_view language) {
  const auto found = Reasons().find(reason);
  return std::string(found == Reasons().end() ? reason : Pick(found->second, language));
}

std::string SayOutcome(std::string_view state, std::string_view language) {
  const auto found = Outcomes().find(state);
  return std::string(found == Outcomes().end() ? state : Pick(found->second, language));
}

std::string SayDelivery(std::string_view state, std::string_view language) {
  if (state == "pending") return std::string(Pick({"not sent yet", "전송 대기"}, language));
  return SayOutcome(state, language);
}

std::string OneLine(std::string_view text) {
  std::string line = PrintableText(text);
  for (char& c : line) {
    if (c == '\n' || c == '\t') c = ' ';
  }
  return line;
}

std::string ShowValue(double value, std::string_view unit) {
  char text[64];
  if (unit == "By") {
    static constexpr std::array<const char*, 6> kUnits = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
    std::size_t at = 0;
    for (; std::fabs(value) >= 1024 && at + 1 < kUnits.size(); ++at) value /= 1024;
    std::snprintf(text, sizeof text, at == 0 ? "%.0f %s" : "%.1f %s", value, kUnits[at]);
    return text;
  }
  std::snprintf(text, sizeof text, std::floor(value) == value && std::fabs(value) < 1e15 ? "%.0f" : "%.1f",
                value);
  std::string shown = text;
  if (!unit.empty() && unit != "1") shown += " " + std::string(unit);
  return shown;
}

std::string SayLimits(const MetricRow& metric, std::string_view language) {
  std::string limits;
  const char* const side = !metric.warning || !metric.critical  ? " "
                           : *metric.critical < *metric.warning ? " ≤ "
                                                                : " ≥ ";
  const auto add = [&](Word word, const std::optional<double>& limit) {
    if (!limit) return;
    limits += (limits.empty() ? "" : ", ") + std::string(Say(word, language)) + side + ShowValue(*limit, metric.unit);
  };
  add(Word::kWarningAt, metric.warning);
  add(Word::kCriticalAt, metric.critical);
  return limits;
}

std::string SayQuarter(std::string_view date, std::string_view language) {
  constexpr std::size_t kYear = 4, kMonth = 5, kMonthEnd = 7;
  if (date.size() < kMonthEnd) return "";
  const int month = (date[kMonth] - '0') * 10 + date[kMonth + 1] - '0';
  const std::string quarter = std::to_string((month + 2) / 3), year(date.substr(0, kYear));
  return language == "ko" ? year + "년 " + quarter + "분기" : year + " Q" + quarter;
}

std::string TitleOf(const ReportModel& model, std::string_view language) {
  // The first day of the period, where there is one.
  const std::string day = LocalTime(model.zone).Date(model.period_start);
  const auto title = [&](Word word, const std::string& of) {
    return std::string(Say(word, language)) + (of.empty() ? "" : " " + of);
  };
  switch (model.kind) {
    case ReportKind::kRun: return title(Word::kTitleRun, model.run_ids.empty() ? "" : model.run_ids.front());
    case ReportKind::kDaily: return title(Word::kTitleDaily, day);
    case ReportKind::kWeekly: return title(Word::kTitleWeekly, day);
    case ReportKind::kMonthly: return title(Word::kTitleMonthly, day.substr(0, 7));
    case ReportKind::kQuarterly: return title(Word::kTitleQuarterly, SayQuarter(day, language));
  }
  return "";
}

}  // namespace upkeep::reports
