// SPDX-License-Identifier: Apache-2.0
//
// Short words for the tests of schedules/.

#ifndef UPKEEP_TESTS_SCHEDULES_TIMES_H_
#define UPKEEP_TESTS_SCHEDULES_TIMES_H_

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "schedules/cron.h"

namespace upkeep::schedules {

inline Instant At(std::string_view text) {
  auto instant = ParseRfc3339(text);
  EXPECT_TRUE(instant.ok()) << text;
  return instant.ok() ? *instant : Instant();
}

inline zone::Zone ZoneOf(std::string_view name) {
  auto zone = zone::Zone::Load(name);
  EXPECT_TRUE(zone.ok()) << zone.status().Describe();
  return zone.ok() ? *zone : zone::Zone::Utc();
}

inline CronExpression Cron(std::string_view text, CronOptions options = {}) {
  auto expression = CronExpression::Parse(text, options);
  EXPECT_TRUE(expression.ok()) << expression.status().Describe();
  return expression.ok() ? std::move(expression).value() : CronExpression();
}

/// The next `count` times after `from`, in the expression's zone.
inline std::vector<std::string> Times(const CronExpression& expression, std::string_view from,
                                      int count) {
  std::vector<std::string> times;
  auto next = expression.Next(At(from));
  for (int i = 0; i < count && next; ++i, next = expression.Next(*next)) {
    times.push_back(expression.zone().Format(*next));
  }
  return times;
}

using Strings = std::vector<std::string>;

}  // namespace upkeep::schedules

#endif  // UPKEEP_TESTS_SCHEDULES_TIMES_H_
