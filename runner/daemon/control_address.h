// SPDX-License-Identifier: Apache-2.0
//
// The address of a Unix socket whose path may be longer than the 107 bytes that an address holds:
// then it is named by way of its open folder. Private to the daemon's control socket.
//
// THREADS: any.

#ifndef UPKEEP_RUNNER_DAEMON_CONTROL_ADDRESS_H_
#define UPKEEP_RUNNER_DAEMON_CONTROL_ADDRESS_H_

#include <sys/socket.h>
#include <sys/un.h>

#include <string>

namespace upkeep::daemon {

class ControlAddress {
 public:
  explicit ControlAddress(const std::string& path);
  ~ControlAddress();
  ControlAddress(const ControlAddress&) = delete;
  ControlAddress& operator=(const ControlAddress&) = delete;

  /// False when the folder is not there or the file's own name is too long.
  bool ok() const { return ok_; }
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&address_); }
  static constexpr socklen_t size() { return sizeof(sockaddr_un); }

 private:
  sockaddr_un address_{};
  int folder_ = -1;
  bool ok_ = false;
};

}  // namespace upkeep::daemon

#endif  // UPKEEP_RUNNER_DAEMON_CONTROL_ADDRESS_H_
