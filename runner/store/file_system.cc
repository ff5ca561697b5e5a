// SPDX-License-Identifier: Apache-2.0
#include "runner/store/file_system.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace upkeep::store {
namespace {

/// Makes the contents of a file or folder durable.
Status Sync(const std::string& path, int flags) {
  const int descriptor = open(path.c_str(), flags | O_CLOEXEC);
  const bool ok = descriptor >= 0 && fsync(descriptor) == 0;
  const int error = errno;
  if (descriptor >= 0) close(descriptor);
  if (ok) return Status();
  return Status(Code::kStore, "store " + path + ": cannot be made durable: " +
                                  std::strerror(error));
}

}  // namespace

std::string NetworkFileSystemName(long magic) {
  switch (static_cast<unsigned long>(magic) & 0xFFFFFFFFUL) {
    case 0x6969: return "NFS";
    case 0xFF534D42: return "CIFS";
    case 0xFE534D42: return "SMB2";
    case 0x517B: return "SMB";
    case 0x65735546: return "FUSE";
    case 0x01021997: return "9P";
    case 0x5346414F: return "AFS";
    case 0x00C36400: return "CephFS";
    case 0x0BD00BD0: return "Lustre";
    case 0x01161970: return "GFS2";
    case 0x7461636F: return "OCFS2";
    case 0x47504653: return "GPFS";
    case 0x73757245: return "Coda";
    case 0x19830326: return "BeeGFS";
    default: return "";
  }
}

std::string FolderOf(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

Result<std::string> NetworkFileSystemOf(const std::string& path) {
  const std::string folder = FolderOf(path);
  struct statfs about {};
  if (statfs(folder.c_str(), &about) != 0) {
    return Status(Code::kStore, "store " + path + ": folder " + folder + ": " +
                                    std::strerror(errno))
        .WithHint("make the folder, or name another with --store");
  }
  return NetworkFileSystemName(static_cast<long>(about.f_type));
}

Result<bool> PublishFile(const std::string& from, const std::string& to) {
  UPKEEP_RETURN_IF_ERROR(Sync(from, O_RDONLY));
  if (link(from.c_str(), to.c_str()) == 0) {
    unlink(from.c_str());
  } else if (errno == EEXIST) {
    return false;
  } else if (renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) != 0) {
    // Some file systems have no hard links; this is the other way not to replace.
    if (errno == EEXIST) return false;
    return Status(Code::kStore, "store " + to + ": cannot be made: " + std::strerror(errno));
  }
  UPKEEP_RETURN_IF_ERROR(Sync(FolderOf(to), O_RDONLY | O_DIRECTORY));
  return true;
}

}  // namespace upkeep::store
