// SPDX-License-Identifier: Apache-2.0
#include "reports/slot_reasons.h"

#include <array>
#include <optional>
#include <vector>

#include "base/korean.h"

namespace upkeep::reports {
namespace {

/// "{}" stands for whatever is there: once or twice, in the same order in both languages.
struct Sentence {
  std::string_view en, ko;
};

constexpr std::array kSentences = {
    Sentence{"not started within {}, and catch-up is none", "{} 안에 시작되지 않았고 따라잡기가 꺼져 있음"},
    Sentence{"older than the catch-up age of {}", "따라잡기 한도({})보다 오래됨"},
    Sentence{"a later slot runs in its place (catch-up is last)", "더 최근 슬롯이 대신 실행됨 (따라잡기: 마지막 것만)"},
    Sentence{"more were missed than the catch-up limit of {}", "누락된 슬롯이 따라잡기 한도({})보다 많음"},
    Sentence{"an earlier one still runs", "이전 실행이 아직 끝나지 않음"},
    Sentence{"started {} late", "{} 늦게 시작됨"},
    Sentence{"caught up {} late, beyond the grace of {}", "{} 늦게 따라잡음 (유예 {} 초과)"},
    Sentence{"attempt {} follows in {}", "{}번째 시도를 {} 뒤에 함"},
    Sentence{"attempt {}", "시도 {}"},
    Sentence{"cancelled while it ran", "실행 중 취소됨"},
    Sentence{"the process that ran it is gone", "실행하던 프로세스가 사라짐"},
    Sentence{"another daemon leads since (fence {} after {})", "그 뒤로 다른 데몬이 리더임 (펜스 {}, 그 전 {})"},
    Sentence{"its end could not be stored", "종료를 저장하지 못함"},
    Sentence{"nothing was heard of its process on {} for {}", "{}의 프로세스에서 {} 동안 소식이 없음"},
    Sentence{"no playbook of the schedule fits this target", "이 대상에 맞는 플레이북이 스케줄에 없음"},
    Sentence{"nothing of the schedule can run: {}", "스케줄에서 실행할 수 있는 것이 없음: {}"},
    Sentence{"no target of the inventory fits the schedule", "인벤토리에 스케줄과 맞는 대상이 없음"},
    Sentence{"the inventory has no target '{}'", "인벤토리에 대상 '{}'이(가) 없음"},
    Sentence{"no target of the inventory has the label '{}'", "인벤토리에 레이블 '{}'이(가) 있는 대상이 없음"},
    Sentence{"its schedule is in quarantine: {}", "스케줄이 격리됨: {}"},
    Sentence{"the schedule file {} is in quarantine: {}", "스케줄 파일 {}이(가) 격리됨: {}"},
    Sentence{"its schedule was taken out of the files", "스케줄이 파일에서 제거됨"},
    Sentence{"the playbook {} is missing or invalid", "플레이북 {}이(가) 없거나 잘못됨"},
    Sentence{"there is no playbook of the {}", "{}에 해당하는 플레이북이 없음"},
    Sentence{"schedule changed", "스케줄이 변경됨"},
    Sentence{"its start lies in the blackout '{}'", "시작 시각이 금지 시간 '{}' 안에 있음"},
    Sentence{"its start lies in the freeze '{}'", "시작 시각이 변경 동결 기간 '{}' 안에 있음"},
    Sentence{"it is late, and now is the blackout '{}'", "늦었고, 지금은 금지 시간 '{}'임"},
    Sentence{"it is late, and now is the freeze '{}'", "늦었고, 지금은 변경 동결 기간 '{}'임"},
    Sentence{"not started within {}, and now is the blackout '{}'",
             "{} 안에 시작되지 않았고, 지금은 금지 시간 '{}'임"},
    Sentence{"not started within {}, and now is the freeze '{}'",
             "{} 안에 시작되지 않았고, 지금은 변경 동결 기간 '{}'임"},
    Sentence{"not started within {}, and its window was written down later",
             "{} 안에 시작되지 않았고, 금지 시간은 나중에 등록됨"},
    Sentence{"its target did not answer", "대상이 응답하지 않음"},
    Sentence{"nothing was heard of upkeep from {} to {}", "{}부터 {}까지 upkeep이 동작한 흔적이 없음"},
    Sentence{"the lock was lost from {} to {}", "{}부터 {}까지 잠금을 잃었음"},
    Sentence{"the daemon stood still from {} to {}", "{}부터 {}까지 데몬이 멈춰 있었음"},
    Sentence{"the store could not be written from {} to {}", "{}부터 {}까지 저장소에 쓸 수 없었음"},
    Sentence{"moved from {} ('{}')", "{}({})에서 옮겨짐"},
};

/// What stands for each {} of `pattern` in `text`; nothing when it does not match.
std::optional<std::vector<std::string_view>> Match(std::string_view pattern, std::string_view text) {
  std::vector<std::string_view> found;
  for (std::size_t hole = pattern.find("{}"); hole != std::string_view::npos;
       hole = pattern.find("{}")) {
    if (text.substr(0, hole) != pattern.substr(0, hole)) return std::nullopt;
    text.remove_prefix(hole);
    pattern.remove_prefix(hole + 2);
    const std::string_view next = pattern.substr(0, pattern.find("{}"));
    const std::size_t end = next.empty() ? text.size() : text.find(next);
    if (end == std::string_view::npos || end == 0) return std::nullopt;
    found.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  if (text != pattern) return std::nullopt;
  return found;
}

std::string SayOne(std::string_view reason) {
  for (const Sentence& sentence : kSentences) {
    const auto values = Match(sentence.en, reason);
    if (!values) continue;
    std::string said;
    std::string_view rest = sentence.ko;
    for (const std::string_view value : *values) {
      const std::size_t hole = rest.find("{}");
      // What follows a colon is a reason of its own.
      said += std::string(rest.substr(0, hole)) + SayOne(value);
      rest.remove_prefix(hole + 2);
    }
    return said + std::string(rest);
  }
  // An error of a file or of a playbook stands behind the colon; a person's own words are quoted.
  return ValueInKorean(reason);
}

}  // namespace

std::string SaySlotReason(std::string_view reason, std::string_view language) {
  if (language != "ko") return std::string(reason);
  std::string said;
  while (!reason.empty()) {
    const std::size_t end = reason.find("; ");
    said += (said.empty() ? "" : "; ") + SayOne(reason.substr(0, end));
    reason.remove_prefix(end == std::string_view::npos ? reason.size() : end + 2);
  }
  return said;
}

}  // namespace upkeep::reports
