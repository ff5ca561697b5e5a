// SPDX-License-Identifier: Apache-2.0
//
// Runs a program without a shell and takes its output: how `exec:` secrets are read, and plugins run.
//
// THREADS: as the reactor.

#ifndef UPKEEP_CHECKS_TARGETS_COMMAND_H_
#define UPKEEP_CHECKS_TARGETS_COMMAND_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/io/reactor.h"
#include "base/status.h"
#include "base/task.h"

namespace upkeep::checks {

struct Command {
  std::vector<std::string> arguments;        ///< The program first; found by PATH when it has no slash.
  std::size_t max_output = std::size_t{64} << 10;
  /// Of what it says on its standard error so many bytes are kept; 0: none, for it may hold secrets.
  std::size_t max_messages = 0;
  /// NAME=VALUE each; absent: that of this process.
  std::optional<std::vector<std::string>> environment = std::nullopt;
};

/// How a program ended by itself.
struct Ended {
  int exit = -1;                             ///< Its exit status; -1 when a signal ended it,
  int signal = 0;                            ///< which was this one.
  std::string output;                        ///< Its standard output.
  std::string messages;                      ///< The beginning of its standard error, where it is kept.
};

/// Starts the program in a process group of its own, with nothing to read, and says how it ended. When the wait ends, the whole group
/// is killed. kConfig when it can't be started, kTruncated over max_output, kTimeout, kCancelled.
/// Messages name the program only. `reactor` must outlive the task.
Task<Result<Ended>> RunToEnd(io::Reactor& reactor, Command command, Limits limits);

/// RunToEnd() of a program that must work: its standard output, or kError when it exits with
/// another status than 0.
Task<Result<std::string>> RunCommand(io::Reactor& reactor, Command command, Limits limits);

}  // namespace upkeep::checks

#endif  // UPKEEP_CHECKS_TARGETS_COMMAND_H_
