// SPDX-License-Identifier: Apache-2.0
#include "runner/daemon/signals.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>

namespace upkeep::daemon {
namespace {

// What a signal handler may touch, and whoever wakes the daemon from another thread.
std::atomic<int> read_end{-1}, write_end{-1};
static_assert(std::atomic<int>::is_always_lock_free);

void Put(char byte) {
  const int before = errno;
  [[maybe_unused]] const ssize_t written = write(write_end, &byte, 1);
  errno = before;
}

void OnSignal(int signal) { Put(signal == SIGHUP ? 'r' : signal == SIGINT ? 'i' : 't'); }

}  // namespace

Signals::Signals() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) {
    status_ = Status(Code::kInternal, std::string("no pipe for signals: ") + std::strerror(errno));
    return;
  }
  read_end = ends[0];
  write_end = ends[1];
  struct sigaction action {};
  action.sa_handler = OnSignal;
  action.sa_flags = SA_RESTART;
  sigaction(SIGTERM, &action, &old_terminate_);
  sigaction(SIGINT, &action, &old_interrupt_);
  sigaction(SIGHUP, &action, &old_hangup_);
}

Signals::~Signals() {
  if (!status_.ok()) return;
  sigaction(SIGTERM, &old_terminate_, nullptr);
  sigaction(SIGINT, &old_interrupt_, nullptr);
  sigaction(SIGHUP, &old_hangup_, nullptr);
  close(read_end.exchange(-1));
  close(write_end.exchange(-1));
}

int Signals::descriptor() const { return read_end; }

Signals::Seen Signals::Take() {
  Seen seen;
  std::array<char, 64> bytes{};
  for (;;) {
    const ssize_t length = read(read_end, bytes.data(), bytes.size());
    if (length <= 0) return seen;
    for (ssize_t i = 0; i < length; ++i) {
      const char byte = bytes[static_cast<std::size_t>(i)];
      if (byte == 't') seen.stop = SIGTERM;
      if (byte == 'i') seen.stop = SIGINT;
      seen.reload = seen.reload || byte == 'r';
    }
  }
}

void Signals::Wake() { Put('w'); }

}  // namespace upkeep::daemon
