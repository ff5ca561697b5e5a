// SPDX-License-Identifier: Apache-2.0
#include "base/io/waiter.h"

#include "base/io/core.h"

namespace upkeep::io {

bool Waiter::await_ready() {
  if (limits_.cancel.cancelled()) {
    status_ = Status(Code::kCancelled, "cancelled");
  } else if (limits_.deadline <= std::chrono::steady_clock::now()) {
    status_ = OnDeadline();
  } else {
    return false;
  }
  state_ = State::kOver;
  return true;
}

void Waiter::await_suspend(std::coroutine_handle<> waiting) {
  waiting_ = waiting;
  state_ = State::kWaiting;
  if (limits_.deadline != SteadyInstant::max()) core_.timers.emplace(limits_.deadline, this);
  cancel_id_ =
      limits_.cancel.OnCancel([this] { Finish(Status(Code::kCancelled, "cancelled")); });
  if (Status started = Start(); !started.ok()) Finish(std::move(started));
}

void Waiter::Finish(Status status) {
  if (state_ != State::kWaiting) return;
  state_ = State::kReady;
  status_ = std::move(status);
  Unregister();
  Detach();
  ready_place_ = core_.ready.insert(core_.ready.end(), this);
}

void Waiter::Resume() {
  core_.ready.erase(ready_place_);
  state_ = State::kOver;
  waiting_.resume();
}

void Waiter::Leave() {
  if (state_ == State::kWaiting) {
    Unregister();
    Detach();
  } else if (state_ == State::kReady) {
    core_.ready.erase(ready_place_);
  }
  state_ = State::kOver;
}

void Waiter::Unregister() {
  if (limits_.deadline != SteadyInstant::max()) core_.timers.erase({limits_.deadline, this});
  limits_.cancel.Forget(cancel_id_);
  cancel_id_ = 0;
}

}  // namespace upkeep::io
