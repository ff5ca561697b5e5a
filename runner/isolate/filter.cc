// SPDX-License-Identifier: Apache-2.0
//
// The system calls of a playbook's process. libseccomp makes the filter: it knows each architecture's
// numbers and refuses the ones of other ABIs of the same kernel, which hand-made filters forget.
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstring>
#include <initializer_list>
#include <memory>
#include <string>

#include "runner/isolate/confine.h"

namespace upkeep::isolate {
namespace {

struct Release {
  void operator()(void* filter) const { seccomp_release(filter); }
};
using Filter = std::unique_ptr<void, Release>;

Status Failed(const char* what, int error) {
  return Status(Code::kInternal, std::string("the playbook's process could not be confined: ") + what + ": " +
                                     std::strerror(-error));
}

int Allow(const Filter& filter, std::initializer_list<int> calls) {
  for (const int call : calls) {
    const int error = seccomp_rule_add(filter.get(), SCMP_ACT_ALLOW, call, 0);
    // What this architecture does not have needs no rule.
    if (error != 0 && error != -EDOM) return error;
  }
  return 0;
}

/// The call, where its argument `position` is `value` under `mask`.
int AllowWhere(const Filter& filter, int call, unsigned position, std::uint64_t mask, std::uint64_t value) {
  const scmp_arg_cmp condition{position, SCMP_CMP_MASKED_EQ, mask, value};
  return seccomp_rule_add_array(filter.get(), SCMP_ACT_ALLOW, call, 1, &condition);
}

int AddRules(const Filter& filter, int descriptor) {
  constexpr std::uint64_t kAll = ~std::uint64_t{0};
  const auto socket = static_cast<std::uint64_t>(descriptor);
  const auto self = static_cast<std::uint64_t>(getpid());
  for (const int call : {SCMP_SYS(read), SCMP_SYS(write)}) {
    if (const int error = AllowWhere(filter, call, 0, kAll, socket); error != 0) return error;
  }
  // Memory may hold data and no code, and is of no file.
  const scmp_arg_cmp plain[] = {{2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0},
                                {3, SCMP_CMP_MASKED_EQ, MAP_ANONYMOUS, MAP_ANONYMOUS}};
  if (const int error = seccomp_rule_add_array(filter.get(), SCMP_ACT_ALLOW, SCMP_SYS(mmap), 2, plain); error != 0) {
    return error;
  }
  if (const int error = AllowWhere(filter, SCMP_SYS(mprotect), 2, PROT_EXEC, 0); error != 0) return error;
  // A failed assertion ends with SIGABRT, which says more than SIGSYS. Signals to nobody else.
  if (const int error = AllowWhere(filter, SCMP_SYS(tgkill), 0, kAll, self); error != 0) return error;
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  // The sanitizers' own: before an exception or the end, and a pipe to try whether an address is there.
  if (const int error = Allow(filter, {SCMP_SYS(sigaltstack), SCMP_SYS(pipe2), SCMP_SYS(close), SCMP_SYS(write)});
      error != 0) {
    return error;
  }
#endif
  return Allow(filter, {SCMP_SYS(poll), SCMP_SYS(ppoll), SCMP_SYS(restart_syscall),
                        SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(brk),
                        SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday), SCMP_SYS(time),
                        SCMP_SYS(futex), SCMP_SYS(getrandom), SCMP_SYS(getpid), SCMP_SYS(gettid), SCMP_SYS(getcpu),
                        SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn), SCMP_SYS(sched_yield),
                        SCMP_SYS(exit), SCMP_SYS(exit_group)});
}

}  // namespace

Status FilterSystemCalls(int descriptor) {
  const Filter filter(seccomp_init(SCMP_ACT_KILL_PROCESS));
  if (filter == nullptr) return Failed("seccomp_init", -ENOMEM);
#if !defined(__SANITIZE_THREAD__)
  // Every thread; ThreadSanitizer has one of its own, which sleeps.
  if (const int error = seccomp_attr_set(filter.get(), SCMP_FLTATR_CTL_TSYNC, 1); error != 0) {
    return Failed("tsync", error);
  }
#endif
  if (const int error = seccomp_attr_set(filter.get(), SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS); error != 0) {
    return Failed("badarch", error);
  }
  if (const int error = AddRules(filter, descriptor); error != 0) return Failed("seccomp_rule_add", error);
  if (const int error = seccomp_load(filter.get()); error != 0) return Failed("seccomp_load", error);
  return Status::Ok();
}

}  // namespace upkeep::isolate
