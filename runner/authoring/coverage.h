// SPDX-License-Identifier: Apache-2.0
//
// What a playbook's cases have tried of it.
//
// THREADS: plain data.

#ifndef UPKEEP_RUNNER_AUTHORING_COVERAGE_H_
#define UPKEEP_RUNNER_AUTHORING_COVERAGE_H_

#include <set>
#include <string>
#include <vector>

#include "checks/model/result.h"
#include "base/status.h"
#include "runner/run/catalog.h"

namespace upkeep::authoring {

/// One limit of one declared threshold.
struct LimitCoverage {
  std::string metric, limit, parameter;   ///< "used", "warning", "used_warning".
  bool crossed = false;                   ///< By a recorded figure of some case,
  bool kept = false;                      ///< and kept to by one.
  bool covered() const { return crossed && kept; }
};

struct Coverage {
  Status known;                           ///< Why the lines can't be told; ok otherwise.
  std::set<int> lines;                    ///< Of the check and its helpers; remedies have no cases.
  std::set<int> executed;
  std::vector<LimitCoverage> limits;

  std::vector<int> Missed() const;
  double LinePercent() const;             ///< 100 where there is nothing to execute, 0 where that is not known.
};

/// Nothing tried yet.
Coverage CoverageOf(const run::Playbook& playbook);

/// Adds what one case recorded.
void AddFigures(const checks::PlaybookOutcome& outcome, Coverage& coverage, const run::Playbook& playbook);

/// Adds what another count of the same playbook has.
void Merge(const Coverage& from, Coverage& into);

/// "12-14, 20": lines as people write them.
std::string LineRanges(const std::vector<int>& lines);

}  // namespace upkeep::authoring

#endif  // UPKEEP_RUNNER_AUTHORING_COVERAGE_H_
