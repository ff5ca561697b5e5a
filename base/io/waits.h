// SPDX-License-Identifier: Apache-2.0
//
// The small waits: a descriptor, a time, and blocking work in the pool.

#ifndef UPKEEP_BASE_IO_WAITS_H_
#define UPKEEP_BASE_IO_WAITS_H_

#include <list>
#include <memory>

#include "base/io/offload_pool.h"
#include "base/io/waiter.h"

namespace upkeep::io {

/// Waits until poll(2) reports `events`, an error or a hang-up on `fd`.
class FdWait final : public Waiter {
 public:
  FdWait(Core& core, int fd, short events, Limits limits)
      : Waiter(core, std::move(limits)), fd_(fd), events_(events) {}
  ~FdWait() override { Leave(); }

  int fd() const { return fd_; }
  short events() const { return events_; }
  /// For the loop: what poll(2) said.
  void Report(short revents);

 private:
  Status Start() override;
  void Detach() override;

  const int fd_;
  const short events_;
  std::list<FdWait*>::iterator place_;
};

class SleepWait final : public Waiter {
 public:
  SleepWait(Core& core, SteadyInstant when, Limits limits);
  ~SleepWait() override { Leave(); }

  /// A time that has passed is waited for, too: for one turn of the loop. Who sleeps until now
  /// means to give way, and how long it took to say so must not matter.
  bool await_ready() { return cancelled() && Waiter::await_ready(); }

 private:
  Status Start() override { return Status::Ok(); }
  void Detach() override {}
  Status OnDeadline() override;
  const bool wakes_first_;  // `when` comes before the deadline.
};

class OffloadWait final : public Waiter {
 public:
  OffloadWait(Core& core, std::function<void()> work, Limits limits);
  ~OffloadWait() override { Leave(); }

 private:
  Status Start() override;
  void Detach() override;
  std::shared_ptr<OffloadJob> job_;  // Shared with the pool, which may finish it later.
};

}  // namespace upkeep::io

#endif  // UPKEEP_BASE_IO_WAITS_H_
