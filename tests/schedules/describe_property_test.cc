// SPDX-License-Identifier: Apache-2.0
//
// Holds description and engine together: both sentences of random expressions are read by
// readers that know nothing but the words, and what they understood is walked day by day beside
// Next(). A sentence that can't be read, or not in one way only, fails as well.
#include <gtest/gtest.h>

#include <cstdlib>
#include <random>

#include "schedules/describe.h"
#include "tests/schedules/english_reader.h"
#include "tests/schedules/korean_reader.h"
#include "tests/schedules/times.h"

namespace upkeep::schedules {
namespace {

using std::chrono::days;
using std::chrono::seconds;
using std::chrono::sys_seconds;

/// Random expressions of one dialect, with everything its language has.
class ExpressionGenerator {
 public:
  explicit ExpressionGenerator(unsigned seed) : random_(seed) {}

  int Below(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }
  std::string Pick(std::vector<std::string> words) {
    return words[static_cast<std::size_t>(Below(static_cast<int>(words.size())))];
  }

  std::string Expression(Dialect dialect) {
    dialect_ = dialect;
    const bool quartz = dialect == Dialect::kQuartz;
    if (dialect == Dialect::kVixie && Below(40) == 0) {
      return Pick({"@hourly", "@daily", "@midnight", "@weekly", "@monthly", "@quarterly", "@yearly",
                   "@annually"});
    }
    std::string text;
    if (quartz || Below(5) == 0) text = Below(2) == 0 ? "0 " : List(0, 59) + " ";
    text += List(0, 59) + " " + List(0, 23) + " ";
    std::string day = Below(2) == 0 ? "*" : Day(), weekday = Below(2) == 0 ? "*" : Weekday();
    if (quartz && Below(2) == 0) weekday = "?";
    else if (quartz) day = "?";
    if (dialect == Dialect::kRobfig && Below(8) == 0) weekday = "?";
    const std::string month = Below(3) != 0 ? "*" : Below(2) == 0 ? List(1, 12) : Months();
    text += day + " " + month + " " + weekday;
    if (quartz && Below(4) == 0) text += " " + Pick({"*", "2027", "2026-2029", "2026/2", "2027,2030,2028"});
    return text;
  }

 private:
  std::string Number(int min, int max) { return std::to_string(min + Below(max - min + 1)); }

  std::string Term(int min, int max) {
    const int a = min + Below(max - min + 1), b = min + Below(max - min + 1);
    const std::string range = std::to_string(std::min(a, b)) + "-" + std::to_string(std::max(a, b));
    const int most = dialect_ == Dialect::kQuartz ? std::min(6, max - min) : max - min + 1;
    const std::string step = "/" + std::to_string(1 + Below(std::min(most, Below(2) == 0 ? 6 : 60)));
    switch (Below(8)) {
      case 0: return range;
      case 1: return range + step;
      case 2: return "*" + step;
      case 3: return std::to_string(a) + step;
      case 4:
        if (dialect_ == Dialect::kVixie) {
          return Pick({"H", "H(" + range + ")", "H/" + std::to_string(1 + Below(max - min))});
        }
        return std::to_string(a);
      case 5:
        if (dialect_ == Dialect::kQuartz) return std::to_string(std::max(a, b)) + "-" + std::to_string(std::min(a, b));
        return std::to_string(a);
      default: return std::to_string(a);
    }
  }

  std::string List(int min, int max) {
    if (Below(5) == 0) return "*";
    std::string text = Term(min, max);
    while (Below(3) == 0) text += "," + Term(min, max);
    return text;
  }

  std::string Months() {
    return Pick({"JAN", "feb", "Mar-Jun", "1,4,7,10", "JAN,APR,JUL,OCT", "*/3", "*/2", "2"});
  }

  std::string Day() {
    std::string text = Term(1, 31);
    while (Below(3) == 0) text += "," + Term(1, 31);
    if (dialect_ == Dialect::kRobfig || Below(2) == 0) return text;
    std::vector<std::string> marks{"L", "LW", Number(1, 31) + "W", Number(1, 31) + "W"};
    if (dialect_ == Dialect::kQuartz) {
      for (const char* more : {"L-", "L-"}) marks.push_back(more + Number(0, 30) + Pick({"", "W"}));
    }
    std::string marked = Pick(marks);
    while (Below(3) == 0) marked += "," + Pick(marks);
    return Below(2) == 0 ? marked : text + "," + marked;
  }

  std::string OneWeekday() {
    const bool quartz = dialect_ == Dialect::kQuartz;
    return Pick({"SUN", "mon", "Tue", "WED", "THU", "FRI", "SAT", quartz ? Number(1, 7) : Number(0, 6)});
  }

  std::string Weekday() {
    if (dialect_ == Dialect::kQuartz && Below(2) == 0) {  // There L and # stand alone.
      return Pick({"L", OneWeekday() + "#" + Number(1, 5), Number(1, 7) + "L"});
    }
    std::string text;
    do {
      std::vector<std::string> terms{OneWeekday(), "MON-FRI", "SAT,SUN", "TUE-SAT", "*/2", "1-6"};
      if (dialect_ == Dialect::kVixie) {
        for (const std::string& more :
             {OneWeekday() + "#" + Number(1, 5), OneWeekday() + "#L", Number(0, 7) + "L", std::string("H"),
              std::string("7"), OneWeekday() + "#" + Number(1, 5)}) {
          terms.push_back(more);
        }
      }
      text += (text.empty() ? "" : ",") + Pick(terms);
    } while (Below(3) == 0);
    return text;
  }

  std::mt19937 random_;
  Dialect dialect_ = Dialect::kVixie;
};

unsigned Seed() {
  const char* given = std::getenv("UPKEEP_SEED");
  return given != nullptr ? static_cast<unsigned>(std::atoi(given)) : 20261126U;
}

std::string Show(const std::optional<sys_seconds>& at) {
  return at ? FormatRfc3339(Instant(*at)) : "none";
}

/// "" when what `said` means is what the expression does after `from`.
std::string Differs(const CronExpression& expression, const Said& said, sys_seconds from) {
  const sys_seconds end = from + days(4 * 366);
  for (int step = 0; step < 8; ++step) {
    const auto next = expression.Next(Instant(from));
    std::optional<sys_seconds> engine;
    if (next && *next < Instant(end)) engine = std::chrono::floor<seconds>(*next);
    const auto words = said.Next(from + seconds(1), end);
    if (engine != words) {
      return "after " + Show(from) + " it runs at " + Show(engine) + ", and the words say " + Show(words);
    }
    if (!engine) break;
    // Near and far ones in turn, so that days, months and years are all tried.
    from = *engine + (step % 3 == 2 ? seconds(86'400L * (1 + step * 37)) : seconds(0));
  }
  return "";
}

Dialect DialectOf(int n) {
  return n == 0 ? Dialect::kRobfig : n == 1 ? Dialect::kQuartz : Dialect::kVixie;
}

TEST(DescribeProperty, WhatTheSentencesSayIsWhatNextDoes) {
  const unsigned seed = Seed();
  ExpressionGenerator generate(seed);
  constexpr int kRounds = 3000;
  int compared = 0, never = 0;
  std::set<std::string> sentences;
  for (int round = 0; round < kRounds; ++round) {
    CronOptions options;
    options.dialect = DialectOf(generate.Below(4));
    options.hash_key = "schedule-" + std::to_string(round);
    options.accept_never = true;
    if (options.dialect != Dialect::kQuartz && generate.Below(6) == 0) {
      options.day_rule = generate.Below(2) == 0 ? DayRule::kAnd : DayRule::kOr;
    }
    const std::string text = generate.Expression(options.dialect);
    const auto expression = CronExpression::Parse(text, options);
    ASSERT_TRUE(expression.ok()) << "seed " << seed << " round " << round << "\n"
                                 << expression.status().Describe();
    const Text said = Describe(*expression);
    const sys_seconds from = std::chrono::sys_days(std::chrono::year(2026) / 1 / 1) +
                             seconds(generate.Below(3 * 365 * 86'400));
    for (const bool korean : {false, true}) {
      const std::string& sentence = korean ? said.ko : said.en;
      try {
        const Said read = korean ? KoreanReader::Read(sentence) : EnglishReader::Read(sentence);
        ASSERT_EQ("", Differs(*expression, read, from))
            << "seed " << seed << " round " << round << ": '" << text << "'\n" << sentence;
      } catch (const NotUnderstood& problem) {
        FAIL() << "seed " << seed << " round " << round << ": '" << text << "'\n"
               << sentence << "\nis not understood: " << problem.what;
      }
      sentences.insert(sentence);
    }
    ++compared;
    if (!expression->Next(Instant(from))) ++never;
  }
  EXPECT_EQ(kRounds, compared);
  EXPECT_LT(never, kRounds / 20);
  // Different expressions are hardly ever said in the same words.
  EXPECT_GT(sentences.size(), static_cast<std::size_t>(kRounds));
}

TEST(DescribeProperty, TheReadersWouldNoticeAWrongWord) {
  const CronExpression monday = Cron("0 9 * * MON#1");
  const sys_seconds from = std::chrono::sys_days(std::chrono::year(2026) / 1 / 1);
  EXPECT_EQ("", Differs(monday, EnglishReader::Read(Describe(monday).en), from));
  for (const char* wrong : {"At 09:00 on the first Tuesday of the month (UTC)",
                            "At 09:00 on the last Monday of the month (UTC)",
                            "At 09:01 on the first Monday of the month (UTC)",
                            "At 09:00 on the first Monday of January (UTC)"}) {
    EXPECT_NE("", Differs(monday, EnglishReader::Read(wrong), from)) << wrong;
  }
  for (const char* wrong : {"매월 둘째 월요일 오전 9시 (UTC 기준)", "매월 첫째 월요일 오후 9시 (UTC 기준)",
                            "3월 첫째 월요일 오전 9시 (UTC 기준)"}) {
    EXPECT_NE("", Differs(monday, KoreanReader::Read(wrong), from)) << wrong;
  }
  EXPECT_THROW(EnglishReader::Read("Every 7 minutes from the full hour (UTC)"), NotUnderstood);
  EXPECT_THROW(EnglishReader::Read("Sometimes (UTC)"), NotUnderstood);
  EXPECT_THROW(KoreanReader::Read("가끔 (UTC 기준)"), NotUnderstood);
}

}  // namespace
}  // namespace upkeep::schedules
