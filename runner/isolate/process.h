// SPDX-License-Identifier: Apache-2.0
//
// A playbook's process, as upkeep sees it: started, asked over a socket, and ended in any case.
//
// THREADS: as its reactor. Private to runner/isolate.

#ifndef UPKEEP_RUNNER_ISOLATE_PROCESS_H_
#define UPKEEP_RUNNER_ISOLATE_PROCESS_H_

#include <sys/types.h>

#include <chrono>
#include <memory>

#include "base/io/reactor.h"
#include "base/lua/sandbox.h"
#include "base/status.h"
#include "base/task.h"

namespace upkeep::isolate {

/// Makes the executable the other side; see IsChild().
inline constexpr const char* kChildArgument = "isolated-playbook";

class Process {
 public:
  /// Starts this executable again, so that none of upkeep's memory is in it: with no environment, no
  /// descriptor but its end of the socket, and a session of its own, which no Ctrl-C reaches.
  static Result<std::unique_ptr<Process>> Start();
  /// Kills it, and takes its status: neither process nor zombie is left.
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  /// Upkeep's end, not blocking.
  int socket() const { return socket_; }

  /// Waits for its end as long as `patience`, kills it then, and gives the status of waitpid(2).
  Task<int> End(io::Reactor& reactor, std::chrono::milliseconds patience);

 private:
  Process(pid_t pid, int socket) : pid_(pid), socket_(socket) {}
  pid_t pid_;
  const int socket_;
};

/// Why a process ended before its playbook did, told by its status; `budget` names what it had.
Status DescribeEnd(int wait_status, const lua::Budget& budget);

/// What the kernel lets a process with this budget have: more than the sandbox does, whose own limits
/// come first and say more.
std::chrono::seconds CpuLimitOf(const lua::Budget& budget);
std::size_t MemoryLimitOf(const lua::Budget& budget);

}  // namespace upkeep::isolate

#endif  // UPKEEP_RUNNER_ISOLATE_PROCESS_H_
