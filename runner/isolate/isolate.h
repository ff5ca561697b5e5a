// SPDX-License-Identifier: Apache-2.0
//
// Runs a playbook in a process of its own, for playbooks from outside the team. The process starts
// empty, takes every right away from itself, and only then reads the playbook: it can compute, and ask
// this process over a socket. Host calls are made here, with the same needs, deadlines and cancellation
// as for a playbook that runs in this process, and their answers are the same; no secret reaches it.
//
// A lua::Sandbox keeps a playbook within its budget; the process is for what would get out of the
// sandbox through a fault of Lua or of ours.
//
// THREADS: as the reactor.

#ifndef UPKEEP_RUNNER_ISOLATE_ISOLATE_H_
#define UPKEEP_RUNNER_ISOLATE_ISOLATE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/io/reactor.h"
#include "base/lua/host.h"
#include "base/lua/sandbox.h"
#include "base/status.h"
#include "base/task.h"
#include "base/value.h"
#include "runner/isolate/activity.h"

namespace upkeep::isolate {

struct Request {
  std::string source, file;            ///< As for lua::Sandbox::Load.
  std::string function;                ///< As for lua::Sandbox::Call; "": the answer is the head.
  std::vector<Value> arguments;
  lua::Budget budget;
  std::uint64_t seed = 0;
  const Clock* clock = nullptr;        ///< Required.
  lua::Host* host = nullptr;           ///< Null: no host module exists.
  lua::ModuleReader read_module;
};

struct Ended {
  /// As of lua::Sandbox::Load, Head and Call; and where the process did not last: kError for a
  /// forbidden system call, a crash or what is no message, kBudget for the kernel's limits of
  /// memory and processor, kTimeout and kCancelled when it did not stop, kInternal when it could
  /// not be started or confined.
  Result<Value> returned;
  std::vector<Value> records;          ///< As of TakeRecords; those before the end are kept.
};

/// The process has ended when the task has, also when the task is destroyed half way. What the request
/// points at, `reactor` and `activity` outlive the task.
Task<Ended> Run(io::Reactor& reactor, Request request, Limits limits, Activity& activity);

/// The head of a playbook file, as Load and Head of a sandbox without a host. Waits in a loop of its
/// own, at most `at_most`, which no file takes that is not meant to.
Result<Value> ReadHead(const std::string& source, const std::string& file, const lua::ModuleReader& read_module,
                       std::chrono::milliseconds at_most = std::chrono::seconds(10));

}  // namespace upkeep::isolate

#endif  // UPKEEP_RUNNER_ISOLATE_ISOLATE_H_
