// SPDX-License-Identifier: Apache-2.0
#include "base/io/connect.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

namespace upkeep::io {
namespace {

constexpr std::chrono::milliseconds kHeadStart{250};

struct Attempt {
  OwnedFd fd;
  std::string address;
};

std::string CauseText(int error) {
  if (error == ECONNREFUSED) return "connection refused";
  if (error == EHOSTUNREACH || error == ENETUNREACH) return "no route to it";
  if (error == ETIMEDOUT) return "no answer to the connection attempt";
  return std::strerror(error);
}

/// Several connection attempts side by side, watched through one epoll descriptor.
class Race {
 public:
  explicit Race(int port) : port_(port), watch_(epoll_create1(EPOLL_CLOEXEC)) {}

  int watch() const { return watch_.get(); }
  bool running() const { return !attempts_.empty(); }

  /// Begins with `address`. A failure is remembered for the message.
  void Begin(const std::string& address) {
    const std::string port = std::to_string(port_);
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
    addrinfo* found = nullptr;
    if (getaddrinfo(address.c_str(), port.c_str(), &hints, &found) != 0) {
      return Fail(address, EINVAL);
    }
    const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> entry(found, &freeaddrinfo);
    OwnedFd fd(socket(entry->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!fd) return Fail(address, errno);
    const int on = 1;
    setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(fd.get(), SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    if (connect(fd.get(), entry->ai_addr, entry->ai_addrlen) != 0 && errno != EINPROGRESS) {
      return Fail(address, errno);
    }
    epoll_event event{};
    event.events = EPOLLOUT;
    event.data.fd = fd.get();
    if (epoll_ctl(watch_.get(), EPOLL_CTL_ADD, fd.get(), &event) != 0) {
      return Fail(address, errno);
    }
    attempts_.push_back({std::move(fd), address});
  }

  /// Looks at the attempts that have ended; one that succeeded, if any.
  Connected Look() {
    epoll_event events[16];
    const int count = epoll_wait(watch_.get(), events, 16, 0);
    for (int i = 0; i < count; ++i) {
      for (auto place = attempts_.begin(); place != attempts_.end(); ++place) {
        if (place->fd.get() != events[i].data.fd) continue;
        Attempt attempt = std::move(*place);
        attempts_.erase(place);
        int error = 0;
        socklen_t length = sizeof error;
        getsockopt(attempt.fd.get(), SOL_SOCKET, SO_ERROR, &error, &length);
        if (error == 0) {
          epoll_ctl(watch_.get(), EPOLL_CTL_DEL, attempt.fd.get(), nullptr);
          return {std::move(attempt.fd), std::move(attempt.address)};
        }
        Fail(attempt.address, error);
        break;
      }
    }
    return {};
  }

  Status Failure() const {
    return Status(Code::kUnreachable, failures_.empty() ? "no connection" : failures_);
  }

 private:
  void Fail(const std::string& address, int error) {
    if (!failures_.empty()) failures_ += "; ";
    const bool v6 = address.find(':') != std::string::npos;
    failures_ += (v6 ? "[" + address + "]" : address) + ":" + std::to_string(port_) + ": " +
                 CauseText(error);
  }

  const int port_;
  const OwnedFd watch_;
  std::vector<Attempt> attempts_;
  std::string failures_;
};

}  // namespace

OwnedFd::~OwnedFd() {
  if (fd_ >= 0) close(fd_);
}

Task<Result<Connected>> ConnectToAny(Reactor& reactor, std::vector<std::string> addresses,
                                     int port, Limits limits) {
  Race race(port);
  if (race.watch() < 0) {
    co_return Status(Code::kInternal, std::string("cannot make an epoll: ") + std::strerror(errno));
  }
  std::size_t next = 0;
  while (true) {
    if (!race.running() && next == addresses.size()) co_return race.Failure();
    if (next < addresses.size()) race.Begin(addresses[next++]);
    if (!race.running()) continue;
    const bool more = next < addresses.size();
    Limits patience = more ? limits.Within(kHeadStart) : limits;
    const Status waited = co_await reactor.WaitReadable(race.watch(), patience);
    if (!waited.ok()) {
      const bool head_start_over = more && waited.code() == Code::kTimeout &&
                                   std::chrono::steady_clock::now() < limits.deadline;
      if (head_start_over) continue;
      co_return waited;
    }
    Connected connected = race.Look();
    if (connected.fd) co_return std::move(connected);
  }
}

}  // namespace upkeep::io
