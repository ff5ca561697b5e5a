// SPDX-License-Identifier: Apache-2.0
//
// The driver of fibers: resumes a Lua coroutine, awaits what it waits for, and resumes it with
// the answer. upkeep.each makes fibers of its own, so every coroutine is resumed from here and
// none from inside Lua: a yield always arrives.
//
// THREADS: as its Sandbox.

#ifndef UPKEEP_BASE_LUA_FIBER_H_
#define UPKEEP_BASE_LUA_FIBER_H_

#include <coroutine>
#include <string>
#include <utility>

#include "base/lua/state.h"
#include "base/task.h"

namespace upkeep::lua {

/// How a fiber ended. Raised: the error stands on top of its thread's stack.
struct FiberEnd {
  enum class How { kReturned, kRaised, kStopped };
  FiberEnd(How ended) : how(ended) {}  // NOLINT: implicit
  explicit FiberEnd(Status status) : how(How::kStopped), fault(std::move(status)) {}
  How how;
  Status fault;  ///< A fault of ours that stopped it; ok otherwise (see State::stopped).
};

/// Releases a fiber when it goes.
class OwnedFiber {
 public:
  explicit OwnedFiber(State& state) : state_(state) {}
  ~OwnedFiber() { state_.Release(fiber_); }
  OwnedFiber(const OwnedFiber&) = delete;
  OwnedFiber& operator=(const OwnedFiber&) = delete;
  Fiber& operator*() { return fiber_; }
  Fiber* operator->() { return &fiber_; }

 private:
  State& state_;
  Fiber fiber_;
};

/// Runs `fiber` to its end; `arguments` values (and at first the function) lie on its stack.
/// Both must outlive the task.
Task<FiberEnd> RunFiber(State& state, Fiber& fiber, int arguments, Limits limits);

/// "kubernetes.list pods"
std::string DescribeWait(const Fiber& fiber);

}  // namespace upkeep::lua

#endif  // UPKEEP_BASE_LUA_FIBER_H_
