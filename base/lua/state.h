// SPDX-License-Identifier: Apache-2.0
//
// State is one Lua state with all that belongs to it: its meter, the views of documents, the
// records of the run, and the coroutines (fibers) that run in it.
//
// The rules of code that touches Lua here (Lua is the C build: an error is a longjmp):
//  - A function that Lua calls keeps no C++ object with a destructor alive across a Lua call
//    that can raise or yield. C++ work stands in a noexcept helper that raises nothing.
//  - Outside of a resumed fiber, whatever can raise (all that allocates) runs through Protect().
//  - Values of the playbook are read by functions that never raise and run no metamethod.
//
// THREADS: as its Sandbox.

#ifndef UPKEEP_BASE_LUA_STATE_H_
#define UPKEEP_BASE_LUA_STATE_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <lua.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/lua/documents.h"
#include "base/lua/meter.h"
#include "base/lua/sandbox.h"

namespace upkeep::lua {

/// One coroutine of the playbook and what it waits for. The C function that yields fills it in.
struct Fiber {
  enum class Wait { kNothing, kHostCall, kEach };

  lua_State* thread = nullptr;
  int ref = LUA_NOREF;                    ///< Keeps the thread alive in the registry.
  int depth = 0;                          ///< How many upkeep.each stand around it.
  Wait wait = Wait::kNothing;

  std::string module, function;           ///< kHostCall: what to call …
  Value arguments;
  std::size_t argument_bytes = 0;         ///< About how large they are.
  std::chrono::steady_clock::time_point since;   ///< When the call began.
  std::optional<Result<Answer>> answer;   ///< … and what it gave;
  Status failed;                          ///< its status, when it is not ok.
  int results = 0;                        ///< Of a fiber that is done: values on its stack.

  int each_job = LUA_NOREF;               ///< kEach: {items, function} in the registry,
  std::size_t each_count = 0, each_at_once = 1;
  lua_State* each_failed = nullptr;       ///< the thread on whose top the first error stands,
  int each_failed_ref = LUA_NOREF;        ///< and its anchor.
};

/// What a resumed fiber did.
enum class Step { kDone, kRaised, kWaits, kGivesWay, kStopped };

class State {
 public:
  /// With `keeps_documents` those of one call are there in the next ones, for a prompt.
  static Result<std::unique_ptr<State>> Create(SandboxOptions options, bool keeps_documents = false);
  ~State();
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  static State& From(lua_State* L) { return **static_cast<State**>(lua_getextraspace(L)); }

  /// The main thread: nothing of the playbook runs on it. Null once closed.
  lua_State* main() const { return main_; }
  bool closed() const { return main_ == nullptr; }
  void Close();

  /// Calls `function` with the light userdata `argument` on the main thread.
  Status Protect(lua_CFunction function, void* argument);

  /// A thread for `fiber`, or the reason that there is none (memory).
  Status NewThread(Fiber& fiber);
  /// Lets the fiber's thread and references go. Never raises; fine when closed.
  void Release(Fiber& fiber);
  Step Resume(Fiber& fiber, int arguments);

  /// Ends the run: no fiber is resumed any more, and waits end. The first reason stands.
  void Stop(Status reason);
  const std::optional<Status>& stopped() const { return stopped_; }
  /// A stopped run is over and its fibers are gone: what is called next has a processor budget of
  /// its own. Memory stays taken.
  void Renew();

  Meter& meter() { return meter_; }
  DocumentViews& documents() { return documents_; }
  const SandboxOptions& options() const { return options_; }

  /// From here on records count anew. Taking them in between does not make room for more.
  void BeginRecords() { record_bytes_ = 0; }
  /// Appends a record; false when records took more than the memory budget.
  bool AddRecord(Value record, std::size_t bytes);
  std::vector<Value> TakeRecords();

  /// Takes the next short text for a Lua error out of C++ code.
  void SetProblem(std::string problem) { problem_ = std::move(problem); }
  const std::string& problem() const { return problem_; }

  Fiber* current = nullptr;               ///< The one being resumed.
  std::size_t waiting_bytes = 0;          ///< Of the arguments of all that wait.
  std::vector<const Fiber*> waiting;      ///< In the order in which they began to wait.
  CancelSource* cancel = nullptr;         ///< Ends the waits of the call in progress.
  bool loading = false;                   ///< The file's chunk runs: no host call now.
  std::string file;                       ///< What messages call the playbook.
  int playbook = LUA_NOREF;
  std::string library_source;             ///< Of the module being required.

  /// Identities of metatables, for looks that may not raise.
  const void* list_meta = nullptr;
  const void* node_meta = nullptr;
  const void* array_meta = nullptr;

 private:
  explicit State(SandboxOptions options);

  const SandboxOptions options_;
  Meter meter_;
  DocumentViews documents_;
  lua_State* main_ = nullptr;
  std::optional<Status> stopped_;
  std::vector<Value> records_;
  std::size_t record_bytes_ = 0;
  std::string problem_;
};

/// What marks a yield as ours.
extern const char kYieldMark;
/// The JSON null, as light userdata.
extern const char kNullMark;

/// Opens what a playbook may use and runs the embedded library. A lua_CFunction for Protect().
int OpenEnvironment(lua_State* L);

/// Keys of the registry, by address.
namespace registry {
extern const char kErrorMeta, kArrayMeta, kListMeta, kNodeMeta, kNewRun, kRequireCache;
}

}  // namespace upkeep::lua

#endif  // UPKEEP_BASE_LUA_STATE_H_
