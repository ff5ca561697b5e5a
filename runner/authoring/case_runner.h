// SPDX-License-Identifier: Apache-2.0
//
// Runs the cases of playbooks, several side by side on threads of their own, and counts what they
// covered: lines of the check, and both sides of each threshold.
//
// THREADS: RunCases makes its own and ends them; all else is plain data.

#ifndef UPKEEP_RUNNER_AUTHORING_CASE_RUNNER_H_
#define UPKEEP_RUNNER_AUTHORING_CASE_RUNNER_H_

#include <chrono>
#include <string>
#include <vector>

#include "base/status.h"
#include "runner/authoring/coverage.h"
#include "runner/run/case.h"

namespace upkeep::authoring {

struct Failure {
  std::string file;   ///< Where to look,
  int line = 0;       ///< 0: nowhere in particular.
  std::string text;
};

struct CaseReport {
  std::string name;
  std::string file;   ///< The case file,
  int line = 0;       ///< and where the case begins in it.
  std::chrono::microseconds took{0};
  std::vector<Failure> failures;
};

struct PlaybookReport {
  const run::Playbook* playbook = nullptr;
  Status unread;                   ///< Why its cases could not be read; then there are none.
  std::vector<CaseReport> cases;
  Coverage coverage;
  std::size_t failed() const;      ///< Cases, or 1 when they could not be read.
};

/// Runs every case of each playbook on up to `jobs` threads; the reports are in the order of
/// `playbooks`, which outlive the call. kInternal when no reactor can be made.
Result<std::vector<PlaybookReport>> RunCases(const std::vector<run::Playbook>& playbooks, int jobs);

}  // namespace upkeep::authoring

#endif  // UPKEEP_RUNNER_AUTHORING_CASE_RUNNER_H_
