// SPDX-License-Identifier: Apache-2.0
//
// What a playbook's process does once it is confined.
//
// THREADS: stays in the one that calls it. Private to runner/isolate.

#ifndef UPKEEP_RUNNER_ISOLATE_CHILD_RUN_H_
#define UPKEEP_RUNNER_ISOLATE_CHILD_RUN_H_

#include "base/value.h"
#include "runner/isolate/child_link.h"

namespace upkeep::isolate {

/// Runs the playbook that the message `start` names, asks upkeep over `link`, and gives the message
/// that ends it, which is still to be sent.
Value RunStarted(const Value& start, ChildLink& link);

}  // namespace upkeep::isolate

#endif  // UPKEEP_RUNNER_ISOLATE_CHILD_RUN_H_
