// SPDX-License-Identifier: Apache-2.0
//
// What `upkeep apply` left behind when its process died: the daemon and the tick look again at
// plans whose changes were made, or may have been made, and nobody has verified. They apply nothing.
//
// THREADS: as the reactor.

#ifndef UPKEEP_RUNNER_DAEMON_PLAN_RECOVERY_H_
#define UPKEEP_RUNNER_DAEMON_PLAN_RECOVERY_H_

#include <memory>

#include "base/cancel.h"
#include "base/task.h"
#include "runner/daemon/slot_runner.h"
#include "runner/daemon/world.h"

namespace upkeep::daemon {

/// Looks at every such plan of a target of `world` whose time has come, and journals how each
/// ended; see remedy::Recover(). Does nothing while somebody applies. `parts` outlive the task.
Task<void> RecoverPlans(std::shared_ptr<const World> world, const RunnerParts& parts, Limits limits);

}  // namespace upkeep::daemon

#endif  // UPKEEP_RUNNER_DAEMON_PLAN_RECOVERY_H_
