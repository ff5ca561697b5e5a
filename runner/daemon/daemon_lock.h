// SPDX-License-Identifier: Apache-2.0
//
// One daemon a store: a lock on a file beside it. The kernel gives it back when the process ends,
// however it ends. Daemons that agree by a Lease share it, so that none without one joins them.
//
// THREADS: plain value; moves only.

#ifndef UPKEEP_RUNNER_DAEMON_DAEMON_LOCK_H_
#define UPKEEP_RUNNER_DAEMON_DAEMON_LOCK_H_

#include <string>
#include <utility>

#include "base/status.h"

namespace upkeep::daemon {

class DaemonLock {
 public:
  /// kBusy when another daemon has it, naming its process; kStore when the file can't be made.
  static Result<DaemonLock> Take(const std::string& store_path);
  /// The same beside others that share it; kBusy when one daemon has it for itself.
  static Result<DaemonLock> Share(const std::string& store_path);
  /// Who wrote itself into the lock file last: a process id, or "".
  static std::string HolderOf(const std::string& store_path);

  ~DaemonLock();
  DaemonLock(DaemonLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  DaemonLock& operator=(DaemonLock&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }

 private:
  explicit DaemonLock(int descriptor) : descriptor_(descriptor) {}
  static Result<DaemonLock> Lock(const std::string& store_path, int operation);
  int descriptor_;
};

}  // namespace upkeep::daemon

#endif  // UPKEEP_RUNNER_DAEMON_DAEMON_LOCK_H_
