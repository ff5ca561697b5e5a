// SPDX-License-Identifier: Apache-2.0
// A day of the horizon, in pieces: a schedule of every second has 86,400 instants in a day, and the
// loop that walks through them has other things to do.
#ifndef UPKEEP_RUNNER_DAEMON_HORIZON_DRAFT_H_
#define UPKEEP_RUNNER_DAEMON_HORIZON_DRAFT_H_

#include <cstdint>
#include <string>

#include "runner/store/slots.h"
#include "schedules/schedule.h"

namespace upkeep::daemon {

/// What [from, until) of one schedule promises, as far as it was walked through. Not thread-safe.
class HorizonDraft {
 public:
  HorizonDraft(const schedules::Schedule& schedule, Instant from, Instant until);

  /// It was begun for this definition of the schedule, with these zone files, and ends there.
  bool Continues(const schedules::Schedule& schedule, Instant until) const;

  /// Walks on through at most `most` instants of the schedule that it was begun for; returns
  /// through how many. Complete when there are no more, even if `most` were just enough.
  std::int64_t WalkOn(const schedules::Schedule& schedule, std::int64_t most);

  bool complete() const { return complete_; }

  /// The promise as the store wants it; only of a complete one. The draft is used up.
  store::Horizon Finish();

 private:
  store::Horizon horizon_;
  std::string instants_;   // RFC 3339, a line each: what the hash is of.
  Instant last_;
  bool complete_ = false;
};

}  // namespace upkeep::daemon

#endif  // UPKEEP_RUNNER_DAEMON_HORIZON_DRAFT_H_
