// SPDX-License-Identifier: Apache-2.0
//
// A Database is one SQLite connection with a cache of prepared statements. The first error is
// kept: after it every statement does nothing, so that a sequence of writes reads top to bottom
// and its error comes out of Commit() or TakeStatus(). Every text that is bound goes through
// the redactor; Raw marks what we made ourselves (hashes, words of the schema).
//
// THREADS: one thread.

#ifndef UPKEEP_RUNNER_STORE_DATABASE_H_
#define UPKEEP_RUNNER_STORE_DATABASE_H_

#include <sqlite3.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.h"
#include "base/status.h"
#include "base/text.h"
#include "base/value.h"
#include "checks/model/result.h"

namespace upkeep::store {

/// Text that can't hold a secret, or was redacted: bound as it is and not copied, so it must live
/// until the statement's last Next() or Run().
struct Raw {
  std::string_view text;
};

class Database;

/// One use of a prepared statement; goes back into the cache when it ends.
class Query {
 public:
  Query(Database& database, std::string_view sql);
  ~Query();
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;

  template <typename... Values>
  Query& With(const Values&... values) {
    Reset();
    (Add(values), ...);
    return *this;
  }
  Query& Add(std::int64_t value);
  Query& Add(int value) { return Add(static_cast<std::int64_t>(value)); }
  Query& Add(bool value) { return Add(static_cast<std::int64_t>(value)); }
  Query& Add(double value);
  Query& Add(Instant value) { return Add(value.time_since_epoch().count()); }
  Query& Add(std::string_view text);          ///< Redacted.
  Query& Add(const std::string& text) { return Add(std::string_view(text)); }
  Query& Add(const char* text) { return Add(Raw{text}); }   ///< Words of ours.
  Query& Add(Raw raw);
  Query& Add(const Value& json);              ///< Redacted, canonical; null stays NULL.
  Query& Add(std::nullopt_t);
  Query& AddBlob(std::string_view bytes);     ///< Redacted.
  template <typename T>
  Query& Add(const std::optional<T>& value) {
    return value ? Add(*value) : Add(std::nullopt);
  }

  /// The next row; false at the end and after an error.
  bool Next();
  /// Runs a statement that gives no rows; false after an error.
  bool Run();
  void Reset();

  std::int64_t Int(int column) const { return sqlite3_column_int64(statement_, column); }
  double Number(int column) const { return sqlite3_column_double(statement_, column); }
  bool Null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }
  std::string Text(int column) const { return std::string(View(column)); }
  std::string_view View(int column) const;    ///< Until the next Next().
  Instant Time(int column) const { return Instant(std::chrono::microseconds(Int(column))); }
  std::optional<Instant> MaybeTime(int column) const;
  std::string TimeText(int column) const;     ///< RFC 3339, or "" for NULL.
  checks::State State(int column) const;      ///< kUnknown where the word is none that is known.
  Value Json(int column) const;               ///< Null where there is none that can be read.
  std::optional<double> MaybeNumber(int column) const;

 private:
  Query& AddCopy(const std::string& text);

  Database& database_;
  sqlite3_stmt* statement_ = nullptr;
  std::string_view sql_;                      ///< Key of the cache.
  int next_ = 1;
};

class Database {
 public:
  struct Settings {
    const Redactor* redactor = nullptr;
    std::chrono::milliseconds busy_timeout{5000};
    bool read_only = false;
  };
  static Result<std::unique_ptr<Database>> Open(const std::string& path, const Settings& settings);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// Several statements at once, without values.
  bool Execute(const char* sql);
  template <typename... Values>
  bool Run(std::string_view sql, const Values&... values) {
    Query query(*this, sql);
    return query.With(values...).Run();
  }
  /// The first column of the first row, or `otherwise`.
  template <typename... Values>
  std::int64_t Number(std::int64_t otherwise, std::string_view sql, const Values&... values) {
    Query query(*this, sql);
    return query.With(values...).Next() && !query.Null(0) ? query.Int(0) : otherwise;
  }

  std::int64_t last_id() const { return sqlite3_last_insert_rowid(connection_); }
  std::int64_t changes() const { return sqlite3_changes64(connection_); }
  bool failed() const { return !status_.ok(); }
  /// The first error since the last call, and forgets it.
  Status TakeStatus();
  /// A transaction is open. A full disk ends one that nobody ended.
  bool in_transaction() const { return sqlite3_get_autocommit(connection_) == 0; }
  /// Keeps `status` as the first error.
  void Fail(Status status);

  const std::string& path() const { return path_; }
  const Redactor* redactor() const { return redactor_; }
  std::string Redacted(std::string_view text) const;
  Value RedactedJson(const Value& value) const;

 private:
  friend class Query;
  Database(std::string path, const Redactor* redactor)
      : path_(std::move(path)), redactor_(redactor) {}
  void FailWith(int code);

  struct Cached {
    std::string sql;                          ///< What the key views.
    sqlite3_stmt* statement = nullptr;        ///< Null while in use.
  };
  std::string path_;
  const Redactor* redactor_;
  sqlite3* connection_ = nullptr;
  std::unordered_map<std::string_view, std::unique_ptr<Cached>> cache_;
  Status status_;
};

/// What SQLite's result `code` means for the store in `path`; `system_error` is errno or 0.
Status StatusOfSqlite(int code, const std::string& path, const std::string& detail,
                      int system_error);

}  // namespace upkeep::store

#endif  // UPKEEP_RUNNER_STORE_DATABASE_H_
