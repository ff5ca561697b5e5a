// SPDX-License-Identifier: Apache-2.0
//
// Runs: one execution of slots, or ad hoc. A run is known from its start on; what it found is
// written in one transaction when it ends, together with the ends of its slots, so that a crash
// leaves an open run and never half a run.
//
// THREADS: as Store.

#ifndef UPKEEP_RUNNER_STORE_RUNS_H_
#define UPKEEP_RUNNER_STORE_RUNS_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/status.h"
#include "checks/model/result.h"
#include "reports/model.h"
#include "runner/store/actor.h"
#include "runner/store/slots.h"

namespace upkeep::store {

using RunId = std::int64_t;   ///< Counts from 1; people see and type it as a number.

/// kInterrupted: the process died, or its machine, before the run was recorded.
enum class RunState { kRunning, kFinished, kCancelled, kInterrupted };
/// "running", "finished", "cancelled", "interrupted"
std::string_view RunStateName(RunState state);

struct RunTarget {
  std::string name, kind;
  bool tls_verified = true;     ///< False: the inventory says not to verify; reports name it.
};

struct RunStart {
  /// "schedule", "manual", "verify" (after a remedy), "backfill", "self" (upkeep about itself).
  std::string trigger;
  Actor actor;
  std::string version;          ///< Of upkeep.
  std::string schedule;         ///< Id, or "" for ad hoc runs.
  std::vector<RunTarget> targets;
  std::vector<std::string> playbooks;
  std::vector<std::string> not_looked_at;   ///< Targets that were meant and that no playbook is for.
  std::optional<Instant> planned;   ///< Of the slot; ad hoc runs are planned when they start.
  Instant started{};
  std::vector<AttemptId> attempts;  ///< Claimed before, by the same process.
  std::string holder;           ///< As in ClaimRequest: tells whether this process still lives.
};

struct RunFinish {
  RunState state = RunState::kFinished;   ///< kFinished or kCancelled.
  Instant finished{};
  std::vector<checks::PlaybookOutcome> outcomes;
  std::vector<AttemptEnd> attempts;       ///< How the slots of the run ended; all of them.
  /// Asked once, inside the transaction, with the totals after waivers were applied.
  /// Absent: 2 for critical, 1 for warning, 3 for unknown, else 0.
  std::function<int(const reports::StateTotals&)> exit_code;
};

/// What was made of a finished run.
struct RunSummary {
  RunId run = 0;
  int exit_code = 0;
  reports::StateTotals totals;            ///< waived is counted apart from critical and warning.
  std::int64_t new_findings = 0, recurring_findings = 0, regressed_findings = 0,
               resolved_findings = 0;
  std::int64_t attempted = 0, observed = 0;
};

struct RunRecord {
  RunId id = 0;
  RunState state = RunState::kRunning;
  std::string trigger, version, schedule, holder;
  Actor actor;
  std::vector<RunTarget> targets;         ///< By name.
  std::vector<std::string> playbooks;     ///< By id.
  Instant planned{}, started{};
  std::optional<Instant> finished, recorded;
  RunSummary summary;                     ///< Zeros while running.
  std::string reason;                     ///< Of kInterrupted.
};

struct RunFilter {
  std::string schedule, playbook, target; ///< Empty: any.
  std::optional<RunState> state;
  std::optional<Instant> from, until;     ///< Of started: [from, until).
  std::int64_t limit = 50;                ///< Newest first.
  /// Runs in which upkeep looked at itself, too: nobody who asks for the newest run means those.
  bool self_checks = false;
};

class RunStore {
 public:
  virtual ~RunStore() = default;

  /// Writes the run down as running. kInvalid when an attempt is not open or has a run already.
  virtual Result<RunId> StartRun(const RunStart& start) = 0;

  /// Writes everything the run left behind in one transaction: outcomes, results, metrics,
  /// evidence, findings carried on, the ends of its attempts, the ledger's entries. Nothing is
  /// kept when it fails. kBusy when somebody has ended the run or one of its attempts meanwhile
  /// (a holder that was stopped and woke up late), kDenied when they were claimed under another
  /// fence than this Store's (fence.h).
  virtual Result<RunSummary> FinishRun(RunId run, const RunFinish& finish) = 0;

  /// Ends an open run whose process is gone, and its open attempts with it, as interrupted.
  virtual Status InterruptRun(RunId run, const std::string& reason) = 0;

  /// Newest first.
  virtual Result<std::vector<RunRecord>> Runs(const RunFilter& filter) = 0;
  /// kNotFound.
  virtual Result<RunRecord> Run(RunId run) = 0;
  /// The newest recorded run before `run` with the same playbooks and targets; 0 when none.
  virtual Result<RunId> PreviousRun(RunId run) = 0;
};

}  // namespace upkeep::store

#endif  // UPKEEP_RUNNER_STORE_RUNS_H_
