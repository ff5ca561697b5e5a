// SPDX-License-Identifier: Apache-2.0
#include "runner/daemon/control_socket.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "runner/daemon/control_address.h"
#include "runner/run/session.h"

namespace upkeep::daemon {
namespace {

// A person's command asks and goes; a connection that says nothing for so long is dropped.
constexpr std::chrono::seconds kSocketPatience{10};
constexpr std::chrono::milliseconds kStopLook{5};

Status Trouble(const std::string& path, const std::string& what) {
  return Status(Code::kConfig, "the control socket " + path + " can't be made: " + what)
      .WithHint("name another place with --control PATH");
}

/// Whether somebody accepts connections at `path`.
bool SomebodyListens(const ControlAddress& address) {
  const int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (probe < 0) return true;   // Not known: then it is left alone.
  const bool connected = connect(probe, address.get(), ControlAddress::size()) == 0;
  const int error = errno;
  close(probe);
  // A full backlog is a living listener as well.
  return connected || error == EAGAIN;
}

/// Removes what a dead process left at `path`.
Status ClearTheWay(const std::string& path, const ControlAddress& address) {
  struct stat about {};
  if (lstat(path.c_str(), &about) != 0) {
    return errno == ENOENT ? Status::Ok() : Trouble(path, std::strerror(errno));
  }
  if (!S_ISSOCK(about.st_mode)) {
    return Status(Code::kBusy, path + " is there and is no socket")
        .WithHint("name another place with --control PATH");
  }
  if (SomebodyListens(address)) {
    return Status(Code::kBusy, "another daemon listens on the control socket " + path)
        .WithHint("end that one, or name another place with --control PATH");
  }
  if (unlink(path.c_str()) != 0 && errno != ENOENT) return Trouble(path, std::strerror(errno));
  return Status::Ok();
}

}  // namespace

std::string ControlPath(const std::string& store_path) { return store_path + ".control"; }

Result<std::unique_ptr<ControlSocket>> ControlSocket::Listen(io::Reactor& reactor,
                                                             const std::string& path,
                                                             Handler handler) {
  const ControlAddress address(path);
  if (!address.ok()) return Trouble(path, "its folder is not there, or its name is too long");
  UPKEEP_RETURN_IF_ERROR(ClearTheWay(path, address));
  const int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (descriptor < 0) return Trouble(path, std::strerror(errno));
  // The mode is right from the first moment; before listen() nobody gets in anyway.
  const mode_t before = umask(0177);
  const int bound = bind(descriptor, address.get(), ControlAddress::size());
  const int error = errno;
  umask(before);
  if (bound != 0 || listen(descriptor, kMaxConnections) != 0) {
    const std::string what = std::strerror(bound != 0 ? error : errno);
    close(descriptor);
    return Trouble(path, what);
  }
  return std::unique_ptr<ControlSocket>(
      new ControlSocket(reactor, path, descriptor, std::move(handler)));
}

ControlSocket::ControlSocket(io::Reactor& reactor, std::string path, int descriptor, Handler handler)
    : reactor_(reactor), path_(std::move(path)), descriptor_(descriptor),
      handler_(std::move(handler)) {}

ControlSocket::~ControlSocket() {
  unlink(path_.c_str());
  close(descriptor_);
}

void ControlSocket::Start() {
  ++open_;
  reactor_.Spawn(Accept());
}

Task<void> ControlSocket::Stop() {
  stop_.Cancel();
  while (open_ > 0) {
    const Limits limits = Limits();
    const Status slept =
        co_await reactor_.SleepUntil(std::chrono::steady_clock::now() + kStopLook, limits);
    (void)slept;
  }
}

Task<void> ControlSocket::Accept() {
  Limits limits;
  limits.cancel = stop_.token();
  for (;;) {
    const Status readable = co_await reactor_.WaitReadable(descriptor_, limits);
    if (!readable.ok()) break;
    const int connection = accept4(descriptor_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (connection < 0) {
      if (errno == EAGAIN || errno == EINTR || errno == ECONNABORTED) continue;
      // Out of descriptors, most likely: not a reason to spin.
      const Status slept = co_await reactor_.SleepUntil(
          std::chrono::steady_clock::now() + std::chrono::seconds(1), limits);
      if (!slept.ok()) break;
      continue;
    }
    if (connections_ >= kMaxConnections) {
      close(connection);
      continue;
    }
    ++open_;
    ++connections_;
    reactor_.Spawn(Serve(connection));
  }
  --open_;
}

Task<void> ControlSocket::Serve(int connection) {
  ucred peer{};
  socklen_t length = sizeof peer;
  const bool known = getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0;
  const bool may = known && (peer.uid == geteuid() || peer.uid == 0);
  const store::Actor actor = may ? run::ActorOfProcess(peer.pid, peer.uid) : store::Actor{};
  Limits limits;
  limits.cancel = stop_.token();
  std::string input;
  while (may) {
    const std::size_t end = input.find('\n');
    if (end == std::string::npos) {
      if (input.size() > kMaxLine) break;
      const Limits own = limits.Within(kSocketPatience);
      const Status readable = co_await reactor_.WaitReadable(connection, own);
      if (!readable.ok()) break;
      std::array<char, 4096> bytes{};
      const ssize_t got = read(connection, bytes.data(), bytes.size());
      if (got < 0 && (errno == EAGAIN || errno == EINTR)) continue;
      if (got <= 0) break;
      input.append(bytes.data(), static_cast<std::size_t>(got));
      continue;
    }
    if (end > kMaxLine) break;
    const std::string answer = Answer(std::string_view(input).substr(0, end), actor);
    input.erase(0, end + 1);
    std::size_t sent = 0;
    while (sent < answer.size()) {
      const ssize_t wrote =
          send(connection, answer.data() + sent, answer.size() - sent, MSG_NOSIGNAL);
      if (wrote > 0) {
        sent += static_cast<std::size_t>(wrote);
        continue;
      }
      if (wrote < 0 && errno == EINTR) continue;
      if (wrote < 0 && errno != EAGAIN) break;
      const Limits own = limits.Within(kSocketPatience);
      const Status writable = co_await reactor_.WaitWritable(connection, own);
      if (!writable.ok()) break;
    }
    if (sent < answer.size()) break;
  }
  close(connection);
  --connections_;
  --open_;
}

std::string ControlSocket::Answer(std::string_view line, const store::Actor& actor) const {
  auto request = ParseJson(line);
  Result<Value> answer = !request.ok() || !request->is_object()
                             ? Result<Value>(Status(Code::kInvalid, "a request is one JSON object"))
                             : handler_(*request, actor);
  Value said = Value::object();
  if (answer.ok()) {
    said = std::move(*answer);
    said["ok"] = true;
  } else {
    said = {{"ok", false},
            {"code", CodeName(answer.status().code())},
            {"message", answer.status().message()},
            {"hint", answer.status().hint()}};
  }
  return CanonicalJson(said) + "\n";
}

}  // namespace upkeep::daemon
