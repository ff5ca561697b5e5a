// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "runner/store/sqlite_store.h"

namespace upkeep::store {
namespace {

constexpr std::string_view kRunColumns =
    "SELECT id, state, trigger, actor_name, actor_source, actor_identity, version, schedule, "
    "holder, planned, started, finished, recorded, exit_code, reason, ok, warning, critical, "
    "unknown, skipped, waived, new_findings, recurring_findings, regressed_findings, "
    "resolved_findings, attempted, observed FROM runs ";

RunState ReadRunState(std::string_view word) {
  for (const RunState state : {RunState::kFinished, RunState::kCancelled, RunState::kInterrupted}) {
    if (RunStateName(state) == word) return state;
  }
  return RunState::kRunning;
}

RunRecord ReadRun(const Query& query) {
  RunRecord run;
  run.id = query.Int(0);
  run.state = ReadRunState(query.View(1));
  run.trigger = query.Text(2);
  run.actor = {query.Text(3), query.Text(4), query.Text(5)};
  run.version = query.Text(6);
  run.schedule = query.Text(7);
  run.holder = query.Text(8);
  run.planned = query.Time(9);
  run.started = query.Time(10);
  run.finished = query.MaybeTime(11);
  run.recorded = query.MaybeTime(12);
  run.reason = query.Text(14);
  RunSummary& summary = run.summary;
  summary.run = run.id;
  summary.exit_code = static_cast<int>(query.Int(13));
  summary.totals = {query.Int(15), query.Int(16), query.Int(17),
                    query.Int(18), query.Int(19), query.Int(20)};
  summary.new_findings = query.Int(21);
  summary.recurring_findings = query.Int(22);
  summary.regressed_findings = query.Int(23);
  summary.resolved_findings = query.Int(24);
  summary.attempted = query.Int(25);
  summary.observed = query.Int(26);
  return run;
}

void ReadScope(Database& database, RunRecord& run) {
  Query targets(database,
                "SELECT name, kind, tls_verified FROM run_targets WHERE run = ? ORDER BY name");
  targets.With(run.id);
  while (targets.Next()) {
    run.targets.push_back({targets.Text(0), targets.Text(1), targets.Int(2) != 0});
  }
  Query playbooks(database, "SELECT name FROM run_playbooks WHERE run = ? ORDER BY name");
  playbooks.With(run.id);
  while (playbooks.Next()) run.playbooks.push_back(playbooks.Text(0));
}

/// Runs with equal scopes compare.
std::string ScopeHash(std::vector<std::string> playbooks, const std::vector<RunTarget>& targets) {
  std::vector<std::string> names;
  for (const RunTarget& target : targets) names.push_back(target.name);
  std::sort(playbooks.begin(), playbooks.end());
  std::sort(names.begin(), names.end());
  return Sha256Hex(CanonicalJson({{"playbooks", playbooks}, {"targets", names}}));
}

}  // namespace

Result<RunId> SqliteStore::StartRun(const RunStart& start) {
  Transaction transaction(*this);
  UPKEEP_RETURN_IF_ERROR(transaction.Begin());
  const Instant planned = start.planned.value_or(start.started);
  database_->Run(
      "INSERT INTO runs (state, trigger, actor_name, actor_source, actor_identity, version, "
      "schedule, scope, holder, planned, started) VALUES ('running', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      start.trigger, start.actor.name, start.actor.source, start.actor.identity, start.version,
      start.schedule, ScopeHash(start.playbooks, start.targets), start.holder, planned,
      start.started);
  const RunId run = database_->last_id();
  Value targets = Value::array();
  for (const RunTarget& target : start.targets) {
    database_->Run("INSERT OR IGNORE INTO run_targets (run, name, kind, tls_verified) "
                   "VALUES (?, ?, ?, ?)",
                   run, target.name, target.kind, target.tls_verified);
    targets.push_back(target.name);
  }
  for (const std::string& playbook : start.playbooks) {
    database_->Run("INSERT OR IGNORE INTO run_playbooks (run, name) VALUES (?, ?)", run, playbook);
  }
  for (const std::string& target : start.not_looked_at) {
    database_->Run("INSERT OR IGNORE INTO run_not_looked_at (run, name) VALUES (?, ?)", run, target);
  }
  for (const AttemptId attempt : start.attempts) {
    database_->Run("UPDATE attempts SET run = ? WHERE id = ? AND run IS NULL AND ended IS NULL", run,
                   attempt);
    if (!database_->failed() && database_->changes() != 1) {
      return Status(Code::kInvalid, "attempt " + std::to_string(attempt) +
                                        " is not open, or has a run already");
    }
  }
  transaction.Append("run.started", {{"run", run},
                                     {"trigger", start.trigger},
                                     {"actor", ToValue(start.actor)},
                                     {"version", start.version},
                                     {"schedule", start.schedule},
                                     {"targets", std::move(targets)},
                                     {"playbooks", start.playbooks},
                                     {"not_looked_at", start.not_looked_at},
                                     {"planned", Micros(planned)},
                                     {"started", Micros(start.started)},
                                     {"attempts", start.attempts},
                                     {"fence", fence_}});
  UPKEEP_RETURN_IF_ERROR(transaction.Commit());
  return run;
}

Result<std::vector<RunRecord>> SqliteStore::Runs(const RunFilter& filter) {
  std::vector<RunRecord> runs;
  {
    Query query(*database_,
                std::string(kRunColumns) +
                    "WHERE (?1 = '' OR schedule = ?1) AND (?2 = '' OR EXISTS (SELECT 1 FROM "
                    "run_playbooks WHERE run = runs.id AND name = ?2)) AND (?3 = '' OR EXISTS "
                    "(SELECT 1 FROM run_targets WHERE run = runs.id AND name = ?3)) AND "
                    "(?4 = '' OR state = ?4) AND started >= ?5 AND started < ?6 AND "
                    "(?8 OR trigger <> 'self') "
                    "ORDER BY id DESC LIMIT ?7");
    query.With(filter.schedule, filter.playbook, filter.target,
               Raw{filter.state ? RunStateName(*filter.state) : std::string_view()},
               filter.from.value_or(Instant::min()), filter.until.value_or(Instant::max()),
               filter.limit, filter.self_checks);
    while (query.Next()) runs.push_back(ReadRun(query));
  }
  for (RunRecord& run : runs) ReadScope(*database_, run);
  return Checked(std::move(runs));
}

Result<RunRecord> SqliteStore::Run(RunId id) {
  Query query(*database_, std::string(kRunColumns) + "WHERE id = ?");
  if (!query.With(id).Next()) {
    UPKEEP_RETURN_IF_ERROR(database_->TakeStatus());
    return Status(Code::kNotFound, "there is no run " + std::to_string(id))
        .WithHint("`upkeep history` lists them");
  }
  RunRecord run = ReadRun(query);
  ReadScope(*database_, run);
  return Checked(std::move(run));
}

Result<RunId> SqliteStore::PreviousRun(RunId run) {
  return Checked(database_->Number(
      0,
      "SELECT id FROM runs WHERE scope = (SELECT scope FROM runs WHERE id = ?1) AND id < ?1 AND "
      "state IN ('finished', 'cancelled') ORDER BY id DESC LIMIT 1",
      run));
}

}  // namespace upkeep::store
