// SPDX-License-Identifier: Apache-2.0
#include "runner/store/database.h"

#include <cstring>
#include <utility>

namespace upkeep::store {

Status StatusOfSqlite(int code, const std::string& path, const std::string& detail,
                      int system_error) {
  const std::string why =
      system_error == 0 ? detail : detail + " (" + std::strerror(system_error) + ")";
  const std::string store = "store " + path + ": ";
  switch (code & 0xFF) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return Status(Code::kBusy, store + "another process holds it")
          .WithHint("wait for the other upkeep (a migration or a backup), then try again");
    case SQLITE_FULL:
      return Status(Code::kStore, store + "full: " + why)
          .WithHint("free space on its file system; what was being written is not kept, "
                    "everything before is");
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return Status(Code::kStore, store + "corrupt or not a database: " + why)
          .WithHint("put a backup in its place and keep the damaged file; "
                    "`upkeep db check` says what is wrong");
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return Status(Code::kStore, store + "not writable: " + why)
          .WithHint("the file and its folder must be writable for this user");
    case SQLITE_CANTOPEN:
      return Status(Code::kStore, store + "cannot be opened: " + why)
          .WithHint("the folder must exist and be readable and writable for this user");
    case SQLITE_IOERR:
      // The kernel says ENOSPC or EFBIG where the disk or a limit is full.
      return Status(Code::kStore, store + "input or output failed: " + why)
          .WithHint("look at the disk's free space and the system's log");
    default:
      return Status(Code::kInternal, store + why);
  }
}

Result<std::unique_ptr<Database>> Database::Open(const std::string& path,
                                                 const Settings& settings) {
  // SQLite counts every allocation under one lock unless told before its first use not to.
  static const int counting_off = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  (void)counting_off;
  std::unique_ptr<Database> database(new Database(path, settings.redactor));
  const int flags = (settings.read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE) |
                    SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  const int code = sqlite3_open_v2(path.c_str(), &database->connection_, flags, nullptr);
  if (code != SQLITE_OK) {
    return StatusOfSqlite(code, path, sqlite3_errstr(code),
                          sqlite3_system_errno(database->connection_));
  }
  sqlite3_busy_timeout(database->connection_, static_cast<int>(settings.busy_timeout.count()));
  sqlite3_db_config(database->connection_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(database->connection_, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  return database;
}

Database::~Database() {
  for (auto& [sql, cached] : cache_) sqlite3_finalize(cached->statement);
  sqlite3_close_v2(connection_);
}

bool Database::Execute(const char* sql) {
  if (failed()) return false;
  const int code = sqlite3_exec(connection_, sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) FailWith(code);
  return code == SQLITE_OK;
}

Status Database::TakeStatus() { return std::exchange(status_, Status()); }

void Database::Fail(Status status) {
  if (status_.ok()) status_ = std::move(status);
}

void Database::FailWith(int code) {
  const bool errno_counts = (code & 0xFF) == SQLITE_IOERR || (code & 0xFF) == SQLITE_CANTOPEN;
  Fail(StatusOfSqlite(code, path_, sqlite3_errmsg(connection_),
                      errno_counts ? sqlite3_system_errno(connection_) : 0));
}

std::string Database::Redacted(std::string_view text) const {
  return redactor_ == nullptr ? std::string(text) : redactor_->Redact(std::string(text));
}

Value Database::RedactedJson(const Value& value) const {
  return redactor_ == nullptr ? value : redactor_->Redact(value);
}

Query::Query(Database& database, std::string_view sql) : database_(database) {
  if (database_.failed()) return;
  auto found = database_.cache_.find(sql);
  if (found == database_.cache_.end()) {
    auto cached = std::make_unique<Database::Cached>();
    cached->sql = std::string(sql);
    const std::string_view key = cached->sql;
    found = database_.cache_.emplace(key, std::move(cached)).first;
  }
  sql_ = found->first;
  statement_ = std::exchange(found->second->statement, nullptr);
  if (statement_ != nullptr) return;
  const int code = sqlite3_prepare_v3(database_.connection_, sql.data(),
                                      static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT,
                                      &statement_, nullptr);
  if (code != SQLITE_OK) database_.FailWith(code);
}

Query::~Query() {
  if (statement_ == nullptr) return;
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
  sqlite3_stmt*& place = database_.cache_.find(sql_)->second->statement;
  // The same text may be in use twice, one inside the other; one copy is kept.
  if (place == nullptr) {
    place = statement_;
  } else {
    sqlite3_finalize(statement_);
  }
}

void Query::Reset() {
  if (statement_ != nullptr) sqlite3_reset(statement_);
  next_ = 1;
}

Query& Query::Add(std::int64_t value) {
  if (statement_ != nullptr) sqlite3_bind_int64(statement_, next_++, value);
  return *this;
}

Query& Query::Add(double value) {
  if (statement_ != nullptr) sqlite3_bind_double(statement_, next_++, value);
  return *this;
}

Query& Query::Add(std::nullopt_t) {
  if (statement_ != nullptr) sqlite3_bind_null(statement_, next_++);
  return *this;
}

Query& Query::Add(Raw raw) {
  if (statement_ == nullptr) return *this;
  // An empty view may have no address, which SQLite would take for NULL.
  const char* const start = raw.text.empty() ? "" : raw.text.data();
  sqlite3_bind_text64(statement_, next_++, start, raw.text.size(), SQLITE_STATIC, SQLITE_UTF8);
  return *this;
}

Query& Query::AddCopy(const std::string& text) {
  if (statement_ != nullptr) {
    sqlite3_bind_text64(statement_, next_++, text.data(), text.size(), SQLITE_TRANSIENT,
                        SQLITE_UTF8);
  }
  return *this;
}

Query& Query::Add(std::string_view text) { return AddCopy(database_.Redacted(text)); }

Query& Query::Add(const Value& json) {
  if (json.is_null()) return Add(std::nullopt);
  return AddCopy(CanonicalJson(database_.RedactedJson(json)));
}

Query& Query::AddBlob(std::string_view bytes) {
  if (statement_ == nullptr) return *this;
  const std::string redacted = database_.Redacted(bytes);
  sqlite3_bind_blob64(statement_, next_++, redacted.data() == nullptr ? "" : redacted.data(),
                      redacted.size(), SQLITE_TRANSIENT);
  return *this;
}

bool Query::Next() {
  if (statement_ == nullptr || database_.failed()) return false;
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) database_.FailWith(code);
  return false;
}

bool Query::Run() {
  if (statement_ == nullptr || database_.failed()) return false;
  const int code = sqlite3_step(statement_);
  if (code != SQLITE_DONE && code != SQLITE_ROW) database_.FailWith(code);
  sqlite3_reset(statement_);
  return !database_.failed();
}

std::string_view Query::View(int column) const {
  const void* const bytes = sqlite3_column_blob(statement_, column);
  if (bytes == nullptr) return {};
  return {static_cast<const char*>(bytes),
          static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

std::optional<Instant> Query::MaybeTime(int column) const {
  if (Null(column)) return std::nullopt;
  return Time(column);
}

std::string Query::TimeText(int column) const {
  return Null(column) ? "" : FormatRfc3339(Time(column));
}

checks::State Query::State(int column) const {
  auto state = checks::StateFromName(View(column));
  return state.ok() ? *state : checks::State::kUnknown;
}

Value Query::Json(int column) const {
  const std::string_view text = View(column);
  if (text.empty()) return nullptr;
  auto value = ParseJson(text);
  return value.ok() ? std::move(*value) : Value(nullptr);
}

std::optional<double> Query::MaybeNumber(int column) const {
  if (Null(column)) return std::nullopt;
  return Number(column);
}

}  // namespace upkeep::store
