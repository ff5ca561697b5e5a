// SPDX-License-Identifier: Apache-2.0
//
// A CancelSource asks work to stop; its CancelTokens are what the work carries. Every wait of
// the reactor takes Limits: a deadline and a token, in this one place.
//
// THREADS: a source and its tokens belong to one reactor's thread. Another thread or a signal
// handler cancels through Reactor::Post.

#ifndef UPKEEP_BASE_CANCEL_H_
#define UPKEEP_BASE_CANCEL_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>

#include "base/clock.h"

namespace upkeep {

class CancelSource;

/// What a piece of work carries. A default token is never cancelled.
class CancelToken {
 public:
  CancelToken() = default;
  bool cancelled() const { return state_ && state_->cancelled; }

  /// Calls `callback` once when the source is cancelled (at once if it already is). Returns an
  /// id for Forget(); 0 when there is nothing to forget.
  std::uint64_t OnCancel(std::function<void()> callback) const;
  void Forget(std::uint64_t id) const;

 private:
  friend class CancelSource;
  // Shared by the source and its tokens, whichever lives longer.
  struct State {
    bool cancelled = false;
    std::uint64_t next_id = 1;
    std::map<std::uint64_t, std::function<void()>> callbacks;
  };
  std::shared_ptr<State> state_;
};

class CancelSource {
 public:
  CancelSource();
  CancelToken token() const;
  bool cancelled() const { return token_.cancelled(); }
  /// Runs the callbacks, newest first. A second call does nothing.
  void Cancel();

 private:
  CancelToken token_;
};

/// How long something may wait, and who may end it early.
struct Limits {
  SteadyInstant deadline = SteadyInstant::max();
  CancelToken cancel;

  /// The same with a deadline at most `from_now` away.
  Limits Within(std::chrono::microseconds from_now) const {
    Limits limits = *this;
    const SteadyInstant end = std::chrono::steady_clock::now() + from_now;
    if (end < limits.deadline) limits.deadline = end;
    return limits;
  }
};

}  // namespace upkeep

#endif  // UPKEEP_BASE_CANCEL_H_
