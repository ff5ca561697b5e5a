// SPDX-License-Identifier: Apache-2.0
//
// Task<T> is a coroutine that is started by being awaited (or by Reactor::Spawn) and gives one
// T. Clients are written as tasks, so that a paged list or a login reads top to bottom while
// the thread serves others.
//
// Rules for authors of tasks:
//  - Take parameters by value; a reference must outlive the task, and the header says so.
//  - Name what you pass: `auto limits = x.Within(1s); co_await F(limits)`. GCC 12 destroys some
//    braced temporaries inside a co_await expression twice.
//  - Nothing throws out: an exception from a library becomes a kInternal Status where T can hold
//    one, and ends the program where it can't.
//
// THREADS: a task runs on the thread of the reactor that it waits on, and nowhere else.

#ifndef UPKEEP_BASE_TASK_H_
#define UPKEEP_BASE_TASK_H_

#include <coroutine>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

#include "base/status.h"

namespace upkeep {

template <typename T>
class Task;

namespace task_internal {

/// Hands control back to whoever awaits the finished task.
struct FinalAwaiter {
  bool await_ready() const noexcept { return false; }
  template <typename Promise>
  std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> finished) noexcept {
    const std::coroutine_handle<> next = finished.promise().continuation;
    return next ? next : std::noop_coroutine();
  }
  void await_resume() const noexcept {}
};

struct PromiseBase {
  std::coroutine_handle<> continuation;
  std::suspend_always initial_suspend() noexcept { return {}; }
  FinalAwaiter final_suspend() noexcept { return {}; }
};

/// "what" of the exception being handled.
inline Status CurrentExceptionStatus() noexcept {
  try {
    throw;
  } catch (const std::exception& error) {
    return Status(Code::kInternal, error.what());
  } catch (...) {
    return Status(Code::kInternal, "an exception without a text");
  }
}

template <typename T>
struct Promise : PromiseBase {
  std::optional<T> value;
  Task<T> get_return_object() noexcept;
  void return_value(T result) { value.emplace(std::move(result)); }
  void unhandled_exception() noexcept {
    if constexpr (std::is_constructible_v<T, Status>) {
      value.emplace(CurrentExceptionStatus());
    } else {
      std::terminate();
    }
  }
};

template <>
struct Promise<void> : PromiseBase {
  Task<void> get_return_object() noexcept;
  void return_void() noexcept {}
  void unhandled_exception() noexcept { std::terminate(); }
};

}  // namespace task_internal

template <typename T = void>
class [[nodiscard]] Task {
 public:
  using promise_type = task_internal::Promise<T>;
  using Handle = std::coroutine_handle<promise_type>;

  Task() = default;
  explicit Task(Handle handle) : handle_(handle) {}
  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
  Task& operator=(Task&& other) noexcept {
    if (this != &other) {
      Destroy();
      handle_ = std::exchange(other.handle_, {});
    }
    return *this;
  }
  Task(const Task&) = delete;
  Task& operator=(const Task&) = delete;
  ~Task() { Destroy(); }

  bool done() const { return handle_ && handle_.done(); }

  auto operator co_await() && noexcept {
    struct Awaiter {
      Handle handle;
      bool await_ready() const noexcept { return handle.done(); }
      std::coroutine_handle<> await_suspend(std::coroutine_handle<> waiting) noexcept {
        handle.promise().continuation = waiting;
        return handle;
      }
      T await_resume() {
        if constexpr (!std::is_void_v<T>) return std::move(*handle.promise().value);
      }
    };
    return Awaiter{handle_};
  }

  /// For Reactor and tests: the coroutine itself.
  Handle handle() const { return handle_; }

 private:
  void Destroy() {
    if (handle_) handle_.destroy();
    handle_ = {};
  }
  Handle handle_;
};

namespace task_internal {
template <typename T>
Task<T> Promise<T>::get_return_object() noexcept {
  return Task<T>(std::coroutine_handle<Promise<T>>::from_promise(*this));
}
inline Task<void> Promise<void>::get_return_object() noexcept {
  return Task<void>(std::coroutine_handle<Promise<void>>::from_promise(*this));
}
}  // namespace task_internal

}  // namespace upkeep

#endif  // UPKEEP_BASE_TASK_H_
