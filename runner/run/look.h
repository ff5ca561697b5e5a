// SPDX-License-Identifier: Apache-2.0
//
// A Look is one target while a run looks at it: its modules, what is known of the needs of its
// playbooks so far, and the playbooks that wait for more.
//
// THREADS: one reactor's thread. A Look stays in place while tasks refer to it.

#ifndef UPKEEP_RUNNER_RUN_LOOK_H_
#define UPKEEP_RUNNER_RUN_LOOK_H_

#include <cstddef>
#include <functional>
#include <list>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/cancel.h"
#include "base/io/reactor.h"
#include "base/status.h"
#include "base/task.h"
#include "checks/model/head.h"
#include "checks/targets/inventory.h"
#include "runner/run/hosts.h"

namespace upkeep::run {

class Look {
 public:
  const checks::Target* target = nullptr;
  std::vector<std::size_t> pairs;             ///< Positions in the run's list.

  const Modules& modules() const { return modules_; }
  /// Whether the modules could be made at all.
  const Status& made() const { return made_; }

  /// From here on playbooks can be loaded: their modules are there, or never will be.
  void SetModules(Result<Modules> modules);
  void SetNeed(const checks::Need& need, const Status& status);
  /// Every need that any module knows has been told.
  void SetPrepared();

  /// Whether all that `head` needs is known.
  bool Knows(const checks::Head& head) const;
  /// Wait until SetModules(), or until all that `head` needs is known; cancelling ends either.
  Task<void> WaitForModules(io::Reactor& reactor, CancelToken cancel);
  Task<void> WaitForNeeds(io::Reactor& reactor, const checks::Head& head, CancelToken cancel);

  /// What stops `head` from running: the first missing need that it can't do without.
  /// REQUIRES: what it needs is known.
  Status MissingNeed(const checks::Head& head) const;

 private:
  struct Waiting;
  Task<void> WaitFor(io::Reactor& reactor, std::function<bool()> there, CancelToken cancel);
  void Tell();

  Modules modules_;
  Status made_;
  std::map<std::string, Status> needs_;       ///< Need::ToString → what Prepare said.
  bool has_modules_ = false, prepared_ = false;
  std::list<Waiting*> waiting_;
};

/// The needs of one module that the playbooks on a target have together; the fields of the same
/// list are joined, and no fields at all means every field.
std::vector<checks::Need> UnionOfNeeds(const std::vector<const checks::Head*>& heads,
                                       std::string_view module);

}  // namespace upkeep::run

#endif  // UPKEEP_RUNNER_RUN_LOOK_H_
