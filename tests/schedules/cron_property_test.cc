// SPDX-License-Identifier: Apache-2.0
//
// next() beside a brute-force walk over every minute that reads the rules as a person would:
// break an instant into wall time, look at each field. The walk shares no code with next() but
// the zone's periods, which zone_test checks on their own.
#include <gtest/gtest.h>

#include <cstdlib>
#include <random>

#include "tests/schedules/times.h"

namespace upkeep::schedules {
namespace {

using std::chrono::days;
using std::chrono::minutes;
using std::chrono::seconds;

bool MatchesDay(const CronFields& fields, std::chrono::year_month_day date) {
  using std::chrono::last;
  using std::chrono::sys_days;
  const sys_days day(date);
  const sys_days last_day(date.year() / date.month() / last);
  const unsigned d = unsigned(date.day());
  const unsigned end = unsigned(std::chrono::year_month_day(last_day).day());
  const unsigned weekday = std::chrono::weekday(day).c_encoding();
  const auto nearest = [&](unsigned wanted) {
    if (wanted < 1 || wanted > end) return false;
    const sys_days at(date.year() / date.month() / std::chrono::day(wanted));
    const unsigned on = std::chrono::weekday(at).c_encoding();
    unsigned moved = wanted;
    if (on == 6) moved = wanted == 1 ? 3 : wanted - 1;
    if (on == 0) moved = wanted == end ? wanted - 2 : wanted + 1;
    return moved == d;
  };
  bool by_day = (fields.days >> d & 1U) != 0;
  for (unsigned n = 0; n < 31; ++n) {
    if ((fields.last_days >> n & 1U) != 0 && n < end && d == end - n) by_day = true;
    if ((fields.last_weekdays >> n & 1U) != 0 && n < end && nearest(end - n)) by_day = true;
    if ((fields.nearest_weekdays >> (n + 1) & 1U) != 0 && nearest(n + 1)) by_day = true;
  }
  const bool by_weekday = (fields.weekdays >> weekday & 1U) != 0 ||
                          (fields.nth_weekdays[weekday] >> ((d - 1) / 7 + 1) & 1U) != 0 ||
                          ((fields.last_of_weekday >> weekday & 1U) != 0 && d + 7 > end);
  return fields.both_days_must_match ? by_day && by_weekday : by_day || by_weekday;
}

bool Matches(const CronFields& fields, zone::LocalSeconds wall) {
  const auto day = std::chrono::floor<days>(wall);
  const std::chrono::hh_mm_ss time(wall - day);
  const std::chrono::year_month_day date{std::chrono::local_days(day)};
  return (fields.minutes >> time.minutes().count() & 1U) != 0 &&
         (fields.hours >> time.hours().count() & 1U) != 0 &&
         (fields.months >> unsigned(date.month()) & 1U) != 0 && MatchesDay(fields, date);
}

/// The first time after `after`, by walking; nothing within `span`.
std::optional<Instant> Walk(const CronExpression& expression, Instant after, days span) {
  const zone::Zone& zone = expression.zone();
  const DstPolicy dst = expression.wildcard() ? DstPolicy{Gap::kSkip, Overlap::kBoth}
                                              : expression.dst();
  const auto start = std::chrono::floor<minutes>(after) + minutes(1);
  for (auto at = start; at < start + span; at += minutes(1)) {
    const zone::SysSeconds now(at);
    const zone::Period period = zone.PeriodAt(now);
    const zone::LocalSeconds wall(now.time_since_epoch() + period.offset);
    const bool second_pass = wall < period.LocalEndOfPrevious();
    if (Matches(expression.fields(), wall) &&
        !(second_pass && dst.overlap == Overlap::kFirst)) {
      return Instant(now);
    }
    const auto gap = period.LocalStart() - period.LocalEndOfPrevious();
    if (gap <= seconds(0)) continue;
    if (dst.gap == Gap::kAfter && now == period.start) {
      for (auto skipped = period.LocalEndOfPrevious(); skipped < period.LocalStart();
           skipped += minutes(1)) {
        if (Matches(expression.fields(), skipped)) return Instant(now);
      }
    }
    if (dst.gap == Gap::kShift && now - period.start < gap &&
        Matches(expression.fields(), wall - gap)) {
      return Instant(now);
    }
  }
  return std::nullopt;
}

class Generator {
 public:
  explicit Generator(unsigned seed) : random_(seed) {}

  int Below(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }

  std::string Field(int min, int max) {
    const auto value = [&] { return min + Below(max - min + 1); };
    switch (Below(6)) {
      case 0: return "*";
      case 1: return "*/" + std::to_string(1 + Below(max));
      case 2: {
        const int a = value(), b = value();
        return std::to_string(std::min(a, b)) + "-" + std::to_string(std::max(a, b));
      }
      case 3: return std::to_string(value()) + "," + std::to_string(value());
      default: return std::to_string(value());
    }
  }

  std::string Expression(bool near_midnight) {
    static const char* const kDays[] = {"L", "LW", "15W", "1W", "31W", "1,L", "28-31"};
    static const char* const kWeekdays[] = {"MON#1", "SUN#L", "5L", "FRI#5", "SAT,SUN#2"};
    std::string hour = Field(0, 23);
    if (Below(3) == 0) hour = std::to_string(Below(near_midnight ? 2 : 4));
    std::string day = "*", weekday = "*";
    if (Below(3) == 0) day = Below(2) == 0 ? Field(1, 31) : kDays[Below(7)];
    if (Below(3) == 0) weekday = Below(2) == 0 ? Field(0, 7) : kWeekdays[Below(5)];
    return Field(0, 59) + " " + hour + " " + day + " " + (Below(4) == 0 ? Field(1, 12) : "*") +
           " " + weekday;
  }

 private:
  std::mt19937 random_;
};

struct Change {
  const char* zone;
  const char* instant;
};

// Gaps and overlaps of one hour, of half an hour, at midnight, at odd offsets, and past 2037.
constexpr Change kChanges[] = {
    {"America/New_York", "2026-03-08T07:00:00Z"}, {"America/New_York", "2026-11-01T06:00:00Z"},
    {"Europe/Riga", "2021-03-28T01:00:00Z"},      {"Europe/Riga", "2021-10-31T01:00:00Z"},
    {"Australia/Lord_Howe", "2026-04-04T15:00:00Z"}, {"Australia/Lord_Howe", "2026-10-03T15:30:00Z"},
    {"America/Sao_Paulo", "2018-11-04T03:00:00Z"}, {"America/Sao_Paulo", "2018-02-18T02:00:00Z"},
    {"Pacific/Chatham", "2026-04-04T14:00:00Z"},  {"Pacific/Apia", "2011-12-30T10:00:00Z"},
    {"Africa/Casablanca", "2026-02-15T02:00:00Z"}, {"America/St_Johns", "2100-03-14T05:30:00Z"},
    {"Australia/Sydney", "2400-04-01T16:00:00Z"}, {"Asia/Seoul", "1988-10-08T17:00:00Z"},
    {"Asia/Pyongyang", "2015-08-14T15:30:00Z"},   {"UTC", "2026-01-01T00:00:00Z"}};

TEST(NextProperty, AgreesWithAWalkOverEveryMinuteAroundClockChanges) {
  const char* given = std::getenv("UPKEEP_SEED");
  const unsigned seed = given != nullptr ? static_cast<unsigned>(std::atoi(given)) : 20261121;
  Generator generate(seed);
  int compared = 0;
  for (int round = 0; round < 400; ++round) {
    const Change& change = kChanges[generate.Below(static_cast<int>(std::size(kChanges)))];
    CronOptions options;
    options.zone = ZoneOf(change.zone);
    options.accept_never = true;
    options.dst = DstPolicy{static_cast<Gap>(generate.Below(3)),
                            static_cast<Overlap>(generate.Below(2))};
    const std::string text = generate.Expression(true);
    auto parsed = CronExpression::Parse(text, options);
    ASSERT_TRUE(parsed.ok()) << parsed.status().Describe();
    Instant at = At(change.instant) - minutes(generate.Below(60 * 30)) + seconds(generate.Below(60));
    for (int step = 0; step < 4; ++step) {
      constexpr days kSpan{12};
      const auto walked = Walk(*parsed, at, kSpan);
      const auto next = parsed->Next(at);
      const bool beyond = next && *next >= std::chrono::floor<minutes>(at) + minutes(1) + kSpan;
      const auto show = [&](const std::optional<Instant>& t) {
        return t ? options.zone.Format(*t) : std::string("none");
      };
      if (!walked && (beyond || !next)) break;
      ASSERT_EQ(show(walked), show(next))
          << "seed " << seed << " round " << round << ": '" << text << "' in " << change.zone
          << " after " << options.zone.Format(at) << " gap " << int(parsed->dst().gap)
          << " overlap " << int(parsed->dst().overlap);
      at = *next;
      ++compared;
    }
  }
  EXPECT_GT(compared, 700);
}

TEST(NextProperty, AgreesWithAWalkOverEveryDayForRareDates) {
  Generator generate(7);
  for (int round = 0; round < 25; ++round) {
    CronOptions options;
    options.accept_never = true;
    static const char* const kRare[] = {"0 0 29 2 *", "0 0 * 2 MON#5", "0 0 31W * *", "0 0 LW 2 *",
                                        "0 0 * 2 5L", "0 0 30 * */6", "0 0 * 2 SUN#5"};
    const CronExpression expression = Cron(kRare[generate.Below(7)], options);
    const auto from = std::chrono::sys_days(std::chrono::year(1990 + generate.Below(400)) /
                                            (1 + generate.Below(12)) / (1 + generate.Below(28)));
    auto day = from + days(1);
    while (!Matches(expression.fields(), zone::LocalSeconds(day.time_since_epoch()))) day += days(1);
    EXPECT_EQ(Instant(day), *expression.Next(Instant(from))) << expression.text();
  }
}

}  // namespace
}  // namespace upkeep::schedules
