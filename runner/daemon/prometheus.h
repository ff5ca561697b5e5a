// SPDX-License-Identifier: Apache-2.0
//
// What /metrics says beside the latest run's own figures: slots by state, runs, open attempts,
// the ledger. Everything is read from the store, so a restart loses nothing.
//
// THREADS: as the store.

#ifndef UPKEEP_RUNNER_DAEMON_PROMETHEUS_H_
#define UPKEEP_RUNNER_DAEMON_PROMETHEUS_H_

#include <string>

#include "base/clock.h"
#include "base/status.h"
#include "runner/store/store.h"

namespace upkeep::daemon {

/// The text format 0.0.4, ending with a line feed.
Result<std::string> StoreMetrics(store::Store& store, Instant now);

}  // namespace upkeep::daemon

#endif  // UPKEEP_RUNNER_DAEMON_PROMETHEUS_H_
