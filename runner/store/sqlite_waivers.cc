// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cctype>
#include <utility>

#include "runner/store/sqlite_store.h"

namespace upkeep::store {
namespace {

/// "**", "?*" and "*/*" are "*" in other words: nothing in them is of any name.
bool NamesNothing(const std::string& glob) {
  const bool any = glob.find('*') != std::string::npos;
  return any && std::none_of(glob.begin(), glob.end(), [](unsigned char c) { return std::isalnum(c) != 0 || c >= 0x80; });
}

Status Check(const Waiver& waiver, Instant now) {
  const auto wrong = [](const char* what) { return Status(Code::kInvalid, what); };
  if (waiver.owner.empty()) return wrong("a waiver needs an owner");
  if (waiver.reason.empty()) return wrong("a waiver needs a reason");
  if (waiver.approver.identity.empty()) return wrong("a waiver needs somebody who approves it");
  if (waiver.expires <= now) return wrong("a waiver must expire, and not in the past").WithHint("30d, 2026-12-31 or 2026-12-31T09:00:00Z");
  if (waiver.playbook.empty() || waiver.target.empty() || waiver.subject.empty()) {
    return wrong("a waiver's playbook, target and subject are globs; * is any");
  }
  if (NamesNothing(waiver.playbook) && NamesNothing(waiver.target) && NamesNothing(waiver.subject)) {
    return wrong("a waiver of everything is none: name a playbook, a target or a subject");
  }
  return Status();
}

}  // namespace

Result<std::int64_t> SqliteStore::AddWaiver(const Waiver& waiver) {
  UPKEEP_RETURN_IF_ERROR(Check(waiver, Now()));
  Transaction transaction(*this);
  UPKEEP_RETURN_IF_ERROR(transaction.Begin());
  database_->Run(
      "INSERT INTO waivers (owner, reason, approver_name, approver_source, approver_identity, "
      "ticket, playbook, target, subject, covers_unknown, created, expires) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      waiver.owner, waiver.reason, waiver.approver.name, waiver.approver.source,
      waiver.approver.identity, waiver.ticket, waiver.playbook, waiver.target, waiver.subject,
      waiver.covers_unknown, transaction.at(), waiver.expires);
  const std::int64_t id = database_->last_id();
  transaction.Append("waiver.added", {{"waiver", id},
                                      {"owner", waiver.owner},
                                      {"reason", waiver.reason},
                                      {"approver", ToValue(waiver.approver)},
                                      {"ticket", waiver.ticket},
                                      {"playbook", waiver.playbook},
                                      {"target", waiver.target},
                                      {"subject", waiver.subject},
                                      {"covers_unknown", waiver.covers_unknown},
                                      {"expires", Micros(waiver.expires)}});
  UPKEEP_RETURN_IF_ERROR(transaction.Commit());
  return id;
}

Status SqliteStore::RevokeWaiver(std::int64_t id, const std::string& reason, const Actor& actor) {
  Transaction transaction(*this);
  UPKEEP_RETURN_IF_ERROR(transaction.Begin());
  database_->Run("UPDATE waivers SET revoked = ?, revoke_reason = ? WHERE id = ? AND revoked IS NULL",
                 transaction.at(), reason, id);
  if (!database_->failed() && database_->changes() == 0) {
    return Status(Code::kNotFound, "there is no waiver " + std::to_string(id) + " that counts")
        .WithHint("upkeep waiver list");
  }
  transaction.Append("waiver.revoked",
                     {{"waiver", id}, {"reason", reason}, {"actor", ToValue(actor)}});
  return transaction.Commit();
}

Result<std::vector<Waiver>> SqliteStore::Waivers(std::optional<Instant> at) {
  std::vector<Waiver> waivers;
  Query query(*database_,
              "SELECT id, owner, reason, approver_name, approver_source, approver_identity, ticket, "
              "playbook, target, subject, covers_unknown, created, expires, revoked, "
              "(SELECT count(*) FROM results WHERE waiver = w.id) FROM waivers w WHERE ?1 IS NULL "
              "OR (expires > ?1 AND (revoked IS NULL OR revoked > ?1)) ORDER BY id");
  query.With(at);
  while (query.Next()) {
    Waiver waiver;
    waiver.id = query.Int(0);
    waiver.owner = query.Text(1);
    waiver.reason = query.Text(2);
    waiver.approver = {query.Text(3), query.Text(4), query.Text(5)};
    waiver.ticket = query.Text(6);
    waiver.playbook = query.Text(7);
    waiver.target = query.Text(8);
    waiver.subject = query.Text(9);
    waiver.covers_unknown = query.Int(10) != 0;
    waiver.created = query.Time(11);
    waiver.expires = query.Time(12);
    waiver.revoked = query.MaybeTime(13);
    waiver.matched = query.Int(14);
    waivers.push_back(std::move(waiver));
  }
  return Checked(std::move(waivers));
}

}  // namespace upkeep::store
