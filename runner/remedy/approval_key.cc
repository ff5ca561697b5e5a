// SPDX-License-Identifier: Apache-2.0
#include "runner/remedy/approval_key.h"

#include "base/value.h"

namespace upkeep::remedy {

std::string DecisionText(const store::Approval& approval) {
  const Value body{{"plan", approval.plan},
                   {"hash", approval.hash},
                   {"decision", approval.approve ? "approve" : "deny"},
                   {"reason", approval.reason}};
  return "upkeep decision 1\n" + CanonicalJson(body);
}

}  // namespace upkeep::remedy
