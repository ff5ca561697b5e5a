// SPDX-License-Identifier: Apache-2.0
//
// One run from start to stored: written down as running, executed, and recorded in one
// transaction with the ends of its slots. The command line, the daemon and the tick all run
// things through here.
//
// THREADS: as the reactor. References outlive the task.

#ifndef UPKEEP_RUNNER_RUN_SESSION_H_
#define UPKEEP_RUNNER_RUN_SESSION_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/status.h"
#include "base/task.h"
#include "checks/targets/inventory.h"
#include "runner/run/catalog.h"
#include "runner/run/executor.h"
#include "runner/store/store.h"

namespace upkeep::run {

/// Who cancelled a run, and why; written before its limits are cancelled.
struct CancelNote {
  store::Actor actor;
  std::string reason;
};

struct SessionRequest {
  std::vector<Pair> pairs;
  std::string trigger = "manual";      ///< "schedule", "manual", "verify", "backfill".
  store::Actor actor;
  std::string schedule;                ///< Id, or "" for ad hoc runs.
  std::string holder;                  ///< See store::ClaimRequest; ProcessHolder().
  std::optional<Instant> planned;
  std::vector<std::string> not_looked_at;    ///< Of a list; see NotLookedAt().
  std::vector<store::AttemptEnd> attempts;   ///< Claimed slots, with how they end if all goes well.
  /// May end an attempt otherwise, by what was found; null: nobody does. Not asked when cancelled.
  std::function<void(const std::vector<PairOutcome>& pairs, std::vector<store::AttemptEnd>& attempts)> judge;
  /// Told the run's number when it is written down and before anything of it runs.
  std::function<void(store::RunId)> started;
  /// Shared with whoever may cancel the run; null, or without a name: nobody in particular.
  std::shared_ptr<const CancelNote> cancel_note;
};

/// True when `target` ("": any) has results, and every one says that it could not be reached.
bool NobodyAnswered(const std::vector<PairOutcome>& pairs, const std::string& target = "");

/// The exit code of a run whose every result says that its target could not be reached.
inline constexpr int kNoTargetAnswered = 69;

struct SessionOutcome {
  store::RunSummary summary;
  bool cancelled = false;
  std::vector<PairOutcome> pairs;
};

/// run:previous from what `store` keeps of earlier runs; `store` outlives what it gives.
PastOfPair PastOf(store::Store& store);

Task<Result<SessionOutcome>> RunSession(store::Store& store, Executor& executor, const Clock& clock,
                                        SessionRequest request, Progress progress, Limits limits);

/// `name` is the target's, or "key=value" one of its labels.
bool IsMeant(const checks::Target& target, const std::string& name);

/// Which playbooks run on which targets: every target of the playbook's kind, narrowed by
/// `names` (target names or label "key=value"; empty: all).
std::vector<Pair> MatchPairs(const std::vector<Playbook>& playbooks,
                             const checks::Inventory& inventory,
                             const std::vector<std::string>& names);

/// Targets that `names` mean (empty: all) and that none of `pairs` looks at; by name.
std::vector<std::string> NotLookedAt(const std::vector<Pair>& pairs, const checks::Inventory& inventory,
                                     const std::vector<std::string>& names);

/// Names this process across restarts of the machine: host, boot id, pid and start time.
std::string ProcessHolder();

/// True when the process that `holder` names is this machine's and still runs; true, too, for a
/// holder of another machine, which nobody here can judge.
bool HolderMayLive(const std::string& holder);

/// The one behind another process of this machine: its login uid, else `uid`, which the kernel gave
/// for the process's end of a socket; source "os".
store::Actor ActorOfProcess(long pid, unsigned uid);

/// The operating system's user, by uid; source "os". Behind sudo and su it is who logged in (the
/// kernel's login uid, else SUDO_UID where the uid is root's).
store::Actor OperatingSystemActor();

}  // namespace upkeep::run

#endif  // UPKEEP_RUNNER_RUN_SESSION_H_
