// SPDX-License-Identifier: Apache-2.0
#include "runner/cli/wake_pipe.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace upkeep::cli {

WakePipe& WakePipe::OfProcess() {
  static WakePipe pipe;   // Trivially destroyed: it is there for a signal at the very end, too.
  return pipe;
}

bool WakePipe::Begin() {
  if (ends_[0] < 0) {
    int made[2];
    if (pipe2(made, O_CLOEXEC | O_NONBLOCK) != 0) return false;
    ends_[0] = made[0];
    ends_[1] = made[1];
  }
  seen_ = 0;
  char bytes[16];
  while (read(ends_[0], bytes, sizeof bytes) > 0) {
  }
  return true;
}

int WakePipe::Tell(int signal) {
  const int before = errno;
  const int count = ++seen_;
  int none = 0;
  first_.compare_exchange_strong(none, signal);
  const char byte = 1;
  [[maybe_unused]] const ssize_t written = write(ends_[1], &byte, 1);   // Full is readable, too.
  errno = before;
  return count;
}

}  // namespace upkeep::cli
