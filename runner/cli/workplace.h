// SPDX-License-Identifier: Apache-2.0
//
// What most commands need together: store, inventory, catalog, reactor, redactor, and Ctrl-C
// turned into cancellation.
//
// THREADS: main only.

#ifndef UPKEEP_RUNNER_CLI_WORKPLACE_H_
#define UPKEEP_RUNNER_CLI_WORKPLACE_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/io/reactor.h"
#include "base/io/warm_up.h"
#include "base/text.h"
#include "checks/targets/inventory.h"
#include "runner/cli/command.h"
#include "runner/run/catalog.h"
#include "runner/run/modules.h"
#include "runner/run/session.h"
#include "runner/store/store.h"

namespace upkeep::cli {

/// Opens (and unless read_only makes) the store that the invocation names.
Result<std::unique_ptr<store::Store>> OpenStore(const Invocation& invocation, bool read_only,
                                                const Redactor* redactor = nullptr);

class Workplace {
 public:
  /// `invocation` outlives it. Reads the inventory, opens the store, makes the reactor; the first that fails is the answer.
  static Result<std::unique_ptr<Workplace>> Open(const Invocation& invocation);
  /// The same for a command that looks at no target: an inventory that can't be read is an empty one.
  static Result<std::unique_ptr<Workplace>> OpenWithoutTargets(const Invocation& invocation);
  ~Workplace();

  store::Store& store() { return *store_; }
  const checks::Inventory& inventory() const { return inventory_; }
  const run::Catalog& catalog() const { return catalog_; }
  io::Reactor& reactor() { return *reactor_; }
  Redactor& redactor() { return redactor_; }
  const Clock& clock() const { return clock_; }
  const run::ModuleFactory& modules() const { return *modules_; }

  /// Limits without a deadline that the first SIGINT or SIGTERM cancels; the second ends the
  /// process at once.
  Limits limits();

  /// What ends a command that a signal cancelled: 130 for SIGINT, 143 for SIGTERM (128 and its number).
  int CancelledExit() const;
  /// As Invocation::Fail(), with CancelledExit() for what a signal cancelled.
  int Fail(const Invocation& invocation, const Status& status) const;

  /// What is wrong in the kubeconfigs of the targets of `pairs`, all at once, before anything is
  /// looked at: kConfig with file:line:column. A file that is not there makes its target unknown.
  Status CheckKubeconfigs(const std::vector<run::Pair>& pairs);

  Result<run::SessionOutcome> RunSession(run::SessionRequest request, run::Progress progress,
                                         run::ExecutorOptions options = {});

  /// Runs beside the next RunTask() or RunSession(), and is cancelled when that ends.
  void Beside(std::function<Task<void>(io::Reactor&, CancelToken)> task) { beside_ = std::move(task); }

  /// Runs any task to its end; the first signal cancels limits() meanwhile.
  template <typename T>
  T RunTask(Task<T> task);

  /// Runs pairs without writing anything into the store; `record` keeps their calls.
  Result<std::vector<run::PairOutcome>> RunPairs(std::vector<run::Pair> pairs, bool record);

 private:
  struct Listening;                    ///< For signals.
  static Result<std::unique_ptr<Workplace>> OpenWith(const Invocation& invocation, checks::Inventory inventory);
  explicit Workplace(Redactor& redactor);
  void StartListening();
  void StopListening();
  SystemClock clock_;
  Redactor& redactor_;                 ///< The invocation's.
  checks::Inventory inventory_;
  std::optional<io::WarmUp> warm_up_;
  run::Catalog catalog_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<io::Reactor> reactor_;
  std::unique_ptr<run::ModuleFactory> modules_;
  CancelSource cancel_;
  std::unique_ptr<Listening> listening_;
  std::function<Task<void>(io::Reactor&, CancelToken)> beside_;
};

template <typename T>
T Workplace::RunTask(Task<T> task) {
  StartListening();
  T value = reactor_->RunUntilDone(std::move(task));
  StopListening();
  return value;
}

}  // namespace upkeep::cli

#endif  // UPKEEP_RUNNER_CLI_WORKPLACE_H_
