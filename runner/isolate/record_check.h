// SPDX-License-Identifier: Apache-2.0
//
// What the library makes sure of in Lua before it keeps a record (base/lua/library/run.lua), once more:
// a process that was taken over can send anything.
//
// THREADS: plain values. Private to runner/isolate.

#ifndef UPKEEP_RUNNER_ISOLATE_RECORD_CHECK_H_
#define UPKEEP_RUNNER_ISOLATE_RECORD_CHECK_H_

#include <set>
#include <string>

#include "base/value.h"

namespace upkeep::isolate {

class RecordCheck {
 public:
  /// Whether the library could have made `record` after the ones before it.
  bool Accepts(const Value& record);

 private:
  std::set<std::string> subjects_;   ///< Of results: there is one for each.
};

}  // namespace upkeep::isolate

#endif  // UPKEEP_RUNNER_ISOLATE_RECORD_CHECK_H_
