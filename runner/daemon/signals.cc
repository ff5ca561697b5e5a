// SPDX-License-Identifier: Apache-2.0
#include "runner/daemon/signals.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace upkeep::daemon {
namespace {

// What a signal handler may touch.
int pipe_ends[2] = {-1, -1};

void Put(char byte) {
  const int before = errno;
  [[maybe_unused]] const ssize_t written = write(pipe_ends[1], &byte, 1);
  errno = before;
}

void OnSignal(int signal) { Put(signal == SIGHUP ? 'r' : signal == SIGINT ? 'i' : 't'); }

}  // namespace

Signals::Signals() {
  if (pipe2(pipe_ends, O_CLOEXEC | O_NONBLOCK) != 0) {
    status_ = Status(Code::kInternal, std::string("no pipe for signals: ") + std::strerror(errno));
    return;
  }
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
  close(pipe_ends[0]);
  close(pipe_ends[1]);
  pipe_ends[0] = pipe_ends[1] = -1;
}

int Signals::descriptor() const { return pipe_ends[0]; }

Signals::Seen Signals::Take() {
  Seen seen;
  std::array<char, 64> bytes{};
  for (;;) {
    const ssize_t length = read(pipe_ends[0], bytes.data(), bytes.size());
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
