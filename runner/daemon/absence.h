// SPDX-License-Identifier: Apache-2.0
//
// Why a slot was missed: spans of time in which nobody attended to schedules, as the process that
// books it knows them. Only what was seen is said; a slot that was missed for none of these has no
// more than the rule that makes it missed.
//
// THREADS: plain data.

#ifndef UPKEEP_RUNNER_DAEMON_ABSENCE_H_
#define UPKEEP_RUNNER_DAEMON_ABSENCE_H_

#include <cstddef>
#include <deque>
#include <optional>
#include <string>

#include "base/clock.h"

namespace upkeep::daemon {

/// How each who attends signs the store: a daemon, and the ticks of one schedule.
inline constexpr const char* kDaemonSign = "daemon";
std::string TickSign(const std::string& schedule);

enum class AbsenceKind {
  kNotHeard,      ///< Nothing gave a sign of life: no daemon, or no tick of the schedule.
  kLockLost,      ///< This daemon had lost its lock or Lease, and nobody else took the slot.
  kStoodStill,    ///< This daemon's loop did not turn: stopped, suspended, or the clock was set.
  kStoreFailed,   ///< This daemon could not write the store.
};

class Absences {
 public:
  /// Of the newest ones so many are known; a slot that is missed is booked soon after.
  static constexpr std::size_t kMost = 100;

  void Add(AbsenceKind kind, Instant from, Instant until);
  /// "nothing was heard of upkeep from … to …" for the last absence that meets [start, end]; "" for
  /// none. Times in UTC, to the second.
  std::string During(Instant start, Instant end) const;

 private:
  struct Absence {
    AbsenceKind kind;
    Instant from, until;
  };
  std::deque<Absence> absences_;
};

}  // namespace upkeep::daemon

#endif  // UPKEEP_RUNNER_DAEMON_ABSENCE_H_
