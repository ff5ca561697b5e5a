// SPDX-License-Identifier: Apache-2.0
//
// WhenAll runs tasks side by side and ends when the last of them has ended. Destroying it
// destroys them, so whatever they refer to need only outlive the WhenAll.
//
// THREADS: as its tasks: one reactor's thread.

#ifndef UPKEEP_BASE_WHEN_ALL_H_
#define UPKEEP_BASE_WHEN_ALL_H_

#include <coroutine>
#include <cstddef>
#include <utility>
#include <vector>

#include "base/task.h"

namespace upkeep {

namespace task_internal {

struct Latch {
  std::size_t open = 0;
  std::coroutine_handle<> waiting;
};

/// The last one to arrive hands control to the waiter, but only once it is itself suspended for
/// good: the waiter may destroy it.
struct Arrive {
  Latch& latch;
  bool await_ready() const noexcept { return false; }
  bool await_suspend(std::coroutine_handle<Promise<void>> self) noexcept {
    if (--latch.open == 0) self.promise().continuation = latch.waiting;
    return false;
  }
  void await_resume() const noexcept {}
};

inline Task<void> RunAndArrive(Task<void> task, Latch& latch) {
  co_await std::move(task);
  Arrive arrive{latch};
  co_await arrive;
}

struct StartAll {
  Latch& latch;
  std::vector<Task<void>>& tasks;
  bool await_ready() const noexcept { return tasks.empty(); }
  bool await_suspend(std::coroutine_handle<> self) {
    latch.waiting = self;
    latch.open = tasks.size() + 1;  // One for the starter, so that nobody arrives last meanwhile.
    for (Task<void>& task : tasks) task.handle().resume();
    return --latch.open > 0;
  }
  void await_resume() const noexcept {}
};

}  // namespace task_internal

inline Task<void> WhenAll(std::vector<Task<void>> tasks) {
  task_internal::Latch latch;
  std::vector<Task<void>> running;
  running.reserve(tasks.size());
  for (Task<void>& task : tasks) {
    running.push_back(task_internal::RunAndArrive(std::move(task), latch));
  }
  task_internal::StartAll start{latch, running};
  co_await start;
}

}  // namespace upkeep

#endif  // UPKEEP_BASE_WHEN_ALL_H_
