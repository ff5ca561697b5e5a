// SPDX-License-Identifier: Apache-2.0
// Signs of life, one row for each who gives them.
#include "runner/store/sqlite_store.h"

namespace upkeep::store {

Status SqliteStore::Sign(const std::string& who) {
  Transaction transaction(*this);
  UPKEEP_RETURN_IF_ERROR(transaction.Begin());
  database_->Run("INSERT INTO signs (who, seen) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET seen = ?2", who,
                 transaction.at());
  return transaction.Commit();
}

Result<std::optional<Instant>> SqliteStore::LastSign(const std::string& who) {
  std::optional<Instant> seen;
  Query query(*database_, "SELECT seen FROM signs WHERE who = ?");
  query.With(who);
  if (query.Next()) seen = query.Time(0);
  return Checked(seen);
}

}  // namespace upkeep::store
