// SPDX-License-Identifier: Apache-2.0
#include "checks/targets/command.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/when_all.h"

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

/// `messages` is below 0 where they are thrown away.
Result<pid_t> Start(const Command& command, int output, int messages) {
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
  if (messages >= 0) {
    posix_spawn_file_actions_adddup2(&actions, messages, STDERR_FILENO);
  } else {
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  }
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

/// Appends what `fd` has to `kept`, at most `at_most` bytes, and drops the rest: whoever writes more
/// must not have to wait. False at its end.
bool TakeWaiting(int fd, std::size_t at_most, std::string& kept) {
  char piece[4096];
  for (;;) {
    const ssize_t got = read(fd, piece, sizeof piece);
    if (got > 0) {
      kept.append(piece, std::min(static_cast<std::size_t>(got), at_most - kept.size()));
    } else if (got == 0 || errno != EINTR) {
      return got < 0 && errno == EAGAIN;
    }
  }
}

Task<void> ReadMessages(io::Reactor& reactor, int fd, std::size_t at_most, Limits limits, std::string& kept) {
  while (TakeWaiting(fd, at_most, kept)) {
    const Status readable = co_await reactor.WaitReadable(fd, limits);
    if (!readable.ok()) break;
  }
  TakeWaiting(fd, at_most, kept);
}

/// The output, once the program has ended.
Task<void> ReadUntilEnd(io::Reactor& reactor, int fd, int process, std::size_t at_most, Limits limits,
                        Result<std::string>& output, CancelSource& ended) {
  output = co_await ReadAll(reactor, fd, at_most, limits);
  if (output.ok()) {
    const Status waited = co_await reactor.WaitReadable(process, limits);
    if (!waited.ok()) output = waited;
  }
  ended.Cancel();
}

struct Pipe {
  Fd reader, writer;
};

Status Open(Pipe& pipe) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) {
    return Status(Code::kInternal, std::string("no pipe: ") + std::strerror(errno));
  }
  pipe.reader.Reset(ends[0]);
  pipe.writer.Reset(ends[1]);
  fcntl(ends[0], F_SETFL, O_NONBLOCK);
  return Status::Ok();
}

}  // namespace

Task<Result<Ended>> RunToEnd(io::Reactor& reactor, Command command, Limits limits) {
  if (command.arguments.empty()) co_return Status(Code::kConfig, "there is no program to start");
  const std::string program = "'" + command.arguments[0] + "'";
  Pipe output, messages;
  if (Status opened = Open(output); !opened.ok()) co_return opened;
  if (command.max_messages > 0) {
    if (Status opened = Open(messages); !opened.ok()) co_return opened;
  }
  const Result<pid_t> pid = Start(command, output.writer.get(), messages.writer.get());
  if (!pid.ok()) co_return pid.status();
  Child child(*pid);
  output.writer.Reset(-1);
  messages.writer.Reset(-1);

  // glibc 2.36 declares pidfd_open() in a way that C++ can't link.
  const Fd process(static_cast<int>(syscall(SYS_pidfd_open, *pid, 0)));
  if (process.get() < 0) co_return Status(Code::kInternal, std::string("no pidfd: ") + std::strerror(errno));

  Ended end;
  Result<std::string> text = std::string();
  CancelSource ended;
  Limits beside = limits;
  beside.cancel = ended.token();
  std::vector<Task<void>> both;
  both.push_back(ReadUntilEnd(reactor, output.reader.get(), process.get(), command.max_output, limits, text, ended));
  if (command.max_messages > 0) {
    both.push_back(ReadMessages(reactor, messages.reader.get(), command.max_messages, beside, end.messages));
  }
  co_await WhenAll(std::move(both));
  if (!text.ok()) co_return Status(text.status()).Within(program);
  const int status = child.Take();
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
