// SPDX-License-Identifier: Apache-2.0
// Whether the rows of plans and of what hangs on them are those that the ledger recorded.
#include <utility>

#include "runner/store/recorded.h"
#include "runner/store/sqlite_store.h"

namespace upkeep::store {
namespace {

/// Replays what `query` gives: sequence, at, kind, body, previous, hash.
void ReplayEntries(Database& database, Query& query, RecordedReplay& replay) {
  while (query.Next()) {
    const std::string text = LedgerText(query.Int(0), query.Time(1), query.View(2), query.Text(3), query.Text(4));
    const auto body = ParseJson(query.View(3));
    if (!body.ok() || Sha256Hex(text) != query.View(5)) {
      database.Fail(Status(Code::kEvidence, "ledger entry " + query.Text(0) + ": hash differs from its content"));
      return;
    }
    replay.Take(query.View(2), *body);
  }
}

}  // namespace

Result<std::vector<RebuildDifference>> SqliteStore::CompareWithLedger(PlanId plan) {
  // Ledger and tables must be of the same moment, so both are read in one transaction.
  if (!database_->Run("BEGIN")) return database_->TakeStatus();
  RecordedReplay replay;
  {
    // Of one plan the entries are not older than it says it is: a false date finds too few of them.
    Query query(*database_,
                plan == 0 ? "SELECT sequence, at, kind, body, previous, hash FROM ledger WHERE kind LIKE 'plan.%' OR "
                            "kind LIKE 'action.%' OR kind LIKE 'waiver.%' OR kind LIKE 'delivery.%' ORDER BY sequence"
                          : "SELECT sequence, at, kind, body, previous, hash FROM ledger WHERE at >= (SELECT created FROM "
                            "plans WHERE id = ?1) AND kind LIKE 'plan.%' AND json_extract(body, '$.plan') = ?1 ORDER BY sequence");
    if (plan != 0) query.With(plan);
    ReplayEntries(*database_, query, replay);
  }
  std::vector<RebuildDifference> differences = CompareRecorded(StoredRows(*database_, plan), replay);
  Status status = database_->TakeStatus();
  database_->Run("COMMIT");
  if (status.ok()) status = database_->TakeStatus();
  if (!status.ok()) return status;
  return differences;
}

Status SqliteStore::CheckPlan(PlanId plan) {
  auto differences = CompareWithLedger(plan);
  if (!differences.ok()) return differences.status();
  if (differences->empty()) return Status();
  const RebuildDifference& first = differences->front();
  return Status(Code::kNotApproved, "plan " + std::to_string(plan) + "'s row is not what the ledger recorded: stored " +
                                        first.stored + ", ledger " + first.rebuilt)
      .WithHint("somebody changed the store; upkeep db check shows what, and a plan must be made anew");
}

}  // namespace upkeep::store
