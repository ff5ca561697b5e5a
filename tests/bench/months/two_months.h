// SPDX-License-Identifier: Apache-2.0
// Two months of a cluster, a database and an endpoint, as a store would have them.
#ifndef UPKEEP_TESTS_BENCH_MONTHS_TWO_MONTHS_H_
#define UPKEEP_TESTS_BENCH_MONTHS_TWO_MONTHS_H_

#include <memory>
#include <string>
#include <vector>

#include "runner/store/store.h"

namespace upkeep::store {

struct MonthSize {
  int nodes = 4, pods = 40;
};

/// A method that the store refuses ends the program: what is tested is the report.
class TwoMonths {
 public:
  TwoMonths(const std::string& path, MonthSize size);
  void Write();

 private:
  void Definitions();
  void WaiversBefore();
  void PlanSlots();
  /// One day at 09:00 in Seoul: its slots end somehow, and most days there is a run.
  void OneDay(int day);
  void OddSlots(int day, const std::vector<Slot>& slots);
  RunId Look(int day, const std::vector<Slot>& slots);
  checks::PlaybookOutcome Pods(int day);
  checks::PlaybookOutcome Nodes(int day);
  checks::PlaybookOutcome Database(int day);
  checks::PlaybookOutcome Endpoint(int day);
  checks::PlaybookOutcome Backups();
  /// A plan against `subject` that ends as `state`, with its approval and actions.
  void Remedy(RunId run, const std::string& subject, PlanState state);
  void Deliveries(RunId run, int day);
  Instant DayAt(int day) const;

  FakeClock clock_;
  std::unique_ptr<Store> store_;
  MonthSize size_;
  std::vector<Instant> times_;
  int plans_ = 0;
};

/// Names as a target could send them. Shared with nobody: the test reads them from the store.
const std::vector<std::string>& HostileNames();

}  // namespace upkeep::store

#endif  // UPKEEP_TESTS_BENCH_MONTHS_TWO_MONTHS_H_
