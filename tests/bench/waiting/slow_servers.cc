// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/waiting/slow_servers.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <map>

namespace upkeep::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::string_view kAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";

/// A listening socket on 127.50.<n>; 0 asks for any port.
int Listen(int number, std::string& url) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl((127U << 24) | (50U << 16) | static_cast<unsigned>(number + 1));
  socklen_t size = sizeof address;
  if (fd < 0 || bind(fd, reinterpret_cast<sockaddr*>(&address), size) != 0 || listen(fd, 8) != 0 ||
      getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    return -1;
  }
  char text[INET_ADDRSTRLEN];
  inet_ntop(AF_INET, &address.sin_addr, text, sizeof text);
  url = "http://" + std::string(text) + ":" + std::to_string(ntohs(address.sin_port)) + "/";
  return fd;
}

[[noreturn]] void Serve(const std::vector<int>& listeners, std::chrono::milliseconds delay) {
  std::map<int, Clock::time_point> due;   // Connection → when it is answered.
  for (;;) {
    std::vector<pollfd> polled;
    for (const int fd : listeners) polled.push_back({fd, POLLIN, 0});
    poll(polled.data(), polled.size(), 5);
    for (const pollfd& one : polled) {
      if ((one.revents & POLLIN) == 0) continue;
      const int connection = accept4(one.fd, nullptr, nullptr, SOCK_CLOEXEC);
      if (connection >= 0) due[connection] = Clock::now() + delay;
    }
    for (auto at = due.begin(); at != due.end();) {
      if (Clock::now() < at->second) {
        ++at;
        continue;
      }
      char request[4096];
      [[maybe_unused]] const ssize_t got = recv(at->first, request, sizeof request, MSG_DONTWAIT);
      [[maybe_unused]] const ssize_t sent = send(at->first, kAnswer.data(), kAnswer.size(), MSG_NOSIGNAL);
      close(at->first);
      at = due.erase(at);
    }
  }
}

}  // namespace

SlowServers::SlowServers(int count, std::chrono::milliseconds delay) {
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  std::vector<int> listeners;
  for (int i = 0; i < count; ++i) {
    std::string url;
    const int fd = Listen(i, url);
    if (fd < 0) break;
    listeners.push_back(fd);
    urls_.push_back(url);
  }
  if (static_cast<int>(urls_.size()) < count) urls_.clear();
  child_ = fork();
  if (child_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    Serve(listeners, delay);
  }
  for (const int fd : listeners) close(fd);
}

SlowServers::~SlowServers() {
  if (child_ <= 0) return;
  kill(child_, SIGKILL);
  waitpid(child_, nullptr, 0);
}

}  // namespace upkeep::bench
