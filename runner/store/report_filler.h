// SPDX-License-Identifier: Apache-2.0
//
// Fills a ReportModel by queries. Three temporary tables hold what a report is about: the runs
// (report_runs), those of them that looked at targets (report_looks) and the newest outcome of each check on each target among them
// (report_outcomes); every list is a plain query over these, as docs/store.md prints them.

#ifndef UPKEEP_RUNNER_STORE_REPORT_FILLER_H_
#define UPKEEP_RUNNER_STORE_REPORT_FILLER_H_

#include <map>
#include <string>

#include "runner/store/database.h"
#include "runner/store/report_query.h"

namespace upkeep::store {

class ReportFiller {
 public:
  ReportFiller(Database& database, const ReportQuery& query) : database_(database), query_(query) {}
  /// Inside one read transaction of the caller's. kNotFound as FillReport.
  Result<reports::ReportModel> Fill();

 private:
  /// What a playbook's head said when it ran.
  struct Definition {
    std::string cadence, owner, runbook;
    Text title, fix;
    std::vector<std::string> covers;
  };
  bool single() const { return query_.kind == reports::ReportKind::kRun; }
  Status ChooseRuns();
  void Frame();             ///< Times, runs, targets, ledger.
  void Slots();
  void Totals();
  void Results();
  void Resolved();
  void Checks();
  void Metrics();
  void Missed();
  void Actions();
  void Waivers();
  void Deliveries();
  void Days();
  const Definition& DefinitionOf(const std::string& hash, const std::string& playbook);

  Database& database_;
  const ReportQuery& query_;
  Instant start_{}, end_{};
  Instant as_of_{};       ///< The newest entry of the ledger in the period.
  Instant due_until_{};   ///< What was planned after this is not yet due.
  std::map<std::string, Definition> definitions_;
  reports::ReportModel model_;
};

}  // namespace upkeep::store

#endif  // UPKEEP_RUNNER_STORE_REPORT_FILLER_H_
