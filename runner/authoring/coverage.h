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

#include "base/lua/executable_lines.h"
#include "base/status.h"
#include "checks/model/result.h"
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
  std::set<lua::Branch> branches;         ///< Where the conditions of these lines can lead,
  std::set<lua::Branch> gone;             ///< and where they did.
  std::vector<LimitCoverage> limits;

  std::vector<int> Missed() const;
  /// Those of executed lines: what a missed line leads to is missed with it.
  std::vector<lua::Branch> MissedBranches() const;
  double LinePercent() const;             ///< 100 where there is nothing to execute, 0 where that is not known.
};

/// Nothing tried yet.
Coverage CoverageOf(const run::Playbook& playbook);

/// Notes that `line` ran after `before` (lua::Sandbox::WatchLines).
void AddStep(int before, int line, Coverage& coverage);

/// Adds what one case recorded.
void AddFigures(const checks::PlaybookOutcome& outcome, Coverage& coverage, const run::Playbook& playbook);

/// Adds what another count of the same playbook has.
void Merge(const Coverage& from, Coverage& into);

/// "12-14, 20": lines as people write them.
std::string LineRanges(const std::vector<int>& lines);

/// "12->14, 20->end": where conditions did not lead; the end is that of the function.
std::string BranchList(const std::vector<lua::Branch>& branches);

}  // namespace upkeep::authoring

#endif  // UPKEEP_RUNNER_AUTHORING_COVERAGE_H_
