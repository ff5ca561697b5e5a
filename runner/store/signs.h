// SPDX-License-Identifier: Apache-2.0
//
// Signs of life: when a daemon, or a tick of one schedule, was last at work on this store. Whoever
// comes after it knows from when on nobody attended, and can say so of the slots that were missed.
// Not in the ledger: a sign a minute would drown what happened.
//
// THREADS: as Store.

#ifndef UPKEEP_RUNNER_STORE_SIGNS_H_
#define UPKEEP_RUNNER_STORE_SIGNS_H_

#include <optional>
#include <string>

#include "base/clock.h"
#include "base/status.h"

namespace upkeep::store {

class SignStore {
 public:
  virtual ~SignStore() = default;

  /// `who` is at work now.
  virtual Status Sign(const std::string& who) = 0;
  /// When it last was; nothing when it never signed.
  virtual Result<std::optional<Instant>> LastSign(const std::string& who) = 0;
};

}  // namespace upkeep::store

#endif  // UPKEEP_RUNNER_STORE_SIGNS_H_
