// SPDX-License-Identifier: Apache-2.0
//
// Of several daemons on one store one leads. Each time one begins to, it raises the store's fence:
// a number that only grows. From then on every write of its Store carries that number, and the
// store refuses the writes of every Store that carries a lower one, so that a leader which was
// stopped or cut off, and wakes up late, changes nothing any more, whatever it still believes.
//
// A Store that never raised a fence (a tick, a command) carries none and is not checked: what it
// may write is decided row by row, by the unique claim of a slot and by its attempt being open.
//
// THREADS: as Store.

#ifndef UPKEEP_RUNNER_STORE_FENCE_H_
#define UPKEEP_RUNNER_STORE_FENCE_H_

#include <cstdint>
#include <string>

#include "base/clock.h"
#include "base/status.h"

namespace upkeep::store {

struct Fence {
  std::int64_t number = 0;     ///< From 1; 0: nobody ever led.
  std::string holder;          ///< The process, as in ClaimRequest.
  std::string source;          ///< What made it leader: "lockfile", "lease NAMESPACE/NAME".
  Instant raised{};            ///< Set by the store.
};

class FenceStore {
 public:
  virtual ~FenceStore() = default;

  /// This Store leads from now on, with `fence.number`, or with one above the highest where that
  /// is 0; returns the number. kDenied when it is below the highest, or another holder's: nothing
  /// changes then. The same holder may raise the same number again.
  virtual Result<std::int64_t> RaiseFence(const Fence& fence) = 0;

  /// Number 0 when nobody ever led.
  virtual Result<Fence> HighestFence() = 0;
};

}  // namespace upkeep::store

#endif  // UPKEEP_RUNNER_STORE_FENCE_H_
