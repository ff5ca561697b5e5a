// SPDX-License-Identifier: Apache-2.0
//
// The ledger: every transition, in order, for ever. An entry is canonical JSON; its hash covers
// the hash before it. A file beside the store (<path>.head) holds the newest entry's number and
// hash, so that an old copy put back in place of the store is seen: it is a fork, and nothing
// more is written until somebody accepts that with a reason, which is itself an entry.
//
// THREADS: as Store.

#ifndef UPKEEP_RUNNER_STORE_LEDGER_H_
#define UPKEEP_RUNNER_STORE_LEDGER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/status.h"
#include "base/value.h"
#include "runner/store/actor.h"

namespace upkeep::store {

struct LedgerEntry {
  std::int64_t sequence = 0;      ///< From 1, without holes.
  Instant at{};
  std::string kind;               ///< "run.started", "slots.moved", "plan.approved" …
  Value body;
  std::string previous, hash;     ///< SHA-256; of the first entry, previous is 64 zeros.
};

struct LedgerHead {
  std::int64_t sequence = 0;
  std::string hash;
};

/// The first thing that does not hold.
struct LedgerFault {
  std::int64_t sequence = 0;
  std::string what;               ///< "hash differs from its content", "entry missing" …
};

struct LedgerVerdict {
  std::int64_t entries = 0;
  LedgerHead head;
  std::optional<LedgerFault> fault;
  std::string fork;               ///< "" or what was found beside the store, for people.
  bool ok() const { return !fault && fork.empty(); }
};

/// A current state that the ledger does not lead to.
struct RebuildDifference {
  std::string table;              ///< "runs" or "slots".
  std::string key, stored, rebuilt;
};

class LedgerStore {
 public:
  virtual ~LedgerStore() = default;
  virtual Result<LedgerHead> Head() = 0;
  /// Entries with sequence > after, oldest first; of `kind` (exact) when it is not empty.
  virtual Result<std::vector<LedgerEntry>> Entries(std::int64_t after, std::int64_t limit,
                                                   const std::string& kind = "") = 0;
  /// Recomputes every hash. A fault is in the verdict, not a Status.
  virtual Result<LedgerVerdict> VerifyLedger() = 0;
  /// Recomputes the hash of what the run left behind, and compares it with the ledger's:
  /// kEvidence when a stored row was changed.
  virtual Status VerifyRun(std::int64_t run) = 0;
  /// "" when the store is the one that its head file knows; otherwise what differs.
  virtual std::string Fork() const = 0;
  /// Goes on from an older copy, naming in the ledger what was lost.
  virtual Status AcceptFork(const Actor& actor, const std::string& reason) = 0;

  /// Replays the ledger and compares runs and slots with it; with `repair` writes what the
  /// ledger says. Empty: they agree.
  virtual Result<std::vector<RebuildDifference>> RebuildFromLedger(bool repair) = 0;
};

}  // namespace upkeep::store

#endif  // UPKEEP_RUNNER_STORE_LEDGER_H_
