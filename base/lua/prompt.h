// SPDX-License-Identifier: Apache-2.0
//
// A Prompt runs one chunk of Lua after another in the sandbox of a playbook: what a chunk may do,
// and what ends it, is what sandbox.h says. Beyond that
//  - variables that a chunk sets stay, also those that are local to all of the chunk;
//  - each chunk has a processor budget and a deadline of its own; memory is counted for all;
//  - documents stay as long as a variable holds them, and which of their fields are read is noted;
//  - a chunk that is stopped, whatever by, takes nothing else with it.
//
// THREADS: confined to the thread of the tasks that it awaits.

#ifndef UPKEEP_BASE_LUA_PROMPT_H_
#define UPKEEP_BASE_LUA_PROMPT_H_

#include <cstddef>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/cancel.h"
#include "base/lua/sandbox.h"
#include "base/lua/shown.h"
#include "base/status.h"
#include "base/task.h"
#include "base/value.h"

namespace upkeep::lua {

struct PromptOptions {
  SandboxOptions sandbox;
  std::string name = "prompt";             ///< What error messages call the chunks.
  std::vector<std::string> modules;        ///< Of the host: each is a variable from the start.
  Value target;                            ///< run.target
  /// The text and the name of a playbook's file; empty: there is none. With it `params` and `check`
  /// are variables. check(params?) asks the host console.check(params), which answers
  /// {params = resolved, runs = boolean}, and its records stand between the marks
  /// {"kind": "check"} and {"kind": "checked"}; the latter is missing where it did not end by itself.
  std::string source, file;
  Value params = Value::object();
};

/// How one chunk ended.
struct PromptAnswer {
  Status status;                           ///< As Sandbox::Call(); kInvalid where it does not compile.
  std::vector<Shown> values;               ///< Of an expression.
  std::vector<Value> records;              ///< As Sandbox::TakeRecords(), also of a chunk that failed.
};

class Prompt {
 public:
  /// Loads the playbook as Sandbox::Load() does.
  static Result<std::unique_ptr<Prompt>> Create(PromptOptions options);
  ~Prompt();
  Prompt(const Prompt&) = delete;
  Prompt& operator=(const Prompt&) = delete;

  /// Whether `chunk` is the beginning of one: more lines must come.
  bool IsUnfinished(std::string_view chunk);

  /// Runs an expression or statements. `line` is the number of the chunk's first line for messages.
  /// One at a time. The prompt must outlive the task; destroying the task half way closes the state,
  /// and later chunks end with kInternal.
  Task<PromptAnswer> Run(std::string chunk, int line, Limits limits);

  /// What `word` ("kubernetes.li") may become: whole words, sorted, at most 200.
  std::vector<std::string> Complete(std::string_view word);

  /// The fields that were read of documents that declare none, by "module:function:first argument".
  const std::map<std::string, std::set<std::string>>& read() const;
  /// Bytes held now.
  std::size_t memory_used() const;

 private:
  struct Impl;
  explicit Prompt(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace upkeep::lua

#endif  // UPKEEP_BASE_LUA_PROMPT_H_
