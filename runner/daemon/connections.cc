// SPDX-License-Identifier: Apache-2.0
#include "runner/daemon/connections.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>

namespace upkeep::daemon {

Connections::Open::Open(Connections& all, int socket) : all_(all), socket_(socket) {
  const std::lock_guard lock(all_.mutex_);
  place_ = all_.open_.insert(all_.open_.end(), this);
  if (all_.cutting_) all_.Cut(*this);
}

Connections::Open::~Open() {
  {
    const std::lock_guard lock(all_.mutex_);
    all_.open_.erase(place_);
  }
  all_.gone_.notify_all();
}

bool Connections::Open::Wait(short events, std::chrono::steady_clock::time_point deadline) {
  {
    const std::lock_guard lock(all_.mutex_);
    if (cut_ || (all_.ending_ && events == POLLIN)) return false;
    waits_ = true;
  }
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
  pollfd asked{socket_, events, 0};
  const int ready = left.count() > 0 ? poll(&asked, 1, static_cast<int>(left.count())) : 0;
  const std::lock_guard lock(all_.mutex_);
  waits_ = false;
  return ready != 0 && !cut_ && !(all_.ending_ && events == POLLIN);   // A signal is no end.
}

void Connections::Cut(Open& open) {
  open.cut_ = true;
  shutdown(open.socket_, SHUT_RDWR);   // Ends a poll() on another thread, too.
}

bool Connections::EndOldest() {
  const std::lock_guard lock(mutex_);
  const auto oldest = std::find_if(open_.begin(), open_.end(), [](const Open* one) { return one->waits_ && !one->cut_; });
  if (oldest == open_.end()) return false;
  Cut(**oldest);
  return true;
}

void Connections::EndAll(std::chrono::milliseconds grace) {
  std::unique_lock lock(mutex_);
  ending_ = true;
  for (const Open* const one : open_) shutdown(one->socket_, SHUT_RD);
  gone_.wait_for(lock, grace, [this] { return open_.empty(); });
  cutting_ = true;
  for (Open* const one : open_) Cut(*one);
}

bool Connections::ending() const {
  const std::lock_guard lock(mutex_);
  return ending_;
}

}  // namespace upkeep::daemon
