// SPDX-License-Identifier: Apache-2.0
// Current states of runs and slots, replayed from the ledger alone.
#include <map>
#include <utility>

#include "runner/store/sqlite_store.h"

namespace upkeep::store {
namespace {

struct SlotRow {
  std::string schedule, target, definition, state, reason, actor;
  std::int64_t planned = 0, attempts = 0, changed = 0;
  bool operator==(const SlotRow&) const = default;
  std::string Show() const {
    return schedule + " on " + target + " " + FormatRfc3339(FromMicros(planned)) + " " + state +
           (reason.empty() ? "" : " (" + reason + ")") + ", attempts " + std::to_string(attempts);
  }
};

struct RunRow {
  std::string state, trigger, actor, schedule, reason, digest;
  std::int64_t planned = 0, started = 0, finished = 0, recorded = 0, exit_code = 0, ledger = 0;
  bool operator==(const RunRow&) const = default;
  std::string Show() const {
    return state + ", exit code " + std::to_string(exit_code) + ", entry " + std::to_string(ledger);
  }
};

struct States {
  std::map<SlotId, SlotRow> slots;
  std::map<RunId, RunRow> runs;
};

std::int64_t IntAt(const Value& body, const char* key) {
  const auto found = body.find(key);
  return found != body.end() && found->is_number_integer() ? found->get<std::int64_t>() : 0;
}

/// The list at `key`; empty where there is none.
Value ListAt(const Value& body, const char* key) {
  const auto found = body.find(key);
  return found != body.end() && found->is_array() ? *found : Value::array();
}

std::string ActorName(const Value& body) {
  const auto found = body.find("actor");
  return found == body.end() ? "" : StringAt(*found, "name");
}

class Replay {
 public:
  States states;

  void Take(std::int64_t sequence, std::int64_t at, std::string_view kind, const Value& body) {
    if (kind == "slots.planned") Planned(at, body);
    if (kind == "slot.claimed") Claimed(at, body);
    if (kind == "slots.moved") Moved(at, body);
    if (kind == "slot.finished") Ended(at, body);
    if (kind == "run.started") Started(body);
    if (kind == "run.finished" || kind == "run.interrupted") {
      Recorded(sequence, at, body, kind == "run.interrupted");
      Ended(at, body);
    }
  }

 private:
  void Planned(std::int64_t at, const Value& body) {
    for (const Value& added : ListAt(body, "added")) {
      SlotRow& slot = states.slots[added[0].get<SlotId>()];
      const std::int64_t attempts = slot.attempts;
      slot = {};
      slot.schedule = StringAt(body, "schedule");
      slot.target = added[1].get<std::string>();
      slot.planned = added[2].get<std::int64_t>();
      slot.definition = StringAt(body, "definition");
      slot.state = "planned";
      slot.attempts = attempts;
      slot.changed = at;
    }
    for (const Value& id : ListAt(body, "superseded")) {
      Set(id.get<SlotId>(), "superseded", "schedule changed", at);
      states.slots[id.get<SlotId>()].actor = "upkeep";
    }
  }

  void Claimed(std::int64_t at, const Value& body) {
    SlotRow& slot = states.slots[IntAt(body, "slot")];
    slot.state = "running";
    slot.reason.clear();
    slot.actor = ActorName(body);
    slot.attempts = IntAt(body, "number");
    slot.changed = at;
  }

  void Moved(std::int64_t at, const Value& body) {
    for (const Value& id : ListAt(body, "slots")) {
      Set(id.get<SlotId>(), StringAt(body, "state"), StringAt(body, "reason"), at);
      states.slots[id.get<SlotId>()].actor = ActorName(body);
    }
  }

  void Ended(std::int64_t at, const Value& body) {
    for (const Value& end : ListAt(body, "slots")) {
      Set(IntAt(end, "slot"), StringAt(end, "state"), StringAt(end, "reason"), at);
      if (end.contains("actor")) states.slots[IntAt(end, "slot")].actor = ActorName(end);
    }
  }

  void Set(SlotId id, std::string state, std::string reason, std::int64_t at) {
    SlotRow& slot = states.slots[id];
    slot.state = std::move(state);
    slot.reason = std::move(reason);
    slot.changed = at;
  }

  void Started(const Value& body) {
    RunRow& run = states.runs[IntAt(body, "run")];
    run.state = "running";
    run.trigger = StringAt(body, "trigger");
    run.actor = ActorName(body);
    run.schedule = StringAt(body, "schedule");
    run.planned = IntAt(body, "planned");
    run.started = IntAt(body, "started");
  }

  void Recorded(std::int64_t sequence, std::int64_t at, const Value& body, bool interrupted) {
    RunRow& run = states.runs[IntAt(body, "run")];
    run.state = interrupted ? "interrupted" : StringAt(body, "state");
    run.reason = StringAt(body, "reason");
    run.digest = StringAt(body, "digest");
    run.finished = IntAt(body, "finished");
    run.exit_code = IntAt(body, "exit_code");
    run.recorded = at;
    run.ledger = sequence;
  }
};

States Stored(Database& database) {
  States states;
  Query slots(database, "SELECT id, schedule, target, planned, definition, state, reason, actor, "
                        "attempts, changed FROM slots");
  while (slots.Next()) {
    states.slots[slots.Int(0)] = {slots.Text(1), slots.Text(2), slots.Text(4), slots.Text(5),
                                  slots.Text(6), slots.Text(7), slots.Int(3),  slots.Int(8),
                                  slots.Int(9)};
  }
  Query runs(database, "SELECT id, state, trigger, actor_name, schedule, reason, digest, planned, "
                       "started, finished, recorded, exit_code, ledger FROM runs");
  while (runs.Next()) {
    states.runs[runs.Int(0)] = {runs.Text(1), runs.Text(2),  runs.Text(3),  runs.Text(4),
                                runs.Text(5), runs.Text(6),  runs.Int(7),   runs.Int(8),
                                runs.Int(9),  runs.Int(10),  runs.Int(11),  runs.Int(12)};
  }
  return states;
}

template <typename Row>
void Compare(const char* table, const std::map<std::int64_t, Row>& stored,
             const std::map<std::int64_t, Row>& rebuilt, std::vector<RebuildDifference>& out) {
  for (const auto& [id, row] : rebuilt) {
    const auto found = stored.find(id);
    if (found == stored.end()) {
      out.push_back({table, std::to_string(id), "nothing", row.Show()});
    } else if (!(found->second == row)) {
      out.push_back({table, std::to_string(id), found->second.Show(), row.Show()});
    }
  }
  for (const auto& [id, row] : stored) {
    if (!rebuilt.contains(id)) out.push_back({table, std::to_string(id), row.Show(), "nothing"});
  }
}

void Write(Database& database, const States& states) {
  for (const auto& [id, slot] : states.slots) {
    database.Run("INSERT INTO slots (id, schedule, target, planned, definition, state, reason, "
                 "actor, attempts, changed) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) "
                 "ON CONFLICT (id) DO UPDATE SET schedule = ?2, target = ?3, planned = ?4, "
                 "definition = ?5, state = ?6, reason = ?7, actor = ?8, attempts = ?9, changed = ?10",
                 id, slot.schedule, slot.target, slot.planned, slot.definition, slot.state,
                 slot.reason, slot.actor, slot.attempts, slot.changed);
  }
  for (const auto& [id, run] : states.runs) {
    const bool finished = run.finished != 0, recorded = run.ledger != 0;
    const auto maybe = [](bool is, std::int64_t value) {
      return is ? std::optional(value) : std::nullopt;
    };
    database.Run("UPDATE runs SET state = ?, trigger = ?, actor_name = ?, schedule = ?, reason = ?, "
                 "digest = ?, planned = ?, started = ?, finished = ?, recorded = ?, exit_code = ?, "
                 "ledger = ? WHERE id = ?",
                 run.state, run.trigger, run.actor, run.schedule, run.reason, run.digest,
                 run.planned, run.started, maybe(finished, run.finished),
                 maybe(recorded, run.recorded), maybe(finished, run.exit_code),
                 maybe(recorded, run.ledger), id);
  }
}

}  // namespace

Result<std::vector<RebuildDifference>> SqliteStore::RebuildFromLedger(bool repair) {
  // Ledger and tables must be of the same moment, so both are read in one transaction.
  Transaction transaction(*this);
  if (repair) {
    UPKEEP_RETURN_IF_ERROR(transaction.Begin());
  } else if (!database_->Run("BEGIN")) {
    return database_->TakeStatus();
  }
  Replay replay;
  {
    Query query(*database_, "SELECT sequence, at, kind, body FROM ledger WHERE kind LIKE 'slot%' OR "
                            "kind LIKE 'run.%' ORDER BY sequence");
    while (query.Next()) {
      auto body = ParseJson(query.View(3));
      if (!body.ok()) {
        database_->Fail(Status(Code::kEvidence, "ledger entry " + query.Text(0) + " is not JSON"));
        break;
      }
      replay.Take(query.Int(0), query.Int(1), query.View(2), *body);
    }
  }
  std::vector<RebuildDifference> differences;
  const States stored = Stored(*database_);
  Compare("slots", stored.slots, replay.states.slots, differences);
  Compare("runs", stored.runs, replay.states.runs, differences);
  if (!repair) {
    Status status = database_->TakeStatus();
    database_->Run("COMMIT");
    if (status.ok()) status = database_->TakeStatus();
    if (!status.ok()) return status;
    return differences;
  }
  if (!differences.empty()) {
    Write(*database_, replay.states);
    transaction.Append("ledger.repaired", {{"rows", differences.size()}});
  }
  UPKEEP_RETURN_IF_ERROR(transaction.Commit());
  return differences;
}

}  // namespace upkeep::store
