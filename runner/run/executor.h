// SPDX-License-Identifier: Apache-2.0
//
// The executor runs playbooks against targets: for each target it makes the modules and lets
// them prepare (one look serves all), then gives every playbook a sandbox of its own. Whatever
// happens, each (playbook, target) pair ends with an outcome that has at least one result.
//
// THREADS: as the reactor. What it is given by reference outlives the run.

#ifndef UPKEEP_RUNNER_RUN_EXECUTOR_H_
#define UPKEEP_RUNNER_RUN_EXECUTOR_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/io/reactor.h"
#include "base/lua/sandbox.h"
#include "base/task.h"
#include "base/text.h"
#include "checks/model/result.h"
#include "checks/targets/inventory.h"
#include "runner/run/catalog.h"
#include "runner/run/hosts.h"

namespace upkeep::run {

/// One playbook on one target.
struct Pair {
  const Playbook* playbook = nullptr;
  const checks::Target* target = nullptr;
  Value params = Value::object();          ///< Given ones; defaults fill the rest.
};

/// Makes the modules that `target` has, for one run: reads its files and secrets. The target
/// must outlive the task.
using ModuleMaker = std::function<Task<Result<Modules>>(const checks::Target& target, Limits limits)>;

/// What the executor tells while it works, on the reactor's thread.
struct Progress {
  std::function<void(const Pair&)> started;
  std::function<void(const Pair&, const checks::PlaybookOutcome&)> finished;
};

struct ExecutorOptions {
  lua::Budget budget;
  /// Of each playbook, and of what prepares its target before the first one.
  std::chrono::microseconds playbook_deadline{std::chrono::minutes(2)};
  int at_once = 32;                        ///< Pairs side by side.
  std::uint64_t seed = 0;                  ///< Each pair's seed is derived from it.
  bool record = false;                     ///< Keep calls, for `upkeep record`.
};

/// The Past of each pair, or an empty one.
using PastOfPair = std::function<Past(const Pair&)>;

/// What one pair left behind.
struct PairOutcome {
  checks::PlaybookOutcome outcome;
  std::vector<RecordedCall> calls;         ///< With ExecutorOptions::record.
};

/// A running playbook, for `upkeep ps`.
struct Running {
  std::string playbook, target;
  std::string waiting_for;                 ///< "kubernetes.list pods"; empty: it computes.
  std::chrono::microseconds waiting{0};    ///< How long for that.
  Instant since{};
};

class Executor {
 public:
  Executor(io::Reactor& reactor, const Clock& clock, const Redactor& redactor, ModuleMaker maker,
           ExecutorOptions options);
  ~Executor();

  /// Runs all `pairs` and returns their outcomes in the same order. Cancelling `limits` ends
  /// every playbook as unknown(cancelled), with what it had found. `past` answers run:previous.
  Task<std::vector<PairOutcome>> Run(std::vector<Pair> pairs, Progress progress, Limits limits,
                                     PastOfPair past = {});

  std::vector<Running> running() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The target as a playbook sees it (run.target); no secret is in it.
Value TargetForPlaybook(const checks::Target& target);

/// The subject of results about the target itself: "Cluster/name", "Database/name" …
checks::Subject SubjectOfTarget(const checks::Target& target);

/// Runs one loaded playbook with `host` and turns what it recorded into an outcome; also used by
/// `upkeep test`. All references outlive the task. `on_sandbox` is not told of a playbook that runs in
/// a process of its own: its sandbox is there.
Task<checks::PlaybookOutcome> RunPlaybook(io::Reactor& reactor, const Playbook& playbook, Value target,
                                          checks::Subject subject, Value params, lua::Host& host,
                                          const Clock& clock, const Redactor& redactor,
                                          lua::Budget budget, std::uint64_t seed, Limits limits,
                                          std::function<void(lua::Sandbox*)> on_sandbox);

}  // namespace upkeep::run

#endif  // UPKEEP_RUNNER_RUN_EXECUTOR_H_
