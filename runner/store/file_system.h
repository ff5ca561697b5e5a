// SPDX-License-Identifier: Apache-2.0
//
// What the store must know about the file system below it.

#ifndef UPKEEP_RUNNER_STORE_FILE_SYSTEM_H_
#define UPKEEP_RUNNER_STORE_FILE_SYSTEM_H_

#include <string>

#include "base/status.h"

namespace upkeep::store {

/// "NFS", "CIFS", "FUSE" … for the magic number of a file system that other machines share, so
/// that shared memory between processes is not safe there; "" for local ones.
std::string NetworkFileSystemName(long magic);

/// The same for the folder that `path` lies in; kStore when it can't be looked at.
Result<std::string> NetworkFileSystemOf(const std::string& path);

std::string FolderOf(const std::string& path);

/// Gives the finished file `from` the name `to`: all or nothing, never over an existing file.
/// False when `to` exists.
Result<bool> PublishFile(const std::string& from, const std::string& to);

}  // namespace upkeep::store

#endif  // UPKEEP_RUNNER_STORE_FILE_SYSTEM_H_
