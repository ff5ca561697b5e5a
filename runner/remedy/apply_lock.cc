// SPDX-License-Identifier: Apache-2.0
#include "runner/remedy/apply_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace upkeep::remedy {

Result<ApplyLock> ApplyLock::Take(const std::string& store_path) {
  const std::string path = store_path + ".apply";
  // The store's other users must be able to take it too, whatever this one's umask is.
  int descriptor = open(path.c_str(), O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0660);
  if (descriptor >= 0) {
    struct stat store {};
    if (stat(store_path.c_str(), &store) == 0) (void)fchmod(descriptor, store.st_mode & 0777);
  } else if (errno == EEXIST) {
    descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  }
  if (descriptor < 0) {
    return Status(Code::kStore, "lock " + path + ": " + std::strerror(errno))
        .WithHint("it must be writable and readable for everybody who applies plans of this store");
  }
  if (flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    const int error = errno;
    close(descriptor);
    if (error == EWOULDBLOCK) {
      return Status(Code::kBusy, "another process is applying a plan of this store")
          .WithHint("wait until it is done; upkeep approvals shows the state");
    }
    return Status(Code::kStore, "lock " + path + ": " + std::strerror(error));
  }
  return ApplyLock(descriptor);
}

ApplyLock::ApplyLock(ApplyLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

ApplyLock::~ApplyLock() {
  if (descriptor_ >= 0) close(descriptor_);
}

}  // namespace upkeep::remedy
