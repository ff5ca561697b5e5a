// SPDX-License-Identifier: Apache-2.0
//
// AskHost is the lua::Host of a playbook's process: whatever the playbook asks for, it asks upkeep.
// What upkeep answers at once is answered at once here, too, so that the items of upkeep.each take
// the same turns as in upkeep's own process.
//
// THREADS: the process has one. Private to runner/isolate.

#ifndef UPKEEP_RUNNER_ISOLATE_ASK_HOST_H_
#define UPKEEP_RUNNER_ISOLATE_ASK_HOST_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/lua/host.h"
#include "base/lua/sandbox.h"
#include "runner/isolate/child_link.h"

namespace upkeep::isolate {

class AskHost final : public lua::Host {
 public:
  /// Both must outlive it. `clock` is set to what upkeep says with each answer.
  AskHost(ChildLink& link, FakeClock& clock);
  ~AskHost() override;

  std::vector<std::string> Functions(std::string_view module) const override;
  Task<Result<lua::Answer>> Call(std::string module, std::string function, Value arguments,
                                 Limits limits) override;
  Task<void> GiveWay() override;

  /// For require "lib.NAME".
  Result<lua::ModuleSource> ReadModule(const std::string& name);

  /// Whose records are sent with each call, so that they are kept when the process does not live to
  /// its end. Must outlive the host.
  void set_sandbox(lua::Sandbox* sandbox);
  void SendRecords();

  /// Cancelled when upkeep says so.
  CancelToken cancel() const;

  /// Runs `task` to its end, taking what it waits for from the link.
  Result<Value> Drive(Task<Result<Value>> task);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace upkeep::isolate

#endif  // UPKEEP_RUNNER_ISOLATE_ASK_HOST_H_
