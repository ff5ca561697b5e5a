// SPDX-License-Identifier: Apache-2.0
//
// Recorded cases: what a playbook asked and was answered on a real server, and what it is
// expected to say. Testing one replays the answers with a frozen clock and without a network.
// docs/playbook-format.md has the file's format.
//
// THREADS: as the reactor that replays.

#ifndef UPKEEP_RUNNER_RUN_CASE_H_
#define UPKEEP_RUNNER_RUN_CASE_H_

#include <functional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/io/reactor.h"
#include "base/status.h"
#include "base/value.h"
#include "checks/targets/inventory.h"
#include "runner/run/executor.h"
#include "runner/run/hosts.h"

namespace upkeep::run {

/// What a case changes of another one in its file, whose answers it takes over otherwise.
struct CaseVariant {
  std::string from;                    ///< The name of the recorded case; "" for a recorded one.
  bool own_now = false, own_params = false;
  Value changes = Value::object();     ///< Pointer ("/calls/0/answer/used") to what stands there instead.
};

struct Case {
  std::string name;
  CaseVariant variant;
  Instant now{};
  Value target;                        ///< As run.target.
  Value params = Value::object();
  std::vector<RecordedCall> calls;
  Value expect;                        ///< {"results": […], "metrics": […]}; parts of each.
};

struct CaseFile {
  std::string path, playbook;
  SourcePlace playbook_place;   ///< Of what was read.
  std::vector<Case> cases;
};

/// "kubernetes/nodes.case.json" beside "kubernetes/nodes.lua".
std::string CasePathOf(const Playbook& playbook);

Status WriteCaseFile(const CaseFile& file);

/// The case of an outcome that was just observed: everything it said is expected again.
Case MakeCase(const std::string& name, const checks::Target& target, const Value& params,
              const PairOutcome& pair, Instant now);

/// Told of the sandbox before the check is called, and of null when it has ended.
using OnSandbox = std::function<void(lua::Sandbox*)>;

/// What the playbook says when the case's answers are replayed. What was asked otherwise than the
/// case has it stands in `mismatches`. `reactor` and `playbook` outlive the call.
checks::PlaybookOutcome ReplayCase(io::Reactor& reactor, const Playbook& playbook, const Case& test_case,
                                   std::vector<std::string>& mismatches, OnSandbox on_sandbox = {});

/// One thing that went otherwise than the case expects.
struct Difference {
  std::string text;
  std::string path;   ///< Of what is expected, in the case: "expect/results/2"; "" where nothing is.
};

struct CaseVerdict {
  std::string name;
  std::vector<Difference> differences;   ///< Empty: all is as expected.
  checks::PlaybookOutcome outcome;
};

/// Replays one case. `reactor` and `playbook` outlive the call.
CaseVerdict TestCase(io::Reactor& reactor, const Playbook& playbook, const Case& test_case,
                     OnSandbox on_sandbox = {});

}  // namespace upkeep::run

#endif  // UPKEEP_RUNNER_RUN_CASE_H_
