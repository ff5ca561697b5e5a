// SPDX-License-Identifier: Apache-2.0
//
// A schedule's definition as the store keeps it: enough to say, long after the file changed,
// when it was to run. Slots of a time in which nobody planned are written down from it.
//
// THREADS: pure functions.

#ifndef UPKEEP_RUNNER_DAEMON_DEFINITION_H_
#define UPKEEP_RUNNER_DAEMON_DEFINITION_H_

#include "base/status.h"
#include "base/value.h"
#include "schedules/schedule.h"

namespace upkeep::daemon {

Value DefinitionDocument(const schedules::Schedule& schedule);

/// What a stored definition says about when: id, whether it is enabled, expression, calendar,
/// shift, windows, splay; the rest is as a new Schedule has it. kInvalid when the document is none
/// of ours.
Result<schedules::Schedule> ScheduleOfDefinition(const Value& document);

}  // namespace upkeep::daemon

#endif  // UPKEEP_RUNNER_DAEMON_DEFINITION_H_
