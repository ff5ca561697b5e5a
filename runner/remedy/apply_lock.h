// SPDX-License-Identifier: Apache-2.0
//
// One process at a time applies the plans of a store: a lock on a file beside it. Whoever holds
// it knows that any plan found half-applied was left by a process that is gone, also one in
// another container, whose process id would say nothing here. The kernel gives the lock back when
// its holder dies.
//
// THREADS: one.

#ifndef UPKEEP_RUNNER_REMEDY_APPLY_LOCK_H_
#define UPKEEP_RUNNER_REMEDY_APPLY_LOCK_H_

#include <string>

#include "base/status.h"

namespace upkeep::remedy {

class ApplyLock {
 public:
  /// kBusy when somebody holds it.
  static Result<ApplyLock> Take(const std::string& store_path);
  ApplyLock(ApplyLock&& other) noexcept;
  ApplyLock& operator=(ApplyLock&&) = delete;
  ApplyLock(const ApplyLock&) = delete;
  ApplyLock& operator=(const ApplyLock&) = delete;
  ~ApplyLock();

 private:
  explicit ApplyLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

}  // namespace upkeep::remedy

#endif  // UPKEEP_RUNNER_REMEDY_APPLY_LOCK_H_
