// SPDX-License-Identifier: Apache-2.0
//
// Which of several daemons on one store leads: the only one that plans, starts, books and
// recovers. The others are standbys, which do nothing but ask again.
//
// A lock file beside the store on one machine, a Lease in a cluster. What makes it safe is neither
// of them but the store's fence (runner/store/fence.h), raised each time that one begins to lead.
//
// THREADS: as the reactor.

#ifndef UPKEEP_RUNNER_DAEMON_LEADERSHIP_H_
#define UPKEEP_RUNNER_DAEMON_LEADERSHIP_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/status.h"
#include "base/task.h"
#include "checks/kubernetes/client.h"
#include "runner/daemon/daemon_lock.h"

namespace upkeep::daemon {

class Leadership {
 public:
  virtual ~Leadership() = default;

  /// Tries to lead, or to go on leading: true when this process leads now. `above`: the store's
  /// highest fence. An error means that nobody could be asked; Leads() says what holds then.
  virtual Task<Result<bool>> Try(std::int64_t above, Limits limits) = 0;
  /// Whether this process may act as the leader at this very moment.
  virtual bool Leads() const = 0;
  /// The number to raise the store's fence to; 0: the next one.
  virtual std::int64_t fence() const = 0;
  /// When to Try() again, from now.
  virtual std::chrono::milliseconds UntilNext() const = 0;
  /// Gives it back, so that a standby takes over at once.
  virtual Task<Status> Release(Limits limits) = 0;
  /// Who leads, as far as is known: a process, or "".
  virtual std::string holder() const = 0;
  /// "lockfile", "lease upkeep/upkeep"
  virtual std::string source() const = 0;
};

/// The lock file beside the store. The kernel gives the lock of a dead process back, and keeps
/// that of a stopped one.
class FileLeadership final : public Leadership {
 public:
  /// `lock`: one that was taken already.
  explicit FileLeadership(std::string store_path, std::optional<DaemonLock> lock = std::nullopt)
      : store_path_(std::move(store_path)), lock_(std::move(lock)) {}

  Task<Result<bool>> Try(std::int64_t above, Limits limits) override;
  bool Leads() const override { return lock_.has_value(); }
  std::int64_t fence() const override { return 0; }
  std::chrono::milliseconds UntilNext() const override;
  Task<Status> Release(Limits limits) override;
  std::string holder() const override { return holder_; }
  std::string source() const override { return "lockfile"; }

 private:
  std::string store_path_, holder_;
  std::optional<DaemonLock> lock_;
};

struct LeaseChoice {
  std::string space, name;             ///< Empty `space`: the one of the credentials.
  std::string kubeconfig;              ///< Empty: the pod's own ServiceAccount.
  std::chrono::seconds duration{15};
};

/// "NAME" or "NAMESPACE/NAME"; kUsage for what can't be the name of a Lease.
Result<LeaseChoice> ReadLeaseChoice(const std::string& text);

/// A Lease of the API server that the credentials belong to; kConfig when they can't be read.
/// Shares the daemon's lock file with other holders of leases, so that no daemon without a lease
/// runs beside them: kBusy when one does. Reactor, redactor and clock outlive it.
Result<std::unique_ptr<Leadership>> MakeLeaseLeadership(LeaseChoice choice, std::string store_path,
                                                        std::string identity, io::Reactor& reactor,
                                                        Redactor& redactor, const Clock& clock);

}  // namespace upkeep::daemon

#endif  // UPKEEP_RUNNER_DAEMON_LEADERSHIP_H_
