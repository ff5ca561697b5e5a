// SPDX-License-Identifier: Apache-2.0
//
// Plans, approvals, actions, waivers and deliveries as the ledger recorded them, to be compared
// with the rows that stand for them: whoever may write the store's file can change a row, and only
// the chain shows it.
//
// THREADS: as Store.

#ifndef UPKEEP_RUNNER_STORE_RECORDED_H_
#define UPKEEP_RUNNER_STORE_RECORDED_H_

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/value.h"
#include "runner/store/ledger.h"
#include "runner/store/plans.h"

namespace upkeep::store {

class Database;

/// (table, key) to what is known of the row, by its columns' meaning.
using RecordedRows = std::map<std::pair<std::string, std::string>, Value>;

/// Builds the rows from entries in their order.
class RecordedReplay {
 public:
  void Take(std::string_view kind, const Value& body);
  const RecordedRows& rows() const { return rows_; }
  /// What no row can be blamed for: a second beginning of the same plan.
  const std::vector<RebuildDifference>& odd() const { return odd_; }

 private:
  void Add(const std::string& table, std::string key, Value fields);
  Value& Row(const std::string& table, const std::string& key);
  void TakePlan(std::string_view kind, const Value& body);
  void TakeAction(std::string_view kind, const Value& body);
  void TakeWaiver(std::string_view kind, const Value& body);
  void TakeDelivery(std::string_view kind, const Value& body);

  RecordedRows rows_;
  std::vector<RebuildDifference> odd_;
};

/// The rows as they are stored: of one plan with its approvals, or (0) all of the five tables.
RecordedRows StoredRows(Database& database, PlanId plan);

/// Every field that the ledger knows and the row has otherwise, and every row that only one of
/// them has. What an entry of an earlier version doesn't know is not compared.
std::vector<RebuildDifference> CompareRecorded(const RecordedRows& stored, const RecordedReplay& replay);

}  // namespace upkeep::store

#endif  // UPKEEP_RUNNER_STORE_RECORDED_H_
