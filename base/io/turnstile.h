// SPDX-License-Identifier: Apache-2.0
//
// A Turnstile lets one task through at a time; the others wait in order, each within its own
// limits. It is for what several playbooks share and only one can use: a connection.
//
//     Result<Turnstile::Turn> turn = co_await turnstile.Enter(reactor, limits);
//     if (!turn.ok()) co_return turn.status();          // Left when `turn` goes.
//
// THREADS: one reactor's thread. The turnstile outlives its turns and who waits for one.

#ifndef UPKEEP_BASE_IO_TURNSTILE_H_
#define UPKEEP_BASE_IO_TURNSTILE_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <utility>

#include "base/cancel.h"
#include "base/io/reactor.h"
#include "base/status.h"
#include "base/task.h"

namespace upkeep::io {

class Turnstile {
 public:
  class Turn {
   public:
    explicit Turn(Turnstile* turnstile) : turnstile_(turnstile) {}
    Turn(Turn&& other) noexcept : turnstile_(std::exchange(other.turnstile_, nullptr)) {}
    Turn& operator=(Turn&&) = delete;
    ~Turn() {
      if (turnstile_ != nullptr) turnstile_->Leave();
    }

   private:
    Turnstile* turnstile_;
  };

  Turnstile() = default;
  Turnstile(const Turnstile&) = delete;
  Turnstile& operator=(const Turnstile&) = delete;

  Task<Result<Turn>> Enter(Reactor& reactor, Limits limits) {
    if (!taken_) {
      taken_ = true;
      co_return Turn(this);
    }
    Waiting self(*this);
    const std::uint64_t id = limits.cancel.OnCancel([&self] { self.wake.Cancel(); });
    Limits own;
    own.deadline = limits.deadline;
    own.cancel = self.wake.token();
    self.forget = [&limits, id] { limits.cancel.Forget(id); };
    Status ended;
    do {
      ended = co_await reactor.SleepUntil(std::chrono::steady_clock::now() + std::chrono::hours(1), own);
    } while (ended.ok());
    // Whoever left before the limits ended has given the turn already.
    if (self.called) {
      self.entered = true;
      co_return Turn(this);
    }
    co_return ended.code() == Code::kTimeout
        ? Status(Code::kTimeout, "the deadline passed while waiting for an earlier request")
        : ended;
  }

 private:
  struct Waiting {
    explicit Waiting(Turnstile& turnstile)
        : owner(turnstile), place(owner.queue_.insert(owner.queue_.end(), this)) {}
    // A task that is destroyed while it waits leaves the queue; one that was called but never ran
    // again passes its turn on.
    ~Waiting() {
      if (forget) forget();
      if (!called) {
        owner.queue_.erase(place);
      } else if (!entered) {
        owner.Leave();
      }
    }
    Turnstile& owner;
    std::list<Waiting*>::iterator place;
    CancelSource wake;
    std::function<void()> forget;
    bool called = false, entered = false;
  };

  void Leave() {
    if (queue_.empty()) {
      taken_ = false;
      return;
    }
    Waiting* const next = queue_.front();
    queue_.pop_front();
    next->called = true;
    next->wake.Cancel();  // Ends its sleep; the reactor's loop continues it.
  }

  bool taken_ = false;
  std::list<Waiting*> queue_;
};

}  // namespace upkeep::io

#endif  // UPKEEP_BASE_IO_TURNSTILE_H_
