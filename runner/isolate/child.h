// SPDX-License-Identifier: Apache-2.0
//
// The other side: a process that runs one playbook and can do nothing but compute and ask.
//
// THREADS: the process has one.

#ifndef UPKEEP_RUNNER_ISOLATE_CHILD_H_
#define UPKEEP_RUNNER_ISOLATE_CHILD_H_

namespace upkeep::isolate {

/// The descriptor on which the process is asked and asks.
inline constexpr int kChildSocket = 3;
/// Its exit code when there was no memory for what its own code needs.
inline constexpr int kExitOutOfMemory = 71;

/// From here on the process ends with kExitOutOfMemory when C++ gets no more memory, whichever allocator
/// it has.
void EndWhenOutOfMemory();

/// Whether this process was started as one of these: main() calls it before anything else.
bool IsChild(int argc, const char* const* argv);

/// Confines the process, runs the playbook that the socket names, and gives the exit code.
int ChildMain();

}  // namespace upkeep::isolate

#endif  // UPKEEP_RUNNER_ISOLATE_CHILD_H_
