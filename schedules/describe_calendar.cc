// SPDX-License-Identifier: Apache-2.0
//
// What a schedule's calendar and windows do to its times, in words.
#include "schedules/describe_words.h"

namespace upkeep::schedules {
namespace {

constexpr std::size_t kMostNamed = 3;

Text DescribeShift(const Schedule& schedule) {
  const std::string& name = schedule.calendar->name();
  const std::string day_off = "On a day off of the calendar '" + name + "' it ";
  const std::string korean = "'" + name + "' 달력의 쉬는 날이면 ";
  switch (schedule.holiday) {
    case HolidayShift::kNone: break;
    case HolidayShift::kPrevious:
      return {.en = day_off + "runs on the working day before instead, at the same time of day",
              .ko = korean + "바로 앞 근무일 같은 시각에 실행합니다"};
    case HolidayShift::kNext:
      return {.en = day_off + "runs on the next working day instead, at the same time of day",
              .ko = korean + "다음 근무일 같은 시각에 실행합니다"};
    case HolidayShift::kSkip:
      return {.en = day_off + "does not run", .ko = korean + "실행하지 않습니다"};
  }
  return {};
}

std::optional<Text> DescribeWindows(const Schedule& schedule) {
  std::vector<const Window*> windows;
  for (const Window& window : schedule.blackout) windows.push_back(&window);
  if (schedule.calendar != nullptr) {
    for (const Window& window : schedule.calendar->windows()) windows.push_back(&window);
  }
  if (windows.empty()) return std::nullopt;
  std::vector<std::string> english, korean;
  for (const Window* window : windows) {
    if (english.size() == kMostNamed) break;
    const bool freeze = window->kind == WindowKind::kFreeze;
    const Text kind = freeze ? Text{.en = "the freeze", .ko = "변경 동결"}
                             : Text{.en = "the blackout", .ko = "금지 시간"};
    english.push_back(kind.en + " '" + window->reason.en + "'");
    const std::string& reason = window->reason.ko.empty() ? window->reason.en : window->reason.ko;
    korean.push_back(kind.ko + " '" + reason + "'");
  }
  std::string more_english, more_korean;
  if (windows.size() > kMostNamed) {
    const std::string more = std::to_string(windows.size() - kMostNamed);
    more_english = " and " + more + " more";
    more_korean = " 외 " + more + "개";
  }
  return Text{.en = "A slot whose start lies in " +
                    JoinWords(english, ", ", more_english.empty() ? " or " : ", ") + more_english +
                    " does not run",
              .ko = "시작 시각이 " + JoinWords(korean, ", ", ", ") + more_korean +
                    "에 들면 실행하지 않습니다"};
}

}  // namespace

std::vector<Text> DescribeCalendar(const Schedule& schedule) {
  std::vector<Text> sentences;
  if (schedule.calendar != nullptr && schedule.holiday != HolidayShift::kNone) {
    sentences.push_back(DescribeShift(schedule));
  }
  if (auto windows = DescribeWindows(schedule)) sentences.push_back(std::move(*windows));
  return sentences;
}

}  // namespace upkeep::schedules
