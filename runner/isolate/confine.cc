// SPDX-License-Identifier: Apache-2.0
#include "runner/isolate/confine.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>

namespace upkeep::isolate {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kLimitsAddressSpace = false;
constexpr rlim_t kDescriptors = 6;   // UndefinedBehaviorSanitizer tries addresses with a pipe.
#else
constexpr bool kLimitsAddressSpace = true;
constexpr rlim_t kDescriptors = 4;   // The standard ones and the socket: poll(2) wants as many allowed.
#endif

Status Failed(const char* what) {
  return Status(Code::kInternal, std::string("the playbook's process could not be confined: ") + what + ": " +
                                     std::strerror(errno));
}

/// Address space that the process has now; 0 when the kernel does not tell.
std::size_t AddressSpace() {
  std::size_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  return pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

bool Limit(__rlimit_resource what, rlim_t soft, rlim_t hard) {
  const rlimit limit{soft, hard};
  return setrlimit(what, &limit) == 0;
}

}  // namespace

Status LimitResources(const ResourceLimits& limits) {
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return Failed("no_new_privs");
  if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return Failed("dumpable");
  if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0) return Failed("pdeathsig");
  if (kLimitsAddressSpace) {
    const rlim_t space = AddressSpace() + limits.more_memory;
    if (!Limit(RLIMIT_AS, space, space)) return Failed("RLIMIT_AS");
  }
  const auto seconds = static_cast<rlim_t>(limits.cpu.count());
  // The soft one says SIGXCPU, which names the reason; the hard one is for who ignores it.
  if (!Limit(RLIMIT_CPU, seconds, seconds + 1)) return Failed("RLIMIT_CPU");
  if (!Limit(RLIMIT_CORE, 0, 0)) return Failed("RLIMIT_CORE");
  if (!Limit(RLIMIT_FSIZE, 0, 0)) return Failed("RLIMIT_FSIZE");
  if (!Limit(RLIMIT_NPROC, 0, 0)) return Failed("RLIMIT_NPROC");
  if (!Limit(RLIMIT_NOFILE, kDescriptors, kDescriptors)) return Failed("RLIMIT_NOFILE");
  return Status::Ok();
}

}  // namespace upkeep::isolate
