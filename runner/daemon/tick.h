// SPDX-License-Identifier: Apache-2.0
//
// A tick is the daemon in one shot, for a CronJob: it plans ahead, ends what dead ones left,
// books what was missed, runs what is due, verifies plans whose process died, and goes.
//
// THREADS: as the reactor.

#ifndef UPKEEP_RUNNER_DAEMON_TICK_H_
#define UPKEEP_RUNNER_DAEMON_TICK_H_

#include <memory>
#include <string>

#include "runner/daemon/slot_runner.h"
#include "runner/daemon/world.h"

namespace upkeep::daemon {

struct TickOutcome {
  std::int64_t runs = 0, missed = 0, overlapped = 0, interrupted = 0, blackout = 0, paused = 0;
  reports::StateTotals totals;       ///< Of all its runs.
  bool cancelled = false;
  bool no_target_answered = false;   ///< Of a run; its exit code is 69.
  /// Of the first run that could not be stored; the others were tried.
  Status status;
  std::vector<Status> problems;      ///< Reports, deliveries, playbooks that can't be read.
};

/// kNotFound when there is no such schedule, kInvalid when it is in quarantine: its due slots
/// are booked as missed all the same.
Task<Result<TickOutcome>> Tick(std::shared_ptr<const World> world, std::string schedule,
                               RunnerParts parts, Limits limits);

}  // namespace upkeep::daemon

#endif  // UPKEEP_RUNNER_DAEMON_TICK_H_
