// SPDX-License-Identifier: Apache-2.0
//
// While an Interrupts lives, Ctrl-C and SIGTERM are told instead of ending the process, so that a
// session can cancel what runs and go on. The third Ctrl-C during one piece of work, and the second
// SIGTERM, end the process at once: whoever sends them has waited long enough.
//
// THREADS: main only; one at a time.

#ifndef UPKEEP_RUNNER_CLI_INTERRUPTS_H_
#define UPKEEP_RUNNER_CLI_INTERRUPTS_H_

#include <csignal>
#include <memory>

#include "base/status.h"

namespace upkeep::cli {

class Interrupts {
 public:
  /// kInternal where the system has no pipe left.
  static Result<std::unique_ptr<Interrupts>> Create();
  ~Interrupts();
  Interrupts(const Interrupts&) = delete;
  Interrupts& operator=(const Interrupts&) = delete;

  /// Can be read from once a signal came, until the next BeginWork().
  int descriptor() const;
  /// Forgets Ctrl-C so far: a new piece of work begins.
  void BeginWork();
  /// Whether Ctrl-C came since then.
  bool interrupted() const;
  /// Whether SIGTERM came, ever.
  bool terminated() const;

 private:
  Interrupts() = default;
  struct sigaction old_interrupt_ {}, old_terminate_ {};
};

}  // namespace upkeep::cli

#endif  // UPKEEP_RUNNER_CLI_INTERRUPTS_H_
