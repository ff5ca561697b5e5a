// SPDX-License-Identifier: Apache-2.0
//
// Which modules a target of each kind has. The one place that knows every kind of module: a new
// thing to look at adds one line to modules.cc.
//
// THREADS: as its reactor.

#ifndef UPKEEP_RUNNER_RUN_MODULES_H_
#define UPKEEP_RUNNER_RUN_MODULES_H_

#include <memory>
#include <string>

#include "base/clock.h"
#include "base/io/reactor.h"
#include "base/text.h"
#include "checks/targets/inventory.h"
#include "runner/run/executor.h"

namespace upkeep::run {

/// Whether TLS to `target` is verified, as its files say right now: false, too, where only its write
/// identity does without. A file that can't be read says nothing against it, and is never connected by.
bool TlsIsVerified(const checks::Target& target);

/// What is wrong in the kubeconfig that `target` is looked at with: kConfig with file:line:column.
/// One that is not there (a Secret that is not mounted, say) is no fault here: its target alone
/// will be unknown.
Status CheckKubeconfig(const checks::Target& target, Redactor& redactor);

class ModuleFactory {
 public:
  /// All must outlive the factory and what it makes. Secrets that targets' credentials turn out
  /// to be are added to `redactor`.
  ModuleFactory(io::Reactor& reactor, const Clock& clock, Redactor& redactor,
                const checks::Inventory& inventory);
  ~ModuleFactory();

  /// Modules under the reading identity.
  ModuleMaker maker() const;
  /// Modules under the write identity of the target; kDenied when the inventory gives it none.
  ModuleMaker write_maker() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace upkeep::run

#endif  // UPKEEP_RUNNER_RUN_MODULES_H_
