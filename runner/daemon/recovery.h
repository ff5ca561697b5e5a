// SPDX-License-Identifier: Apache-2.0
//
// After a crash: ends what dead processes left open. A process of this machine is dead when
// nothing runs under its id and start time; one of another machine (a pod that is gone) when its
// run has outlived its deadline. Should such a holder wake up late all the same, the store
// refuses what it brings.
//
// THREADS: as the store.

#ifndef UPKEEP_RUNNER_DAEMON_RECOVERY_H_
#define UPKEEP_RUNNER_DAEMON_RECOVERY_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <set>
#include <string>

#include "base/clock.h"
#include "base/status.h"
#include "runner/store/store.h"

namespace upkeep::daemon {

/// How long a run may take that no schedule gives a deadline.
inline constexpr std::chrono::microseconds kDeadlineByHand = std::chrono::hours(24);

struct RecoveryOptions {
  std::string holder;                     ///< This process.
  store::Actor actor;
  /// What this process runs itself. An attempt of `holder` that is not among them was lost
  /// (its end could not be stored), and ends as well.
  std::set<store::AttemptId> own_attempts;
  /// False for a command beside which others of its process may run.
  bool judge_own = true;
  /// What this process leads with; 0: it does not lead. Whatever was claimed with a lower one has
  /// lost its leader, and ends at once: its store refuses the late result.
  std::int64_t fence = 0;
  /// How long a run of `schedule` may take; "" is a run by hand.
  std::function<std::chrono::microseconds(const std::string& schedule)> deadline;
  std::function<bool(const std::string& holder)> may_live;   ///< run::HolderMayLive.
};

struct Recovered {
  int attempts = 0, runs = 0;
};

Result<Recovered> InterruptDead(store::Store& store, const Clock& clock,
                                const RecoveryOptions& options);

}  // namespace upkeep::daemon

#endif  // UPKEEP_RUNNER_DAEMON_RECOVERY_H_
