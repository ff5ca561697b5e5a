// SPDX-License-Identifier: Apache-2.0
//
// A plan's row says who asked, for what and until when; its document, which the hash and every
// signature are of, says so too, and so does the ledger. Before anybody decides and before
// anything is called the three must agree.
//
// THREADS: as Store.

#ifndef UPKEEP_RUNNER_REMEDY_PLAN_ROW_H_
#define UPKEEP_RUNNER_REMEDY_PLAN_ROW_H_

#include "base/status.h"
#include "runner/store/store.h"

namespace upkeep::remedy {

/// kNotApproved when they differ, or when the document is not the one that the hash is of;
/// kEvidence when an entry of the ledger was changed.
Status CheckRow(store::Store& store, const store::Plan& plan);

}  // namespace upkeep::remedy

#endif  // UPKEEP_RUNNER_REMEDY_PLAN_ROW_H_
