// SPDX-License-Identifier: Apache-2.0
#include "runner/keys/small_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace upkeep::keys {

constexpr std::size_t kMostFileBytes = 16384;

Result<std::string> ReadSmallFile(const std::string& path, const Allowed& allowed) {
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return Status(Code::kConfig, path + ": " + std::strerror(errno));
  std::string text(kMostFileBytes, '\0');
  struct stat about {};
  Status status;
  ssize_t count = 0;
  if (fstat(descriptor, &about) != 0 || !S_ISREG(about.st_mode)) {
    status = Status(Code::kConfig, path + " is not a file");
  } else if (status = allowed(descriptor, about); status.ok()) {
    count = read(descriptor, text.data(), text.size());
    if (count < 0) status = Status(Code::kConfig, path + ": " + std::strerror(errno));
  }
  close(descriptor);
  if (!status.ok()) return status;
  text.resize(static_cast<std::size_t>(count));
  return text;
}

}  // namespace upkeep::keys
