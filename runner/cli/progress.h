// SPDX-License-Identifier: Apache-2.0
//
// Live progress of a run on a terminal: one line that says what runs and for how long, and a
// line for each playbook that found something. Elsewhere nothing is written.
//
// THREADS: the reactor's.

#ifndef UPKEEP_RUNNER_CLI_PROGRESS_H_
#define UPKEEP_RUNNER_CLI_PROGRESS_H_

#include <chrono>
#include <ostream>
#include <set>
#include <string>

#include "base/cancel.h"
#include "base/io/reactor.h"
#include "base/task.h"
#include "runner/run/executor.h"

namespace upkeep::cli {

class ProgressDisplay {
 public:
  /// `err` must outlive the display. `live`: it is a terminal.
  ProgressDisplay(std::ostream& err, bool live, std::size_t total, std::string language);

  /// Callbacks for the executor; the display must outlive the run.
  run::Progress progress();
  /// Draws the line each second until `stop`: time passes also while nothing is heard from a target.
  /// The display and `reactor` must outlive the task.
  Task<void> KeepDrawing(io::Reactor& reactor, CancelToken stop);
  /// Takes the live line away.
  void Finish();

 private:
  void Draw();
  std::ostream& err_;
  bool live_;
  std::size_t total_, done_ = 0;
  std::string language_;
  std::set<std::string> running_;
  std::chrono::steady_clock::time_point started_;
};

}  // namespace upkeep::cli

#endif  // UPKEEP_RUNNER_CLI_PROGRESS_H_
