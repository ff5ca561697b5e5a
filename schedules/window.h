// SPDX-License-Identifier: Apache-2.0
//
// A Window is a time in which nothing is started: a blackout that comes again (every night, every
// pay day) or a freeze with two ends. It lies on the wall clock, so that a clock change moves
// nothing: 01:00 to 05:00 is what the clock shows.
//
// THREADS: immutable once read; may be asked from any thread.

#ifndef UPKEEP_SCHEDULES_WINDOW_H_
#define UPKEEP_SCHEDULES_WINDOW_H_

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/text.h"
#include "base/value.h"
#include "base/zone/zone.h"
#include "schedules/cron.h"
#include "schedules/recurrence.h"

namespace upkeep::schedules {

enum class WindowKind { kBlackout, kFreeze };

/// Days of the week, from one time of day for so long.
struct WeeklyWindow {
  std::uint8_t weekdays = 0x7F;      ///< On which it begins; bits 0 (Sunday) to 6.
  std::chrono::minutes from{0};      ///< Since midnight.
  std::chrono::minutes length{0};    ///< At most a day.
  bool operator==(const WeeklyWindow&) const = default;
};

/// From one wall time for so long; with a rule, on other days too.
struct DatedWindow {
  zone::LocalSeconds from{};
  std::chrono::seconds length{0};
  std::optional<Recurrence> repeats;
  std::vector<LocalDays> except;     ///< Days on which it would begin and does not; sorted.
  bool operator==(const DatedWindow&) const = default;
};

/// It begins whenever a cron expression fires.
struct CronWindow {
  CronExpression begins;
  std::chrono::seconds length{0};    ///< At most 31 days.
};

struct Window {
  WindowKind kind = WindowKind::kBlackout;
  Text reason;
  std::optional<zone::Zone> zone;    ///< Nothing: the schedule's.
  std::variant<WeeklyWindow, DatedWindow, CronWindow> when;

  /// Whether it is open at `at`, for a schedule of `schedule_zone`.
  bool Contains(Instant at, const zone::Zone& schedule_zone) const;

  /// The reason as messages quote it: in both languages where they differ, 'Sale / 할인 행사'.
  std::string Name() const;
};

Value ToValue(const Window& window);
/// Of a Value that ToValue() made; kInvalid when it did not.
Result<Window> WindowFromValue(const Value& value);

}  // namespace upkeep::schedules

#endif  // UPKEEP_SCHEDULES_WINDOW_H_
