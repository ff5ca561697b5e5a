// SPDX-License-Identifier: Apache-2.0
//
// On which targets a schedule's slots are planned. More than on which it can run: a playbook that
// nobody can read today, or a target that the schedule names and the inventory no longer has, must
// leave a missed slot with its reason, and not a plan in which the target no longer stands.
//
// THREADS: as the store.

#ifndef UPKEEP_RUNNER_DAEMON_PLANNED_TARGETS_H_
#define UPKEEP_RUNNER_DAEMON_PLANNED_TARGETS_H_

#include <map>
#include <set>
#include <string>
#include <string_view>

#include "base/status.h"
#include "checks/targets/inventory.h"
#include "runner/daemon/assignment.h"
#include "runner/store/store.h"
#include "schedules/schedule.h"

namespace upkeep::daemon {

/// Where a slot's target would stand, of a schedule that no target is known of.
constexpr std::string_view kNoTarget = "(none)";

struct PlannedTargets {
  std::set<std::string> all;
  /// Of those, where nothing can run, and why.
  std::map<std::string, std::string> kept_from;
};

/// Those of the assignment; what the schedule names and `inventory` lacks; and where a playbook
/// can't be read, the targets that its slots were planned on, as long as the inventory has them.
Result<PlannedTargets> TargetsToPlan(const schedules::Schedule& schedule, const Assignment& assignment,
                                     const checks::Inventory& inventory, store::Store& store);

}  // namespace upkeep::daemon

#endif  // UPKEEP_RUNNER_DAEMON_PLANNED_TARGETS_H_
