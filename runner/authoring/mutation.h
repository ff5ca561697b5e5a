// SPDX-License-Identifier: Apache-2.0
//
// Mutation: a playbook is made wrong in one place at a time, and some case must fail. One that all
// cases let pass is a survivor: nothing tests that place.
//
// Changed are the value of each parameter, to both ends of what it may be, and each comparison in
// the check and its helpers, to its opposite and to the one that sees the limit itself otherwise (>= and >). Remedies have no cases, so they are left alone.
//
// THREADS: FindSurvivors makes its own and ends them.

#ifndef UPKEEP_RUNNER_AUTHORING_MUTATION_H_
#define UPKEEP_RUNNER_AUTHORING_MUTATION_H_

#include <string>
#include <vector>

#include "base/status.h"
#include "base/value.h"
#include "runner/run/case.h"

namespace upkeep::authoring {

struct Mutant {
  SourcePlace place;                  ///< What was changed,
  std::string before, after;          ///< from what, to what.
  std::string source;                 ///< The playbook with the change; "" where a parameter is changed.
  Value params = Value::object();     ///< Parameters to set in every case.
};

/// Every mutant of the playbook, by place; an error where its lines can't be told.
Result<std::vector<Mutant>> MutantsOf(const run::Playbook& playbook);

struct MutationReport {
  std::size_t mutants = 0;
  std::vector<Mutant> survivors;
};

/// Runs the playbook's cases on each mutant, on up to `jobs` threads. kNotFound or kInvalid where
/// there are no cases to run, and kInvalid where one fails without any change: then all would.
Result<MutationReport> FindSurvivors(const run::Playbook& playbook, int jobs);

}  // namespace upkeep::authoring

#endif  // UPKEEP_RUNNER_AUTHORING_MUTATION_H_
