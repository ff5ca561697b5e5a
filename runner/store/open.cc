// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>

#include "runner/store/file_system.h"
#include "runner/store/head_file.h"
#include "runner/store/migrations.h"
#include "runner/store/sqlite_store.h"

namespace upkeep::store {
namespace {

constexpr std::int64_t kApplicationId = 0x75706B70;   // "upkp"

int LatestVersion() { return static_cast<int>(Migrations().size()); }

/// Brings the schema from `version` to the latest.
void Migrate(Database& database, std::int64_t version) {
  for (int step = static_cast<int>(version); step < LatestVersion(); ++step) {
    database.Execute(Migrations()[static_cast<std::size_t>(step)]);
    database.Execute(("PRAGMA user_version = " + std::to_string(step + 1)).c_str());
  }
}

/// Makes a whole store under another name and publishes it: a crash leaves none or a good one,
/// and of two processes that make it at once one wins and both open the same.
Status Create(const std::string& path, const Database::Settings& settings, bool wal) {
  static std::atomic<int> counter{0};
  const std::string fresh = path + ".new-" + std::to_string(getpid()) + "-" +
                            std::to_string(counter++);
  const int descriptor = open(fresh.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0660);
  if (descriptor < 0) {
    const int error = errno;
    return Status(Code::kStore, "store " + path + ": cannot be made: " + std::strerror(error))
        .WithHint("its folder must be writable for this user and have free space");
  }
  close(descriptor);
  Status status;
  if (auto made = Database::Open(fresh, settings); made.ok()) {
    Database& database = **made;
    // Nobody sees the file before it is synced as a whole.
    database.Execute("PRAGMA synchronous = OFF");
    database.Execute("PRAGMA journal_mode = MEMORY");
    database.Execute(("PRAGMA application_id = " + std::to_string(kApplicationId)).c_str());
    database.Execute("BEGIN");
    Migrate(database, 0);
    database.Execute("COMMIT");
    database.Execute(wal ? "PRAGMA journal_mode = WAL" : "PRAGMA journal_mode = DELETE");
    status = database.TakeStatus();
  } else {
    status = made.status();
  }
  if (status.ok()) {
    if (auto published = PublishFile(fresh, path); !published.ok()) status = published.status();
  }
  unlink(fresh.c_str());
  return status;
}

/// Whether `path` is there and what it is: kStore when it is something else than a file.
Result<bool> Exists(const std::string& path) {
  struct stat about {};
  if (stat(path.c_str(), &about) != 0) {
    if (errno == ENOENT) return false;
    return Status(Code::kStore, "store " + path + ": " + std::strerror(errno));
  }
  if (S_ISREG(about.st_mode) && about.st_size == 0) {
    return Status(Code::kStore, "store " + path + " has no byte left: it was truncated, or was never a store")
        .WithHint("restore it from a backup; for a new one remove the file");
  }
  if (S_ISREG(about.st_mode)) return true;
  return Status(Code::kStore, "store " + path + " is not a regular file")
      .WithHint("name a file with --store");
}

Status Configure(Database& database, const OpenOptions& options, bool network) {
  database.Execute("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON");
  if (network && !options.read_only) {
    // No shared memory there: one process at a time, with the lock of the file itself.
    database.Execute("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = DELETE");
  }
  if (options.max_bytes > 0) {
    const std::int64_t page = database.Number(4096, "PRAGMA page_size");
    database.Execute(
        ("PRAGMA max_page_count = " + std::to_string(options.max_bytes / page)).c_str());
  }
  return database.TakeStatus();
}

Result<int> BringUpToDate(Database& database, const OpenOptions& options) {
  std::int64_t version = database.Number(0, "PRAGMA user_version");
  const std::int64_t application = database.Number(0, "PRAGMA application_id");
  UPKEEP_RETURN_IF_ERROR(database.TakeStatus());
  if (application != kApplicationId) {
    return Status(Code::kStore, "store " + database.path() + " is a database of something else")
        .WithHint("name another file with --store");
  }
  if (version > LatestVersion()) {
    return Status(Code::kStore, "store " + database.path() + " was made by a newer upkeep (schema " +
                                    std::to_string(version) + ", this one knows " +
                                    std::to_string(LatestVersion()) + ")")
        .WithHint("use that upkeep or a newer one");
  }
  if (version == LatestVersion()) return static_cast<int>(version);
  if (options.read_only) {
    return Status(Code::kStore, "store " + database.path() + " has an older schema (" +
                                    std::to_string(version) + ") and is opened read-only")
        .WithHint("open it once for writing, which migrates it");
  }
  database.Execute("BEGIN IMMEDIATE");
  version = database.Number(version, "PRAGMA user_version");   // Somebody may have been faster.
  Migrate(database, version);
  database.Execute("COMMIT");
  const Status status = database.TakeStatus();
  if (!status.ok()) {
    database.Execute("ROLLBACK");
    (void)database.TakeStatus();
    return status;
  }
  return LatestVersion();
}

}  // namespace

Result<std::unique_ptr<Store>> OpenSqliteStore(const std::string& path,
                                               const OpenOptions& options) {
  auto network = NetworkFileSystemOf(path);
  if (!network.ok()) return network.status();
  if (!network->empty() && !options.allow_network_file_system) {
    return Status(Code::kConfig, "store " + path + " lies on " + *network +
                                     ", a network file system, where it is not safe")
        .WithHint("use a local disk, or allow_network_file_system for one process at a time");
  }
  const Database::Settings settings{options.redactor, options.busy_timeout, options.read_only};
  auto exists = Exists(path);
  if (!exists.ok()) return exists.status();
  if (!*exists) {
    if (!options.create || options.read_only) {
      return Status(Code::kStore, "there is no store " + path)
          .WithHint("`upkeep run` makes it, or name another with --store");
    }
    UPKEEP_RETURN_IF_ERROR(Create(path, settings, network->empty()));
  }
  auto database = Database::Open(path, settings);
  if (!database.ok()) return database.status();
  UPKEEP_RETURN_IF_ERROR(Configure(**database, options, !network->empty()));
  auto version = BringUpToDate(**database, options);
  if (!version.ok()) return version.status();
  auto store = std::make_unique<SqliteStore>(std::move(*database), options, *version);
  UPKEEP_RETURN_IF_ERROR(store->LookForFork());
  return std::unique_ptr<Store>(std::move(store));
}

}  // namespace upkeep::store
