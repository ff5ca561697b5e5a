// SPDX-License-Identifier: Apache-2.0
#include <set>
#include <utility>

#include "runner/store/sqlite_store.h"

namespace upkeep::store {
namespace {

constexpr std::string_view kSlotColumns =
    "SELECT id, schedule, target, planned, definition, state, reason, actor, attempts, changed "
    "FROM slots ";

Slot ReadSlot(const Query& query) {
  Slot slot;
  slot.id = query.Int(0);
  slot.key = {query.Text(1), query.Text(2), query.Time(3)};
  slot.definition = query.Text(4);
  slot.state = *SlotStateFromName(query.View(5));   // The schema lets no other word in.
  slot.reason = query.Text(6);
  slot.actor = query.Text(7);
  slot.attempts = static_cast<int>(query.Int(8));
  slot.changed = query.Time(9);
  return slot;
}

std::string Describe(const Slot& slot) {
  return "slot " + slot.key.schedule + " on " + slot.key.target + " at " +
         FormatRfc3339(slot.key.planned);
}

Result<Slot> ReadSlot(Database& database, SlotId id) {
  Query query(database, std::string(kSlotColumns) + "WHERE id = ?");
  if (query.With(id).Next()) return ReadSlot(query);
  UPKEEP_RETURN_IF_ERROR(database.TakeStatus());
  return Status(Code::kNotFound, "there is no slot " + std::to_string(id));
}

void SetState(Database& database, SlotId id, SlotState state, const std::string& reason,
              const std::string& actor, Instant at) {
  database.Run("UPDATE slots SET state = ?, reason = ?, actor = ?, changed = ? WHERE id = ?",
               Raw{SlotStateName(state)}, reason, actor, at, id);
}

/// What a clock that ran ahead has booked had not had its time: nobody ran it, and it was moved later
/// than now, which is ?3.
constexpr std::string_view kBookedAhead =
    "(state IN ('missed', 'paused', 'blackout', 'overlapped') AND changed > ?3 AND "
    "NOT EXISTS (SELECT 1 FROM attempts WHERE slot = slots.id))";

/// The ids of slots that `plan` no longer names.
std::vector<SlotId> Supersede(Database& database, const SlotPlan& plan, Instant at) {
  std::set<std::pair<std::string, std::int64_t>> wanted;
  for (const SlotKey& key : plan.slots) {
    wanted.emplace(database.Redacted(key.target), Micros(key.planned));
  }
  std::set<std::string> targets;
  for (const PlannedTarget& one : plan.planned_for) targets.insert(database.Redacted(one.target));
  const std::int64_t until = Micros(plan.until);
  std::vector<SlotId> gone;
  Query query(database, "SELECT id, target, planned FROM slots WHERE schedule = ?1 AND planned >= ?2 AND (state = 'planned' OR " +
                            std::string(kBookedAhead) + ") ORDER BY id");
  query.With(plan.schedule, plan.from, at);
  while (query.Next()) {
    const bool inside = query.Int(2) < until || (plan.for_no_other && !targets.contains(query.Text(1)));
    if (inside && !wanted.contains({query.Text(1), query.Int(2)})) gone.push_back(query.Int(0));
  }
  for (const SlotId id : gone) {
    SetState(database, id, SlotState::kSuperseded, "schedule changed", "upkeep", at);
  }
  return gone;
}

void KeepTargets(Database& database, const SlotPlan& plan) {
  std::map<std::string, PlannedTarget> before;
  Query query(database, "SELECT target, since, filled, covered FROM planned_targets WHERE schedule = ?");
  query.With(plan.schedule);
  while (query.Next()) before[query.Text(0)] = {query.Text(0), query.Time(1), query.Time(2), query.Time(3)};
  for (PlannedTarget one : plan.planned_for) {
    one.target = database.Redacted(one.target);
    const auto known = before.find(one.target);
    const bool same = known != before.end() && known->second == one;
    if (known != before.end()) before.erase(known);
    if (same) continue;
    database.Run("INSERT OR REPLACE INTO planned_targets (schedule, target, since, filled, covered) VALUES (?, ?, ?, ?, ?)",
                 plan.schedule, one.target, one.since, one.filled, one.covered);
  }
  if (!plan.for_no_other) return;
  for (const auto& [target, gone] : before) {
    database.Run("DELETE FROM planned_targets WHERE schedule = ? AND target = ?", plan.schedule, target);
  }
}

void RecordHorizon(Database& database, const Horizon& horizon, Instant at, Transaction& log) {
  Query last(database,
             "SELECT definition, zone_data, count, hash FROM horizons WHERE schedule = ? AND "
             "start = ? AND until = ? ORDER BY id DESC LIMIT 1");
  if (last.With(horizon.schedule, horizon.from, horizon.until).Next() &&
      last.View(0) == horizon.definition && last.View(1) == horizon.zone_data &&
      last.Int(2) == horizon.count && last.View(3) == horizon.hash) {
    return;
  }
  database.Run("INSERT INTO horizons (schedule, definition, zone_data, start, until, count, hash, "
               "recorded) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
               horizon.schedule, horizon.definition, horizon.zone_data, horizon.from,
               horizon.until, horizon.count, horizon.hash, at);
  log.Append("horizon.recorded", {{"schedule", horizon.schedule},
                                  {"definition", horizon.definition},
                                  {"zone_data", horizon.zone_data},
                                  {"from", Micros(horizon.from)},
                                  {"until", Micros(horizon.until)},
                                  {"count", horizon.count},
                                  {"hash", horizon.hash}});
}

}  // namespace

void CountSlot(reports::SlotTotals& totals, std::string_view state, bool due, std::int64_t count) {
  if (!due) {
    totals.not_yet_due += count;
    return;
  }
  totals.due += count;
  switch (*SlotStateFromName(state)) {
    // Due and not yet taken up is in flight as well: it has no end and nobody may forget it.
    case SlotState::kPlanned:
    case SlotState::kQueued:
    case SlotState::kRunning: totals.in_flight += count; break;
    case SlotState::kOnTime: totals.on_time += count; break;
    case SlotState::kLate: totals.late += count; break;
    case SlotState::kMissed: totals.missed += count; break;
    case SlotState::kCancelled: totals.cancelled += count; break;
    case SlotState::kBlackout: totals.blackout += count; break;
    case SlotState::kOverlapped: totals.overlapped += count; break;
    case SlotState::kPaused: totals.paused += count; break;
    case SlotState::kInterrupted: totals.interrupted += count; break;
    case SlotState::kSuperseded: totals.superseded += count; break;
  }
}

Result<PlanOutcome> SqliteStore::RecordPlanned(const SlotPlan& plan) {
  for (const SlotKey& key : plan.slots) {
    if (key.schedule != plan.schedule || key.planned < plan.from || key.planned >= plan.until) {
      return Status(Code::kInvalid, "a planned slot of " + key.schedule + " at " +
                                        FormatRfc3339(key.planned) + " lies outside its plan");
    }
  }
  Transaction transaction(*this);
  UPKEEP_RETURN_IF_ERROR(transaction.Begin());
  Value added = Value::array();
  {
    Query insert(*database_,
                 "INSERT INTO slots (schedule, target, planned, definition, state, changed) "
                 "VALUES (?1, ?2, ?4, ?5, 'planned', ?3) ON CONFLICT DO UPDATE SET "
                 "state = 'planned', definition = ?5, reason = '', actor = '', changed = ?3 "
                 // One that stands already is of the newest definition that names it before its time has come.
                 "WHERE (state = 'superseded' AND (planned > ?3 OR ?6)) OR "
                 "(state = 'planned' AND planned > ?3 AND definition <> ?5) OR " + std::string(kBookedAhead));
    Query number(*database_, "SELECT id FROM slots WHERE schedule = ? AND target = ? AND planned = ?");
    const std::string schedule = database_->Redacted(plan.schedule);
    const std::string definition = database_->Redacted(plan.definition);
    for (const SlotKey& key : plan.slots) {
      const std::string target = database_->Redacted(key.target);
      insert.With(Raw{schedule}, Raw{target}, transaction.at(), key.planned, Raw{definition}, plan.owed);
      // Not RETURNING: for each row SQLite makes a table of its own for what is returned.
      if (!insert.Run() || database_->changes() == 0) continue;
      if (number.With(Raw{schedule}, Raw{target}, key.planned).Next()) {
        added.push_back({number.Int(0), target, Micros(key.planned)});
      }
    }
  }
  std::vector<SlotId> gone;
  if (plan.supersede_others) gone = Supersede(*database_, plan, transaction.at());
  if (!plan.planned_for.empty() || plan.for_no_other) KeepTargets(*database_, plan);
  const PlanOutcome outcome{static_cast<std::int64_t>(added.size()),
                            static_cast<std::int64_t>(gone.size())};
  if (!added.empty() || !gone.empty()) {
    transaction.Append("slots.planned", {{"schedule", plan.schedule},
                                         {"definition", plan.definition},
                                         {"added", std::move(added)},
                                         {"superseded", gone}});
  }
  for (const Horizon& horizon : plan.horizons) {
    RecordHorizon(*database_, horizon, transaction.at(), transaction);
  }
  UPKEEP_RETURN_IF_ERROR(transaction.Commit());
  return outcome;
}

Result<Attempt> SqliteStore::ClaimSlot(SlotId slot_id, const ClaimRequest& request) {
  if (request.holder.empty()) return Status(Code::kInvalid, "a claim must name its holder");
  Transaction transaction(*this);
  UPKEEP_RETURN_IF_ERROR(transaction.Begin());
  auto slot = ReadSlot(*database_, slot_id);
  if (!slot.ok()) return slot.status();
  const bool allowed = MayMove(slot->state, SlotState::kRunning) &&
                       (slot->state != SlotState::kMissed || request.backfill);
  if (!allowed) {
    return Status(Code::kBusy, Describe(*slot) + " is " + std::string(SlotStateName(slot->state)) +
                                   "; nobody can claim it");
  }
  // In the transaction of the claim: two processes that take two slots can't both find nothing.
  if (request.alone &&
      database_->Number(0,
                        "SELECT count(*) FROM attempts a JOIN slots s ON s.id = a.slot "
                        "WHERE a.ended IS NULL AND a.looked IS NULL AND s.schedule = ? AND s.target = ?",
                        slot->key.schedule, slot->key.target) > 0) {
    return Status(Code::kBusy, Describe(*slot) + " waits for an earlier one that still runs");
  }
  if (slot->attempts > 0 &&
      database_->Number(0,
                        "SELECT count(*) FROM actions a JOIN plans p ON p.id = a.plan "
                        "JOIN attempts t ON t.run = p.run WHERE t.slot = ?",
                        slot_id) > 0) {
    return Status(Code::kDenied, Describe(*slot) + " was interrupted after an action had begun")
        .WithHint("look at what the action did; it is never repeated by itself");
  }
  Attempt attempt;
  attempt.slot = slot_id;
  attempt.key = slot->key;
  attempt.number = slot->attempts + 1;
  attempt.holder = request.holder;
  attempt.claimed = transaction.at();
  // attempts_open is unique: even a slot row that lies can't be claimed twice.
  attempt.fence = fence_;
  database_->Run("INSERT INTO attempts (slot, number, holder, claimed, fence) VALUES (?, ?, ?, ?, ?)",
                 slot_id, attempt.number, request.holder, attempt.claimed, fence_);
  attempt.id = database_->last_id();
  database_->Run("UPDATE slots SET state = 'running', reason = '', actor = ?, changed = ?, "
                 "attempts = ? WHERE id = ?",
                 request.actor.name, attempt.claimed, attempt.number, slot_id);
  transaction.Append("slot.claimed", {{"slot", slot_id},
                                      {"attempt", attempt.id},
                                      {"number", attempt.number},
                                      {"holder", request.holder},
                                      {"fence", fence_},
                                      {"actor", ToValue(request.actor)},
                                      {"was", SlotStateName(slot->state)}});
  UPKEEP_RETURN_IF_ERROR(transaction.Commit());
  return attempt;
}

Status SqliteStore::EndAttempt(const AttemptEnd& end, RunId run, Instant at, Value& log) {
  if (!MayMove(SlotState::kRunning, end.state)) {
    return Status(Code::kInvalid, "an attempt can't end as " + std::string(SlotStateName(end.state)));
  }
  SlotId slot = 0;
  {
    Query query(*database_, "SELECT slot, coalesce(run, 0) FROM attempts WHERE id = ? AND "
                            "ended IS NULL");
    if (!query.With(end.attempt).Next()) {
      UPKEEP_RETURN_IF_ERROR(database_->TakeStatus());
      return Status(Code::kBusy, "attempt " + std::to_string(end.attempt) +
                                     " is not open: somebody has ended it")
          .WithHint("this process was taken for dead; nothing of it is stored");
    }
    if (query.Int(1) != run) {
      return Status(Code::kInvalid, "attempt " + std::to_string(end.attempt) + " belongs to run " +
                                        query.Text(1));
    }
    slot = query.Int(0);
  }
  database_->Run("UPDATE attempts SET ended = ?, state = ?, reason = ? WHERE id = ?", at,
                 Raw{SlotStateName(end.state)}, end.reason, end.attempt);
  database_->Run("UPDATE slots SET state = ?, reason = ?, changed = ?, actor = coalesce(?, actor) "
                 "WHERE id = ?",
                 Raw{SlotStateName(end.state)}, end.reason, at,
                 end.actor ? std::optional(end.actor->name) : std::nullopt, slot);
  Value entry = {{"slot", slot},
                 {"attempt", end.attempt},
                 {"state", SlotStateName(end.state)},
                 {"reason", end.reason}};
  if (end.actor) entry["actor"] = ToValue(*end.actor);
  log.push_back(std::move(entry));
  return Status();
}

Status SqliteStore::SetLooked(const std::vector<AttemptId>& attempts) {
  Transaction transaction(*this);
  UPKEEP_RETURN_IF_ERROR(transaction.Begin());
  for (const AttemptId attempt : attempts) {
    database_->Run("UPDATE attempts SET looked = ? WHERE id = ? AND ended IS NULL", transaction.at(), attempt);
  }
  return transaction.Commit();
}

Status SqliteStore::FinishSlot(const AttemptEnd& end, const Actor& actor) {
  Transaction transaction(*this);
  UPKEEP_RETURN_IF_ERROR(transaction.Begin());
  Value ended = Value::array();
  UPKEEP_RETURN_IF_ERROR(EndAttempt(end, 0, transaction.at(), ended));
  transaction.Append("slot.finished", {{"slots", std::move(ended)}, {"actor", ToValue(actor)}});
  return transaction.Commit();
}

Status SqliteStore::MoveSlots(const std::vector<SlotId>& slots, SlotState to,
                              const std::string& reason, const Actor& actor) {
  if (slots.empty()) return Status();
  if (!MayMove(SlotState::kPlanned, to) || to == SlotState::kRunning) {
    return Status(Code::kInvalid, "slots can't be moved to " + std::string(SlotStateName(to)));
  }
  Transaction transaction(*this);
  UPKEEP_RETURN_IF_ERROR(transaction.Begin());
  for (const SlotId id : slots) {
    auto slot = ReadSlot(*database_, id);
    if (!slot.ok()) return slot.status();
    // Running slots may become cancelled too, but only by the end of their attempt.
    if (slot->state == SlotState::kRunning || !MayMove(slot->state, to)) {
      return Status(Code::kBusy, Describe(*slot) + " is " + std::string(SlotStateName(slot->state)) +
                                     " and can't become " + std::string(SlotStateName(to)));
    }
    SetState(*database_, id, to, reason, actor.name, transaction.at());
  }
  transaction.Append("slots.moved", {{"slots", slots},
                                     {"state", SlotStateName(to)},
                                     {"reason", reason},
                                     {"actor", ToValue(actor)}});
  return transaction.Commit();
}

Result<std::vector<Slot>> SqliteStore::Slots(const SlotFilter& filter) {
  std::string states;
  bool open = !filter.states.empty();
  for (const SlotState state : filter.states) {
    states += (states.empty() ? "'" : ", '") + std::string(SlotStateName(state)) + "'";
    open = open && (state == SlotState::kPlanned || state == SlotState::kQueued ||
                    state == SlotState::kRunning || state == SlotState::kInterrupted);
  }
  // Each condition stands for itself, and the open ones in the words of the indexes on them: what
  // is due of one schedule is then found without a walk over all that ever was.
  const std::string sql = std::string(kSlotColumns) + "WHERE planned >= ?1 AND planned < ?2 AND " +
                          (filter.schedule.empty() ? "?3 = ''" : "schedule = ?3") +
                          (filter.target.empty() ? " AND ?4 = ''" : " AND target = ?4") +
                          (states.empty() ? "" : " AND state IN (" + states + ")") +
                          (open ? " AND state IN ('planned', 'queued', 'running', 'interrupted')" : "") +
                          (filter.newest ? " ORDER BY planned DESC, schedule, target LIMIT ?5"
                                         : " ORDER BY planned, schedule, target LIMIT ?5");
  std::vector<Slot> slots;
  Query query(*database_, sql);
  query.With(filter.from.value_or(Instant::min()), filter.until.value_or(Instant::max()),
             filter.schedule, filter.target, filter.limit);
  while (query.Next()) slots.push_back(ReadSlot(query));
  return Checked(std::move(slots));
}

Result<Slot> SqliteStore::FindSlot(const SlotKey& key) {
  Query query(*database_,
              std::string(kSlotColumns) + "WHERE schedule = ? AND target = ? AND planned = ?");
  if (query.With(key.schedule, key.target, key.planned).Next()) return ReadSlot(query);
  UPKEEP_RETURN_IF_ERROR(database_->TakeStatus());
  return Status(Code::kNotFound, "there is no slot of " + key.schedule + " on " + key.target +
                                     " at " + FormatRfc3339(key.planned));
}

Result<std::optional<Slot>> SqliteStore::LatestSlot(const std::string& schedule,
                                                    const std::string& target,
                                                    const std::vector<SlotState>& states,
                                                    Instant until) {
  std::string words;
  for (const SlotState state : states) {
    words += (words.empty() ? "'" : ", '") + std::string(SlotStateName(state)) + "'";
  }
  // By the unique key, from its end: as fast for the millionth slot as for the first.
  const std::string sql = std::string(kSlotColumns) +
                          "WHERE schedule = ? AND target = ? AND planned <= ? AND state IN (" + words +
                          ") ORDER BY planned DESC LIMIT 1";
  std::optional<Slot> latest;
  Query query(*database_, sql);
  if (query.With(schedule, target, until).Next()) latest = ReadSlot(query);
  return Checked(std::move(latest));
}

Result<std::vector<Attempt>> SqliteStore::OpenAttempts() {
  std::vector<Attempt> attempts;
  Query query(*database_,
              "SELECT a.id, a.slot, s.schedule, s.target, s.planned, a.number, coalesce(a.run, 0), "
              "a.holder, a.claimed, a.fence, a.looked IS NOT NULL FROM attempts a JOIN slots s ON s.id = a.slot "
              "WHERE a.ended IS NULL ORDER BY a.id");
  while (query.Next()) {
    attempts.push_back({query.Int(0), query.Int(1),
                        {query.Text(2), query.Text(3), query.Time(4)},
                        static_cast<int>(query.Int(5)), query.Int(6), query.Text(7), query.Time(8),
                        query.Int(9), query.Int(10) != 0});
  }
  return Checked(std::move(attempts));
}

Result<std::vector<Horizon>> SqliteStore::Horizons(const std::string& schedule) {
  std::vector<Horizon> horizons;
  Query query(*database_,
              "SELECT schedule, definition, zone_data, start, until, count, hash FROM horizons "
              "WHERE schedule = ? ORDER BY id");
  query.With(schedule);
  while (query.Next()) {
    horizons.push_back({query.Text(0), query.Text(1), query.Text(2), query.Time(3), query.Time(4),
                        query.Int(5), query.Text(6)});
  }
  return Checked(std::move(horizons));
}

Result<std::vector<PlannedTarget>> SqliteStore::PlannedTargets(const std::string& schedule) {
  std::vector<PlannedTarget> targets;
  Query query(*database_, "SELECT target, since, filled, covered FROM planned_targets WHERE schedule = ? ORDER BY target");
  query.With(schedule);
  while (query.Next()) targets.push_back({query.Text(0), query.Time(1), query.Time(2), query.Time(3)});
  return Checked(std::move(targets));
}

Result<std::map<std::string, std::int64_t>> SqliteStore::OpenByTarget(const std::string& schedule, Instant until) {
  std::map<std::string, std::int64_t> open;
  Query query(*database_, "SELECT target, count(*) FROM slots WHERE schedule = ? AND planned < ? AND "
                          "state IN ('planned', 'queued') GROUP BY target");
  query.With(schedule, until);
  while (query.Next()) open[query.Text(0)] = query.Int(1);
  return Checked(std::move(open));
}

Result<std::vector<std::string>> SqliteStore::PlannedSchedules() {
  std::vector<std::string> schedules;
  Query query(*database_, "SELECT DISTINCT schedule FROM planned_targets ORDER BY schedule");
  while (query.Next()) schedules.push_back(query.Text(0));
  return Checked(std::move(schedules));
}

Result<reports::SlotTotals> SqliteStore::CountSlots(Instant from, Instant until, Instant as_of,
                                                    const std::string& schedule) {
  reports::SlotTotals totals;
  Query query(*database_,
              "SELECT state, planned > ?3, count(*) FROM slots WHERE planned >= ?1 AND "
              "planned < ?2 AND (?4 = '' OR schedule = ?4) GROUP BY 1, 2");
  query.With(from, until, as_of, schedule);
  while (query.Next()) {
    CountSlot(totals, query.View(0), query.Int(1) == 0, query.Int(2));
  }
  return Checked(totals);
}

}  // namespace upkeep::store
