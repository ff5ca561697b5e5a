// SPDX-License-Identifier: Apache-2.0
//
// A Gate lets at most so many tasks pass at once; the others wait in order.
//
//     Gate::Waiter enter(gate);
//     const Gate::Place place = co_await enter;    // Left when `place` goes.
//
// THREADS: one reactor's thread.

#ifndef UPKEEP_CHECKS_KUBERNETES_GATE_H_
#define UPKEEP_CHECKS_KUBERNETES_GATE_H_

#include <coroutine>
#include <list>
#include <utility>

namespace upkeep::kubernetes {

class Gate {
 public:
  explicit Gate(int places) : free_(places) {}
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;

  /// Holds one place until it is destroyed.
  class Place {
   public:
    explicit Place(Gate* gate) : gate_(gate) {}
    Place(Place&& other) noexcept : gate_(std::exchange(other.gate_, nullptr)) {}
    Place& operator=(Place&&) = delete;
    ~Place() {
      if (gate_ != nullptr) gate_->Leave();
    }

   private:
    Gate* gate_;
  };

  struct Waiter {
    Gate& gate;
    std::coroutine_handle<> handle{};
    bool queued = false;

    explicit Waiter(Gate& entered) : gate(entered) {}
    Waiter(const Waiter&) = delete;
    Waiter& operator=(const Waiter&) = delete;
    // A task that is destroyed while it waits leaves the queue.
    ~Waiter() {
      if (queued) gate.waiting_.remove(this);
    }
    bool await_ready() {
      if (gate.free_ == 0) return false;
      --gate.free_;
      return true;
    }
    void await_suspend(std::coroutine_handle<> waiting) {
      handle = waiting;
      queued = true;
      gate.waiting_.push_back(this);
    }
    Place await_resume() { return Place(&gate); }
  };

 private:
  // Hands the place on without freeing it, so that nobody overtakes.
  void Leave() {
    if (waiting_.empty()) {
      ++free_;
      return;
    }
    Waiter* const next = waiting_.front();
    waiting_.pop_front();
    next->queued = false;
    next->handle.resume();
  }

  int free_;
  std::list<Waiter*> waiting_;
};

}  // namespace upkeep::kubernetes

#endif  // UPKEEP_CHECKS_KUBERNETES_GATE_H_
