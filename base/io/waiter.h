// SPDX-License-Identifier: Apache-2.0
//
// A Waiter is one suspended coroutine together with its limits. Whatever ends the wait (the
// thing waited for, the deadline, a cancellation, or the coroutine's own destruction) gives back
// at once what the wait held; the coroutine itself is resumed from the reactor's loop only, so
// no callback of a library or of a cancellation ever runs foreign code under it.
//
// Use: `SomeWait wait(...); co_await wait; wait.status()`. A named variable, since GCC 12 treats
// temporaries in a co_await expression wrongly.

#ifndef UPKEEP_BASE_IO_WAITER_H_
#define UPKEEP_BASE_IO_WAITER_H_

#include <coroutine>
#include <cstdint>
#include <list>
#include <set>
#include <utility>

#include "base/cancel.h"
#include "base/status.h"

namespace upkeep::io {

struct Core;
class Waiter;

/// Waits by deadline; two may share one.
using TimerQueue = std::set<std::pair<SteadyInstant, Waiter*>>;
/// Waits that are over and whose coroutine is to be resumed. A list, since a waiter that is
/// destroyed takes itself out of the middle.
using ReadyQueue = std::list<Waiter*>;

class Waiter {
 public:
  Waiter(Core& core, Limits limits) : core_(core), limits_(std::move(limits)) {}
  virtual ~Waiter() = default;
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;

  bool await_ready();
  void await_suspend(std::coroutine_handle<> waiting);
  void await_resume() const {}

  /// How the wait ended.
  const Status& status() const { return status_; }

  /// Ends the wait; does nothing when it is over already.
  void Finish(Status status);
  void FinishByDeadline() { Finish(OnDeadline()); }
  /// For the loop: continues the coroutine of a finished wait.
  void Resume();

 protected:
  /// Begins to wait. An error ends the wait with it.
  virtual Status Start() = 0;
  /// Gives back what Start() took.
  virtual void Detach() = 0;
  /// What the passing of the deadline means.
  virtual Status OnDeadline() { return Status(Code::kTimeout, "the deadline passed"); }

  /// Every final destructor calls this first: Detach() is virtual.
  void Leave();

  bool cancelled() const { return limits_.cancel.cancelled(); }

  Core& core_;
  Limits limits_;

 private:
  enum class State { kNew, kWaiting, kReady, kOver };
  void Unregister();

  State state_ = State::kNew;
  Status status_;
  std::coroutine_handle<> waiting_;
  std::uint64_t cancel_id_ = 0;
  ReadyQueue::iterator ready_place_;
};

}  // namespace upkeep::io

#endif  // UPKEEP_BASE_IO_WAITER_H_
