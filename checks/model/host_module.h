// SPDX-License-Identifier: Apache-2.0
//
// A HostModule is one thing that playbooks can look at (kubernetes, postgres, redis, http, tls,
// dns …), bound to one target for the length of one run. Its functions take and give plain
// data, so the same call can be enforced, recorded and replayed.
//
// THREADS: as the reactor that it was made with.

#ifndef UPKEEP_CHECKS_MODEL_HOST_MODULE_H_
#define UPKEEP_CHECKS_MODEL_HOST_MODULE_H_

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/cancel.h"
#include "base/lua/host.h"
#include "base/status.h"
#include "base/task.h"
#include "checks/model/need.h"

namespace upkeep::checks {

class HostModule {
 public:
  virtual ~HostModule() = default;

  /// "kubernetes", "postgres" … as in require "upkeep.kubernetes".
  virtual std::string_view name() const = 0;
  virtual std::vector<std::string> Functions() const = 0;

  /// The need that this call uses, in the grammar of need.h; kInvalid when the arguments are
  /// wrong (the message says how the function is called). A call whose need the head does not
  /// name never reaches Call().
  virtual Result<Need> NeedOf(std::string_view function, const Value& arguments) const = 0;

  /// Called once a run, before any playbook, with the needs of all playbooks on this target:
  /// logs in, lists what will be listed, tries what rights exist. The answer has one status for
  /// each need, in order: ok, kNotPermitted naming the missing grant, kUnreachable … A playbook
  /// with a need that is not ok does not run; its result is unknown with that reason.
  virtual Task<std::vector<Status>> Prepare(std::vector<Need> needs, Limits limits) = 0;

  /// Why the target gave no connection, where Prepare() left it to the check to say; else ok.
  virtual Status NotConnected() const { return Status::Ok(); }

  /// Told of one of `needs` by its position, once its status is known and what it reads is there.
  using NeedKnown = std::function<void(std::size_t need, const Status& status)>;
  /// As Prepare. A module whose needs take unlike times tells of each as it comes, so that a
  /// playbook begins while what others read is still on its way. Who never tells is as good: the
  /// answer is the same.
  virtual Task<std::vector<Status>> PrepareAndTell(std::vector<Need> needs, NeedKnown,
                                                   Limits limits) {
    return Prepare(std::move(needs), std::move(limits));
  }

  virtual Task<Result<lua::Answer>> Call(std::string function, Value arguments, Limits limits) = 0;
};

}  // namespace upkeep::checks

#endif  // UPKEEP_CHECKS_MODEL_HOST_MODULE_H_
