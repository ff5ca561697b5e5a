// SPDX-License-Identifier: Apache-2.0
//
// Reads an English sentence about a schedule, knowing nothing but the words.

#ifndef UPKEEP_TESTS_SCHEDULES_ENGLISH_READER_H_
#define UPKEEP_TESTS_SCHEDULES_ENGLISH_READER_H_

#include <algorithm>
#include <array>
#include <string>

#include "tests/schedules/said.h"

namespace upkeep::schedules {

class EnglishReader {
 public:
  static Said Read(std::string sentence) {
    const std::size_t zone = sentence.rfind(" (");
    if (zone == sentence.npos || sentence.back() != ')') throw NotUnderstood{"no zone"};
    sentence.resize(zone);
    const std::size_t never = sentence.find(" — which is never, for no date matches");
    if (never != sentence.npos) sentence.resize(never);
    sentence[0] = static_cast<char>(sentence[0] + ('A' <= sentence[0] && sentence[0] <= 'Z' ? 32 : 0));
    EnglishReader reader(sentence);
    reader.ReadYears();
    reader.ReadTimes();
    reader.ReadDays();
    return std::move(reader.said_);
  }

 private:
  explicit EnglishReader(std::string text) : text_(std::move(text)) {}

  static std::set<int> Numbers(const std::string& words) {
    static const std::regex kSteps("(\\d+) to (\\d+) in steps of (\\d+)");
    static const std::regex kRange("(\\d+)(?: to (\\d+))?");
    std::smatch m;
    if (std::regex_match(words, m, kSteps)) return FromTo(stoi(m[1]), stoi(m[2]), stoi(m[3]));
    std::set<int> numbers;
    for (const std::string& word : Words(words)) {
      if (!std::regex_match(word, m, kRange)) throw NotUnderstood{"numbers: " + words};
      numbers.merge(FromTo(stoi(m[1]), m[2].matched ? stoi(m[2]) : stoi(m[1])));
    }
    return numbers;
  }

  /// "a, b and c"
  static std::vector<std::string> Words(const std::string& text) {
    std::vector<std::string> words;
    for (const std::string& part : SplitAt(text, ", ")) {
      for (std::string& word : SplitAt(part, " and ")) words.push_back(std::move(word));
    }
    return words;
  }

  static int IndexOf(const std::vector<std::string>& names, const std::string& name) {
    const auto at = std::find(names.begin(), names.end(), name);
    if (at == names.end()) throw NotUnderstood{"'" + name + "'"};
    return static_cast<int>(at - names.begin()) + 1;
  }
  static int Weekday(const std::string& name) {
    return IndexOf({"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"}, name);
  }

  void ReadYears() {
    static const std::regex kYears("^(.*), in (\\d{4}.*)$");
    std::smatch m;
    const std::string whole = text_.rest();
    if (!std::regex_match(whole, m, kYears)) return;
    said_.years = Numbers(m[2]);
    text_ = Cursor(m[1]);
  }

  static int Unit(const std::string& name) {
    return name.starts_with("hour") ? 3600 : name.starts_with("minute") ? 60 : 1;
  }
  static int SecondOf(const std::string& clock) {
    return stoi(clock.substr(0, 2)) * 3600 + stoi(clock.substr(3, 2)) * 60 +
           (clock.size() > 5 ? stoi(clock.substr(6, 2)) : 0);
  }

  void ReadTimes() {
    static const std::string kClock = "\\d\\d:\\d\\d(?::\\d\\d)?";
    static const std::regex kFull("every (\\d+) (minutes|seconds) from the full (hour|minute)");
    static const std::regex kRange("every (?:(\\d+) )?(second|minute|hour)s? from (" + kClock +
                                   ") to (" + kClock + ")");
    static const std::regex kList("at (" + kClock + "(?:(?:, | and )" + kClock + ")*)");
    static const std::regex kSeconds("(?:every second|at seconds? (" + kList_ + ")) of ");
    static const std::regex kMinutes("(?:every minute|(?:at )?minutes? (" + kList_ + ")) of ");
    static const std::regex kHours("(?:every hour|the hours? (" + kList_ + "))");
    constexpr int kLast = 86'399;
    if (text_.Take("every hour on the hour")) return said_.RunEvery(3600, 0, kLast);
    if (const auto m = text_.Take(kFull)) {
      const int step = stoi((*m)[1]) * Unit((*m)[2]);
      // "from the full hour" says nothing of the next hour unless the step divides it.
      if (Unit((*m)[3]) % step != 0) throw NotUnderstood{"a step that does not divide"};
      return said_.RunEvery(step, 0, kLast);
    }
    if (const auto m = text_.Take(kRange)) {
      const int step = ((*m)[1].matched ? stoi((*m)[1]) : 1) * Unit((*m)[2]);
      const int low = SecondOf((*m)[3]), high = SecondOf((*m)[4]);
      if ((high - low) % step != 0) throw NotUnderstood{"the range's end is no time of it"};
      return said_.RunEvery(step, low, high);
    }
    if (const auto m = text_.Take(kList)) {
      for (const std::string& time : Words((*m)[1])) said_.RunEvery(1, SecondOf(time), SecondOf(time));
      return;
    }
    std::set<int> seconds{0};
    const auto of = text_.Take(kSeconds);
    if (of) seconds = (*of)[1].matched ? Numbers((*of)[1]) : FromTo(0, 59);
    if (const auto m = text_.Take(kMinutes)) {
      const std::set<int> minutes = (*m)[1].matched ? Numbers((*m)[1]) : FromTo(0, 59);
      const auto hour = text_.Take(kHours);
      if (!hour) throw NotUnderstood{"hours: " + text_.rest()};
      return said_.RunProduct((*hour)[1].matched ? Numbers((*hour)[1]) : FromTo(0, 23), minutes, seconds);
    }
    if (text_.Take("every minute")) return said_.RunEvery(60, 0, kLast);
    if (text_.Take("every second")) return said_.RunEvery(1, 0, kLast);
    throw NotUnderstood{"times: " + text_.rest()};
  }

  void ReadMonths(const std::string& words) {
    if (words == "the month") return;
    static const std::vector<std::string> kNames{"January", "February", "March", "April",
                                                 "May", "June", "July", "August",
                                                 "September", "October", "November", "December"};
    said_.months.clear();
    for (const std::string& word : Words(words)) {
      const std::size_t to = word.find(" to ");
      const int low = IndexOf(kNames, word.substr(0, to));
      said_.months.merge(FromTo(low, to == word.npos ? low : IndexOf(kNames, word.substr(to + 4))));
    }
  }

  /// "days 1, 3 and the last day", "a Monday, the first Sunday": any of these.
  static DayTest AnyOfThese(std::string words) {
    static const std::regex kDays("^days? (" + kList_ + ")(?:(?:, | and )|$)");
    std::smatch m;
    std::vector<DayTest> tests;
    if (std::regex_search(words, m, kDays)) {
      tests.push_back(Numbered(Numbers(m[1])));
      words = m.suffix();
    }
    if (!words.empty()) {
      for (const std::string& word : Words(words)) tests.push_back(One(word));
    }
    return AnyOf(tests);
  }

  static DayTest One(const std::string& word) {
    static const std::regex kBefore("the day (\\d+) days? before the last");
    static const std::regex kNearest("the weekday nearest to day (\\d+)");
    static const std::regex kNearestBefore("the weekday nearest to the day (\\d+) days? before the last");
    static const std::regex kNth("the (first|second|third|fourth|fifth) (\\w+)");
    static const std::regex kLast("the last (\\w+)");
    static const std::regex kEach("(?:a|every) (\\w+)");
    std::smatch m;
    if (word == "the last day") return BeforeLast(0);
    if (word == "the last weekday") return NearestTo(LastDayOf);
    if (std::regex_match(word, m, kBefore)) return BeforeLast(stoi(m[1]));
    if (std::regex_match(word, m, kNearest)) {
      return NearestTo([n = stoi(m[1])](const Date&) { return n; });
    }
    if (std::regex_match(word, m, kNearestBefore)) {
      return NearestTo([n = stoi(m[1])](const Date& date) { return LastDayOf(date) - n; });
    }
    if (std::regex_match(word, m, kNth)) {
      return OnNthWeekday(IndexOf({"first", "second", "third", "fourth", "fifth"}, m[1]), Weekday(m[2]));
    }
    if (std::regex_match(word, m, kLast)) return LastWeekday(Weekday(m[1]));
    if (std::regex_match(word, m, kEach)) return OnWeekday(Weekday(m[1]));
    throw NotUnderstood{"day: " + word};
  }

  void ReadDays() {
    static const std::regex kBoth(
        "on every day of (.+) that is both (?:one of )?(.+) and (?:one of )?((?:a|the) .+)");
    static const std::regex kEither(
        "on every day of (.+) that is either (?:one of )?(.+) or (?:one of )?((?:a|the) .+)");
    if (text_.done()) return;
    text_.Expect(" ");
    std::string days = text_.rest();
    for (const char* note : {", where a weekday is Monday to Friday within the same month",
                             ", where a weekday is Monday to Friday"}) {
      if (days.ends_with(note)) days.resize(days.size() - std::string(note).size());
    }
    std::smatch m;
    if (days == "every day") return;
    if (days.starts_with("every day of ")) return ReadMonths(days.substr(13));
    if (std::regex_match(days, m, kBoth) || std::regex_match(days, m, kEither)) {
      const bool both = days.find(" that is both ") != days.npos;
      ReadMonths(m[1]);
      const DayTest a = AnyOfThese(m[2]), b = AnyOfThese(m[3]);
      said_.day = [=](const Date& date) { return both ? a(date) && b(date) : a(date) || b(date); };
      return;
    }
    if (days.starts_with("on weekdays, Monday to Friday") || days.starts_with("every ")) {
      const std::size_t in = days.find(" in ");
      if (in != days.npos) ReadMonths(days.substr(in + 4));
      const std::string which = days.substr(0, in);
      if (which.starts_with("on weekdays, Monday to Friday")) {
        said_.day = [](const Date& date) { return WeekdayOf(date) <= 5; };
      } else if (which.starts_with("every day but ")) {
        const int missing = Weekday(which.substr(14));
        said_.day = [=](const Date& date) { return WeekdayOf(date) != missing; };
      } else {
        std::vector<DayTest> tests;
        for (const std::string& name : Words(which.substr(6))) tests.push_back(OnWeekday(Weekday(name)));
        said_.day = AnyOf(tests);
      }
      return;
    }
    const std::size_t of = days.rfind(" of ");
    if (!days.starts_with("on ") || of == days.npos) throw NotUnderstood{"days: " + days};
    ReadMonths(days.substr(of + 4));
    said_.day = AnyOfThese(days.substr(3, of - 3));
  }

  /// "1, 3 and 5 to 9", "0 to 56 in steps of 7"
  inline static const std::string kList_ =
      "\\d+(?: to \\d+)?(?:(?:, | and )\\d+(?: to \\d+)?)*(?: in steps of \\d+)?";
  Cursor text_;
  Said said_;
};

}  // namespace upkeep::schedules

#endif  // UPKEEP_TESTS_SCHEDULES_ENGLISH_READER_H_
