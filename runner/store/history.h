// SPDX-License-Identifier: Apache-2.0
//
// What runs found, read back: results, metrics over time, findings that live across runs.
//
// A finding is resolved only when its check looked again: its subject was seen ok, or is absent
// from a look that was whole (no unknown result, nothing skipped that covers it, everything
// attempted was observed) with the parameters that found it. A check that ended unknown or
// skipped resolves nothing.
//
// THREADS: as Store.

#ifndef UPKEEP_RUNNER_STORE_HISTORY_H_
#define UPKEEP_RUNNER_STORE_HISTORY_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/status.h"
#include "checks/model/head.h"
#include "checks/model/result.h"
#include "runner/store/runs.h"

namespace upkeep::store {

struct StoredResult {
  std::string playbook, target;
  checks::CheckResult result;         ///< evidence is empty; see evidence_hash.
  std::string evidence_hash;          ///< "" when there was none.
  std::string change;                 ///< "new", "recurring", "regressed"; "" without a problem.
  std::int64_t seen = 0;              ///< Runs in a row that saw it.
  std::string fingerprint;            ///< Of its finding; "" when it is not one.
  Instant first_seen{};
  std::int64_t waiver = 0;            ///< Id, or 0.
};

struct StoredOutcome {
  std::string playbook, target, definition;
  Instant started{}, finished{};
  checks::State state = checks::State::kUnknown;   ///< Worst of its results.
  checks::Coverage coverage;
  std::vector<std::string> log;
  Value params;
  std::uint64_t seed = 0;
};

struct Finding {
  std::string fingerprint, playbook, target, subject;   ///< subject: Subject::Key().
  bool open = true;
  std::string severity;               ///< "P1" … of the last result.
  checks::State state = checks::State::kWarning;
  Text summary;
  Instant first_seen{}, last_seen{};
  std::int64_t seen = 0, regressions = 0;
  RunId first_run = 0, last_run = 0, resolved_run = 0;
  std::optional<Instant> resolved;
};

struct FindingFilter {
  std::string playbook, target, fingerprint;   ///< Empty: any.
  std::optional<bool> open;
  std::int64_t limit = 1000;          ///< Open first, then by severity, playbook, target, subject.
};

struct MetricQuery {
  std::string playbook, target, name;   ///< Required.
  std::string subject;                ///< Subject::Key(), or "" for all.
  Instant before = Instant::max();
  std::int64_t limit = 100;           ///< Newest first.
};

struct MetricPoint {
  RunId run = 0;
  std::string subject, unit;
  Instant at{};                       ///< When its playbook finished.
  double value = 0;
};

/// One subject whose state two runs see differently. An absent state: not in that run.
struct DiffRow {
  std::string playbook, target, subject;
  std::optional<checks::State> before, after;
  Text summary;                       ///< Of the later run where it has one.
  std::string change;   ///< "new", "worse", "better", "resolved", "not_seen", "ok", "unknown"
};

class HistoryStore {
 public:
  virtual ~HistoryStore() = default;

  /// Keeps a playbook's head under its file's hash, once.
  virtual Status SaveDefinition(const checks::Head& head, const Value& document) = 0;
  /// Any other definition (a schedule file, say): `kind` is "playbook" or "schedule".
  virtual Status SaveDefinition(const std::string& kind, const std::string& id,
                                const std::string& hash, const Value& document) = 0;
  virtual Result<Value> Definition(const std::string& hash) = 0;   ///< kNotFound

  /// Worst first, then by playbook, target, subject.
  virtual Result<std::vector<StoredResult>> Results(RunId run) = 0;
  virtual Result<std::vector<StoredOutcome>> Outcomes(RunId run) = 0;
  virtual Result<std::vector<checks::Metric>> Metrics(RunId run, const std::string& playbook,
                                                      const std::string& target) = 0;
  virtual Result<std::string> Evidence(const std::string& hash) = 0;   ///< kNotFound
  virtual Result<std::vector<MetricPoint>> MetricHistory(const MetricQuery& query) = 0;
  virtual Result<std::vector<Finding>> Findings(const FindingFilter& filter) = 0;
  /// What differs between two runs; rows that agree are left out.
  virtual Result<std::vector<DiffRow>> Diff(RunId before, RunId after) = 0;
};

/// SHA-256 of check, target and subject.
std::string Fingerprint(const std::string& playbook, const std::string& target,
                        const std::string& subject);

}  // namespace upkeep::store

#endif  // UPKEEP_RUNNER_STORE_HISTORY_H_
