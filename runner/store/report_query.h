// SPDX-License-Identifier: Apache-2.0
//
// Fills reports::ReportModel from stored rows. docs/store.md has the SQL of each figure.
//
// What a period shows as it stands (attention, totals, checks, metrics) is the newest recorded
// outcome of each check on each target in it, and in attention and totals also what is wrong with
// changes and waivers; counts of new, recurring and resolved findings,
// coverage, days, actions and deliveries are of the whole period. Nothing depends on the wall
// clock: generated_at is the time of the newest ledger entry in the period, deliveries aside.
//
// THREADS: as Store.

#ifndef UPKEEP_RUNNER_STORE_REPORT_QUERY_H_
#define UPKEEP_RUNNER_STORE_REPORT_QUERY_H_

#include <string>
#include <vector>

#include "base/clock.h"
#include "base/status.h"
#include "reports/model.h"
#include "runner/store/runs.h"

namespace upkeep::store {

/// A day of the report's zone; the caller knows zones, so that a day of 23 hours is one.
struct ReportDay {
  std::string date;                ///< YYYY-MM-DD
  Instant start{}, end{};
};

struct ReportQuery {
  reports::ReportKind kind = reports::ReportKind::kDaily;
  RunId run = 0;                   ///< kRun only.
  Instant start{}, end{};          ///< [start, end), of runs' start times; not for kRun.
  std::string schedule;            ///< Only its runs and slots; "" for all.
  std::string zone = "UTC";
  std::vector<ReportDay> days;     ///< Rows of ReportModel::days; may be empty.
};

class ReportStore {
 public:
  virtual ~ReportStore() = default;
  /// kNotFound when the run does not exist or nothing was recorded in the period (slots count).
  virtual Result<reports::ReportModel> FillReport(const ReportQuery& query) = 0;
};

}  // namespace upkeep::store

#endif  // UPKEEP_RUNNER_STORE_REPORT_QUERY_H_
