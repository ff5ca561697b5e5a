// SPDX-License-Identifier: Apache-2.0
//
// Turns what a sandbox recorded into an outcome of the result model, with the limits that a
// store can rely on: at most 10,000 results, texts of at most 64 KiB, secrets removed.

#ifndef UPKEEP_RUNNER_RUN_OUTCOME_H_
#define UPKEEP_RUNNER_RUN_OUTCOME_H_

#include <vector>

#include "base/status.h"
#include "base/text.h"
#include "base/value.h"
#include "checks/model/head.h"
#include "checks/model/result.h"
#include "checks/targets/inventory.h"

namespace upkeep::run {

/// Appends `records` (Sandbox::TakeRecords) to `outcome`. `ended` is how the playbook's call
/// ended: not ok adds one unknown result about `target_subject`, and so does an ok end that
/// recorded nothing.
void FillOutcome(const checks::Head& head, std::vector<Value> records, const Status& ended,
                 const checks::Subject& target_subject, const Redactor& redactor,
                 checks::PlaybookOutcome& outcome);

/// What `head` expects (a word of the inventory, such as metrics-server) is not served by the
/// target: `stopped` is kNoData, what a needed list ended with. Then `outcome` gets one result,
/// critical where the inventory declares the word and skipped where it does not, and the answer is
/// true. False, and nothing done, for a head that expects nothing and for any other status: what
/// could not be looked at may well be there.
bool FillAbsent(const checks::Head& head, const checks::Target& target, const Status& stopped,
                const checks::Subject& target_subject, checks::PlaybookOutcome& outcome);

}  // namespace upkeep::run

#endif  // UPKEEP_RUNNER_RUN_OUTCOME_H_
