// SPDX-License-Identifier: Apache-2.0
//
// The hosts that a sandbox may be given. A live run enforces the head's needs and asks the
// target's modules; recording writes down what was asked and answered; replaying answers from
// a case and reaches nothing.
//
// THREADS: as the reactor of the run.

#ifndef UPKEEP_RUNNER_RUN_HOSTS_H_
#define UPKEEP_RUNNER_RUN_HOSTS_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/io/reactor.h"
#include "base/lua/host.h"
#include "base/text.h"
#include "checks/model/head.h"
#include "checks/model/host_module.h"

namespace upkeep::run {

/// The modules of one target, for one run; they may be shared by several playbooks.
using Modules = std::vector<std::unique_ptr<checks::HostModule>>;

/// The newest figure of `metric` about `subject` that the playbook recorded on the target at or
/// before `until`: {value, unit, at}, or null. Absent where nothing is remembered.
using Past = std::function<Result<Value>(const std::string& metric, const std::string& subject,
                                         Instant until)>;

/// Lets through only what the head's needs name, and the playbook's own past.
class LiveHost final : public lua::Host {
 public:
  /// All but `past` must outlive the host. `reactor` is the one that runs the sandbox.
  LiveHost(const checks::Head& head, const Modules& modules, io::Reactor& reactor,
           const Clock& clock, Past past)
      : head_(head), modules_(modules), reactor_(reactor), clock_(clock), past_(std::move(past)) {}

  std::vector<std::string> Functions(std::string_view module) const override;
  Task<Result<lua::Answer>> Call(std::string module, std::string function, Value arguments,
                                 Limits limits) override;
  /// kUndeclared.
  Status Refused() const override { return refused_; }
  /// Until the reactor has looked at everything else that waits.
  Task<void> GiveWay() override;

 private:
  const checks::HostModule* Module(std::string_view name) const;
  Result<lua::Answer> Previous(const Value& arguments) const;
  const checks::Head& head_;
  const Modules& modules_;
  io::Reactor& reactor_;
  const Clock& clock_;
  const Past past_;
  Status refused_;
};

/// One call as a case file holds it.
struct RecordedCall {
  std::string call;                  ///< "kubernetes.list"
  Value arguments;
  Value answer;                      ///< When it worked,
  bool documents = false;            ///< (and whether it was a list of documents)
  std::string reason, message;       ///< when it did not.
  Value ToValue() const;
};

/// Passes calls on to `inner` and keeps what was said, with secrets removed.
class RecordingHost final : public lua::Host {
 public:
  /// Both must outlive the host.
  RecordingHost(lua::Host& inner, const Redactor& redactor) : inner_(inner), redactor_(redactor) {}

  std::vector<std::string> Functions(std::string_view module) const override {
    return inner_.Functions(module);
  }
  Task<Result<lua::Answer>> Call(std::string module, std::string function, Value arguments,
                                 Limits limits) override;
  Status Refused() const override { return inner_.Refused(); }
  Task<void> GiveWay() override { return inner_.GiveWay(); }
  const std::vector<RecordedCall>& calls() const { return calls_; }

 private:
  lua::Host& inner_;
  const Redactor& redactor_;
  std::vector<RecordedCall> calls_;
};

/// Answers from recorded calls, each used once for each time it was recorded.
class ReplayHost final : public lua::Host {
 public:
  /// `head` must outlive the host. `calls` is a case's list.
  ReplayHost(const checks::Head& head, std::vector<RecordedCall> calls);

  std::vector<std::string> Functions(std::string_view module) const override;
  Task<Result<lua::Answer>> Call(std::string module, std::string function, Value arguments,
                                 Limits limits) override;

  /// As the recording had it.
  Status Refused() const override { return refused_; }

  /// Calls that no recorded one matched, and recorded ones that nobody made; a sentence each.
  std::vector<std::string> Mismatches() const;

 private:
  const checks::Head& head_;
  std::vector<RecordedCall> calls_;
  std::vector<bool> used_;
  std::vector<std::string> unmatched_;
  Status refused_;
};

}  // namespace upkeep::run

#endif  // UPKEEP_RUNNER_RUN_HOSTS_H_
