// SPDX-License-Identifier: Apache-2.0
//
// Time zones from the system's tzdata, one per schedule, without touching the process's TZ.
// Past the last year of a zone file its footer rules, so 2038, 2100 and 2400 are as right as
// tomorrow. Abseil reads the files; nothing of it shows here.
//
// A zone is a list of periods with one offset each. Everything about skipped and repeated wall
// times follows from where one period ends and what the next one's offset is.
//
// OWNERSHIP: a Zone is a small handle to data that is loaded once and lives as long as the
// process; a changed tzdata package is seen after a restart.
// THREADS: Load() and all methods may be called from any thread.

#ifndef UPKEEP_BASE_ZONE_ZONE_H_
#define UPKEEP_BASE_ZONE_ZONE_H_

#include <chrono>
#include <limits>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/status.h"

namespace upkeep::zone {

using SysSeconds = std::chrono::sys_seconds;
/// Wall time: seconds since 1970-01-01 00:00 on the zone's own calendar.
using LocalSeconds = std::chrono::local_seconds;

inline constexpr SysSeconds kBeginningOfTime{std::chrono::seconds(-(1LL << 50))};
inline constexpr SysSeconds kEndOfTime{std::chrono::seconds(1LL << 50)};

/// The time from `start` to before `end` in which the offset stays the same.
struct Period {
  SysSeconds start = kBeginningOfTime;
  SysSeconds end = kEndOfTime;
  std::chrono::seconds offset{0};           ///< Local minus UTC.
  std::chrono::seconds previous_offset{0};  ///< Of the period before; equal in the first one.

  /// Wall times from LocalEndOfPrevious() to before LocalStart() do not exist (a gap)...
  LocalSeconds LocalStart() const { return LocalSeconds(start.time_since_epoch() + offset); }
  /// ... and from LocalStart() to before LocalEndOfPrevious() exist twice (an overlap).
  LocalSeconds LocalEndOfPrevious() const {
    return LocalSeconds(start.time_since_epoch() + previous_offset);
  }
  LocalSeconds LocalEnd() const { return LocalSeconds(end.time_since_epoch() + offset); }
};

/// What a wall time is: once, never (in a gap), or twice (in an overlap).
enum class Occurrence { kOnce, kNever, kTwice };

struct Resolved {
  Occurrence occurrence = Occurrence::kOnce;
  /// kOnce: that instant, three times. kTwice: the earlier one, the change, the later one.
  /// kNever: `first` is the wall time read with the offset before the gap (so: after the gap,
  /// shifted by its length), `change` the instant of the gap, `second` with the offset after it.
  SysSeconds first, change, second;
};

class Zone {
 public:
  /// The zone called `name` in tzdata ("Asia/Seoul"). kNotFound with the nearest name as hint
  /// when there is none; kConfig when its file can't be read.
  static Result<Zone> Load(std::string_view name);
  static Zone Utc();

  const std::string& name() const;
  Period PeriodAt(SysSeconds instant) const;
  LocalSeconds ToLocal(SysSeconds instant) const;
  Resolved FromLocal(LocalSeconds local) const;
  /// "2026-11-21T09:00:00+09:00".
  std::string Format(Instant instant) const;
  /// Whether the offset changes at any time from now on (`from`).
  bool HasChangesAfter(SysSeconds from) const;

  bool operator==(const Zone& other) const { return data_ == other.data_; }

 private:
  struct Data;
  friend struct Registry;
  explicit Zone(const Data* data) : data_(data) {}
  const Data* data_;
};

/// Version of the system's tzdata, such as "2025b"; "unknown" where it does not say.
std::string TzdataVersion();

}  // namespace upkeep::zone

#endif  // UPKEEP_BASE_ZONE_ZONE_H_
