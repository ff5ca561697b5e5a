// SPDX-License-Identifier: Apache-2.0
#include "runner/store/recorded.h"

#include "base/clock.h"
#include "runner/store/database.h"

namespace upkeep::store {
namespace {

/// The number at `key` as the key of a row.
std::string KeyAt(const Value& body, const char* key) {
  const auto found = body.find(key);
  return found != body.end() && found->is_number_integer() ? std::to_string(found->get<std::int64_t>()) : "";
}

void Copy(const Value& body, std::initializer_list<const char*> keys, Value& row) {
  for (const char* key : keys) {
    if (const auto found = body.find(key); found != body.end()) row[key] = *found;
  }
}

/// A document is compared as the text that is stored; none is kept as an empty one.
void CopyDocument(const Value& body, const char* key, Value& row) {
  const auto found = body.find(key);
  if (found != body.end()) row[key] = CanonicalJson(found->is_null() ? Value::object() : *found);
}

std::string Shown(const Value& value) {
  constexpr std::size_t kMost = 120;
  std::string text = value.is_string() ? value.get<std::string>() : CanonicalJson(value);
  if (text.size() > kMost) text = text.substr(0, kMost) + "…";
  return PrintableText(text);
}

// Each gives a table's name, the row's key, and its fields as JSON.
constexpr const char* kPlanRows =
    "SELECT 'plans', CAST(id AS TEXT), json_object('run', coalesce(run, 0), 'playbook', playbook, 'target', target, "
    "'subject', subject, 'remedy', remedy, 'risk', risk, 'document', document, 'hash', hash, 'requester', "
    "json_object('name', requester_name, 'source', requester_source, 'identity', requester_identity), "
    "'approvals_needed', approvals_needed, 'expires', expires, 'state', state, 'outcome', "
    "json_object('en', outcome_en, 'ko', outcome_ko), 'verified_by', coalesce(verified_by, 0)) "
    "FROM plans WHERE ?1 = 0 OR id = ?1";
constexpr const char* kApprovalRows =
    "SELECT 'approvals', plan || ' by ' || actor_source || ' ' || actor_identity, json_object('hash', hash, "
    "'approve', approve, 'reason', reason, 'signature', signature, 'actor', json_object('name', actor_name, "
    "'source', actor_source, 'identity', actor_identity)) FROM approvals WHERE ?1 = 0 OR plan = ?1";
constexpr const char* kOtherRows[] = {
    "SELECT 'actions', CAST(id AS TEXT), json_object('plan', plan, 'step', step, 'call', call, 'before', before, 'actor', "
    "json_object('name', actor_name, 'source', actor_source, 'identity', actor_identity), 'state', state, "
    "'after', coalesce(after, '{}'), 'detail', detail) FROM actions WHERE ?1 = 0",
    "SELECT 'waivers', CAST(id AS TEXT), json_object('owner', owner, 'reason', reason, 'approver', json_object('name', "
    "approver_name, 'source', approver_source, 'identity', approver_identity), 'ticket', ticket, 'playbook', "
    "playbook, 'target', target, 'subject', subject, 'covers_unknown', covers_unknown, 'expires', expires, "
    "'revoked', revoked IS NOT NULL, 'revoke_reason', revoke_reason) FROM waivers WHERE ?1 = 0",
    "SELECT 'deliveries', CAST(id AS TEXT), json_object('run', coalesce(run, 0), 'subject', subject, 'channel', channel, "
    "'destination', destination, 'content_hash', content_hash, 'state', state, 'detail', detail, 'attempts', "
    "attempts) FROM deliveries WHERE ?1 = 0",
};

void ReadRows(Database& database, const char* sql, PlanId plan, RecordedRows& rows) {
  Query query(database, sql);
  query.With(plan);
  while (query.Next()) rows[{query.Text(0), query.Text(1)}] = query.Json(2);
}

}  // namespace

Value& RecordedReplay::Row(const std::string& table, const std::string& key) { return rows_[{table, key}]; }

void RecordedReplay::Add(const std::string& table, std::string key, Value fields) {
  const auto [at, fresh] = rows_.try_emplace({table, std::move(key)}, std::move(fields));
  // Anybody who can write the file can add an entry: the first one stands.
  if (!fresh) odd_.push_back({table, at->first.second, "a row", "two of them"});
}

void RecordedReplay::TakePlan(std::string_view kind, const Value& body) {
  const std::string key = KeyAt(body, "plan");
  if (kind == "plan.added") {
    Value row{{"state", "pending"}, {"outcome", {{"en", ""}, {"ko", ""}}}, {"verified_by", 0}};
    Copy(body, {"run", "playbook", "target", "subject", "remedy", "risk", "hash", "requester", "expires", "approvals_needed"}, row);
    CopyDocument(body, "document", row);
    return Add("plans", key, std::move(row));
  }
  Value& plan = Row("plans", key);
  Copy(body, {"state", "outcome", "verified_by"}, plan);
  if (kind != "plan.approved" && kind != "plan.denied") return;
  const auto actor = body.find("actor");
  if (actor == body.end()) return;
  Value row{{"approve", kind == "plan.approved" ? 1 : 0}};
  Copy(body, {"hash", "reason", "signature", "actor"}, row);
  Add("approvals", key + " by " + StringAt(*actor, "source") + " " + StringAt(*actor, "identity"), std::move(row));
}

void RecordedReplay::TakeAction(std::string_view kind, const Value& body) {
  const std::string key = KeyAt(body, "action");
  if (kind == "action.begun") {
    Value row{{"state", "intended"}, {"after", "{}"}, {"detail", ""}};
    Copy(body, {"plan", "step", "actor"}, row);
    CopyDocument(body, "call", row);
    CopyDocument(body, "before", row);
    return Add("actions", key, std::move(row));
  }
  Value& row = Row("actions", key);
  Copy(body, {"state", "detail"}, row);
  CopyDocument(body, "after", row);
}

void RecordedReplay::TakeWaiver(std::string_view kind, const Value& body) {
  const std::string key = KeyAt(body, "waiver");
  if (kind == "waiver.added") {
    Value row{{"revoked", 0}, {"revoke_reason", ""}};
    Copy(body, {"owner", "reason", "approver", "ticket", "playbook", "target", "subject", "expires"}, row);
    if (body.contains("covers_unknown")) row["covers_unknown"] = body["covers_unknown"] == true ? 1 : 0;
    return Add("waivers", key, std::move(row));
  }
  Value& row = Row("waivers", key);
  row["revoked"] = 1;
  row["revoke_reason"] = StringAt(body, "reason");
}

void RecordedReplay::TakeDelivery(std::string_view kind, const Value& body) {
  const std::string key = KeyAt(body, "delivery");
  if (kind == "delivery.added") {
    Value row{{"state", "pending"}, {"detail", ""}, {"attempts", 0}};
    Copy(body, {"run", "subject", "channel", "destination", "content_hash"}, row);
    return Add("deliveries", key, std::move(row));
  }
  Value& row = Row("deliveries", key);
  Copy(body, {"state", "detail"}, row);
  if (kind != "delivery.attempted") return;   // One that is ended was not tried once more.
  row["attempts"] = (row.contains("attempts") ? row["attempts"].get<std::int64_t>() : 0) + 1;
}

void RecordedReplay::Take(std::string_view kind, const Value& body) {
  if (!body.is_object()) return;
  if (kind.starts_with("plan.")) TakePlan(kind, body);
  if (kind.starts_with("action.")) TakeAction(kind, body);
  if (kind.starts_with("waiver.")) TakeWaiver(kind, body);
  if (kind.starts_with("delivery.")) TakeDelivery(kind, body);
}

RecordedRows StoredRows(Database& database, PlanId plan) {
  RecordedRows rows;
  ReadRows(database, kPlanRows, plan, rows);
  ReadRows(database, kApprovalRows, plan, rows);
  for (const char* sql : kOtherRows) ReadRows(database, sql, plan, rows);
  return rows;
}

std::vector<RebuildDifference> CompareRecorded(const RecordedRows& stored, const RecordedReplay& replay) {
  std::vector<RebuildDifference> differences = replay.odd();
  for (const auto& [place, row] : replay.rows()) {
    const auto found = stored.find(place);
    if (found == stored.end()) {
      differences.push_back({place.first, place.second, "nothing", "a row"});
      continue;
    }
    for (const auto& [field, value] : row.items()) {
      const auto now = found->second.find(field);
      if (now != found->second.end() && *now == value) continue;
      differences.push_back({place.first, place.second,
                             field + " " + (now == found->second.end() ? "nothing" : Shown(*now)),
                             field + " " + Shown(value)});
    }
  }
  for (const auto& [place, row] : stored) {
    if (!replay.rows().contains(place)) differences.push_back({place.first, place.second, "a row", "nothing"});
  }
  return differences;
}

}  // namespace upkeep::store
