// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "schedules/describe_words.h"

namespace upkeep::schedules {
namespace {

using Strings = std::vector<std::string>;

constexpr std::array<const char*, 7> kWeekdays{"일", "월", "화", "수", "목", "금", "토"};
constexpr std::array<const char*, 6> kOrdinals{"", "첫째", "둘째", "셋째", "넷째", "다섯째"};
constexpr std::uint32_t kMondayToFriday = 0x3EU, kWeekend = 0x41U;

/// "1·3·5~9일", "0~56분(7분 간격)". `step_unit` is what a step is counted in.
std::string Numbers(const SetShape& set, const std::string& unit, const std::string& step_unit) {
  if (set.step > 0) {
    return std::to_string(set.low) + "~" + std::to_string(set.high) + unit + "(" +
           std::to_string(set.step) + step_unit + " 간격)";
  }
  Strings words;
  for (const SetShape::Run& run : set.runs) {
    words.push_back(std::to_string(run.low) +
                    (run.low == run.high ? "" : "~" + std::to_string(run.high)));
  }
  return JoinWords(words, "·", "·") + unit;
}

std::string MinuteAndSecond(int second_of_day) {
  const int minute = second_of_day / 60 % 60, second = second_of_day % 60;
  std::string text;
  if (minute != 0) text += " " + std::to_string(minute) + "분";
  if (second != 0) text += " " + std::to_string(second) + "초";
  return text;
}

/// "17시 45분": an end of a range, on the clock of 24 hours.
std::string Clock(int second_of_day) {
  return std::to_string(second_of_day / 3600) + "시" + MinuteAndSecond(second_of_day);
}

/// "오전 9시", "낮 12시 30분", "0시": a time as it is said.
std::string SpokenClock(int second_of_day) {
  const int hour = second_of_day / 3600;
  const std::string half = hour == 0 ? "" : hour < 12 ? "오전 " : hour == 12 ? "낮 " : "오후 ";
  return half + std::to_string(hour > 12 ? hour - 12 : hour) + "시" +
         MinuteAndSecond(second_of_day);
}

std::string Every(int step) {
  return step % 3600 == 0 ? std::to_string(step / 3600) + "시간마다"
         : step % 60 == 0 ? std::to_string(step / 60) + "분마다"
                          : std::to_string(step) + "초마다";
}

std::string Product(const TimeShape& times) {
  std::string text = times.hours.all ? "매시" : Numbers(times.hours, "시대", "시간");
  text += " " + (times.minutes.all ? "매분" : Numbers(times.minutes, "분", "분"));
  if (!times.zero_seconds) {
    text += " " + (times.seconds.all ? "매초" : Numbers(times.seconds, "초", "초"));
  }
  return text;
}

std::string Times(const TimeShape& times) {
  switch (times.kind) {
    case TimeShape::Kind::kNever: return "실행되지 않음";
    case TimeShape::Kind::kAllDay:
      if (times.step == 3600) return "매시 정각";
      if (times.step == 60 || times.step == 1) return Every(times.step);
      return (times.step < 60 ? "매분 0초부터 " : "매시 정각부터 ") + Every(times.step);
    case TimeShape::Kind::kSteps:
      return Clock(times.low) + "부터 " + Clock(times.high) + "까지 " + Every(times.step);
    case TimeShape::Kind::kTimes: {
      Strings words;
      for (const int time : times.times) words.push_back(SpokenClock(time));
      return JoinWords(words, ", ", ", ");
    }
    case TimeShape::Kind::kProduct: return Product(times);
  }
  return "";
}

std::string Mark(const DayMark& mark) {
  const std::string before =
      mark.n == 0 ? "말일" : "말일 " + std::to_string(mark.n) + "일 전";
  const std::string weekday =
      std::string(kWeekdays[static_cast<std::size_t>(mark.weekday)]) + "요일";
  switch (mark.kind) {
    case DayMark::Kind::kLast: return before;
    case DayMark::Kind::kNearest: return std::to_string(mark.n) + "일에 가장 가까운 평일";
    case DayMark::Kind::kNearestToLast:
      return mark.n == 0 ? "마지막 평일" : before + "에 가장 가까운 평일";
    case DayMark::Kind::kNth:
      return kOrdinals[static_cast<std::size_t>(mark.n)] + (" " + weekday);
    case DayMark::Kind::kLastOfWeekday: return "마지막 " + weekday;
  }
  return "";
}

Strings DayWords(const DayShape& days) {
  Strings words;
  if (!days.days.runs.empty()) words.push_back(Numbers(days.days, "일", "일"));
  for (const DayMark& mark : days.day_marks) words.push_back(Mark(mark));
  return words;
}

Strings WeekdayNames(std::uint32_t weekdays) {
  Strings names;
  for (const unsigned day : {1U, 2U, 3U, 4U, 5U, 6U, 0U}) {  // A week begins on Monday.
    if ((weekdays >> day & 1U) != 0) names.emplace_back(kWeekdays[day]);
  }
  return names;
}

/// "월·수요일"
std::string WeekdayList(std::uint32_t weekdays) {
  return JoinWords(WeekdayNames(weekdays), "·", "·") + "요일";
}

std::string PlainWeekdays(std::uint32_t weekdays) {
  if (weekdays == kMondayToFriday) return "평일(월~금)";
  if (weekdays == kWeekend) return "주말(토·일)";
  const Strings missing = WeekdayNames(~weekdays & 0x7FU);
  if (missing.size() == 1) return missing.front() + "요일을 뺀 매일";
  return "매주 " + WeekdayList(weekdays);
}

std::string NoteOn(const DayShape& days) {
  bool nearest = false, last = false;
  for (const DayMark& mark : days.day_marks) {
    nearest = nearest || mark.kind == DayMark::Kind::kNearest ||
              (mark.kind == DayMark::Kind::kNearestToLast && mark.n > 0);
    last = last || (mark.kind == DayMark::Kind::kNearestToLast && mark.n == 0);
  }
  if (nearest) return "(평일은 그 달 안의 월~금)";
  return last ? "(평일은 월~금)" : "";
}

std::string Days(const DayShape& days, const SetShape& months) {
  // A month's step is no comfort: "1·3·5월" is what people say.
  SetShape named = months;
  named.step = 0;
  const std::string month = months.all ? "매월" : Numbers(named, "월", "");
  switch (days.rule) {
    case DayShape::Rule::kEvery: return months.all ? "매일" : month + " 매일";
    case DayShape::Rule::kByDay: {
      return month + " " + JoinWords(DayWords(days), ", ", ", ") + NoteOn(days);
    }
    case DayShape::Rule::kByWeekday: {
      if (days.weekday_marks.empty()) {
        return (months.all ? "" : month + " ") + PlainWeekdays(days.weekdays);
      }
      Strings words;
      if (days.weekdays != 0) words.push_back("모든 " + WeekdayList(days.weekdays));
      for (const DayMark& mark : days.weekday_marks) words.push_back(Mark(mark));
      return month + " " + JoinWords(words, ", ", ", ");
    }
    case DayShape::Rule::kBoth:
    case DayShape::Rule::kEither: {
      const bool both = days.rule == DayShape::Rule::kBoth;
      Strings weekdays;
      if (days.weekdays != 0) weekdays.push_back(WeekdayList(days.weekdays));
      for (const DayMark& mark : days.weekday_marks) weekdays.push_back(Mark(mark));
      return month + " " + JoinWords(DayWords(days), ", ", ", ") + NoteOn(days) +
             (both ? " 중 " : "이거나 ") + JoinWords(weekdays, ", ", ", ") + "인 날";
    }
  }
  return "";
}

}  // namespace

std::string KoreanSpan(long seconds) {
  Strings words;
  const auto take = [&](long unit, const std::string& name) {
    const long count = seconds / unit;
    seconds %= unit;
    if (count > 0) words.push_back(std::to_string(count) + name);
  };
  take(86'400, "일");
  take(3600, "시간");
  take(60, "분");
  take(1, "초");
  return words.empty() ? "0초" : JoinWords(words, " ", " ");
}

std::string KoreanWhen(const FieldShapes& shapes) {
  const std::string times = Times(shapes.times);
  if (shapes.times.kind == TimeShape::Kind::kNever) return times;
  std::string text;
  if (!shapes.years.all) text += Numbers(shapes.years, "년", "년") + " ";
  if (!shapes.Always()) text += Days(shapes.days, shapes.months) + " ";
  return text + times;
}

}  // namespace upkeep::schedules
