// SPDX-License-Identifier: Apache-2.0
//
// Is there what a schedule names: its playbooks, its targets, the formats of its reports, its
// deliveries? `upkeep schedule check` asks before a file is used; the daemon and the tick ask when
// they have read one, so that a slip is not found out in the night.
//
// THREADS: any; plain functions.

#ifndef UPKEEP_RUNNER_DAEMON_SCHEDULE_NAMES_H_
#define UPKEEP_RUNNER_DAEMON_SCHEDULE_NAMES_H_

#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "checks/targets/inventory.h"
#include "schedules/schedule.h"

namespace upkeep::daemon {

struct KnownNames {
  std::vector<std::string> playbooks;
  const checks::Inventory* inventory = nullptr;          ///< Null: targets are not looked at.
  std::optional<std::vector<std::string>> deliveries;    ///< Nullopt: there is no deliveries file.
};

/// kInvalid for each name that is not there, at its place in the file, with the nearest known one as
/// its hint. Empty: all are there.
std::vector<Status> UnknownNames(const schedules::Schedule& schedule, const KnownNames& known);

}  // namespace upkeep::daemon

#endif  // UPKEEP_RUNNER_DAEMON_SCHEDULE_NAMES_H_
