// SPDX-License-Identifier: Apache-2.0
#include "runner/daemon/leadership.h"

#include <utility>

#include "checks/kubernetes/access.h"
#include "checks/kubernetes/lease_elector.h"

namespace upkeep::daemon {
namespace {

using std::chrono::milliseconds;

// One system call each time; nobody notices a hand-over that takes so long.
constexpr milliseconds kAskForFile{200};

class LeaseLeadership final : public Leadership {
 public:
  LeaseLeadership(DaemonLock lock, kubernetes::Access access, kubernetes::LeaseOptions options,
                  io::Reactor& reactor, Redactor& redactor, const Clock& clock)
      : lock_(std::move(lock)),
        source_("lease " + options.space + "/" + options.name),
        client_(reactor, std::move(access), redactor),
        elector_(client_, clock, std::move(options)) {}

  Task<Result<bool>> Try(std::int64_t above, Limits limits) override {
    return elector_.Step(above, std::move(limits));
  }
  bool Leads() const override { return elector_.Leads(); }
  std::int64_t fence() const override { return elector_.transitions(); }
  milliseconds UntilNext() const override { return elector_.UntilNext(); }
  Task<Status> Release(Limits limits) override { return elector_.Release(std::move(limits)); }
  std::string holder() const override { return elector_.holder(); }
  std::string source() const override { return source_; }

 private:
  DaemonLock lock_;   ///< Shared: only daemons without a lease are kept away.
  std::string source_;
  kubernetes::KubernetesClient client_;
  kubernetes::LeaseElector elector_;
};

}  // namespace

Task<Result<bool>> FileLeadership::Try(std::int64_t, Limits) {
  if (lock_) co_return true;
  Result<DaemonLock> taken = DaemonLock::Take(store_path_);
  if (taken.ok()) {
    lock_.emplace(std::move(*taken));
    holder_.clear();
    co_return true;
  }
  if (taken.status().code() != Code::kBusy) co_return taken.status();
  holder_ = DaemonLock::HolderOf(store_path_);
  co_return false;
}

milliseconds FileLeadership::UntilNext() const { return kAskForFile; }

Task<Status> FileLeadership::Release(Limits) {
  lock_.reset();
  co_return Status::Ok();
}

Result<LeaseChoice> ReadLeaseChoice(const std::string& text) {
  LeaseChoice choice;
  const std::size_t slash = text.find('/');
  choice.name = slash == std::string::npos ? text : text.substr(slash + 1);
  if (slash != std::string::npos) choice.space = text.substr(0, slash);
  const bool fine = kubernetes::CheckName(choice.name).ok() &&
                    (slash == std::string::npos || kubernetes::CheckName(choice.space).ok());
  if (fine) return choice;
  return Status(Code::kUsage, "'" + text + "' can't be the name of a Lease")
      .WithHint("NAME or NAMESPACE/NAME, such as upkeep/upkeep");
}

Result<std::unique_ptr<Leadership>> MakeLeaseLeadership(LeaseChoice choice, std::string store_path,
                                                        std::string identity, io::Reactor& reactor,
                                                        Redactor& redactor, const Clock& clock) {
  Result<kubernetes::Access> access =
      choice.kubeconfig.empty() ? kubernetes::InClusterAccess(redactor)
                                : kubernetes::ReadKubeconfig(choice.kubeconfig, "", redactor);
  if (!access.ok()) return access.status();
  Result<DaemonLock> lock = DaemonLock::Share(store_path);
  if (!lock.ok()) return lock.status();
  kubernetes::LeaseOptions options;
  options.space = choice.space.empty() ? access->default_namespace : choice.space;
  options.name = std::move(choice.name);
  options.identity = std::move(identity);
  options.duration = choice.duration;
  return std::unique_ptr<Leadership>(std::make_unique<LeaseLeadership>(
      std::move(*lock), std::move(*access), std::move(options), reactor, redactor, clock));
}

}  // namespace upkeep::daemon
