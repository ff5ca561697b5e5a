// SPDX-License-Identifier: Apache-2.0
//
// What is said between upkeep and a playbook's process. Each message is an object with "op":
//
//   to the process    start     all that it needs to know: source, function, arguments, budget …
//                     answer    of the request "id": value, list, or status
//                     waits     the call "id" has begun, and its answer comes later
//                     page      documents of the list "list", before the first answer that names it
//                     cancel    somebody asked for the run to stop
//   from it           call      module, function, arguments: a host call, with "id"
//                     functions names of a module's functions, with "id"
//                     module    the text of require "lib.NAME", with "id"
//                     records   what the playbook has recorded since the last time
//                     end       value and status; nothing comes after it
//
// No message holds a secret: a host call's arguments and answers are what any playbook sees.
//
// THREADS: pure functions. Private to runner/isolate.

#ifndef UPKEEP_RUNNER_ISOLATE_MESSAGE_H_
#define UPKEEP_RUNNER_ISOLATE_MESSAGE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/document.h"
#include "base/status.h"
#include "base/value.h"

namespace upkeep::isolate {

Value ToValue(const Status& status);
/// An ok status where `value` is null; kError where it is no status at all.
Status StatusFromValue(const Value& value);

/// The whole number at `key`, or `fallback`.
std::int64_t IntegerAt(const Value& message, std::string_view key, std::int64_t fallback = 0);

/// The documents of `page` as an array: only what `fields` (paths) name, or all where there are none. What
/// other playbooks declared does not reach a process that did not.
Value PageToValue(const DocumentPage& page, const std::vector<std::string>& fields);

}  // namespace upkeep::isolate

#endif  // UPKEEP_RUNNER_ISOLATE_MESSAGE_H_
