// SPDX-License-Identifier: Apache-2.0
//
// Time comes from a Clock, so that tests and replayed cases decide what time it is.
// Instants are UTC seconds and microseconds since 1970; how long something took is measured on
// the steady clock, which no clock change moves.
//
// THREADS: a SystemClock may be used from any thread; a FakeClock from one.

#ifndef UPKEEP_BASE_CLOCK_H_
#define UPKEEP_BASE_CLOCK_H_

#include <chrono>
#include <string>
#include <string_view>

#include "base/status.h"

namespace upkeep {

using Instant = std::chrono::sys_time<std::chrono::microseconds>;
using SteadyInstant = std::chrono::steady_clock::time_point;
inline constexpr std::chrono::microseconds kTick{1};   ///< The least step of an Instant.

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Instant Now() const = 0;
  virtual SteadyInstant SteadyNow() const = 0;
};

class SystemClock final : public Clock {
 public:
  Instant Now() const override;
  SteadyInstant SteadyNow() const override;
};

class FakeClock final : public Clock {
 public:
  explicit FakeClock(Instant start) : now_(start) {}
  Instant Now() const override { return now_; }
  SteadyInstant SteadyNow() const override { return steady_; }
  void Advance(std::chrono::microseconds by) {
    now_ += by;
    steady_ += by;
  }
  /// Moves the wall clock only, as a person or NTP does.
  void SetWall(Instant now) { now_ = now; }

 private:
  Instant now_;
  SteadyInstant steady_{};
};

/// "2026-11-21T09:00:00Z"; a fraction of three digits only where there is one.
std::string FormatRfc3339(Instant instant);

/// Reads what FormatRfc3339 writes and any RFC 3339 time with offset; kInvalid otherwise.
Result<Instant> ParseRfc3339(std::string_view text);

/// "90 s" → "1m30s", for people. Negative durations keep their sign.
std::string FormatDuration(std::chrono::microseconds duration);

/// "250ms", "30s", "5m", "2h", "1d", "1h30m"; kInvalid otherwise.
Result<std::chrono::microseconds> ParseDuration(std::string_view text);

}  // namespace upkeep

#endif  // UPKEEP_BASE_CLOCK_H_
