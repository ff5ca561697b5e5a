// SPDX-License-Identifier: Apache-2.0
#include "runner/daemon/service_manager.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string_view>
#include <utility>

namespace upkeep::daemon {
namespace {

std::optional<long long> NumberOf(const char* text) {
  if (text == nullptr) return std::nullopt;
  long long number = 0;
  const std::string_view view(text);
  const auto [end, error] = std::from_chars(view.data(), view.data() + view.size(), number);
  if (error != std::errc() || end != view.data() + view.size() || number <= 0) return std::nullopt;
  return number;
}

/// The bytes of the address; "" for what is none.
std::string AddressOf(std::string_view path) {
  sockaddr_un address{};
  if (path.size() < 2 || path.size() >= sizeof address.sun_path) return "";
  if (path[0] != '/' && path[0] != '@') return "";
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), path.size());
  std::size_t length = offsetof(sockaddr_un, sun_path) + path.size();
  if (path[0] == '@') {
    address.sun_path[0] = '\0';   // An abstract name has no end of its own: its length counts.
  } else {
    ++length;
  }
  return std::string(reinterpret_cast<const char*>(&address), length);
}

long long MonotonicMicros() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<long long>(now.tv_sec) * 1'000'000 + now.tv_nsec / 1000;
}

/// A status is one line.
std::string OneLine(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

}  // namespace

ServiceManager ServiceManager::FromEnvironment() {
  ServiceManager manager;
  const char* const path = std::getenv("NOTIFY_SOCKET");
  if (path == nullptr) return manager;
  manager.address_ = AddressOf(path);
  if (manager.address_.empty()) return manager;
  manager.socket_ = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  const auto whose = NumberOf(std::getenv("WATCHDOG_PID"));
  const auto micros = NumberOf(std::getenv("WATCHDOG_USEC"));
  if (micros && (!whose || *whose == getpid())) {
    manager.watchdog_ = std::max(std::chrono::milliseconds(1),
                                 std::chrono::milliseconds(*micros / 2 / 1000));
  }
  return manager;
}

ServiceManager::~ServiceManager() {
  if (socket_ >= 0) close(socket_);
}

ServiceManager::ServiceManager(ServiceManager&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)),
      address_(std::move(other.address_)),
      watchdog_(other.watchdog_),
      said_(other.said_) {}

ServiceManager& ServiceManager::operator=(ServiceManager&& other) noexcept {
  std::swap(socket_, other.socket_);
  std::swap(address_, other.address_);
  std::swap(watchdog_, other.watchdog_);
  std::swap(said_, other.said_);
  return *this;
}

void ServiceManager::Send(const std::string& message) {
  if (socket_ < 0) return;
  // A manager that does not take it is no reason to stop working.
  [[maybe_unused]] const ssize_t sent =
      sendto(socket_, message.data(), message.size(), MSG_NOSIGNAL,
             reinterpret_cast<const sockaddr*>(address_.data()),
             static_cast<socklen_t>(address_.size()));
}

void ServiceManager::Ready(const std::string& status) {
  Send("READY=1\nSTATUS=" + OneLine(status) + "\n");
}

void ServiceManager::Reloading() {
  Send("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(MonotonicMicros()) + "\n");
}

void ServiceManager::Stopping(std::chrono::milliseconds at_most) {
  const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(at_most).count();
  Send("STOPPING=1\nEXTEND_TIMEOUT_USEC=" + std::to_string(micros) + "\n");
}

void ServiceManager::Say(const std::string& status) { Send("STATUS=" + OneLine(status) + "\n"); }

void ServiceManager::Alive() {
  if (!watchdog_) return;
  const auto now = std::chrono::steady_clock::now();
  if (said_ != std::chrono::steady_clock::time_point{} && now - said_ < *watchdog_ / 2) return;
  said_ = now;
  Send("WATCHDOG=1\n");
}

}  // namespace upkeep::daemon
