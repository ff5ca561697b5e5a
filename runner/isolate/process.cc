// SPDX-License-Identifier: Apache-2.0
#include "runner/isolate/process.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "runner/isolate/child.h"

namespace upkeep::isolate {
namespace {

constexpr std::size_t kMiB = std::size_t{1} << 20;

int Wait(pid_t pid, int flags, int& status) {
  int got = 0;
  do {
    got = waitpid(pid, &status, flags);
  } while (got < 0 && errno == EINTR);
  return got;
}

int Spawn(int socket, pid_t& pid) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  for (const int standard : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    posix_spawn_file_actions_addopen(&actions, standard, "/dev/null", O_RDWR, 0);
  }
  posix_spawn_file_actions_adddup2(&actions, socket, kChildSocket);
  posix_spawn_file_actions_addclosefrom_np(&actions, kChildSocket + 1);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  std::string name = "upkeep", argument = kChildArgument;
  char* const arguments[] = {name.data(), argument.data(), nullptr};
  char* const environment[] = {nullptr};
  const int error = posix_spawn(&pid, "/proc/self/exe", &actions, &attributes, arguments, environment);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return error;
}

Status NotStarted(int error) {
  return Status(Code::kInternal, std::string("the playbook's process could not be started: ") + std::strerror(error));
}

}  // namespace

Result<std::unique_ptr<Process>> Process::Start() {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return NotStarted(errno);
  // Out of the way of the descriptors that the process gets: a file action would close it first.
  const int theirs = fcntl(ends[1], F_DUPFD_CLOEXEC, kChildSocket + 1);
  int error = theirs < 0 || fcntl(ends[0], F_SETFL, O_NONBLOCK) != 0 ? errno : 0;
  close(ends[1]);
  pid_t pid = -1;
  if (error == 0) error = Spawn(theirs, pid);
  if (theirs >= 0) close(theirs);
  if (error != 0) {
    close(ends[0]);
    return NotStarted(error);
  }
  return std::unique_ptr<Process>(new Process(pid, ends[0]));
}

Process::~Process() {
  close(socket_);
  if (pid_ <= 0) return;
  int status = 0;
  kill(pid_, SIGKILL);
  Wait(pid_, 0, status);
}

Task<int> Process::End(io::Reactor& reactor, std::chrono::milliseconds patience) {
  const SteadyInstant enough = std::chrono::steady_clock::now() + patience;
  bool killed = false;
  int status = 0;
  while (Wait(pid_, WNOHANG, status) == 0) {
    const SteadyInstant now = std::chrono::steady_clock::now();
    if (!killed && now >= enough) {
      kill(pid_, SIGKILL);
      killed = true;
    }
    // Its end is a matter of a moment, and nothing is told of it that works on every kernel.
    (void)co_await reactor.SleepUntil(now + std::chrono::milliseconds(1), {});
  }
  pid_ = -1;
  co_return status;
}

Status DescribeEnd(int wait_status, const lua::Budget& budget) {
  if (WIFEXITED(wait_status)) {
    const int code = WEXITSTATUS(wait_status);
    if (code == kExitOutOfMemory) {
      return Status(Code::kBudget, "the playbook's process needed more than its limit of " +
                                       std::to_string(MemoryLimitOf(budget) / kMiB) + " MiB of memory");
    }
    return Status(Code::kError, "the playbook's process ended with exit code " + std::to_string(code) + " before the playbook did");
  }
  const int signal = WIFSIGNALED(wait_status) ? WTERMSIG(wait_status) : 0;
  if (signal == SIGSYS) {
    return Status(Code::kError, "the playbook's process made a system call that it may not make, and the kernel ended it");
  }
  if (signal == SIGXCPU) {
    return Status(Code::kBudget, "the playbook's process spent its limit of " + std::to_string(CpuLimitOf(budget).count()) +
                                     " s of processor time");
  }
  return Status(Code::kError, "the playbook's process crashed: signal " + std::to_string(signal) + " (" + strsignal(signal) + ")");
}

std::chrono::seconds CpuLimitOf(const lua::Budget& budget) {
  // Taking answers apart is not the playbook's spending, but it is the process's.
  constexpr std::chrono::seconds kForAnswers{10};
  return std::chrono::ceil<std::chrono::seconds>(budget.cpu) + kForAnswers;
}

std::size_t MemoryLimitOf(const lua::Budget& budget) {
  // Documents are held beside the sandbox, and values are copied out of it.
  constexpr std::size_t kForAnswers = 1024 * kMiB;
  return 2 * budget.memory_bytes + kForAnswers;
}

}  // namespace upkeep::isolate
