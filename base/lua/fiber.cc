// SPDX-License-Identifier: Apache-2.0
#include "base/lua/fiber.h"

#include <algorithm>
#include <chrono>
#include <vector>

#include "base/when_all.h"

namespace upkeep::lua {
namespace {

/// Awaits a task that was already started. A call that completes at once then costs no stack: a
/// loop over thousands of answers from a snapshot would nest as deep, since symmetric transfer is
/// a plain call without optimization.
template <typename T>
struct Started {
  explicit Started(Task<T> started) : task(std::move(started)) { task.handle().resume(); }
  Task<T> task;

  bool await_ready() const noexcept { return task.done(); }
  void await_suspend(std::coroutine_handle<> waiting) noexcept {
    task.handle().promise().continuation = waiting;
  }
  T await_resume() {
    if constexpr (!std::is_void_v<T>) return std::move(*task.handle().promise().value);
  }
};

/// Names a fiber among those that wait, for waiting_for().
class Waiting {
 public:
  Waiting(State& state, Fiber& fiber) : state_(state), fiber_(&fiber) {
    fiber.since = std::chrono::steady_clock::now();
    state_.waiting.push_back(fiber_);
    state_.waiting_bytes += bytes_;
  }
  ~Waiting() {
    std::erase(state_.waiting, fiber_);
    state_.waiting_bytes -= bytes_;
  }
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;

 private:
  State& state_;
  const Fiber* const fiber_;
  const std::size_t bytes_ = fiber_->argument_bytes;
};

/// Stops the run when its limits are reached, whatever the host made of them.
bool MayGoOn(State& state, const Limits& limits, const Fiber& fiber) {
  if (state.stopped()) return false;
  if (limits.cancel.cancelled()) {
    state.Stop(Status(Code::kCancelled, "cancelled while waiting for " + DescribeWait(fiber)));
  } else if (limits.deadline != SteadyInstant::max() &&
             std::chrono::steady_clock::now() >= limits.deadline) {
    state.Stop(
        Status(Code::kTimeout, "the deadline passed while waiting for " + DescribeWait(fiber)));
  }
  return !state.stopped();
}

Task<void> AwaitHost(State& state, Fiber& fiber, Limits limits) {
  const Waiting waiting(state, fiber);
  if (!MayGoOn(state, limits, fiber)) co_return;
  Limits own = limits;
  own.cancel = state.cancel->token();
  Started<Result<Answer>> call(
      state.options().host->Call(fiber.module, fiber.function, fiber.arguments, own));
  fiber.answer.emplace(co_await call);
  fiber.failed = fiber.answer->status();
  MayGoOn(state, limits, fiber);
}

struct EachJob {
  State& state;
  Fiber& parent;
  Limits limits;
  std::size_t next = 1;  ///< The item that the next free lane takes.
};

struct NextItem {
  const EachJob& job;
  Fiber& fiber;
  std::size_t position;
};

/// Puts the job's function and one item on the lane's thread.
int PrepareItem(lua_State* L) {
  const NextItem& item = *static_cast<const NextItem*>(lua_touserdata(L, 1));
  lua_rawgeti(L, LUA_REGISTRYINDEX, item.job.parent.each_job);
  lua_rawgeti(L, -1, 2);
  lua_rawgeti(L, -2, 1);
  lua_rawgeti(L, -1, static_cast<lua_Integer>(item.position));
  lua_remove(L, -2);
  lua_xmove(L, item.fiber.thread, 2);
  return 0;
}

/// Keeps the first error, with the thread on whose stack it stands, for the one who asked.
void KeepError(Fiber& parent, Fiber& failed) {
  if (parent.each_failed != nullptr) return;
  parent.each_failed = std::exchange(failed.thread, nullptr);
  parent.each_failed_ref = std::exchange(failed.ref, LUA_NOREF);
}

Task<void> RunLane(EachJob& job) {
  State& state = job.state;
  while (job.next <= job.parent.each_count && !state.stopped()) {
    OwnedFiber fiber(state);
    fiber->depth = job.parent.depth + 1;
    Status ready = state.NewThread(*fiber);
    NextItem item{job, *fiber, job.next++};
    if (ready.ok()) ready = state.Protect(&PrepareItem, &item);
    if (!ready.ok()) {
      state.Stop(std::move(ready));
      break;
    }
    Started<FiberEnd> run(RunFiber(state, *fiber, 1, job.limits));
    const FiberEnd end = co_await run;
    if (!end.fault.ok()) state.Stop(end.fault);
    if (end.how == FiberEnd::How::kRaised) KeepError(job.parent, *fiber);
  }
}

Task<void> RunEach(State& state, Fiber& fiber, Limits limits) {
  EachJob job{state, fiber, limits};
  std::vector<Task<void>> lanes;
  const std::size_t count = std::min(fiber.each_count, fiber.each_at_once);
  for (std::size_t i = 0; i < count; ++i) lanes.push_back(RunLane(job));
  Started<void> all(WhenAll(std::move(lanes)));
  co_await all;
  if (!state.closed()) luaL_unref(state.main(), LUA_REGISTRYINDEX, fiber.each_job);
  fiber.each_job = LUA_NOREF;
}

}  // namespace

std::string DescribeWait(const Fiber& fiber) {
  std::string text = fiber.module + "." + fiber.function;
  if (!fiber.arguments.empty() && fiber.arguments[0].is_string()) {
    text += " " + fiber.arguments[0].get_ref<const std::string&>().substr(0, 80);
  }
  return text;
}

Task<FiberEnd> RunFiber(State& state, Fiber& fiber, int arguments, Limits limits) {
  using How = FiberEnd::How;
  for (;;) {
    const Step step = state.Resume(fiber, arguments);
    fiber.answer.reset();
    arguments = 0;
    if (step == Step::kDone) co_return How::kReturned;
    if (step == Step::kRaised) co_return How::kRaised;
    if (step == Step::kStopped) co_return How::kStopped;
    if (step == Step::kGivesWay) {
      Started<void> others(state.options().host->GiveWay());
      co_await others;
      if (limits.cancel.cancelled()) state.Stop(Status(Code::kCancelled, "cancelled while the playbook was computing"));
    } else if (fiber.wait == Fiber::Wait::kEach) {
      Started<void> each(RunEach(state, fiber, limits));
      co_await each;
    } else {
      Started<void> host(AwaitHost(state, fiber, limits));
      co_await host;
    }
    if (state.stopped()) co_return How::kStopped;
  }
}

}  // namespace upkeep::lua
