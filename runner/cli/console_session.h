// SPDX-License-Identifier: Apache-2.0
//
// A session of `upkeep console`: lines come in, chunks are run, what they give goes out, and lines
// that begin with a dot are about the session itself.
//
// THREADS: main only.

#ifndef UPKEEP_RUNNER_CLI_CONSOLE_SESSION_H_
#define UPKEEP_RUNNER_CLI_CONSOLE_SESSION_H_

#include <functional>
#include <memory>
#include <string>

#include "base/io/reactor.h"
#include "runner/authoring/console.h"
#include "runner/cli/command.h"
#include "runner/cli/interrupts.h"
#include "runner/cli/line_source.h"

namespace upkeep::cli {

class ConsoleSession {
 public:
  using Opener = std::function<Result<std::unique_ptr<authoring::Console>>()>;

  /// `console` is the one to begin with, `reopen` makes another for .reload. `terminal`: somebody
  /// types. All references outlive it.
  ConsoleSession(const Invocation& invocation, io::Reactor& reactor, Interrupts& interrupts, bool terminal,
                 std::unique_ptr<authoring::Console> console, Opener reopen);

  /// Until the lines end. 0; 1 when a chunk failed that nobody typed; 128 and the number of the
  /// signal that ended it.
  int Run(LineSource& lines);

  /// What Tab may make of `word`.
  std::vector<std::string> Complete(std::string_view word) { return console_->Complete(word); }

 private:
  enum class Next { kGoOn, kLeave };
  Next Take(const LineRead& read);
  Next TakeLine(const std::string& text);
  Next Obey(const std::string& command);
  void Help() const;
  void Reload();
  void RunChunk();
  void Fail(const Status& status);

  const Invocation& invocation_;
  io::Reactor& reactor_;
  Interrupts& interrupts_;
  const bool terminal_;
  std::unique_ptr<authoring::Console> console_;
  const Opener reopen_;
  std::string chunk_;
  int line_ = 0, first_line_ = 0;          ///< Counted over all that was read, for messages.
  bool failed_ = false;
};

}  // namespace upkeep::cli

#endif  // UPKEEP_RUNNER_CLI_CONSOLE_SESSION_H_
