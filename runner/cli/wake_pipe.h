// SPDX-License-Identifier: Apache-2.0
//
// What a signal handler may touch: counts, and a pipe that wakes who waits. The pipe is made once and
// stays until the process ends, since a handler that runs on another thread may still be about to
// write when nobody listens any more.
//
// THREADS: Tell() from any signal handler; the others main only.

#ifndef UPKEEP_RUNNER_CLI_WAKE_PIPE_H_
#define UPKEEP_RUNNER_CLI_WAKE_PIPE_H_

#include <atomic>

namespace upkeep::cli {

class WakePipe {
 public:
  /// That of the process; made when it is first asked for.
  static WakePipe& OfProcess();

  /// Makes the pipe where there is none yet; what was told before wakes nobody now. False without a pipe.
  bool Begin();
  /// Counts the signal and wakes; returns how many there were since Begin().
  int Tell(int signal);
  /// Readable from the first signal on.
  int descriptor() const { return ends_[0]; }
  /// The first one since Forget(); 0 for none. A command may listen several times and ends with it.
  int first() const { return first_; }
  void Forget() { first_ = 0; }

 private:
  WakePipe() = default;

  std::atomic<int> ends_[2] = {-1, -1};
  std::atomic<int> seen_ = 0, first_ = 0;
  static_assert(std::atomic<int>::is_always_lock_free);
};

}  // namespace upkeep::cli

#endif  // UPKEEP_RUNNER_CLI_WAKE_PIPE_H_
