// SPDX-License-Identifier: Apache-2.0
//
// Writes the outcomes of one run, inside the transaction that ends it.

#ifndef UPKEEP_RUNNER_STORE_RECORDER_H_
#define UPKEEP_RUNNER_STORE_RECORDER_H_

#include <string>
#include <vector>

#include "runner/store/carry_on.h"
#include "runner/store/database.h"
#include "runner/store/interner.h"
#include "runner/store/runs.h"
#include "runner/store/waivers.h"

namespace upkeep::store {

/// The hash over what a run left behind: a chain over its outcomes, so that no run's text must
/// be in memory at once. Recording and verifying feed it the same fields.
class Digest {
 public:
  void Field(std::string_view text);
  void Field(std::int64_t number);
  void Field(double number);
  void Field(const std::optional<double>& number);
  /// Ends one outcome.
  void Close();
  const std::string& hash() const { return hash_; }

 private:
  std::string hash_, open_;
};

class Recorder {
 public:
  struct Run {
    RunId id = 0;
    Instant at{};                      ///< When findings are first or last seen: the run's end.
    bool scheduled = false;
    std::vector<Waiver> waivers;       ///< Those that count now.
  };
  Recorder(Database& database, Interner& interner, Run run);

  void Record(const checks::PlaybookOutcome& outcome);
  const RunSummary& summary() const { return summary_; }
  const std::string& digest() const { return digest_.hash(); }

 private:
  std::int64_t InsertOutcome(const checks::PlaybookOutcome& outcome, std::int64_t playbook,
                             std::int64_t target, const std::string& params);
  /// `key` is redacted.
  void InsertResult(std::int64_t outcome_id, const checks::PlaybookOutcome& outcome,
                    const checks::CheckResult& result, const std::string& key, CarryOn& carry);
  void InsertMetrics(std::int64_t outcome_id, const checks::PlaybookOutcome& outcome,
                     std::int64_t playbook, std::int64_t target);
  const Waiver* WaiverFor(const checks::PlaybookOutcome& outcome,
                          const checks::CheckResult& result, const std::string& key) const;
  void Count(const checks::CheckResult& result, bool waived, const CarryOn::Change& change);

  Database& database_;
  Interner& interner_;
  Run run_;
  Query insert_result_, insert_metric_;
  Digest digest_;
  RunSummary summary_;
};

}  // namespace upkeep::store

#endif  // UPKEEP_RUNNER_STORE_RECORDER_H_
