// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "runner/store/sqlite_store.h"

namespace upkeep::store {

Result<std::vector<IntegrityFault>> SqliteStore::CheckIntegrity() {
  std::vector<IntegrityFault> faults;
  {
    Query query(*database_, "PRAGMA integrity_check(20)");
    while (query.Next()) {
      if (query.View(0) != "ok") faults.push_back({"database: " + query.Text(0)});
    }
  }
  {
    Query query(*database_, "PRAGMA foreign_key_check");
    while (query.Next()) {
      faults.push_back({"row " + query.Text(1) + " of " + query.Text(0) + " points to no row of " +
                        query.Text(2)});
    }
  }
  UPKEEP_RETURN_IF_ERROR(database_->TakeStatus());
  auto verdict = VerifyLedger();
  if (!verdict.ok()) return verdict.status();
  if (verdict->fault) {
    faults.push_back({"ledger entry " + std::to_string(verdict->fault->sequence) + ": " +
                      verdict->fault->what});
  }
  if (!verdict->fork.empty()) faults.push_back({"ledger: " + verdict->fork});
  if (!head_trouble_.empty()) faults.push_back({head_trouble_});
  auto differences = RebuildFromLedger(false);
  if (!differences.ok()) return differences.status();
  auto recorded = CompareWithLedger(0);
  if (recorded.ok()) {
    differences->insert(differences->end(), recorded->begin(), recorded->end());
  } else if (recorded.status().code() != Code::kEvidence) {
    return recorded.status();   // An entry that was changed is among the faults already.
  }
  for (const RebuildDifference& difference : *differences) {
    faults.push_back({difference.table + " " + difference.key + ": stored " + difference.stored +
                      ", ledger " + difference.rebuilt});
  }
  Query overlapping(*database_,
                    "SELECT slot, count(*) FROM attempts WHERE ended IS NULL GROUP BY slot "
                    "HAVING count(*) > 1");
  while (overlapping.Next()) {
    faults.push_back({"slot " + overlapping.Text(0) + " has " + overlapping.Text(1) +
                      " open attempts"});
  }
  Query above(*database_, "SELECT id, fence FROM attempts WHERE fence > "
                          "(SELECT coalesce(max(number), 0) FROM fences)");
  while (above.Next()) {
    faults.push_back({"attempt " + above.Text(0) + " carries fence " + above.Text(1) +
                      ", which nobody ever raised"});
  }
  return Checked(std::move(faults));
}

Status SqliteStore::CheckWritable() {
  Transaction transaction(*this);
  return transaction.Begin();   // Rolled back: nothing was to be written.
}

}  // namespace upkeep::store
