// SPDX-License-Identifier: Apache-2.0
//
// Any bytes as a cron expression, in every dialect: a refusal points inside the text, and an
// expression that is accepted goes forward and lands on times that its own fields name.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "schedules/cron.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace upkeep;             // NOLINT: a harness is one function.
  using namespace upkeep::schedules;  // NOLINT
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  static const auto kZone = zone::Zone::Load("America/New_York");
  static const Instant kStart = *ParseRfc3339("2026-03-07T12:00:00Z");
  for (const Dialect dialect : {Dialect::kVixie, Dialect::kRobfig, Dialect::kQuartz}) {
    CronOptions options;
    options.dialect = dialect;
    options.zone = *kZone;
    options.accept_never = size % 2 == 0;
    const auto parsed = CronExpression::Parse(text, options);
    if (!parsed.ok()) {
      const int column = parsed.status().place()->column;
      if (column < 1 || static_cast<std::size_t>(column) > size + 1) std::abort();
      continue;
    }
    Instant at = kStart;
    for (int i = 0; i < 4; ++i) {
      const auto next = parsed->Next(at);
      if (!next) break;
      if (*next <= at) std::abort();
      if (parsed->wildcard() && !parsed->interval()) {
        const auto whole = std::chrono::floor<std::chrono::seconds>(*next);
        const auto wall = parsed->zone().ToLocal(whole);
        if (parsed->fields().NextLocal(wall) != wall) std::abort();
      }
      at = *next;
    }
  }
  return 0;
}
