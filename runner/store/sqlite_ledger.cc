// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "runner/store/head_file.h"
#include "runner/store/sqlite_store.h"

namespace upkeep::store {
namespace {

const std::string kNoHash(64, '0');

LedgerHead ReadHead(Database& database) {
  LedgerHead head{0, kNoHash};
  Query query(database, "SELECT sequence, hash FROM ledger ORDER BY sequence DESC LIMIT 1");
  if (query.Next()) head = {query.Int(0), query.Text(1)};
  return head;
}

}  // namespace

Value ToValue(const Actor& actor) {
  return {{"name", actor.name}, {"source", actor.source}, {"identity", actor.identity}};
}

std::string LedgerText(std::int64_t sequence, Instant at, std::string_view kind,
                       const std::string& body, const std::string& previous) {
  // The keys stand sorted and the body is canonical already, so this is the canonical text of
  // the whole without building it twice.
  return "{\"at\":" + std::to_string(Micros(at)) + ",\"body\":" + body + ",\"kind\":\"" +
         std::string(kind) + "\",\"previous\":\"" + previous +
         "\",\"sequence\":" + std::to_string(sequence) + "}";
}

SqliteStore::SqliteStore(std::unique_ptr<Database> database, const OpenOptions& options,
                         int schema_version)
    : database_(std::move(database)),
      clock_(options.clock == nullptr ? &system_clock_ : options.clock),
      interner_(*database_),
      read_only_(options.read_only),
      schema_version_(schema_version) {}

Transaction::~Transaction() {
  if (!open_) return;
  // The error that brought us here was taken by the caller or is of no more use.
  (void)store_.database_->TakeStatus();
  store_.database_->Execute(inner_ ? "ROLLBACK TO one; RELEASE one" : "ROLLBACK");
  (void)store_.database_->TakeStatus();
  store_.interner_.Forget();
}

Status Transaction::Begin() {
  if (store_.read_only_) {
    return Status(Code::kStore, "store " + store_.path() + " is opened read-only");
  }
  if (!store_.fork_.empty() && !allow_fork_) {
    return Status(Code::kStore, "store " + store_.path() + ": " + store_.fork_)
        .WithHint("put the newer copy back, or go on from this one with `upkeep db accept-fork`");
  }
  Database& database = *store_.database_;
  (void)database.TakeStatus();
  inner_ = store_.together_;
  if (inner_ && !database.in_transaction()) {
    return Status(Code::kStore, "store " + store_.path() + ": the writes before this one were undone");
  }
  if (!database.Run(inner_ ? "SAVEPOINT one" : "BEGIN IMMEDIATE")) return database.TakeStatus();
  open_ = true;
  // With the write lock in hand: nobody can raise it between this look and the commit.
  if (store_.fence_ > 0 && !allow_lower_fence_) UPKEEP_RETURN_IF_ERROR(store_.CheckFence());
  at_ = store_.Now();
  head_ = ReadHead(database);
  return Status();
}

std::int64_t Transaction::Append(std::string_view kind, const Value& body) {
  Database& database = *store_.database_;
  const std::string text = CanonicalJson(database.RedactedJson(body));
  const std::int64_t sequence = head_.sequence + 1;
  std::string hash = Sha256Hex(LedgerText(sequence, at_, kind, text, head_.hash));
  database.Run("INSERT INTO ledger (sequence, at, kind, body, previous, hash) "
               "VALUES (?, ?, ?, ?, ?, ?)",
               sequence, at_, Raw{kind}, Raw{text}, Raw{head_.hash}, Raw{hash});
  head_ = {sequence, std::move(hash)};
  return sequence;
}

Status Transaction::Commit() {
  Database& database = *store_.database_;
  if (!database.failed()) database.Run(inner_ ? "RELEASE one" : "COMMIT");
  UPKEEP_RETURN_IF_ERROR(database.TakeStatus());
  open_ = false;
  if (inner_) return Status();
  // The commit stands whatever comes of the head file; an older one is still a true one.
  const Status written = WriteHeadFile(store_.path(), head_);
  store_.head_trouble_ = written.message();
  return Status();
}

Status SqliteStore::BeginTogether() {
  if (read_only_ || together_) return Status(Code::kInternal, "writes are together already, or there are none");
  (void)database_->TakeStatus();
  if (!database_->Run("BEGIN IMMEDIATE")) return database_->TakeStatus();
  together_ = true;
  return Status();
}

Status SqliteStore::EndTogether() {
  if (!together_) return Status(Code::kInternal, "no writes are together");
  together_ = false;
  const LedgerHead head = ReadHead(*database_);
  if (!database_->failed()) database_->Run("COMMIT");
  if (Status status = database_->TakeStatus(); !status.ok()) {
    database_->Execute("ROLLBACK");
    (void)database_->TakeStatus();
    interner_.Forget();
    return status;
  }
  const Status written = WriteHeadFile(path(), head);
  head_trouble_ = written.message();
  return Status();
}

Status SqliteStore::LookForFork() {
  fork_.clear();
  // The file first: another process may commit between the two looks, and the store must be the
  // newer one.
  auto file = ReadHeadFile(path());
  const LedgerHead newest = ReadHead(*database_);
  UPKEEP_RETURN_IF_ERROR(database_->TakeStatus());
  if (!file.ok()) {
    if (file.status().code() != Code::kEvidence) return file.status();
    fork_ = file.status().message();
    return Status();
  }
  if (!file->has_value()) {
    // Killed before the first head file was written: only the very first entry may lack one.
    if (newest.sequence > 1) {
      fork_ = "its head file " + HeadFileOf(path()) + " is missing, so nobody can tell whether "
              "this is an older copy";
    }
    return Status();
  }
  const LedgerHead& known = **file;
  Query query(*database_, "SELECT hash FROM ledger WHERE sequence = ?");
  const bool there = query.With(known.sequence).Next();
  UPKEEP_RETURN_IF_ERROR(database_->TakeStatus());
  if (there && query.View(0) == known.hash) return Status();
  lost_ = known;
  fork_ = there ? "entry " + std::to_string(known.sequence) +
                      " of its ledger is not the one that the head file knows: another history"
                : "its ledger ends at entry " + std::to_string(newest.sequence) +
                      ", but entry " + std::to_string(known.sequence) +
                      " was written once: this is an older copy";
  return Status();
}

Status SqliteStore::AcceptFork(const Actor& actor, const std::string& reason) {
  if (fork_.empty()) return Status(Code::kInvalid, "store " + path() + " is not a fork");
  if (reason.empty()) return Status(Code::kInvalid, "accepting a fork needs a reason");
  Transaction transaction(*this);
  transaction.AllowFork();
  UPKEEP_RETURN_IF_ERROR(transaction.Begin());
  transaction.Append("fork.accepted", {{"actor", ToValue(actor)},
                                       {"reason", reason},
                                       {"found", fork_},
                                       {"lost_sequence", lost_.sequence},
                                       {"lost_hash", lost_.hash}});
  UPKEEP_RETURN_IF_ERROR(transaction.Commit());
  fork_.clear();
  lost_ = {};
  return Status();
}

Result<LedgerHead> SqliteStore::Head() { return Checked(ReadHead(*database_)); }

Result<std::vector<LedgerEntry>> SqliteStore::Entries(std::int64_t after, std::int64_t limit,
                                                      const std::string& kind) {
  std::vector<LedgerEntry> entries;
  Query query(*database_,
              "SELECT sequence, at, kind, body, previous, hash FROM ledger WHERE sequence > ?1 "
              "AND (?2 = '' OR kind = ?2) ORDER BY sequence LIMIT ?3");
  query.With(after, kind, limit);
  while (query.Next()) {
    auto body = ParseJson(query.View(3));
    if (!body.ok()) return body.status().Within("ledger entry " + query.Text(0));
    entries.push_back({query.Int(0), query.Time(1), query.Text(2), std::move(*body), query.Text(4),
                       query.Text(5)});
  }
  return Checked(std::move(entries));
}

Result<LedgerVerdict> SqliteStore::VerifyLedger() {
  LedgerVerdict verdict;
  verdict.head = {0, kNoHash};
  verdict.fork = fork_;
  Query query(*database_,
              "SELECT sequence, at, kind, body, previous, hash FROM ledger ORDER BY sequence");
  while (query.Next()) {
    const std::int64_t sequence = query.Int(0);
    const auto fault = [&](std::int64_t at, std::string what) {
      if (!verdict.fault) verdict.fault = LedgerFault{at, std::move(what)};
    };
    if (sequence != verdict.head.sequence + 1) fault(verdict.head.sequence + 1, "entry missing");
    if (query.View(4) != verdict.head.hash) fault(sequence, "does not follow the entry before it");
    const std::string text =
        LedgerText(sequence, query.Time(1), query.View(2), query.Text(3), query.Text(4));
    if (Sha256Hex(text) != query.View(5)) fault(sequence, "hash differs from its content");
    verdict.head = {sequence, query.Text(5)};
    ++verdict.entries;
  }
  return Checked(std::move(verdict));
}

}  // namespace upkeep::store
