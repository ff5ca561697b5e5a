// SPDX-License-Identifier: Apache-2.0
#include "runner/daemon/daemon_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>

namespace upkeep::daemon {
namespace {

// What is written for others to read where the holders are those of a Lease.
constexpr const char* kShared = "shared";

std::string FileOf(const std::string& store_path) { return store_path + ".daemon"; }

}  // namespace

std::string DaemonLock::HolderOf(const std::string& store_path) {
  std::ifstream in(FileOf(store_path));
  std::string line;
  std::getline(in, line);
  return line == kShared ? "" : line;
}

Result<DaemonLock> DaemonLock::Lock(const std::string& store_path, int operation) {
  const std::string path = FileOf(store_path);
  const int descriptor = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640);
  if (descriptor < 0) {
    return Status(Code::kStore, "the daemon's lock " + path + " can't be made: " + std::strerror(errno))
        .WithHint("the store's folder must be writable for this user");
  }
  DaemonLock lock(descriptor);
  if (flock(descriptor, operation | LOCK_NB) == 0) {
    // Only for messages; the lock itself is the kernel's.
    const std::string text = (operation == LOCK_SH ? kShared : std::to_string(getpid())) + std::string("\n");
    if (ftruncate(descriptor, 0) == 0 &&
        pwrite(descriptor, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size())) {
      return lock;
    }
  } else if (errno == EWOULDBLOCK) {
    return Status(Code::kBusy, "");   // Said by the callers, who know what they wanted.
  }
  return Status(Code::kStore, "the daemon's lock " + path + ": " + std::strerror(errno));
}

Result<DaemonLock> DaemonLock::Take(const std::string& store_path) {
  Result<DaemonLock> lock = Lock(store_path, LOCK_EX);
  if (lock.ok() || lock.status().code() != Code::kBusy) return lock;
  const std::string holder = HolderOf(store_path);
  return Status(Code::kBusy, "a daemon runs on " + store_path + " already" +
                                 (holder.empty() ? "" : " (process " + holder + ")"))
      .WithHint("end that one, wait for it as --standby, or name another store with --store");
}

Result<DaemonLock> DaemonLock::Share(const std::string& store_path) {
  Result<DaemonLock> lock = Lock(store_path, LOCK_SH);
  if (lock.ok() || lock.status().code() != Code::kBusy) return lock;
  const std::string holder = HolderOf(store_path);
  return Status(Code::kBusy, "a daemon without a Lease runs on " + store_path +
                                 (holder.empty() ? "" : " (process " + holder + ")"))
      .WithHint("all daemons of one store agree by the same means: give that one the same --lease");
}

DaemonLock::~DaemonLock() {
  if (descriptor_ >= 0) close(descriptor_);
}

}  // namespace upkeep::daemon
