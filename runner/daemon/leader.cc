// SPDX-License-Identifier: Apache-2.0
#include "runner/daemon/leader.h"

#include <utility>

namespace upkeep::daemon {
namespace {

using std::chrono::milliseconds;

// A refused leader leaves the one that refused it some time: two that agree by different means
// would otherwise take turns without end.
constexpr milliseconds kAfterRefusal{10'000};
// Nobody waits longer for a lease to be given back: it runs out by itself.
constexpr milliseconds kReleaseTime{2'000};
constexpr milliseconds kLook{5};

}  // namespace

bool Leader::leads() const {
  return parts_.leadership == nullptr || (leading_ && parts_.leadership->Leads());
}

void Leader::Start() {
  if (parts_.leadership == nullptr) return;
  started_ = true;
  parts_.reactor.Spawn(Keep());
}

void Leader::Ready() {
  ready_ = true;
  nap_.Cancel();
}

void Leader::Lose(const Status& refused) {
  if (!leading_) return;
  // Only where it still holds what it leads by: two that agree by different means.
  give_back_ = parts_.leadership->Leads();
  End(refused);
  nap_.Cancel();
}

void Leader::End(const Status& why) {
  leading_ = false;
  ready_ = false;
  parts_.journal.Error("leadership.lost", why, {{"fence", fence_}});
  parts_.changed();
}

bool Leader::Begin() {
  const Result<std::int64_t> raised = parts_.store.RaiseFence(
      {parts_.leadership->fence(), parts_.holder, parts_.leadership->source(), {}});
  if (raised.ok()) {
    leading_ = true;
    fence_ = *raised;
    term_ = parts_.leadership->fence();
    said_holder_ = "?";
    parts_.journal.Info("leading", {{"fence", fence_}, {"by", parts_.leadership->source()}});
    parts_.changed();
    return true;
  }
  Fail(raised.status());
  return false;
}

void Leader::Fail(const Status& why) {
  parts_.journal.Error("leadership.failed", why);
  // What is only locked now may be written the next time.
  if (why.code() != Code::kStore) return;
  failed_ = why;
  parts_.changed();
}

Task<void> Leader::Ask() {
  std::int64_t above = 0;
  if (!leading_) {
    const Result<store::Fence> highest = parts_.store.HighestFence();
    if (!highest.ok()) {
      Fail(highest.status());
      co_return;
    }
    above = highest->number;
  }
  Limits limits;
  limits.cancel = stop_.token();
  const Result<bool> tried = co_await parts_.leadership->Try(above, limits);
  if (stopping_) co_return;
  const std::string error = tried.ok() ? "" : tried.status().message();
  // An API server that is away is said once, not every other second.
  if (error != said_error_ && !tried.ok()) {
    parts_.journal.Error("leadership.failed", tried.status(), {{"leads", leads()}});
  }
  said_error_ = error;
  if (leading_ && parts_.leadership->fence() != term_) {
    // Its time was over when it was asked, and a new one has begun: what runs belongs to the old.
    End(Status(Code::kTimeout, "the leadership could not be renewed in time"));
  }
  if (leading_ || !ready_ || !tried.ok()) co_return;
  if (*tried) {
    if (Begin()) co_return;
    const Limits soon = Limits().Within(kReleaseTime);
    const Status released = co_await parts_.leadership->Release(soon);
    (void)released;   // It runs out by itself.
  } else if (parts_.leadership->holder() != said_holder_) {
    said_holder_ = parts_.leadership->holder();
    parts_.journal.Info("standby", {{"leader", said_holder_}, {"by", parts_.leadership->source()}});
  }
}

Task<void> Leader::Nap(milliseconds time) {
  nap_ = CancelSource();
  Limits limits;
  limits.cancel = nap_.token();
  const Status slept = co_await parts_.reactor.SleepUntil(std::chrono::steady_clock::now() + time, limits);
  (void)slept;   // Woken or over: the loop looks at what is to be done.
}

Task<void> Leader::Keep() {
  while (!stopping_) {
    if (leading_ && !parts_.leadership->Leads()) {
      End(Status(Code::kTimeout, "the leadership could not be renewed in time"));
    }
    if (give_back_) {
      give_back_ = false;
      const Limits soon = Limits().Within(kReleaseTime);
      const Status released = co_await parts_.leadership->Release(soon);
      (void)released;   // It runs out by itself.
      not_before_ = std::chrono::steady_clock::now() + kAfterRefusal;
      continue;
    }
    // Ready() cuts a nap short, and this one must last.
    if (const auto now = std::chrono::steady_clock::now(); !leading_ && now < not_before_) {
      co_await Nap(std::chrono::ceil<milliseconds>(not_before_ - now));
      continue;
    }
    // What ran under the last fence ends first; Ready() wakes this up.
    if (!leading_ && !ready_) {
      co_await Nap(kAfterRefusal);
      continue;
    }
    co_await Ask();
    if (stopping_ || !failed_.ok()) break;
    // A new one's time has ended while it was asked for: the top of the loop sees to it.
    if (leading_ && !parts_.leadership->Leads()) continue;
    co_await Nap(parts_.leadership->UntilNext());
  }
  done_ = true;
}

Task<void> Leader::Stop() {
  if (!started_) co_return;
  stopping_ = true;
  stop_.Cancel();
  nap_.Cancel();
  while (!done_) {
    const Limits none;
    const Status slept = co_await parts_.reactor.SleepUntil(std::chrono::steady_clock::now() + kLook, none);
    (void)slept;
  }
  const bool led = leading_;
  leading_ = false;
  const Limits soon = Limits().Within(kReleaseTime);
  const Status released = co_await parts_.leadership->Release(soon);
  if (!released.ok()) {
    parts_.journal.Error("leadership.kept", released);
  } else if (led) {
    parts_.journal.Info("leadership.released", {{"fence", fence_}});
  }
}

}  // namespace upkeep::daemon
