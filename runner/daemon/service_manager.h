// SPDX-License-Identifier: Apache-2.0
//
// What a service manager (systemd, or whoever speaks sd_notify) is told: that the daemon is ready,
// reads its files again, ends, and that its loop still turns. Small datagrams to the socket that
// $NOTIFY_SOCKET names; without it, nothing is sent.
//
// THREADS: one thread.

#ifndef UPKEEP_RUNNER_DAEMON_SERVICE_MANAGER_H_
#define UPKEEP_RUNNER_DAEMON_SERVICE_MANAGER_H_

#include <chrono>
#include <optional>
#include <string>

#include "base/status.h"

namespace upkeep::daemon {

class ServiceManager {
 public:
  /// Of $NOTIFY_SOCKET (a path, or "@name" for an abstract one), $WATCHDOG_USEC and
  /// $WATCHDOG_PID; another process's watchdog is none.
  static ServiceManager FromEnvironment();

  ServiceManager() = default;        ///< Nobody listens.
  ~ServiceManager();
  ServiceManager(ServiceManager&& other) noexcept;
  ServiceManager& operator=(ServiceManager&& other) noexcept;

  bool listens() const { return socket_ >= 0; }
  /// How often Alive() has to be called: half of what the manager waits; nothing: not at all.
  std::optional<std::chrono::milliseconds> watchdog() const { return watchdog_; }

  void Ready(const std::string& status);
  /// Files are read again; Ready() ends it.
  void Reloading();
  /// The end has begun and takes at most so long.
  void Stopping(std::chrono::milliseconds at_most);
  void Say(const std::string& status);
  /// The loop turned. Sends at most one WATCHDOG=1 in half a watchdog().
  void Alive();

 private:
  void Send(const std::string& message);

  int socket_ = -1;
  std::string address_;              ///< A whole sockaddr_un, as bytes.
  std::optional<std::chrono::milliseconds> watchdog_;
  std::chrono::steady_clock::time_point said_{};
};

}  // namespace upkeep::daemon

#endif  // UPKEEP_RUNNER_DAEMON_SERVICE_MANAGER_H_
