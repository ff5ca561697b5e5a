// SPDX-License-Identifier: Apache-2.0
//
// What somebody can do about a result: one sentence, in the reader's language. A playbook's fix is
// for the problem that the playbook looks for; where it could not look, it would send people to
// clean up disks because an API server is dead.
//
// THREADS: pure functions.

#ifndef UPKEEP_REPORTS_WHAT_HELPS_H_
#define UPKEEP_REPORTS_WHAT_HELPS_H_

#include <string>
#include <string_view>

#include "reports/model.h"

namespace upkeep::reports {

/// Of an unknown result the hint that was stored with it (a grant, say), else a sentence about its
/// reason, else ""; of any other the playbook's fix.
std::string SayWhatHelps(const ResultRow& row, std::string_view language);

}  // namespace upkeep::reports

#endif  // UPKEEP_REPORTS_WHAT_HELPS_H_
