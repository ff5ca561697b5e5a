// SPDX-License-Identifier: Apache-2.0
#include "runner/store/head_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cinttypes>
#include <cstdio>
#include <cstring>

namespace upkeep::store {
namespace {

constexpr std::string_view kMark = "upkeep-head 1 ";
constexpr std::size_t kNumberSize = 20, kHashSize = 64;
constexpr std::size_t kSize = kMark.size() + kNumberSize + 1 + kHashSize + 1;

}  // namespace

std::string HeadFileOf(const std::string& store_path) { return store_path + ".head"; }

Result<std::optional<LedgerHead>> ReadHeadFile(const std::string& store_path) {
  const std::string path = HeadFileOf(store_path);
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    if (errno == ENOENT) return std::optional<LedgerHead>();
    return Status(Code::kStore, "head file " + path + ": " + std::strerror(errno));
  }
  char bytes[kSize + 1];
  const ssize_t size = pread(descriptor, bytes, sizeof bytes, 0);
  close(descriptor);
  const std::string_view text(bytes, size < 0 ? 0 : static_cast<std::size_t>(size));
  LedgerHead head;
  if (text.size() == kSize && text.starts_with(kMark) && text.back() == '\n') {
    const std::string_view number = text.substr(kMark.size(), kNumberSize);
    const auto read = std::from_chars(number.data(), number.data() + number.size(), head.sequence);
    head.hash = std::string(text.substr(kMark.size() + kNumberSize + 1, kHashSize));
    if (read.ec == std::errc() && read.ptr == number.data() + number.size()) return std::optional(head);
  }
  return Status(Code::kEvidence, "head file " + path + " is not what upkeep wrote");
}

Status WriteHeadFile(const std::string& store_path, const LedgerHead& head) {
  if (head.sequence <= 0) return Status();   // The ledger has no entry yet that could be missed.
  const std::string path = HeadFileOf(store_path);
  char bytes[kSize + 1];
  std::snprintf(bytes, sizeof bytes, "%s%020" PRId64 " %.64s\n", kMark.data(), head.sequence,
                head.hash.c_str());
  const int descriptor = open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0660);
  const bool ok = descriptor >= 0 && pwrite(descriptor, bytes, kSize, 0) ==
                                         static_cast<ssize_t>(kSize);
  const int error = errno;
  if (descriptor >= 0) close(descriptor);
  if (ok) return Status();
  return Status(Code::kStore, "head file " + path + ": " + std::strerror(error))
      .WithHint("the store's folder must be writable for this user");
}

}  // namespace upkeep::store
