// SPDX-License-Identifier: Apache-2.0
//
// A plan's document is what people read and what their approval is about: the changes with
// their before-values, the finding they answer, the version of the playbook, the policy, who
// asked. Its hash is the SHA-256 of its canonical JSON, so any difference is another plan.
//
// THREADS: plain values.

#ifndef UPKEEP_RUNNER_REMEDY_PLAN_DOCUMENT_H_
#define UPKEEP_RUNNER_REMEDY_PLAN_DOCUMENT_H_

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/status.h"
#include "base/value.h"
#include "checks/model/head.h"
#include "runner/remedy/change.h"
#include "runner/remedy/policy.h"
#include "runner/store/history.h"
#include "runner/store/plans.h"

namespace upkeep::remedy {

/// `finding` as plan() and verify() get it: {subject = {key, kind, namespace, name, uid}, state,
/// reason, data}.
Value FindingOf(const checks::CheckResult& result);

struct DocumentParts {
  const checks::Head& head;
  const checks::Remedy& remedy;
  const store::StoredResult& result;
  store::RunId run;
  const std::vector<Change>& changes;
  const std::vector<bool>& dry_run;   ///< Which changes their server has tried.
  const Policy& policy;
  const store::Actor& requester;
  Instant created;
};
Value MakeDocument(const DocumentParts& parts);

std::string HashOf(const Value& document);

/// The changes of a stored plan. kNotApproved when the document is not the one that the hash is
/// of; kInvalid when it can't be read.
Result<std::vector<Change>> ChangesOf(const store::Plan& plan);

/// The plan as a person reads it, with its diff.
std::string ShowPlan(const store::Plan& plan, const std::vector<store::Approval>& approvals,
                     std::string_view language);

}  // namespace upkeep::remedy

#endif  // UPKEEP_RUNNER_REMEDY_PLAN_DOCUMENT_H_
