// SPDX-License-Identifier: Apache-2.0
//
// Keeps this daemon's leadership: asks for it and renews it in a task of its own, raises the
// store's fence each time that it begins to lead, and says so in the log.
//
// THREADS: as the reactor.

#ifndef UPKEEP_RUNNER_DAEMON_LEADER_H_
#define UPKEEP_RUNNER_DAEMON_LEADER_H_

#include <chrono>
#include <functional>
#include <string>

#include "base/cancel.h"
#include "base/io/reactor.h"
#include "base/task.h"
#include "runner/daemon/journal.h"
#include "runner/daemon/leadership.h"
#include "runner/store/store.h"

namespace upkeep::daemon {

class Leader {
 public:
  struct Parts {
    Leadership* leadership = nullptr;  ///< Null: this process leads, without a fence.
    store::Store& store;
    io::Reactor& reactor;
    Journal& journal;
    std::string holder;                ///< This process.
    std::function<void()> changed;     ///< Called when leads() or failed() may have changed.
  };
  explicit Leader(Parts parts) : parts_(std::move(parts)) {}

  void Start();
  /// Whether this process may plan, start and book at this very moment.
  bool leads() const;
  /// What it leads with; 0 without a leadership. REQUIRES: leads().
  std::int64_t fence() const { return fence_; }
  /// Why it can never lead: the store can't be written.
  const Status& failed() const { return failed_; }

  /// The store refused a write: somebody else leads, whatever this process believes.
  void Lose(const Status& refused);
  /// After leading ended: what ran has ended too, and this process may lead again.
  void Ready();
  /// Ends the task and gives the leadership back. Must be awaited before this goes.
  Task<void> Stop();

 private:
  Task<void> Keep();
  Task<void> Ask();
  bool Begin();
  void Fail(const Status& why);
  void End(const Status& why);
  Task<void> Nap(std::chrono::milliseconds time);

  Parts parts_;
  bool leading_ = false, ready_ = true, started_ = false, stopping_ = false, done_ = false;
  bool give_back_ = false;             ///< Soon: the store refused this leader.
  std::chrono::steady_clock::time_point not_before_{};   ///< It asks again, after a refusal.
  std::int64_t fence_ = 0;
  std::int64_t term_ = 0;              ///< What the leadership called this time of leading.
  Status failed_;
  CancelSource stop_, nap_;
  std::string said_holder_ = "?", said_error_;
};

}  // namespace upkeep::daemon

#endif  // UPKEEP_RUNNER_DAEMON_LEADER_H_
