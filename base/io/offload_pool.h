// SPDX-License-Identifier: Apache-2.0
//
// A few threads for work that can only block: name resolution, credential plugins, files on
// slow disks. Threads start when there is work and none is idle; none exists before that.
//
// THREADS: used from the reactor's thread; the work runs on pool threads.

#ifndef UPKEEP_BASE_IO_OFFLOAD_POOL_H_
#define UPKEEP_BASE_IO_OFFLOAD_POOL_H_

#include <functional>
#include <memory>

#include "base/io/mailbox.h"
#include "base/status.h"

namespace upkeep::io {

/// One piece of blocking work on its way through the pool.
struct OffloadJob {
  std::function<void()> work;
  /// Called on the reactor's thread when `work` has returned; reset by a waiter that gave up.
  /// Touched by the reactor's thread only.
  std::function<void(Status)> done;
};

class OffloadPool {
 public:
  OffloadPool(int max_threads, std::shared_ptr<Mailbox> mailbox);
  /// Drops what has not begun, then waits at most a second for what has. A call that blocks
  /// longer (a dead name server) is left to its thread, which owns all that it touches.
  ~OffloadPool();
  OffloadPool(const OffloadPool&) = delete;
  OffloadPool& operator=(const OffloadPool&) = delete;

  /// kInternal when no thread can be started.
  Status Submit(std::shared_ptr<OffloadJob> job);
  /// Takes `job` back if no thread has begun it.
  void Withdraw(const std::shared_ptr<OffloadJob>& job);

 private:
  struct Shared;
  static void Work(std::shared_ptr<Shared> shared);
  std::shared_ptr<Shared> shared_;  // With the threads, which may outlive the pool.
};

}  // namespace upkeep::io

#endif  // UPKEEP_BASE_IO_OFFLOAD_POOL_H_
