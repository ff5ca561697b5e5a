// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "runner/store/sqlite_store.h"

namespace upkeep::store {
namespace {

/// One that a clock which ran ahead has ended holds until then: ?3 is now.
constexpr std::string_view kNotEnded = "(ended IS NULL OR ended > ?3)";
constexpr std::string_view kItsTimeWasOver = "its time was over";

Status Check(const Pause& pause, Instant now) {
  if (pause.reason.empty()) return Status(Code::kInvalid, "a pause needs a reason");
  if (pause.actor.identity.empty()) return Status(Code::kInvalid, "a pause needs somebody who asks for it");
  if (pause.until && *pause.until <= now) {
    return Status(Code::kInvalid, "a pause must not end in the past");
  }
  return Status();
}

void End(Database& database, Transaction& transaction, std::int64_t id, Instant at,
         std::string_view reason, const Actor& actor) {
  database.Run("UPDATE pauses SET ended = ?, ended_by = ?, end_reason = ? WHERE id = ?", at,
               actor.name, std::string(reason), id);
  transaction.Append("pause.ended", {{"pause", id},
                                     {"ended", Micros(at)},
                                     {"reason", reason},
                                     {"actor", ToValue(actor)}});
}

}  // namespace

Instant Pause::End() const {
  return std::min(until.value_or(Instant::max()), ended.value_or(Instant::max()));
}

bool Pause::Covers(const std::string& of_schedule, const std::string& on_target, Instant at) const {
  return (schedule.empty() || schedule == of_schedule) && (target.empty() || target == on_target) &&
         at >= begun && at < End();
}

Result<Pause> SqliteStore::AddPause(const Pause& wanted) {
  Transaction transaction(*this);
  UPKEEP_RETURN_IF_ERROR(transaction.Begin());
  Pause pause = wanted;
  pause.begun = transaction.at();
  UPKEEP_RETURN_IF_ERROR(Check(pause, pause.begun));
  std::int64_t over = 0;
  {
    Query open(*database_, "SELECT id, until, reason, actor_name FROM pauses WHERE schedule = ?1 AND "
                           "target = ?2 AND " + std::string(kNotEnded));
    if (open.With(pause.schedule, pause.target, pause.begun).Next()) {
      const auto until = open.MaybeTime(1);
      if (!until || *until > pause.begun) {
        return Status(Code::kInvalid, "this is paused already, by " + open.Text(3) + ": " + open.Text(2))
            .WithHint("upkeep resume ends that pause");
      }
      over = open.Int(0);
      pause.ended = until;
    }
  }
  if (over != 0) {
    End(*database_, transaction, over, *pause.ended, kItsTimeWasOver, {"upkeep", "upkeep", "upkeep"});
    pause.ended.reset();
  }
  database_->Run("INSERT INTO pauses (schedule, target, reason, actor_name, actor_source, "
                 "actor_identity, begun, until) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                 pause.schedule, pause.target, pause.reason, pause.actor.name, pause.actor.source,
                 pause.actor.identity, pause.begun, pause.until);
  pause.id = database_->last_id();
  Value body = {{"pause", pause.id},
                {"schedule", pause.schedule},
                {"target", pause.target},
                {"reason", pause.reason},
                {"actor", ToValue(pause.actor)},
                {"begun", Micros(pause.begun)}};
  if (pause.until) body["until"] = Micros(*pause.until);
  transaction.Append("pause.added", body);
  UPKEEP_RETURN_IF_ERROR(transaction.Commit());
  return pause;
}

Status SqliteStore::EndPause(const std::string& schedule, const std::string& target,
                             const std::string& reason, const Actor& actor) {
  Transaction transaction(*this);
  UPKEEP_RETURN_IF_ERROR(transaction.Begin());
  const std::int64_t id = database_->Number(
      0, "SELECT id FROM pauses WHERE schedule = ?1 AND target = ?2 AND " + std::string(kNotEnded) +
             " AND (until IS NULL OR until > ?3) ORDER BY id DESC LIMIT 1",
      schedule, target, transaction.at());
  if (id == 0) {
    UPKEEP_RETURN_IF_ERROR(database_->TakeStatus());
    return Status(Code::kNotFound, "there is no such pause")
        .WithHint("upkeep schedule list shows what is paused");
  }
  End(*database_, transaction, id, transaction.at(), reason, actor);
  return transaction.Commit();
}

Result<std::int64_t> SqliteStore::EndExpiredPauses() {
  // Looked at first without the write lock: nearly always there is nothing to do.
  if (database_->Number(0, "SELECT count(*) FROM pauses WHERE ended IS NULL AND until <= ?", Now()) ==
      0) {
    return Checked(std::int64_t{0});
  }
  Transaction transaction(*this);
  UPKEEP_RETURN_IF_ERROR(transaction.Begin());
  std::vector<std::pair<std::int64_t, Instant>> over;
  {
    Query query(*database_, "SELECT id, until FROM pauses WHERE ended IS NULL AND until <= ? ORDER BY id");
    query.With(transaction.at());
    while (query.Next()) over.emplace_back(query.Int(0), query.Time(1));
  }
  for (const auto& [id, until] : over) {
    End(*database_, transaction, id, until, kItsTimeWasOver, {"upkeep", "upkeep", "upkeep"});
  }
  UPKEEP_RETURN_IF_ERROR(transaction.Commit());
  return static_cast<std::int64_t>(over.size());
}

Result<std::vector<Pause>> SqliteStore::Pauses(const PauseFilter& filter) {
  std::vector<Pause> pauses;
  Query query(*database_,
              "SELECT id, schedule, target, reason, actor_name, actor_source, actor_identity, begun, "
              "until, ended, ended_by, end_reason FROM pauses WHERE (?1 = '' OR schedule IN ('', ?1)) "
              "AND (?2 = 0 OR (" + std::string(kNotEnded) + " AND (until IS NULL OR until > ?3))) "
              "ORDER BY id DESC LIMIT ?4");
  query.With(filter.schedule, filter.open_only, Now(), filter.limit);
  while (query.Next()) {
    Pause pause;
    pause.id = query.Int(0);
    pause.schedule = query.Text(1);
    pause.target = query.Text(2);
    pause.reason = query.Text(3);
    pause.actor = {query.Text(4), query.Text(5), query.Text(6)};
    pause.begun = query.Time(7);
    pause.until = query.MaybeTime(8);
    pause.ended = query.MaybeTime(9);
    pause.ended_by = query.Text(10);
    pause.end_reason = query.Text(11);
    pauses.push_back(std::move(pause));
  }
  return Checked(std::move(pauses));
}

}  // namespace upkeep::store
