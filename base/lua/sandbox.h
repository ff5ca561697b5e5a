// SPDX-License-Identifier: Apache-2.0
//
// A Sandbox runs one playbook in its own Lua 5.4 state under a Budget. Nothing is shared between
// sandboxes: destroying one frees every byte that its playbook allocated, and no playbook can
// alter what another one sees.
//
// A playbook is trusted to be honest, not to be correct. It may loop, allocate or raise; it may
// not reach files, processes, the debug library, bytecode, finalizers or the host's clock.
//
// Host calls look blocking to the author: the Lua coroutine yields, the Host's task runs on the
// reactor, and the coroutine goes on with its answer. upkeep.each(list, {at_once = n}, fn) runs
// several of them side by side inside one sandbox.
//
// THREADS: confined to the thread of the tasks that it awaits.

#ifndef UPKEEP_BASE_LUA_SANDBOX_H_
#define UPKEEP_BASE_LUA_SANDBOX_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/lua/host.h"
#include "base/status.h"
#include "base/task.h"
#include "base/value.h"

namespace upkeep::lua {

/// What one run may spend. Waiting is not counted here; the run's deadline covers it.
struct Budget {
  std::size_t memory_bytes = std::size_t{32} << 20;
  std::chrono::milliseconds cpu{2000};     ///< Thread CPU time, not wall time.
  std::chrono::milliseconds turn{20};      ///< CPU time at a stretch, before Host::GiveWay.
  int instructions_per_look = 10'000;      ///< Time is looked at at least this often.
};

/// A module of the playbook's own pack.
struct ModuleSource {
  std::string path;                        ///< What error messages call it.
  std::string text;
};
/// The module NAME of require "lib.NAME"; kNotFound when the pack has none. Called on the sandbox's
/// thread; what it refers to outlives the sandbox.
using ModuleReader = std::function<Result<ModuleSource>(const std::string& name)>;

struct SandboxOptions {
  Budget budget;
  std::uint64_t seed = 0;                  ///< Of math.random; stored with the run.
  const Clock* clock = nullptr;            ///< What upkeep.now() shows. Required; outlives the sandbox.
  Host* host = nullptr;                    ///< Null: no host module exists (validate). Outlives it.
  ModuleReader read_module;                ///< Answers require "lib.NAME"; empty: there are no modules.
};

class Sandbox {
 public:
  static Result<std::unique_ptr<Sandbox>> Create(SandboxOptions options);
  ~Sandbox();
  Sandbox(const Sandbox&) = delete;
  Sandbox& operator=(const Sandbox&) = delete;

  /// Compiles and runs the file's chunk, which must return one table (the playbook). Text only:
  /// bytecode is kInvalid. `name` is what error messages call the file. No host call may happen
  /// while loading. Syntax errors carry file:line and the line's text.
  Status Load(std::string_view source, std::string_view name);

  /// The playbook's data: every field whose value is not a function, at every depth, with
  /// {"$function": line} where a function stands, so that a reader knows which exist and where.
  Result<Value> Head() const;

  /// Calls the function at `path` ("check", "remedies.restart.plan") with `arguments`. A table
  /// argument {"$run": {...}} arrives as the run object, whose methods record through `recorder`.
  /// Ends ok with the function's first result ({"$results": [null, why, ...]} when that is nil and
  /// a second one is not: a refusal), or with:
  ///   kError (it raised; message has file:line), kBudget (memory or CPU), kTimeout/kCancelled,
  ///   or the code of the host error that it did not catch.
  /// What was recorded before the end stays recorded. One call at a time. After kBudget, kTimeout
  /// by the limits and kCancelled the state is closed, and later calls end the same way. The host
  /// ends its calls when their limits do. The sandbox must outlive the task; destroying the task
  /// half way closes the state.
  Task<Result<Value>> Call(std::string path, std::vector<Value> arguments, Limits limits);

  /// Tells `on_line` of every line that runs from the next Call on: the file's name, the line of the
  /// same function call that ran before it (0: it is the first) and its own number, which is 0 when
  /// the function returns. A line of a loop is told each time, so this is for tests, not for runs.
  void WatchLines(std::function<void(std::string_view file, int before, int line)> on_line);

  /// Records of run:result, run:metric, run:log, run:coverage … in order of the calls, as
  /// {"kind": "result" | "metric" | "log" | "coverage", "line": n, ...the table's fields}.
  /// Empties the list.
  std::vector<Value> TakeRecords();

  /// Bytes held now, in whole pages; never more than Budget::memory_bytes.
  std::size_t memory_used() const;
  /// Thread CPU time spent so far.
  std::chrono::microseconds cpu_used() const;
  /// What it waits for: "kubernetes.list pods"; empty while running or done.
  std::string waiting_for() const;
  /// How long it has waited for the first of those; 0 while running or done.
  std::chrono::microseconds waiting_time() const;

 private:
  struct Impl;
  explicit Sandbox(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace upkeep::lua

#endif  // UPKEEP_BASE_LUA_SANDBOX_H_
