// SPDX-License-Identifier: Apache-2.0
//
// The result model: what one check says about one subject. DESIGN.md 2 has the words.

#ifndef UPKEEP_CHECKS_MODEL_RESULT_H_
#define UPKEEP_CHECKS_MODEL_RESULT_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/status.h"
#include "base/text.h"
#include "base/value.h"

namespace upkeep::checks {

/// In the order of their weight in a run's exit code: critical before warning before unknown.
enum class State { kOk, kSkipped, kUnknown, kWarning, kCritical };

std::string_view StateName(State state);          ///< "ok", "skipped", "unknown", "warning", "critical"
Result<State> StateFromName(std::string_view name);
/// The heavier of two.
State Worse(State a, State b);

/// P1 (act now) to P4 (note it).
enum class Severity { kP1 = 1, kP2, kP3, kP4 };
std::string_view SeverityName(Severity severity);  ///< "P1" … "P4"

/// What a result is about. `kind` is the field's word: Pod, Node, PersistentVolumeClaim, Database,
/// Certificate, Endpoint, Cluster … `space` is the namespace, or empty.
struct Subject {
  std::string kind, space, name, uid;
  /// "namespace/kind/name" or "kind/name": unique within a target, and stable across runs.
  std::string Key() const;
};

struct Metric {
  std::string name;
  std::string subject;                 ///< Subject::Key().
  double value = 0;
  std::string unit;                    ///< UCUM-like: By, s, 1, %.
  std::optional<double> warning, critical;
  std::string threshold_source;        ///< Where each threshold came from: "params", "house rule: one working week".
};

struct CheckResult {
  Subject subject;
  State state = State::kUnknown;
  /// Of unknown: CodeName of the reason; of skipped: why ("not_installed" …); otherwise a short
  /// machine word of the playbook's ("crash_loop"), or empty.
  std::string reason;
  Text summary;                        ///< One sentence for people, in both languages.
  Value data;                          ///< For machines; an object or null.
  Severity severity = Severity::kP3;   ///< Of a warning or critical result.
  std::string remedy;                  ///< Name of a remedy in the playbook, or empty.
  std::vector<std::string> tags;       ///< "type:capacity", "scope:node", "cause:…".
  std::string evidence;                ///< Redacted bytes behind it, at most 64 KiB; the store keeps their hash.
};

/// Attempted against observed: what the check set out to look at, and what it saw.
struct Coverage {
  std::int64_t attempted = 0, observed = 0;
};

/// Everything one playbook left behind on one target.
struct PlaybookOutcome {
  std::string playbook;                ///< Head id: "kubernetes.nodes".
  std::string target;
  std::string definition;              ///< SHA-256 of the playbook's file.
  Instant started{}, finished{};
  std::vector<CheckResult> results;    ///< At least one, unique by subject.
  std::vector<Metric> metrics;
  std::vector<std::string> log;
  Coverage coverage;
  Value params;                        ///< As used.
  std::uint64_t seed = 0;
};

/// The one result of a playbook that could not do its work: unknown(reason of `status`), in both
/// languages, with the status's own text kept in data.detail.
CheckResult UnknownResult(Subject subject, const Status& status);

Value ToValue(const CheckResult& result);
Value ToValue(const Metric& metric);

}  // namespace upkeep::checks

#endif  // UPKEEP_CHECKS_MODEL_RESULT_H_
