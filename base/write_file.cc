// SPDX-License-Identifier: Apache-2.0
#include "base/write_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <system_error>

namespace upkeep {
namespace {

Status CannotWrite(const std::string& path, int error) {
  return Status(Code::kOutput, "cannot write " + path + ": " + std::strerror(error))
      .WithHint("check that its folder exists, is writable and has room");
}

/// 0, or the errno of what failed. The descriptor is closed.
int WriteAndClose(int descriptor, std::string_view text) {
  int error = 0;
  while (!text.empty() && error == 0) {
    const ssize_t written = write(descriptor, text.data(), text.size());
    if (written > 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      error = errno;
    }
  }
  if (close(descriptor) != 0 && error == 0) error = errno;
  return error;
}

Status WriteInto(const std::string& path, std::string_view text) {
  const int descriptor = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY, 0666);
  const int error = descriptor < 0 ? errno : WriteAndClose(descriptor, text);
  return error == 0 ? Status::Ok() : CannotWrite(path, error);
}

}  // namespace

Status WriteWholeFile(const std::string& path, std::string_view text) {
  struct stat before {};
  const bool exists = stat(path.c_str(), &before) == 0;
  if (exists && S_ISDIR(before.st_mode)) return CannotWrite(path, EISDIR);
  if (exists && !S_ISREG(before.st_mode)) return WriteInto(path, text);
  std::string place = path;
  std::error_code no_link;
  if (std::filesystem::is_symlink(path, no_link)) {
    std::error_code dangling;
    place = std::filesystem::canonical(path, dangling).string();
    if (dangling) return WriteInto(path, text);
  }
  const std::string fresh = place + ".new." + std::to_string(getpid());
  unlink(fresh.c_str());   // What a process of the same number left behind.
  const int descriptor = open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (descriptor < 0) return CannotWrite(path, errno);
  int error = exists && fchmod(descriptor, before.st_mode & 07777) != 0 ? errno : 0;
  if (const int written = WriteAndClose(descriptor, text); error == 0) error = written;
  if (error == 0 && std::rename(fresh.c_str(), place.c_str()) != 0) error = errno;
  if (error == 0) return Status::Ok();
  unlink(fresh.c_str());
  return CannotWrite(path, error);
}

}  // namespace upkeep
