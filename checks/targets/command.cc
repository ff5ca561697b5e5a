// SPDX-License-Identifier: Apache-2.0
#include "checks/targets/command.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace upkeep::checks {
namespace {

class Fd {
 public:
  explicit Fd(int fd = -1) : fd_(fd) {}
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  ~Fd() { Reset(-1); }
  int get() const { return fd_; }
  void Reset(int fd) {
    if (fd_ >= 0) close(fd_);
    fd_ = fd;
  }

 private:
  int fd_;
};

/// A started program; destroying it kills its group and takes its status, so that no path
/// leaves a process or a zombie behind.
class Child {
 public:
  explicit Child(pid_t pid) : pid_(pid) {}
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (pid_ <= 0) return;
    kill(-pid_, SIGKILL);
    int status = 0;
    while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
  }
  /// The exit status, taken once it has ended. What it left running in its group is killed: a
  /// child that holds on to the output must not outlive the wait.
  int Take() {
    int status = 0;
    while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    kill(-pid_, SIGKILL);
    pid_ = -1;
    return status;
  }

 private:
  pid_t pid_;
};

Result<pid_t> Start(const Command& command, int output) {
  std::vector<char*> arguments;
  for (const std::string& argument : command.arguments) {
    arguments.push_back(const_cast<char*>(argument.c_str()));
  }
  arguments.push_back(nullptr);
  std::vector<char*> environment;
  if (command.environment) {
    for (const std::string& variable : *command.environment) {
      environment.push_back(const_cast<char*>(variable.c_str()));
    }
    environment.push_back(nullptr);
  }

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  // Descriptors of ours that a library opened without close-on-exec stay here.
  posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t defaults;
  sigemptyset(&defaults);
  sigaddset(&defaults, SIGPIPE);  // The reactor ignores it, and ignoring is inherited.
  sigset_t mask;
  sigemptyset(&mask);
  posix_spawnattr_setsigdefault(&attributes, &defaults);
  posix_spawnattr_setsigmask(&attributes, &mask);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);

  pid_t pid = 0;
  const int error =
      posix_spawnp(&pid, command.arguments[0].c_str(), &actions, &attributes, arguments.data(),
                   command.environment ? environment.data() : environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) {
    return Status(Code::kConfig, "cannot start '" + command.arguments[0] + "': " + std::strerror(error));
  }
  return pid;
}

/// Reads `fd` until its end.
Task<Result<std::string>> ReadAll(io::Reactor& reactor, int fd, std::size_t at_most, Limits limits) {
  std::string output;
  char piece[4096];
  for (;;) {
    const ssize_t got = read(fd, piece, sizeof piece);
    if (got == 0) co_return output;
    if (got > 0) {
      output.append(piece, static_cast<std::size_t>(got));
      if (output.size() > at_most) {
        co_return Status(Code::kTruncated, "its output is larger than " + std::to_string(at_most) + " bytes");
      }
    } else if (errno == EAGAIN) {
      Status readable = co_await reactor.WaitReadable(fd, limits);
      if (!readable.ok()) co_return readable;
    } else if (errno != EINTR) {
      co_return Status(Code::kError, std::string("its output cannot be read: ") + std::strerror(errno));
    }
  }
}

}  // namespace

Task<Result<Ended>> RunToEnd(io::Reactor& reactor, Command command, Limits limits) {
  if (command.arguments.empty()) co_return Status(Code::kConfig, "there is no program to start");
  const std::string program = "'" + command.arguments[0] + "'";
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) {
    co_return Status(Code::kInternal, std::string("no pipe: ") + std::strerror(errno));
  }
  Fd output(ends[0]), input(ends[1]);
  fcntl(output.get(), F_SETFL, O_NONBLOCK);
  const Result<pid_t> pid = Start(command, input.get());
  if (!pid.ok()) co_return pid.status();
  Child child(*pid);
  input.Reset(-1);

  Result<std::string> text = co_await ReadAll(reactor, output.get(), command.max_output, limits);
  if (!text.ok()) co_return Status(text.status()).Within(program);
  // glibc 2.36 declares pidfd_open() in a way that C++ can't link.
  const Fd ended(static_cast<int>(syscall(SYS_pidfd_open, *pid, 0)));
  if (ended.get() < 0) co_return Status(Code::kInternal, std::string("no pidfd: ") + std::strerror(errno));
  Status waited = co_await reactor.WaitReadable(ended.get(), limits);
  if (!waited.ok()) co_return std::move(waited).Within(program);
  const int status = child.Take();
  Ended end;
  end.output = *std::move(text);
  if (WIFEXITED(status)) {
    end.exit = WEXITSTATUS(status);
  } else {
    end.signal = WTERMSIG(status);
  }
  co_return end;
}

Task<Result<std::string>> RunCommand(io::Reactor& reactor, Command command, Limits limits) {
  const std::string program = command.arguments.empty() ? "" : "'" + command.arguments[0] + "'";
  Result<Ended> end = co_await RunToEnd(reactor, std::move(command), std::move(limits));
  if (!end.ok()) co_return end.status();
  if (end->exit == 0) co_return std::move(end->output);
  co_return Status(Code::kError, program + (end->signal == 0
                                                ? " ended with status " + std::to_string(end->exit)
                                                : " was ended by signal " + std::to_string(end->signal)))
      .WithHint("run it by hand to see its messages");
}

}  // namespace upkeep::checks
