// SPDX-License-Identifier: Apache-2.0
//
// Why a slot ended as it did, in the reader's language. The ledger keeps the reason as the English
// sentence that the planner, the daemon or the session wrote; base/korean has its Korean one.
//
// THREADS: pure functions.

#ifndef UPKEEP_REPORTS_SLOT_REASONS_H_
#define UPKEEP_REPORTS_SLOT_REASONS_H_

#include <string>
#include <string_view>

namespace upkeep::reports {

/// Several reasons stand beside each other with "; " between. English prose that nobody knows (a
/// person's own words, say) is quoted.
std::string SaySlotReason(std::string_view reason, std::string_view language);

}  // namespace upkeep::reports

#endif  // UPKEEP_REPORTS_SLOT_REASONS_H_
