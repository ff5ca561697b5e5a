// SPDX-License-Identifier: Apache-2.0
//
// The Reactor is the one place where upkeep waits: HTTP transfers (libcurl multi), plain file
// descriptors (database sockets), timers, and work that can only block (on a small pool of
// threads). Everything that waits takes Limits and ends with kTimeout or kCancelled when they
// say so, having given back every socket and handle it held. Destroying a task that waits does
// the same.
//
// The first Reactor makes the process ignore SIGPIPE where it had the default action: a peer
// that hangs up is an error, not the end.
//
// THREADS: a Reactor belongs to the thread that calls Run*(); only Post() and Stop() may be
// called from others. The functions given to Offload() run on pool threads.

#ifndef UPKEEP_BASE_IO_REACTOR_H_
#define UPKEEP_BASE_IO_REACTOR_H_

#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "base/cancel.h"
#include "base/io/transfer.h"
#include "base/status.h"
#include "base/task.h"

namespace upkeep::io {

class Reactor {
 public:
  /// `offload_threads` bounds how many blocking functions run at once (they start on demand).
  static Result<std::unique_ptr<Reactor>> Create(int offload_threads = 4);
  /// Destroys the tasks that are not done. Blocking work that has begun is waited for at most a
  /// second; after that its thread is left to end by itself.
  ~Reactor();
  Reactor(const Reactor&) = delete;
  Reactor& operator=(const Reactor&) = delete;

  // ---- Waiting, from inside a task ----

  /// One HTTP(S), SMTP(S) or other libcurl transfer, over kept-alive connections. A response of
  /// any HTTP status is an answer; the error codes are kUnreachable (no connection, DNS, TLS),
  /// kTimeout, kCancelled, kTruncated (body over max_response_bytes, or cut off by the peer).
  Task<Result<TransferResponse>> Transfer(TransferRequest request, Limits limits);

  /// Waits until `fd` can be read from (written to). The caller keeps owning `fd`, and must not
  /// close it while somebody waits.
  Task<Status> WaitReadable(int fd, Limits limits);
  Task<Status> WaitWritable(int fd, Limits limits);

  /// Ends ok at `when` (passed: after one turn of the loop), or earlier with kTimeout or kCancelled as `limits` say.
  Task<Status> SleepUntil(SteadyInstant when, Limits limits);

  /// Runs `work` on a pool thread. When the limits end the wait first, the answer is thrown
  /// away: `work` must own all that it touches.
  template <typename Work>
  auto Offload(Work work, Limits limits) -> Task<Result<decltype(work())>>;

  // ---- Driving ----

  /// Starts `task` now; the reactor owns it until it is done.
  void Spawn(Task<void> task);

  /// Runs until `task` is done and returns its value. For main() and tests; not from a task.
  template <typename T>
  T RunUntilDone(Task<T> task);

  /// Runs until Stop() is called and what was spawned has ended.
  void Run();
  /// Waits at most `at_most` for something to happen, and handles what did.
  void RunOnce(std::chrono::milliseconds at_most);
  /// Any thread: makes Run() return when it next looks.
  void Stop();
  /// Any thread: `function` is called on the reactor's thread soon.
  void Post(std::function<void()> function);

  /// Spawned tasks that are not done yet.
  int pending() const;

 private:
  struct Impl;
  explicit Reactor(std::unique_ptr<Impl> impl);
  Task<Status> OffloadUntyped(std::function<void()> work, Limits limits);
  std::unique_ptr<Impl> impl_;
};

template <typename Work>
auto Reactor::Offload(Work work, Limits limits) -> Task<Result<decltype(work())>> {
  using Answer = decltype(work());
  // Shared by the pool thread and the waiting task: either may outlive the other.
  auto answer = std::make_shared<std::optional<Answer>>();
  std::function<void()> blocking = [answer, work = std::move(work)]() mutable {
    answer->emplace(work());
  };
  Status status = co_await OffloadUntyped(std::move(blocking), limits);
  if (!status.ok()) co_return status;
  if (!answer->has_value()) co_return Status(Code::kInternal, "blocking work gave no answer");
  co_return std::move(**answer);
}

template <typename T>
T Reactor::RunUntilDone(Task<T> task) {
  if constexpr (std::is_void_v<T>) {
    bool done = false;
    Spawn([](Task<void> inner, bool& flag) -> Task<void> {
      co_await std::move(inner);
      flag = true;
    }(std::move(task), done));
    while (!done) RunOnce(std::chrono::milliseconds(1000));
  } else {
    std::optional<T> value;
    Spawn([](Task<T> inner, std::optional<T>& out) -> Task<void> {
      out.emplace(co_await std::move(inner));
    }(std::move(task), value));
    while (!value) RunOnce(std::chrono::milliseconds(1000));
    return std::move(*value);
  }
}

}  // namespace upkeep::io

#endif  // UPKEEP_BASE_IO_REACTOR_H_
