// SPDX-License-Identifier: Apache-2.0
//
// Carries findings from run to run: what one outcome does to the findings of its check and
// target. history.h has the rule of what resolves a finding.

#ifndef UPKEEP_RUNNER_STORE_CARRY_ON_H_
#define UPKEEP_RUNNER_STORE_CARRY_ON_H_

#include <cstdint>
#include <set>
#include <string>

#include "checks/model/result.h"
#include "runner/store/database.h"

namespace upkeep::store {

/// Whether a result is a problem that lives on as a finding.
inline bool IsProblem(checks::State state) {
  return state == checks::State::kWarning || state == checks::State::kCritical;
}

class CarryOn {
 public:
  struct Look {
    std::int64_t run = 0, playbook = 0, target = 0;   ///< Row ids.
    std::string playbook_name, target_name;
    Instant at{};
    std::string params;              ///< Hash of the parameters used.
    /// A scheduled look has the parameters that are meant, whatever they were before.
    bool scheduled = false;
    /// A run that began later has looked already: this one changes no finding that it knew.
    bool late = false;
  };
  struct Change {
    std::int64_t finding = 0, seen = 0;
    const char* change = "";         ///< "new", "recurring", "regressed"
  };

  CarryOn(Database& database, Look look) : database_(database), look_(std::move(look)) {}

  /// Notes a problem about the subject with row id `subject`.
  Change Saw(const checks::CheckResult& result, std::int64_t subject, const std::string& key);
  /// Resolves what the whole `outcome` allows; returns how many.
  std::int64_t Resolve(const checks::PlaybookOutcome& outcome);

 private:
  Database& database_;
  Look look_;
  std::set<std::int64_t> seen_;      ///< Findings of this look.
};

}  // namespace upkeep::store

#endif  // UPKEEP_RUNNER_STORE_CARRY_ON_H_
