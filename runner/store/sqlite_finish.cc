// SPDX-License-Identifier: Apache-2.0
// The end of a run: one transaction.
#include <utility>

#include "runner/store/recorder.h"
#include "runner/store/sqlite_store.h"

namespace upkeep::store {
namespace {

int DefaultExitCode(const reports::StateTotals& totals) {
  if (totals.critical > 0) return 2;
  if (totals.warning > 0) return 1;
  return totals.unknown > 0 ? 3 : 0;
}

struct OpenRun {
  std::string trigger;
  std::int64_t open_attempts = 0;
};

Result<OpenRun> FindOpen(Database& database, RunId run) {
  Query query(database, "SELECT state, trigger, (SELECT count(*) FROM attempts WHERE run = r.id AND "
                        "ended IS NULL) FROM runs r WHERE id = ?");
  if (!query.With(run).Next()) {
    UPKEEP_RETURN_IF_ERROR(database.TakeStatus());
    return Status(Code::kNotFound, "there is no run " + std::to_string(run));
  }
  if (query.View(0) != "running") {
    return Status(Code::kBusy, "run " + std::to_string(run) + " is " + query.Text(0) + " already")
        .WithHint("this process was taken for dead; nothing of it is stored");
  }
  return OpenRun{query.Text(1), query.Int(2)};
}

Value LedgerBody(const RunSummary& summary, const RunFinish& finish, const std::string& digest,
                 Value slots, std::int64_t fence) {
  const reports::StateTotals& totals = summary.totals;
  return {{"run", summary.run},
          {"state", RunStateName(finish.state)},
          {"finished", Micros(finish.finished)},
          {"exit_code", summary.exit_code},
          {"digest", digest},
          {"fence", fence},
          {"slots", std::move(slots)},
          {"totals",
           {{"ok", totals.ok},
            {"warning", totals.warning},
            {"critical", totals.critical},
            {"unknown", totals.unknown},
            {"skipped", totals.skipped},
            {"waived", totals.waived}}},
          {"findings",
           {{"new", summary.new_findings},
            {"recurring", summary.recurring_findings},
            {"regressed", summary.regressed_findings},
            {"resolved", summary.resolved_findings}}},
          {"attempted", summary.attempted},
          {"observed", summary.observed}};
}

}  // namespace

Result<RunSummary> SqliteStore::FinishRun(RunId run, const RunFinish& finish) {
  if (finish.state != RunState::kFinished && finish.state != RunState::kCancelled) {
    return Status(Code::kInvalid, "a run finishes as finished or cancelled");
  }
  Transaction transaction(*this);
  UPKEEP_RETURN_IF_ERROR(transaction.Begin());
  auto open = FindOpen(*database_, run);
  if (!open.ok()) return open.status();
  if (open->open_attempts != static_cast<std::int64_t>(finish.attempts.size())) {
    return Status(Code::kBusy, "run " + std::to_string(run) + " has " +
                                   std::to_string(open->open_attempts) +
                                   " open attempts and ends " +
                                   std::to_string(finish.attempts.size()))
        .WithHint("somebody has ended an attempt of it; nothing of it is stored");
  }
  // Of an earlier time of leading: what came between may have accounted for it already.
  const std::int64_t claimed_with = database_->Number(
      fence_, "SELECT fence FROM attempts WHERE run = ? AND ended IS NULL AND fence <> ? LIMIT 1",
      run, fence_);
  if (claimed_with != fence_) {
    return Status(Code::kDenied, "run " + std::to_string(run) + " was begun under fence " +
                                     std::to_string(claimed_with) + ", and this process leads with " +
                                     std::to_string(fence_))
        .WithHint("another daemon may have led in between; nothing of it is stored");
  }
  Value slots = Value::array();
  for (const AttemptEnd& end : finish.attempts) {
    UPKEEP_RETURN_IF_ERROR(EndAttempt(end, run, transaction.at(), slots));
  }
  auto waivers = Waivers(transaction.at());
  if (!waivers.ok()) return waivers.status();

  RunSummary summary;
  std::string digest;
  {
    const bool scheduled = open->trigger == "schedule" || open->trigger == "backfill";
    Recorder recorder(*database_, interner_,
                      {run, finish.finished, scheduled, std::move(*waivers)});
    for (const checks::PlaybookOutcome& outcome : finish.outcomes) recorder.Record(outcome);
    summary = recorder.summary();
    digest = recorder.digest();
  }
  const reports::StateTotals& totals = summary.totals;
  summary.exit_code = finish.exit_code ? finish.exit_code(totals) : DefaultExitCode(totals);
  const std::int64_t entry =
      transaction.Append("run.finished", LedgerBody(summary, finish, digest, std::move(slots), fence_));
  database_->Run(
      "UPDATE runs SET state = ?, finished = ?, recorded = ?, exit_code = ?, digest = ?, "
      "ledger = ?, ok = ?, warning = ?, critical = ?, unknown = ?, skipped = ?, waived = ?, "
      "new_findings = ?, recurring_findings = ?, regressed_findings = ?, resolved_findings = ?, "
      "attempted = ?, observed = ? WHERE id = ?",
      Raw{RunStateName(finish.state)}, finish.finished, transaction.at(), summary.exit_code,
      Raw{digest}, entry, totals.ok, totals.warning, totals.critical, totals.unknown,
      totals.skipped, totals.waived, summary.new_findings, summary.recurring_findings,
      summary.regressed_findings, summary.resolved_findings, summary.attempted, summary.observed,
      run);
  UPKEEP_RETURN_IF_ERROR(transaction.Commit());
  return summary;
}

Status SqliteStore::InterruptRun(RunId run, const std::string& reason) {
  Transaction transaction(*this);
  UPKEEP_RETURN_IF_ERROR(transaction.Begin());
  auto open = FindOpen(*database_, run);
  if (!open.ok()) return open.status();
  std::vector<AttemptId> attempts;
  {
    Query query(*database_, "SELECT id FROM attempts WHERE run = ? AND ended IS NULL ORDER BY id");
    query.With(run);
    while (query.Next()) attempts.push_back(query.Int(0));
  }
  Value slots = Value::array();
  for (const AttemptId attempt : attempts) {
    UPKEEP_RETURN_IF_ERROR(EndAttempt({attempt, SlotState::kInterrupted, reason}, run,
                                      transaction.at(), slots));
  }
  const std::int64_t entry = transaction.Append(
      "run.interrupted", {{"run", run}, {"reason", reason}, {"slots", std::move(slots)}});
  database_->Run("UPDATE runs SET state = 'interrupted', reason = ?, recorded = ?, ledger = ? "
                 "WHERE id = ?",
                 reason, transaction.at(), entry, run);
  return transaction.Commit();
}

std::string RunDigest(Database& database, RunId run) {
  Digest digest;
  Query outcomes(database,
                 "SELECT id, playbook, target, definition, state, started, finished, attempted, "
                 "observed FROM outcome_list WHERE run = ? ORDER BY id");
  outcomes.With(run);
  while (outcomes.Next()) {
    for (int column = 1; column <= 4; ++column) digest.Field(outcomes.View(column));
    for (int column = 5; column <= 8; ++column) digest.Field(outcomes.Int(column));
    Query texts(database, "SELECT params, log FROM outcomes WHERE id = ?");
    if (texts.With(outcomes.Int(0)).Next()) {
      digest.Field(texts.View(0));
      digest.Field(texts.View(1));
    }
    Query results(database,
                  "SELECT s.key, x.uid, x.state, x.reason, x.en, x.ko, x.data, x.remedy, x.tags, "
                  "x.evidence, x.change, x.severity FROM results x JOIN subjects s "
                  "ON s.id = x.subject WHERE x.outcome = ? ORDER BY x.id");
    results.With(outcomes.Int(0));
    while (results.Next()) {
      for (int column = 0; column <= 10; ++column) digest.Field(results.View(column));
      digest.Field(results.Int(11));
    }
    Query metrics(database,
                  "SELECT m.series, m.value, h.warning, h.critical FROM outcomes o "
                  "JOIN series s ON s.playbook = o.playbook AND s.target = o.target "
                  "JOIN metrics m ON m.series = s.id AND m.outcome = o.id "
                  "LEFT JOIN thresholds h ON h.id = m.threshold WHERE o.id = ? ORDER BY m.series");
    metrics.With(outcomes.Int(0));
    while (metrics.Next()) {
      digest.Field(metrics.Int(0));
      digest.Field(metrics.Number(1));
      digest.Field(metrics.MaybeNumber(2));
      digest.Field(metrics.MaybeNumber(3));
    }
    digest.Close();
  }
  return digest.hash();
}

Status SqliteStore::VerifyRun(std::int64_t run) {
  Query query(*database_, "SELECT l.body FROM runs r JOIN ledger l ON l.sequence = r.ledger "
                          "WHERE r.id = ?");
  if (!query.With(run).Next()) {
    UPKEEP_RETURN_IF_ERROR(database_->TakeStatus());
    return Status(Code::kNotFound, "run " + std::to_string(run) + " is not recorded in the ledger");
  }
  auto body = ParseJson(query.View(0));
  if (!body.ok()) return body.status();
  const std::string recomputed = RunDigest(*database_, run);
  UPKEEP_RETURN_IF_ERROR(database_->TakeStatus());
  if (recomputed != StringAt(*body, "digest")) {
    return Status(Code::kEvidence, "rows of run " + std::to_string(run) +
                                       " are not those that the ledger recorded");
  }
  Query evidence(*database_, "SELECT DISTINCT e.hash, e.bytes FROM outcomes o JOIN results x "
                             "ON x.outcome = o.id JOIN evidence e ON e.hash = x.evidence "
                             "WHERE o.run = ?");
  evidence.With(run);
  while (evidence.Next()) {
    if (Sha256Hex(evidence.View(1)) != evidence.View(0)) {
      return Status(Code::kEvidence, "evidence " + evidence.Text(0) + " is not what its hash says");
    }
  }
  return database_->TakeStatus();
}

}  // namespace upkeep::store
