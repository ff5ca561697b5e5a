// SPDX-License-Identifier: Apache-2.0
//
// What belongs to one run of code in a state: its token, its records, and how it leaves the state.
//
// THREADS: as its State. Private to base/lua.

#ifndef UPKEEP_BASE_LUA_RUN_SCOPE_H_
#define UPKEEP_BASE_LUA_RUN_SCOPE_H_

#include <cstdint>

#include "base/cancel.h"
#include "base/lua/state.h"

namespace upkeep::lua {

/// Ends the run when it goes, also when the run's task is destroyed half way.
class RunScope {
 public:
  enum class After {
    kNothingStays,   ///< Documents are let go, and a run that was stopped closes the state.
    kStateStays      ///< For the next run, whatever stopped this one.
  };

  /// `busy` is true as long as the scope lives; cancelling `outer` cancels the run.
  RunScope(State& state, bool& busy, CancelToken outer, After after);
  ~RunScope();
  RunScope(const RunScope&) = delete;
  RunScope& operator=(const RunScope&) = delete;

  /// Until this is said the run's fibers are half-run, and the state can't go on.
  void set_ended() { ended_ = true; }

 private:
  State& state_;
  bool& busy_;
  CancelToken outer_;
  const After after_;
  CancelSource source_;
  std::uint64_t chain_ = 0;
  bool ended_ = false;
};

}  // namespace upkeep::lua

#endif  // UPKEEP_BASE_LUA_RUN_SCOPE_H_
