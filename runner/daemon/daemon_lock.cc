// SPDX-License-Identifier: Apache-2.0
#include "runner/daemon/daemon_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace upkeep::daemon {

Result<DaemonLock> DaemonLock::Take(const std::string& store_path) {
  const std::string path = store_path + ".daemon";
  const int descriptor = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640);
  if (descriptor < 0) {
    return Status(Code::kStore, "the daemon's lock " + path + " can't be made: " + std::strerror(errno))
        .WithHint("the store's folder must be writable for this user");
  }
  DaemonLock lock(descriptor);
  if (flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) {
      return Status(Code::kStore, "the daemon's lock " + path + ": " + std::strerror(errno));
    }
    std::array<char, 32> who{};
    const ssize_t length = pread(descriptor, who.data(), who.size() - 1, 0);
    std::string pid(who.data(), length > 0 ? static_cast<std::size_t>(length) : 0);
    pid = pid.substr(0, pid.find('\n'));
    return Status(Code::kBusy, "a daemon runs on " + store_path + " already" +
                                   (pid.empty() ? "" : " (process " + pid + ")"))
        .WithHint("one daemon a store: end that one, or name another store with --store");
  }
  // Only for the message above; the lock itself is the kernel's.
  const std::string pid = std::to_string(getpid()) + "\n";
  if (ftruncate(descriptor, 0) != 0 ||
      pwrite(descriptor, pid.data(), pid.size(), 0) != static_cast<ssize_t>(pid.size())) {
    return Status(Code::kStore, "the daemon's lock " + path + ": " + std::strerror(errno));
  }
  return lock;
}

DaemonLock::~DaemonLock() {
  if (descriptor_ >= 0) close(descriptor_);
}

}  // namespace upkeep::daemon
