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

/// Begins a family: its help and type. `type` is gauge, counter or histogram.
void OpenFamily(std::string& text, const std::string& name, const std::string& help,
                const std::string& type);

/// `text` as it stands between the quotation marks of a label.
std::string LabelValue(const std::string& text);

}  // namespace upkeep::daemon

#endif  // UPKEEP_RUNNER_DAEMON_PROMETHEUS_H_
