// SPDX-License-Identifier: Apache-2.0
//
// What a Reactor consists of: the queues that its waits stand in, and the loop over them.

#ifndef UPKEEP_BASE_IO_CORE_H_
#define UPKEEP_BASE_IO_CORE_H_

#include <atomic>
#include <chrono>
#include <list>
#include <memory>
#include <vector>

#include "base/io/curl_multi.h"
#include "base/io/mailbox.h"
#include "base/io/offload_pool.h"
#include "base/io/waiter.h"
#include "base/io/waits.h"
#include "base/task.h"

namespace upkeep::io {

struct Core {
  Core(int offload_threads, std::shared_ptr<Mailbox> mailbox);
  ~Core();
  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;

  void Spawn(Task<void> task);
  void RunOnce(std::chrono::milliseconds at_most);
  int pending() const { return static_cast<int>(tasks_.size() - finished_.size()); }

  Mailbox& mailbox() { return *mailbox_; }
  // Both are made when first needed, so that a command which waits for nothing pays nothing.
  OffloadPool& Pool();
  CurlMulti& Curl();

  TimerQueue timers;
  ReadyQueue ready;
  std::list<FdWait*> fd_waits;
  std::atomic<bool> stop{false};

 private:
  using TaskList = std::list<Task<void>>;
  static Task<void> Drive(Core& core, TaskList::iterator place, Task<void> task);
  std::chrono::milliseconds TimeToWait(std::chrono::milliseconds at_most) const;
  void Poll(std::chrono::milliseconds at_most);
  void FireTimers();
  void ResumeReady();
  void Reap();

  const std::shared_ptr<Mailbox> mailbox_;  // Shared with the pool's threads.
  const int offload_threads_;
  std::unique_ptr<OffloadPool> pool_;
  std::unique_ptr<CurlMulti> curl_;
  TaskList tasks_;
  std::vector<TaskList::iterator> finished_;
};

}  // namespace upkeep::io

#endif  // UPKEEP_BASE_IO_CORE_H_
