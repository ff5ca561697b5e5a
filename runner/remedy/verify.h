// SPDX-License-Identifier: Apache-2.0
//
// Verification: after an action the check that found the trouble runs again, as a stored run,
// and the remedy's own verify() looks at what the check can't know. Verified means that somebody
// looked and saw: the subject is ok, or gone from a look that was whole, and verify() says so.
//
// THREADS: as the reactor. References outlive the task.

#ifndef UPKEEP_RUNNER_REMEDY_VERIFY_H_
#define UPKEEP_RUNNER_REMEDY_VERIFY_H_

#include <vector>

#include "base/cancel.h"
#include "base/status.h"
#include "base/task.h"
#include "base/text.h"
#include "checks/model/result.h"
#include "runner/remedy/workbench.h"

namespace upkeep::remedy {

struct Verdict {
  bool verified = false;
  Text why;                  ///< One sentence.
  store::RunId run = 0;      ///< The stored run that looked.
};

/// What the outcome of the check says about `subject` (Subject::Key()).
struct Sight {
  bool good = false;
  Text why;
};
Sight LookAt(const checks::PlaybookOutcome& outcome, const std::string& subject);

/// Looks now; the caller has waited. A Status is not ok only when nothing could be stored or the
/// look was cancelled: what could not be looked at is a verdict, "not verified".
Task<Result<Verdict>> VerifyPlan(Workbench& bench, const store::Plan& plan, store::Actor actor,
                                 Limits limits);

}  // namespace upkeep::remedy

#endif  // UPKEEP_RUNNER_REMEDY_VERIFY_H_
