// SPDX-License-Identifier: Apache-2.0
#include "runner/packs/disk.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace upkeep::packs {
namespace {

Status CannotWrite(const std::string& path) {
  return Status(Code::kOutput, "cannot write " + path + ": " + std::strerror(errno))
      .WithHint("check that its folder exists, is writable and has room");
}

}  // namespace

Status WriteNewFile(const std::string& path, std::string_view bytes) {
  const int descriptor = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (descriptor < 0) return CannotWrite(path);
  Status status;
  while (!bytes.empty() && status.ok()) {
    const ssize_t written = write(descriptor, bytes.data(), bytes.size());
    if (written > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      status = CannotWrite(path);
    }
  }
  if (status.ok() && fsync(descriptor) != 0) status = CannotWrite(path);
  if (close(descriptor) != 0 && status.ok()) status = CannotWrite(path);
  return status;
}

Status ReplaceFile(const std::string& path, std::string_view bytes) {
  const std::string fresh = path + ".new";
  unlink(fresh.c_str());   // What a crash left behind.
  UPKEEP_RETURN_IF_ERROR(WriteNewFile(fresh, bytes));
  if (std::rename(fresh.c_str(), path.c_str()) == 0) return Status::Ok();
  Status status = CannotWrite(path);
  unlink(fresh.c_str());
  return status;
}

FolderLock::FolderLock(const std::string& folder) {
  const std::string path = folder + "/.lock";
  descriptor_ = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (descriptor_ < 0) {
    status_ = CannotWrite(path);
  } else if (flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
    status_ = Status(Code::kBusy, "another process is changing the packs in " + folder).WithHint("wait until it is done");
  }
}

FolderLock::~FolderLock() {
  if (descriptor_ >= 0) close(descriptor_);
}

}  // namespace upkeep::packs
