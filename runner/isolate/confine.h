// SPDX-License-Identifier: Apache-2.0
//
// What a playbook's process takes away from itself before it reads a line of the playbook. None of it
// can be undone by the process.
//
// THREADS: for a process with one thread.

#ifndef UPKEEP_RUNNER_ISOLATE_CONFINE_H_
#define UPKEEP_RUNNER_ISOLATE_CONFINE_H_

#include <chrono>
#include <cstddef>

#include "base/status.h"

namespace upkeep::isolate {

struct ResourceLimits {
  /// Of memory beyond what the process has now. Not kept in a build with AddressSanitizer or
  /// ThreadSanitizer: their shadow memory is terabytes of address space.
  std::size_t more_memory = std::size_t{1} << 30;
  std::chrono::seconds cpu{10};
};

/// No new privileges, no core file, no other process may look into it, and the end with its parent;
/// limits of address space and processor; no file may be written, no further descriptor opened and no
/// process started. kInternal.
Status LimitResources(const ResourceLimits& limits);

/// Leaves the system calls that a computation and its one descriptor need: reading and writing
/// `descriptor`, memory that holds no code, clocks, the end. Any other ends the process with SIGSYS.
/// kInternal where the kernel has no filters: then nothing may run.
Status FilterSystemCalls(int descriptor);

}  // namespace upkeep::isolate

#endif  // UPKEEP_RUNNER_ISOLATE_CONFINE_H_
