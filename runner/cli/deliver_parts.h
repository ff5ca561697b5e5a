// SPDX-License-Identifier: Apache-2.0
//
// The file of deliveries, for every command that delivers.
//
// THREADS: main only.

#ifndef UPKEEP_RUNNER_CLI_DELIVER_PARTS_H_
#define UPKEEP_RUNNER_CLI_DELIVER_PARTS_H_

#include "base/status.h"
#include "runner/cli/command.h"
#include "runner/notify/channel.h"

namespace upkeep::cli {

/// --deliveries, UPKEEP_DELIVERIES, ./deliveries.yaml, /etc/upkeep/deliveries.yaml; kConfig when
/// there is none, and its hint says what to write.
Result<notify::Deliveries> LoadDeliveries(const Invocation& invocation);

/// The path that LoadDeliveries reads, or "".
std::string DeliveriesPath(const Invocation& invocation);

}  // namespace upkeep::cli

#endif  // UPKEEP_RUNNER_CLI_DELIVER_PARTS_H_
