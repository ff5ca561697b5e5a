// SPDX-License-Identifier: Apache-2.0
#ifndef UPKEEP_BASE_IO_CONNECT_H_
#define UPKEEP_BASE_IO_CONNECT_H_

#include <string>
#include <utility>
#include <vector>

#include "base/io/reactor.h"

namespace upkeep::io {

/// A file descriptor that is closed with its owner.
class OwnedFd {
 public:
  OwnedFd() = default;
  explicit OwnedFd(int fd) : fd_(fd) {}
  OwnedFd(OwnedFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  OwnedFd& operator=(OwnedFd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~OwnedFd();
  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

struct Connected {
  OwnedFd fd;
  std::string address;
};

/// Connects to the first of `addresses` that answers. The next one is tried as soon as one has
/// failed, or 250 ms later beside it (RFC 8305), so that a dead first address costs little.
Task<Result<Connected>> ConnectToAny(Reactor& reactor, std::vector<std::string> addresses,
                                     int port, Limits limits);

}  // namespace upkeep::io

#endif  // UPKEEP_BASE_IO_CONNECT_H_
