// SPDX-License-Identifier: Apache-2.0
#include "runner/keys/key_ring.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "runner/keys/small_file.h"

namespace upkeep::keys {
namespace {

namespace fs = std::filesystem;

bool ReadOnlyMount(int descriptor) {
  struct statvfs about {};
  return fstatvfs(descriptor, &about) == 0 && (about.f_flag & ST_RDONLY) != 0;
}

/// Whether nobody else can have written it. A volume of a ConfigMap has an open mode and a
/// read-only mount.
Status TheyWrote(const std::string& path, int descriptor, const struct stat& about, Trust trust) {
  if (trust == Trust::kAnyOwner) return Status::Ok();
  constexpr mode_t kOthersWrite = S_IWGRP | S_IWOTH;
  const bool by_user = trust == Trust::kRootOrUser && about.st_uid == geteuid();
  if ((about.st_uid == 0 || by_user) && ((about.st_mode & kOthersWrite) == 0 || ReadOnlyMount(descriptor))) {
    return Status::Ok();
  }
  if (trust == Trust::kRootOrUser) {
    return Status(Code::kConfig, "keys in " + path + " do not count: other users could have put them there")
        .WithHint("chmod -R go-w " + path + "; it must belong to root or to the user who runs upkeep");
  }
  return Status(Code::kConfig, "keys in " + path + " do not count: others than root could have put them there")
      .WithHint("chown -R root: " + path + "; chmod -R go-w " + path);
}

Result<RegisteredKey> ReadKey(const fs::path& path, Trust trust) {
  const Result<std::string> pem =
      ReadSmallFile(path.string(), [&](int descriptor, const struct stat& about) {
        return TheyWrote(path.string(), descriptor, about, trust);
      });
  if (!pem.ok()) return pem.status();
  Result<RegisteredKey> registered = ReadPublicKey(*pem, path.string());
  if (registered.ok()) registered->name = path.stem().string();
  return registered;
}

}  // namespace

bool OnlyRootWrote(int descriptor) {
  struct stat about {};
  return fstat(descriptor, &about) == 0 && TheyWrote("", descriptor, about, Trust::kRootOnly).ok();
}

const RegisteredKey* KeyRing::Find(std::string_view fingerprint) const {
  for (const RegisteredKey& key : keys_) {
    if (key.fingerprint == fingerprint) return &key;
  }
  return nullptr;
}

Result<KeyRing> ReadKeys(const std::string& folder, Trust trust) {
  const int descriptor = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) {
    if (errno == ENOENT) return KeyRing();
    return Status(Code::kConfig, "keys in " + folder + ": " + std::strerror(errno));
  }
  struct stat about {};
  Status status = fstat(descriptor, &about) == 0
                      ? TheyWrote(folder, descriptor, about, trust)
                      : Status(Code::kConfig, folder + ": " + std::strerror(errno));
  close(descriptor);
  if (!status.ok()) return status;
  std::vector<RegisteredKey> keys;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
    if (entry.path().extension() != ".pub") continue;
    Result<RegisteredKey> key = ReadKey(entry.path(), trust);
    if (!key.ok()) return key.status();
    // One key under two names would be two people to whoever counts approvals.
    for (const RegisteredKey& other : keys) {
      if (other.fingerprint == key->fingerprint) {
        return Status(Code::kConfig, folder + ": " + other.name + ".pub and " + key->name +
                                         ".pub are the same key");
      }
    }
    keys.push_back(std::move(*key));
  }
  if (error) return Status(Code::kConfig, folder + ": " + error.message());
  std::sort(keys.begin(), keys.end(),
            [](const RegisteredKey& a, const RegisteredKey& b) { return a.name < b.name; });
  return KeyRing(std::move(keys));
}

}  // namespace upkeep::keys
