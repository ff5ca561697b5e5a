// SPDX-License-Identifier: Apache-2.0
//
// Writing that a crash can't leave half done, and one writer at a time. Private to runner/packs.
//
// THREADS: pure but for the disk.

#ifndef UPKEEP_RUNNER_PACKS_DISK_H_
#define UPKEEP_RUNNER_PACKS_DISK_H_

#include <string>
#include <string_view>

#include "base/status.h"

namespace upkeep::packs {

/// Writes a new file with mode 0644 and brings it to the disk. kOutput.
Status WriteNewFile(const std::string& path, std::string_view bytes);

/// WriteNewFile() beside `path`, which then takes its place.
Status ReplaceFile(const std::string& path, std::string_view bytes);

/// Holds <folder>/.lock as long as it lives, so that two installations come one after the other.
class FolderLock {
 public:
  explicit FolderLock(const std::string& folder);
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;
  /// kOutput when the folder can't be written, kBusy when another process holds it.
  const Status& status() const { return status_; }

 private:
  int descriptor_ = -1;
  Status status_;
};

}  // namespace upkeep::packs

#endif  // UPKEEP_RUNNER_PACKS_DISK_H_
