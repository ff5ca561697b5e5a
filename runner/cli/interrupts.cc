// SPDX-License-Identifier: Apache-2.0
#include "runner/cli/interrupts.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>

namespace upkeep::cli {
namespace {

constexpr int kMostInterrupts = 3;

// What a signal handler may touch: counts, which it may do on another thread than the one that reads them,
// and a pipe.
std::atomic<int> interrupts_seen = 0;
std::atomic<int> terminations_seen = 0;
static_assert(std::atomic<int>::is_always_lock_free);
int signal_pipe[2] = {-1, -1};

void OnInterrupt(int signal) {
  const int before = errno;
  if (signal == SIGINT) {
    if (++interrupts_seen >= kMostInterrupts) _exit(128 + signal);
  } else {
    if (++terminations_seen > 1) _exit(128 + signal);
  }
  const char byte = 1;
  [[maybe_unused]] const ssize_t written = write(signal_pipe[1], &byte, 1);
  errno = before;
}

}  // namespace

Result<std::unique_ptr<Interrupts>> Interrupts::Create() {
  if (pipe2(signal_pipe, O_CLOEXEC | O_NONBLOCK) != 0) {
    return Status(Code::kInternal, "the system has no pipe left");
  }
  interrupts_seen = 0;
  terminations_seen = 0;
  std::unique_ptr<Interrupts> made(new Interrupts());
  struct sigaction action {};
  action.sa_handler = OnInterrupt;   // Without SA_RESTART: a read that waits ends.
  sigaction(SIGINT, &action, &made->old_interrupt_);
  sigaction(SIGTERM, &action, &made->old_terminate_);
  return made;
}

Interrupts::~Interrupts() {
  sigaction(SIGINT, &old_interrupt_, nullptr);
  sigaction(SIGTERM, &old_terminate_, nullptr);
  close(signal_pipe[0]);
  close(signal_pipe[1]);
}

int Interrupts::descriptor() const { return signal_pipe[0]; }

void Interrupts::BeginWork() {
  interrupts_seen = 0;
  char bytes[16];
  while (read(signal_pipe[0], bytes, sizeof bytes) > 0) {
  }
}

bool Interrupts::interrupted() const { return interrupts_seen > 0; }

bool Interrupts::terminated() const { return terminations_seen > 0; }

}  // namespace upkeep::cli
