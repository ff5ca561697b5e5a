// SPDX-License-Identifier: Apache-2.0
#include "base/io/waits.h"

#include <poll.h>

#include <algorithm>

#include "base/io/core.h"

namespace upkeep::io {
namespace {

Limits EndingAt(Limits limits, SteadyInstant when) {
  limits.deadline = std::min(limits.deadline, when);
  return limits;
}

}  // namespace

void FdWait::Report(short revents) {
  if ((revents & POLLNVAL) != 0) {
    Finish(Status(Code::kInternal, "waiting on a descriptor that is not open"));
  } else {
    Finish(Status::Ok());
  }
}

Status FdWait::Start() {
  place_ = core_.fd_waits.insert(core_.fd_waits.end(), this);
  return Status::Ok();
}

void FdWait::Detach() { core_.fd_waits.erase(place_); }

SleepWait::SleepWait(Core& core, SteadyInstant when, Limits limits)
    : Waiter(core, EndingAt(limits, when)), wakes_first_(when <= limits.deadline) {}

Status SleepWait::OnDeadline() {
  return wakes_first_ ? Status::Ok() : Waiter::OnDeadline();
}

OffloadWait::OffloadWait(Core& core, std::function<void()> work, Limits limits)
    : Waiter(core, std::move(limits)), job_(std::make_shared<OffloadJob>()) {
  job_->work = std::move(work);
}

Status OffloadWait::Start() {
  job_->done = [this](Status status) { Finish(std::move(status)); };
  return core_.Pool().Submit(job_);
}

void OffloadWait::Detach() {
  job_->done = nullptr;
  core_.Pool().Withdraw(job_);
}

}  // namespace upkeep::io
