// SPDX-License-Identifier: Apache-2.0
//
// Deliveries that no try will end: those that never began, and those whose process is gone. Both
// are in the store as failed, since a report that reached nobody must be seen by somebody.
//
// THREADS: as the store.

#ifndef UPKEEP_RUNNER_NOTIFY_NOT_SENT_H_
#define UPKEEP_RUNNER_NOTIFY_NOT_SENT_H_

#include <functional>
#include <string>

#include "base/clock.h"
#include "base/status.h"
#include "runner/store/deliveries.h"

namespace upkeep::notify {

/// Writes down that nothing was sent to `name`, and why; its number in the store.
Result<std::int64_t> RecordNotSent(store::DeliveryStore& store, const std::string& name,
                                   const std::string& subject, store::RunId run, const Status& why);

/// Ends what a dead process left pending: whether it arrived is not known. `may_live` is
/// run::HolderMayLive; of a process of another machine than `self`'s an hour of silence is enough.
Status EndLostDeliveries(store::DeliveryStore& store, const Clock& clock, const std::string& self,
                         const std::function<bool(const std::string& holder)>& may_live);

}  // namespace upkeep::notify

#endif  // UPKEEP_RUNNER_NOTIFY_NOT_SENT_H_
