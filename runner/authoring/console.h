// SPDX-License-Identifier: Apache-2.0
//
// A Console is what `upkeep console` talks to: Lua, chunk by chunk, against one live target, in the
// sandbox of a check and under the same reading identity. Nothing is stored and nothing can be
// changed there. How lines come in and go out is not its business (runner/cli).
//
// THREADS: as the reactor.

#ifndef UPKEEP_RUNNER_AUTHORING_CONSOLE_H_
#define UPKEEP_RUNNER_AUTHORING_CONSOLE_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/io/reactor.h"
#include "base/lua/sandbox.h"
#include "base/status.h"
#include "base/task.h"
#include "base/text.h"
#include "checks/targets/inventory.h"
#include "runner/run/catalog.h"
#include "runner/run/executor.h"
#include "runner/run/hosts.h"

namespace upkeep::authoring {

/// What is given by reference or pointer outlives the console.
struct ConsoleOptions {
  io::Reactor* reactor = nullptr;
  const Clock* clock = nullptr;
  const Redactor* redactor = nullptr;
  run::ModuleMaker maker;                  ///< Under the reading identity.
  const checks::Target* target = nullptr;
  const run::Playbook* playbook = nullptr; ///< Null: none, and every need that only reads may be used.
  Value params = Value::object();          ///< Given ones; defaults fill the rest.
  run::Past past;                          ///< Answers run:previous.
  lua::Budget budget;                      ///< Memory for all chunks, processor time for each.
  std::chrono::microseconds deadline{std::chrono::minutes(2)};  ///< Of each chunk.
  std::uint64_t seed = 0;
  std::string name = "prompt";             ///< What errors call the chunks.
  std::string language = "en";             ///< Of what is written, "ko" or "en".
};

struct ConsoleAnswer {
  Status status;                           ///< What was wrong with the chunk, for a person.
  std::string text;                        ///< What it gave, in lines; also that of a chunk that failed.
};

class Console {
 public:
  /// kConfig and its kin where the target's files are wrong; kInvalid for the playbook or its
  /// parameters. An unreachable target is told by the first call.
  static Task<Result<std::unique_ptr<Console>>> Open(ConsoleOptions options, Limits limits);
  ~Console();
  Console(const Console&) = delete;
  Console& operator=(const Console&) = delete;

  /// Whether more lines must follow `chunk`.
  bool IsUnfinished(std::string_view chunk);
  /// `line` is the number of its first line. Cancelling `limits` ends the chunk alone.
  Task<ConsoleAnswer> Run(std::string chunk, int line, Limits limits);
  /// What a half-typed name may become.
  std::vector<std::string> Complete(std::string_view word);

  /// The needs that were used so far, as a head declares them; "" without any.
  std::string Needs() const;
  /// What a playbook sees of the target, as JSON.
  std::string Target() const;

 private:
  struct Impl;
  explicit Console(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace upkeep::authoring

#endif  // UPKEEP_RUNNER_AUTHORING_CONSOLE_H_
