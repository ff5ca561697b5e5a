// SPDX-License-Identifier: Apache-2.0
//
// The host of a console: what a live run would let through, and a note of what was needed. Without
// a playbook every need that only reads counts as declared. Each line looks anew: its first call
// makes the modules again, with the credentials of that moment, and no list of an earlier line is
// answered.
//
// THREADS: as the reactor.

#ifndef UPKEEP_RUNNER_AUTHORING_CONSOLE_HOST_H_
#define UPKEEP_RUNNER_AUTHORING_CONSOLE_HOST_H_

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/io/turnstile.h"
#include "base/lua/host.h"
#include "checks/model/need.h"
#include "checks/targets/inventory.h"
#include "runner/run/catalog.h"
#include "runner/run/executor.h"
#include "runner/run/hosts.h"
#include "runner/run/look.h"

namespace upkeep::authoring {

class ConsoleHost final : public lua::Host {
 public:
  /// All outlive the host; `playbook` may be null.
  ConsoleHost(io::Reactor& reactor, const Clock& clock, run::ModuleMaker maker, const checks::Target& target,
              const run::Playbook* playbook, run::Past past);

  /// Makes the modules for the first time: what is wrong with the target's files is said here.
  Task<Status> Open(Limits limits);
  /// Names of the target's modules.
  std::vector<std::string> ModuleNames() const;
  /// From here on calls belong to a new line.
  void BeginLine() { looked_ = false; }

  std::vector<std::string> Functions(std::string_view module) const override;
  /// Beside the modules of the target: console.check(params), see lua::PromptOptions. It has the
  /// modules prepare as a run does.
  Task<Result<lua::Answer>> Call(std::string module, std::string function, Value arguments,
                                 Limits limits) override;
  Task<void> GiveWay() override { return live_.GiveWay(); }

  /// Why the newest check did not run: a need that the target does not grant.
  const Status& stopped() const { return stopped_; }

  struct Used {
    checks::Need need;
    std::set<std::string> asked;      ///< Keys of lua::Prompt::read() of the calls that needed it.
  };
  /// What calls needed so far, by Need::ToString(); also where the target refused.
  const std::map<std::string, Used>& used() const { return used_; }

 private:
  Task<Status> LookAnew(Limits limits);
  Task<void> Prepare(Limits limits);
  Task<Result<lua::Answer>> BeginCheck(Value arguments, Limits limits);
  void Note(std::string_view module, std::string_view function, const Value& arguments);

  io::Reactor& reactor_;
  const run::ModuleMaker maker_;
  const checks::Target& target_;
  const run::Playbook* const playbook_;
  checks::Head free_head_;            ///< Without a playbook: the needs that were used.
  run::Look look_;
  run::LiveHost live_;
  io::Turnstile turnstile_;
  bool looked_ = false;
  Status stopped_;
  std::map<std::string, Used> used_;
};

}  // namespace upkeep::authoring

#endif  // UPKEEP_RUNNER_AUTHORING_CONSOLE_HOST_H_
