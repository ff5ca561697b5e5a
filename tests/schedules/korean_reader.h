// SPDX-License-Identifier: Apache-2.0
//
// Reads a Korean sentence about a schedule, knowing nothing but the words.

#ifndef UPKEEP_TESTS_SCHEDULES_KOREAN_READER_H_
#define UPKEEP_TESTS_SCHEDULES_KOREAN_READER_H_

#include <algorithm>
#include <map>
#include <string>

#include "tests/schedules/said.h"

namespace upkeep::schedules {

class KoreanReader {
 public:
  static Said Read(std::string sentence) {
    const std::size_t zone = sentence.rfind(" (");
    if (zone == sentence.npos || !sentence.ends_with(" 기준)")) throw NotUnderstood{"no zone"};
    sentence.resize(zone);
    const std::size_t never = sentence.find(" — 맞는 날짜가 없어 실행되지 않음");
    if (never != sentence.npos) sentence.resize(never);
    KoreanReader reader(sentence);
    reader.ReadTimes();
    reader.ReadYearsAndMonths();
    reader.ReadDays();
    return std::move(reader.said_);
  }

 private:
  explicit KoreanReader(std::string text) : text_(std::move(text)) {}

  inline static const std::string kSet = "\\d+(?:~\\d+)?(?:·\\d+(?:~\\d+)?)*";
  /// A set of numbers with its unit, and the step behind it in brackets.
  static std::string With(const std::string& unit, const std::string& step) {
    return "(" + kSet + ")" + unit + "(?:\\((\\d+)" + step + " 간격\\))?";
  }
  static std::set<int> Numbers(const std::string& words, const std::string& step) {
    std::set<int> numbers;
    const auto parts = SplitAt(words, "·");
    if (!step.empty() && parts.size() != 1) throw NotUnderstood{"a step in a list"};
    for (const std::string& part : parts) {
      const std::size_t to = part.find('~');
      const int low = stoi(part.substr(0, to));
      numbers.merge(FromTo(low, to == part.npos ? low : stoi(part.substr(to + 1)),
                           step.empty() ? 1 : stoi(step)));
    }
    return numbers;
  }
  static std::set<int> Group(const std::smatch& m, std::size_t at, int last) {
    return m[at].matched ? Numbers(m[at], m[at + 1]) : FromTo(0, last);
  }

  /// The times stand at the sentence's end.
  bool TakeEnd(const std::string& pattern, std::smatch& m) {
    static std::map<std::string, std::regex> known;  // Compiling one costs more than using it.
    const auto [regex, _] = known.try_emplace(pattern, "(?:^| )" + pattern + "$");
    held_ = text_;
    if (!std::regex_search(held_, m, regex->second)) return false;
    text_ = held_.substr(0, static_cast<std::size_t>(m.position(0)));
    return true;
  }

  static int SecondOf(const std::string& clock) {
    static const std::regex kClock("(?:(오전|낮|오후) )?(\\d+)시(?: (\\d+)분)?(?: (\\d+)초)?");
    std::smatch m;
    if (!std::regex_match(clock, m, kClock)) throw NotUnderstood{"clock: " + clock};
    int hour = stoi(m[2]);
    if (m[1] == "오후") hour += 12;
    if (hour > 23 || (m[1] == "낮" && hour != 12)) throw NotUnderstood{"clock: " + clock};
    return hour * 3600 + (m[3].matched ? stoi(m[3]) * 60 : 0) + (m[4].matched ? stoi(m[4]) : 0);
  }
  static int Unit(const std::string& name) { return name == "시간" ? 3600 : name == "분" ? 60 : 1; }

  void ReadTimes() {
    static const std::string kPlain = "\\d+시(?: \\d+분)?(?: \\d+초)?";
    static const std::string kSpoken = "(?:(?:오전|낮|오후) " + kPlain + "|0시(?: \\d+분)?(?: \\d+초)?)";
    constexpr int kLast = 86'399;
    std::smatch m;
    if (TakeEnd("매시 정각", m)) return said_.RunEvery(3600, 0, kLast);
    if (TakeEnd("(매시 정각|매분 0초)부터 (\\d+)(분|초)마다", m)) {
      const int step = stoi(m[2]) * Unit(m[3]);
      if ((m[1] == "매시 정각" ? 3600 : 60) % step != 0) throw NotUnderstood{"a step that does not divide"};
      return said_.RunEvery(step, 0, kLast);
    }
    if (TakeEnd("(" + kPlain + ")부터 (" + kPlain + ")까지 (\\d+)(시간|분|초)마다", m)) {
      const int step = stoi(m[3]) * Unit(m[4]), low = SecondOf(m[1]), high = SecondOf(m[2]);
      if ((high - low) % step != 0) throw NotUnderstood{"the range's end is no time of it"};
      return said_.RunEvery(step, low, high);
    }
    if (TakeEnd("1(분|초)마다", m)) return said_.RunEvery(Unit(m[1]), 0, kLast);
    if (TakeEnd("(?:매시|" + With("시대", "시간") + ") (?:매분|" + With("분", "분") + ")(?: (매초)| " +
                    With("초", "초") + ")?", m)) {
      std::set<int> seconds{0};
      if (m[5].matched) seconds = FromTo(0, 59);
      if (m[6].matched) seconds = Numbers(m[6], m[7]);
      return said_.RunProduct(Group(m, 1, 23), Group(m, 3, 59), seconds);
    }
    if (TakeEnd("(" + kSpoken + "(?:, " + kSpoken + ")*)", m)) {
      for (const std::string& time : SplitAt(m[1], ", ")) {
        said_.RunEvery(1, SecondOf(time), SecondOf(time));
      }
      return;
    }
    throw NotUnderstood{"times: " + text_};
  }

  void ReadYearsAndMonths() {
    static const std::regex kYears("^" + With("년", "년") + "(?: |$)");
    static const std::regex kMonths("^(?:매월|(" + kSet + ")월)(?: |$)");
    std::smatch m;
    held_ = text_;
    if (std::regex_search(held_, m, kYears)) {
      said_.years = Numbers(m[1], m[2]);
      text_ = m.suffix();
    }
    held_ = text_;
    if (std::regex_search(held_, m, kMonths)) {
      if (m[1].matched) said_.months = Numbers(m[1], "");
      text_ = m.suffix();
    }
  }

  static int Weekday(const std::string& name) {
    static const std::vector<std::string> kNames{"월", "화", "수", "목", "금", "토", "일"};
    const auto at = std::find(kNames.begin(), kNames.end(), name);
    if (at == kNames.end()) throw NotUnderstood{"weekday: " + name};
    return static_cast<int>(at - kNames.begin()) + 1;
  }
  /// "월·수요일"
  static DayTest Weekdays(std::string words) {
    if (!words.ends_with("요일")) throw NotUnderstood{"weekdays: " + words};
    words.resize(words.size() - std::string("요일").size());
    std::vector<DayTest> tests;
    for (const std::string& name : SplitAt(words, "·")) tests.push_back(OnWeekday(Weekday(name)));
    return AnyOf(tests);
  }

  static DayTest One(const std::string& word) {
    static const std::regex kDays(With("일", "일"));
    static const std::regex kBefore("말일 (\\d+)일 전");
    static const std::regex kNearest("(\\d+)일에 가장 가까운 평일");
    static const std::regex kNearestBefore("말일 (\\d+)일 전에 가장 가까운 평일");
    static const std::regex kNth("(첫째|둘째|셋째|넷째|다섯째|마지막) (.+)요일");
    static const std::regex kAll("모든 (.+요일)");
    std::smatch m;
    if (word == "말일") return BeforeLast(0);
    if (word == "마지막 평일") return NearestTo(LastDayOf);
    if (std::regex_match(word, m, kDays)) return Numbered(Numbers(m[1], m[2]));
    if (std::regex_match(word, m, kBefore)) return BeforeLast(stoi(m[1]));
    if (std::regex_match(word, m, kNearest)) {
      return NearestTo([n = stoi(m[1])](const Date&) { return n; });
    }
    if (std::regex_match(word, m, kNearestBefore)) {
      return NearestTo([n = stoi(m[1])](const Date& date) { return LastDayOf(date) - n; });
    }
    if (std::regex_match(word, m, kNth)) {
      static const std::vector<std::string> kOrdinals{"첫째", "둘째", "셋째", "넷째", "다섯째"};
      const int weekday = Weekday(m[2]);
      if (m[1] == "마지막") return LastWeekday(weekday);
      const auto at = std::find(kOrdinals.begin(), kOrdinals.end(), m[1]);
      return OnNthWeekday(static_cast<int>(at - kOrdinals.begin()) + 1, weekday);
    }
    if (std::regex_match(word, m, kAll)) return Weekdays(m[1]);
    return Weekdays(word);
  }
  static DayTest AnyOfThese(std::string words) {
    for (const char* note : {"(평일은 그 달 안의 월~금)", "(평일은 월~금)"}) {
      if (words.ends_with(note)) words.resize(words.size() - std::string(note).size());
    }
    std::vector<DayTest> tests;
    for (const std::string& word : SplitAt(words, ", ")) tests.push_back(One(word));
    return AnyOf(tests);
  }

  void ReadDays() {
    static const std::regex kBoth("(.+) 중 (.+)인 날"), kEither("(.+)이거나 (.+)인 날");
    static const std::regex kBut("(.+)요일을 뺀 매일");
    std::smatch m;
    if (text_.empty() || text_ == "매일") return;
    if (text_ == "평일(월~금)") {
      said_.day = [](const Date& date) { return WeekdayOf(date) <= 5; };
    } else if (text_ == "주말(토·일)") {
      said_.day = [](const Date& date) { return WeekdayOf(date) > 5; };
    } else if (std::regex_match(text_, m, kBut)) {
      said_.day = [missing = Weekday(m[1])](const Date& date) { return WeekdayOf(date) != missing; };
    } else if (text_.starts_with("매주 ")) {
      said_.day = Weekdays(text_.substr(std::string("매주 ").size()));
    } else if (std::regex_match(text_, m, kBoth) || std::regex_match(text_, m, kEither)) {
      const bool both = text_.find("이거나 ") == text_.npos;
      const DayTest a = AnyOfThese(m[1]), b = AnyOfThese(m[2]);
      said_.day = [=](const Date& date) { return both ? a(date) && b(date) : a(date) || b(date); };
    } else {
      said_.day = AnyOfThese(text_);
    }
  }

  std::string text_, held_;
  Said said_;
};

}  // namespace upkeep::schedules

#endif  // UPKEEP_TESTS_SCHEDULES_KOREAN_READER_H_
