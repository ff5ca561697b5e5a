// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "runner/store/sqlite_store.h"

namespace upkeep::store {
namespace {

/// Heaviest first, as SQL.
constexpr std::string_view kByState =
    "CASE x.state WHEN 'critical' THEN 0 WHEN 'warning' THEN 1 WHEN 'unknown' THEN 2 "
    "WHEN 'ok' THEN 3 ELSE 4 END";

}  // namespace

Status SqliteStore::SaveDefinition(const checks::Head& head, const Value& document) {
  // What reports show of a playbook stands at these places, whatever else the document has.
  Value kept = document.is_object() ? document : Value::object();
  kept["id"] = head.id;
  kept["title"] = upkeep::ToValue(head.title);
  kept["fix"] = upkeep::ToValue(head.fix);
  kept["cadence"] = head.cadence;
  kept["owner"] = head.owner;
  kept["runbook"] = head.runbook;
  kept["covers"] = head.covers;
  return SaveDefinition("playbook", head.id, head.definition, kept);
}

Status SqliteStore::SaveDefinition(const std::string& kind, const std::string& id,
                                   const std::string& hash, const Value& document) {
  // Nearly always known already: look without the write lock.
  constexpr std::string_view kKnown = "SELECT count(*) FROM definitions WHERE hash = ?";
  if (database_->Number(0, kKnown, hash) > 0) return Status();
  Transaction transaction(*this);
  UPKEEP_RETURN_IF_ERROR(transaction.Begin());
  database_->Run("INSERT OR IGNORE INTO definitions (hash, kind, id, document, recorded) "
                 "VALUES (?, ?, ?, ?, ?)",
                 hash, kind, id, document.is_null() ? Value::object() : document,
                 transaction.at());
  if (!database_->failed() && database_->changes() == 0) return transaction.Commit();
  transaction.Append("definition.recorded", {{"kind", kind}, {"id", id}, {"hash", hash}});
  return transaction.Commit();
}

Result<Value> SqliteStore::Definition(const std::string& hash) {
  Query query(*database_, "SELECT document FROM definitions WHERE hash = ?");
  if (query.With(hash).Next()) return ParseJson(query.View(0));
  UPKEEP_RETURN_IF_ERROR(database_->TakeStatus());
  return Status(Code::kNotFound, "the store knows no definition " + hash);
}

Result<std::vector<StoredResult>> SqliteStore::Results(RunId run) {
  std::vector<StoredResult> rows;
  Query query(*database_,
              "SELECT p.text, t.text, s.kind, s.space, s.name, x.uid, x.state, x.reason, x.en, "
              "x.ko, x.data, x.severity, x.remedy, x.tags, x.evidence, x.change, x.seen, "
              "f.fingerprint, f.first_seen, x.waiver FROM outcomes o "
              "JOIN names p ON p.id = o.playbook JOIN names t ON t.id = o.target "
              "JOIN results x ON x.outcome = o.id JOIN subjects s ON s.id = x.subject "
              "LEFT JOIN findings f ON f.id = x.finding WHERE o.run = ? ORDER BY " +
                  std::string(kByState) + ", x.severity, p.text, t.text, s.key");
  query.With(run);
  while (query.Next()) {
    StoredResult row;
    row.playbook = query.Text(0);
    row.target = query.Text(1);
    checks::CheckResult& result = row.result;
    result.subject = {query.Text(2), query.Text(3), query.Text(4), query.Text(5)};
    result.state = query.State(6);
    result.reason = query.Text(7);
    result.summary = {query.Text(8), query.Text(9)};
    result.data = query.Json(10);
    result.severity = static_cast<checks::Severity>(query.Int(11));
    result.remedy = query.Text(12);
    if (const Value tags = query.Json(13); tags.is_array()) {
      for (const Value& tag : tags) {
        if (tag.is_string()) result.tags.push_back(tag.get<std::string>());
      }
    }
    row.evidence_hash = query.Text(14);
    row.change = query.Text(15);
    row.seen = query.Int(16);
    row.fingerprint = query.Text(17);
    row.first_seen = query.Time(18);
    row.waiver = query.Int(19);
    rows.push_back(std::move(row));
  }
  return Checked(std::move(rows));
}

Result<std::vector<StoredOutcome>> SqliteStore::Outcomes(RunId run) {
  std::vector<StoredOutcome> rows;
  Query query(*database_,
              "SELECT p.text, t.text, o.definition, o.state, o.started, o.finished, o.attempted, "
              "o.observed, o.params, o.seed, o.log FROM outcomes o JOIN names p "
              "ON p.id = o.playbook JOIN names t ON t.id = o.target WHERE o.run = ? "
              "ORDER BY p.text, t.text");
  query.With(run);
  while (query.Next()) {
    StoredOutcome row;
    row.playbook = query.Text(0);
    row.target = query.Text(1);
    row.definition = query.Text(2);
    row.state = query.State(3);
    row.started = query.Time(4);
    row.finished = query.Time(5);
    row.coverage = {query.Int(6), query.Int(7)};
    row.params = query.Json(8);
    row.seed = static_cast<std::uint64_t>(query.Int(9));
    std::string_view log = query.View(10);
    while (!log.empty()) {
      const std::size_t end = log.find('\n');
      row.log.emplace_back(log.substr(0, end));
      log.remove_prefix(end == std::string_view::npos ? log.size() : end + 1);
    }
    rows.push_back(std::move(row));
  }
  return Checked(std::move(rows));
}

Result<std::vector<checks::Metric>> SqliteStore::Metrics(RunId run, const std::string& playbook,
                                                         const std::string& target) {
  std::vector<checks::Metric> rows;
  Query query(*database_,
              "SELECT n.text, j.text, m.value, u.text, h.warning, h.critical, h.source "
              "FROM outcomes o JOIN names p ON p.id = o.playbook JOIN names t ON t.id = o.target "
              "JOIN series s ON s.playbook = o.playbook AND s.target = o.target "
              "JOIN metrics m ON m.series = s.id AND m.outcome = o.id "
              "JOIN names n ON n.id = s.name JOIN names j ON j.id = s.subject "
              "JOIN names u ON u.id = s.unit LEFT JOIN thresholds h ON h.id = m.threshold "
              "WHERE o.run = ? AND p.text = ? AND t.text = ? ORDER BY n.text, j.text");
  query.With(run, playbook, target);
  while (query.Next()) {
    rows.push_back({query.Text(0), query.Text(1), query.Number(2), query.Text(3),
                    query.MaybeNumber(4), query.MaybeNumber(5), query.Text(6)});
  }
  return Checked(std::move(rows));
}

Result<std::string> SqliteStore::Evidence(const std::string& hash) {
  Query query(*database_, "SELECT bytes FROM evidence WHERE hash = ?");
  if (query.With(Raw{hash}).Next()) return query.Text(0);
  UPKEEP_RETURN_IF_ERROR(database_->TakeStatus());
  return Status(Code::kNotFound, "the store has no evidence " + hash);
}

}  // namespace upkeep::store
