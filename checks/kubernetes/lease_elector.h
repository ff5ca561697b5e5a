// SPDX-License-Identifier: Apache-2.0
//
// Of several candidates one leads: who holds a Lease, as client-go's leader election does it.
//
// Clocks of machines are never compared. A candidate takes a lease over only after it has watched
// it unchanged for the lease's duration by its own monotonic clock; a leader counts its time from
// before it asked for the renewal that succeeded, and gives up after two thirds of the duration
// (renewing after one third), so that it has stopped before anybody else can begin. Two that write
// at once are told apart by resourceVersion: one is refused.
//
// A lease is a promise between those that run; a leader that was stopped wakes up and believes in
// it until it looks. So each time of leading has a number, the lease's transition count, that only
// grows: whoever stores for the leader refuses a lower one (runner/store/fence.h).
//
// THREADS: as the client's reactor.

#ifndef UPKEEP_CHECKS_KUBERNETES_LEASE_ELECTOR_H_
#define UPKEEP_CHECKS_KUBERNETES_LEASE_ELECTOR_H_

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/task.h"
#include "checks/kubernetes/client.h"
#include "checks/kubernetes/lease.h"

namespace upkeep::kubernetes {

struct LeaseOptions {
  std::string space, name;             ///< Made when it is not there.
  std::string identity;                ///< Unique to this process, also against its last start.
  std::chrono::seconds duration{15};   ///< At least 3.
};

class LeaseElector {
 public:
  /// Both outlive it.
  LeaseElector(KubernetesClient& client, const Clock& clock, LeaseOptions options)
      : client_(client), clock_(clock), options_(std::move(options)) {}

  /// Looks, and writes where the lease is ours to renew or to take: true when this process leads
  /// now. An error (the API server is away, a right is missing) changes nothing: who led goes on
  /// until its time is over. `above`: a lease that is taken gets more transitions than that, so
  /// that the number grows even over a lease that was deleted.
  Task<Result<bool>> Step(std::int64_t above, Limits limits);

  /// Whether this process may act as the leader at this moment.
  bool Leads() const;
  /// Of the present time of leading. REQUIRES: Leads().
  std::int64_t transitions() const { return transitions_; }
  /// Who leads, as far as this process has seen; "" when nobody does.
  const std::string& holder() const { return seen_.holder; }
  /// When to Step() again, from now: a third of the duration for the leader.
  std::chrono::milliseconds UntilNext() const;

  /// Gives the lease back, so that another candidate need not wait; and does not lead from the
  /// moment of the call on, whatever comes of it.
  Task<Status> Release(Limits limits);

 private:
  Task<Result<Value>> Look(Limits limits);
  /// Null `object`: the lease is made.
  Task<Status> Write(Value object, LeaseRecord record, Limits limits);
  std::chrono::microseconds RequestTime() const;
  bool Expired() const;
  void Observe(const LeaseRecord& record);

  KubernetesClient& client_;
  const Clock& clock_;
  const LeaseOptions options_;
  LeaseRecord seen_;
  std::optional<SteadyInstant> seen_at_;   ///< When seen_ was seen to change.
  Value object_;                       ///< The lease as it was written last; null: look first.
  bool holds_ = false;
  bool failed_ = false;                ///< The last step was an error.
  std::int64_t transitions_ = 0;
  SteadyInstant renewed_{};            ///< Before the renewal that succeeded was asked for.
};

}  // namespace upkeep::kubernetes

#endif  // UPKEEP_CHECKS_KUBERNETES_LEASE_ELECTOR_H_
