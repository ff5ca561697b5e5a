// SPDX-License-Identifier: Apache-2.0
#include "runner/daemon/http_stream.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

namespace upkeep::daemon {
namespace {

using SteadyClock = std::chrono::steady_clock;

bool IsOnlyLater() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

}  // namespace

HttpStream::HttpStream(Connections& all, socket_t socket) : open_(all, socket), socket_(socket) {}

bool HttpStream::HasRequest(std::chrono::milliseconds patience) {
  return begin_ < end_ || Fill(SteadyClock::now() + patience);
}

void HttpStream::BeginRequest(std::chrono::milliseconds reading, std::chrono::milliseconds writing) {
  read_by_ = SteadyClock::now() + reading;
  write_by_ = Time{};
  writing_ = writing;
}

bool HttpStream::Fill(Time deadline) {
  for (;;) {
    // Asked before each read: bytes that keep coming must not outrun the deadline.
    if (SteadyClock::now() >= deadline) return false;
    const ssize_t got = recv(socket_, buffer_.data(), buffer_.size(), MSG_DONTWAIT);
    if (got > 0) {
      begin_ = 0;
      end_ = static_cast<std::size_t>(got);
      return true;
    }
    if (got == 0 || !IsOnlyLater() || !open_.Wait(POLLIN, deadline)) return false;
  }
}

bool HttpStream::is_readable() const { return begin_ < end_ || open_.Wait(POLLIN, read_by_); }

bool HttpStream::is_writable() const {
  return open_.Wait(POLLOUT, write_by_ == Time{} ? SteadyClock::now() + writing_ : write_by_);
}

ssize_t HttpStream::read(char* to, size_t size) {
  if (begin_ == end_ && !Fill(read_by_)) return -1;
  const std::size_t some = std::min(size, end_ - begin_);
  std::copy_n(buffer_.data() + begin_, some, to);
  begin_ += some;
  return static_cast<ssize_t>(some);
}

ssize_t HttpStream::write(const char* from, size_t size) {
  // The answer's time begins with its first byte: how long it took to make is not the client's doing.
  if (write_by_ == Time{}) write_by_ = SteadyClock::now() + writing_;
  for (;;) {
    const ssize_t sent = send(socket_, from, size, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent >= 0) return sent;
    if (!IsOnlyLater() || !open_.Wait(POLLOUT, write_by_)) return -1;
  }
}

// Nothing here asks who it is: httplib would only write it into headers of the request.
void HttpStream::get_remote_ip_and_port(std::string& ip, int& port) const {
  ip.clear();
  port = 0;
}
void HttpStream::get_local_ip_and_port(std::string& ip, int& port) const { get_remote_ip_and_port(ip, port); }

}  // namespace upkeep::daemon
