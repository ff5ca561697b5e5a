// SPDX-License-Identifier: Apache-2.0
//
// The limits and the filter of a playbook's process, put on a child of the test that then tries what
// it may not.
#include "runner/isolate/confine.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cstdlib>
#include <functional>
#include <vector>

namespace upkeep::isolate {
namespace {

constexpr int kConfineFailed = 99;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif

class ConfineTest : public testing::Test {
 protected:
  ConfineTest() { EXPECT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, ends_)); }
  ~ConfineTest() override {
    close(ends_[0]);
    close(ends_[1]);
  }

  /// The status of a child that does `prepare` and then `what`, whose answer is its exit code. Such a
  /// child can't write down which lines it has executed: it does so in our memory, where that works.
  static int StatusOf(const std::function<Status()>& prepare, const std::function<int()>& what,
                      bool shares_memory = !kSanitized) {
    const pid_t child = shares_memory ? vfork() : fork();
    if (child == 0) _exit(prepare().ok() ? what() : kConfineFailed);
    int status = 0;
    EXPECT_EQ(child, waitpid(child, &status, 0));
    return status;
  }
  int Filtered(const std::function<int()>& what, bool shares_memory = !kSanitized) const {
    return StatusOf([this] { return FilterSystemCalls(ends_[0]); }, what, shares_memory);
  }
  void ExpectKilled(const char* name, const std::function<int()>& what) const {
    const int status = Filtered(what);
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS) << name << ": status " << status;
  }
  void ExpectWorks(const char* name, const std::function<int()>& what) const {
    const int status = Filtered(what);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << name << ": status " << status;
  }

  int ends_[2];
};

TEST_F(ConfineTest, FilesProcessesAndTheNetworkAreOutOfReach) {
  ExpectKilled("open", [] { return static_cast<int>(syscall(SYS_openat, AT_FDCWD, "/etc/passwd", O_RDONLY)); });
  ExpectKilled("socket", [] { return socket(AF_INET, SOCK_STREAM, 0); });
  ExpectKilled("connect", [this] { return connect(ends_[0], nullptr, 0); });
  ExpectKilled("fork", [] { return static_cast<int>(syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0)); });
  ExpectKilled("execve", [] { return static_cast<int>(syscall(SYS_execve, "/bin/sh", nullptr, nullptr)); });
  ExpectKilled("kill", [] { return kill(getppid(), 0); });
  ExpectKilled("ptrace", [] { return static_cast<int>(ptrace(PTRACE_TRACEME, 0, nullptr, nullptr)); });
  ExpectKilled("prctl", [] { return prctl(PR_SET_DUMPABLE, 1, 0, 0, 0); });
  ExpectKilled("setrlimit", [] {
    const rlimit none{RLIM_INFINITY, RLIM_INFINITY};
    return setrlimit(RLIMIT_CPU, &none);
  });
  ExpectKilled("dup", [this] { return dup(ends_[0]); });
  ExpectKilled("unlink", [] { return unlink("/nowhere"); });
  ExpectKilled("unshare", [] { return unshare(CLONE_NEWUSER); });
  ExpectKilled("io_uring_setup", [] { return static_cast<int>(syscall(SYS_io_uring_setup, 1, nullptr)); });
  ExpectKilled("bpf", [] { return static_cast<int>(syscall(SYS_bpf, 0, nullptr, 0)); });
  ExpectKilled("sendmsg", [this] { return static_cast<int>(sendmsg(ends_[0], nullptr, 0)); });
  ExpectKilled("sigaction", [] { return signal(SIGXCPU, SIG_IGN) == SIG_ERR ? 1 : 0; });
}

TEST_F(ConfineTest, OnlyTheOneDescriptorCanBeReadAndWritten) {
  const int other = ends_[1];
  ExpectKilled("read", [other] {
    char byte = 0;
    return static_cast<int>(read(other, &byte, 0));
  });
  if (!kSanitized) {   // The sanitizers write to pipes of their own.
    ExpectKilled("write", [other] { return static_cast<int>(write(other, "x", 1)); });
    ExpectKilled("stderr", [] { return static_cast<int>(write(STDERR_FILENO, "x", 1)); });
  }
  ExpectWorks("its own", [this] { return write(ends_[0], "x", 1) == 1 ? 0 : 1; });
}

TEST_F(ConfineTest, MemoryHoldsNoCodeAndIsOfNoFile) {
  ExpectKilled("mmap for code", [] {
    return mmap(nullptr, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED;
  });
  ExpectKilled("mmap of a file", [this] {
    return mmap(nullptr, 4096, PROT_READ, MAP_PRIVATE, ends_[0], 0) == MAP_FAILED;
  });
  ExpectKilled("mprotect for code", [] {
    void* const page = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return mprotect(page, 4096, PROT_READ | PROT_EXEC);
  });
}

TEST_F(ConfineTest, WhatAComputationNeedsWorks) {
  ExpectWorks("memory", [] {
    std::vector<char> large(std::size_t{64} << 20, 'x');
    return large.back() == 'x' ? 0 : 1;
  });
  ExpectWorks("clocks", [] {
    timespec now{};
    return clock_gettime(CLOCK_REALTIME, &now) + clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  });
  ExpectWorks("poll", [this] {
    pollfd one{ends_[0], POLLIN, 0};
    return poll(&one, 1, 0);
  });
  ExpectWorks("exceptions", [] {
    try {
      throw 1;
    } catch (int) {
      return 0;
    }
  });
}

TEST_F(ConfineTest, AnAbortSaysThatItIsOne) {
  if (kSanitized) GTEST_SKIP() << "the sanitizer's own handler wants more";
  // Which abort() would find to be another process's.
  constexpr bool kSharesMemory = false;
  const int status = Filtered([]() -> int { std::abort(); }, kSharesMemory);
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT) << status;
}

TEST_F(ConfineTest, AProcessorBombEndsWithItsReason) {
  const int status = StatusOf([] { return LimitResources({std::size_t{1} << 30, std::chrono::seconds(1)}); }, [] {
    for (;;) sched_yield();
    return 0;
  });
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU) << status;
}

TEST_F(ConfineTest, AMemoryBombGetsNoMore) {
  if (kSanitized) GTEST_SKIP() << "no limit of address space in this build";
  const int status = StatusOf([] { return LimitResources({std::size_t{64} << 20, std::chrono::seconds(60)}); }, [] {
    std::size_t pieces = 0;
    while (pieces < 1000 && mmap(nullptr, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED) ++pieces;
    return pieces > 32 && pieces < 100 ? 0 : 1;
  });
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
}

TEST_F(ConfineTest, LimitsLeaveNoDescriptorsNoFilesAndNoCore) {
  const int status = StatusOf([] { return LimitResources({std::size_t{1} << 30, std::chrono::seconds(60)}); }, [] {
    if (!kSanitized && open("/dev/null", O_RDONLY) >= 0) return 1;
    rlimit core{1, 1}, file{1, 1}, processes{1, 1};
    getrlimit(RLIMIT_CORE, &core);
    getrlimit(RLIMIT_FSIZE, &file);
    getrlimit(RLIMIT_NPROC, &processes);
    if (core.rlim_max + file.rlim_max + processes.rlim_max != 0) return 2;
    if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1) return 3;
    return prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0 ? 0 : 4;
  });
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
}

}  // namespace
}  // namespace upkeep::isolate
