// SPDX-License-Identifier: Apache-2.0
//
// Pauses: times in which somebody does not want a schedule to run. A pause is kept for ever, with
// who asked for it and why, since slots that fell due in it end as paused(actor), whenever that is
// found out.
//
// THREADS: as Store.

#ifndef UPKEEP_RUNNER_STORE_PAUSES_H_
#define UPKEEP_RUNNER_STORE_PAUSES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/status.h"
#include "runner/store/actor.h"

namespace upkeep::store {

struct Pause {
  std::int64_t id = 0;             ///< Given by AddPause.
  std::string schedule, target;    ///< "": every one.
  std::string reason;              ///< Required.
  Actor actor;                     ///< Who asked for it. Required.
  Instant begun{};                 ///< Given by AddPause.
  std::optional<Instant> until;    ///< When it ends by itself; after begun.
  std::optional<Instant> ended;    ///< When somebody ended it, or it was found to be over.
  std::string ended_by, end_reason;

  /// When it no longer holds: the earlier of `until` and `ended`; Instant::max() while open.
  Instant End() const;
  bool Covers(const std::string& of_schedule, const std::string& on_target, Instant at) const;
};

struct PauseFilter {
  std::string schedule;            ///< Those that concern it; empty: any.
  bool open_only = false;          ///< Not ended and, at the store's now, not over.
  std::int64_t limit = 1000;       ///< Newest first.
};

class PauseStore {
 public:
  virtual ~PauseStore() = default;
  /// kInvalid says what is missing or in the past; kBusy when the same is paused already.
  virtual Result<Pause> AddPause(const Pause& pause) = 0;
  /// Ends the open pause of exactly (schedule, target). kNotFound when there is none.
  virtual Status EndPause(const std::string& schedule, const std::string& target,
                          const std::string& reason, const Actor& actor) = 0;
  /// Writes down that pauses whose `until` has passed are over; returns how many were.
  virtual Result<std::int64_t> EndExpiredPauses() = 0;
  virtual Result<std::vector<Pause>> Pauses(const PauseFilter& filter) = 0;
};

}  // namespace upkeep::store

#endif  // UPKEEP_RUNNER_STORE_PAUSES_H_
