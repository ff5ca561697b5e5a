// SPDX-License-Identifier: Apache-2.0
//
// The store: everything that upkeep remembers. A Store is the sum of small interfaces, so that
// a caller can ask for the part it needs; the second implementation will be PostgreSQL.
//
// Every method is one short transaction, durable when it returns ok, and appends what happened
// to the ledger in that transaction. Between BeginTogether and EndTogether the writes are one
// transaction, and durable when EndTogether returns ok. Secrets known to the redactor never enter: every text is
// redacted where it is bound.
//
// Errors: kStore (unreadable, corrupt, full, not writable, made by a newer upkeep, a fork),
// kBusy (locked longer than busy_timeout, or somebody was faster), kDenied (another daemon leads:
// fence.h), kConfig (network file system). The message names the file and the cause, the hint what helps.
//
// THREADS: a Store and everything it returns by reference belong to one thread. Several
// processes may have the same store open at once.

#ifndef UPKEEP_RUNNER_STORE_STORE_H_
#define UPKEEP_RUNNER_STORE_STORE_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/status.h"
#include "base/text.h"
#include "runner/store/deliveries.h"
#include "runner/store/fence.h"
#include "runner/store/history.h"
#include "runner/store/ledger.h"
#include "runner/store/pauses.h"
#include "runner/store/plans.h"
#include "runner/store/report_query.h"
#include "runner/store/runs.h"
#include "runner/store/signs.h"
#include "runner/store/slots.h"
#include "runner/store/waivers.h"

namespace upkeep::store {

struct OpenOptions {
  const Clock* clock = nullptr;          ///< Outlives the store; null: the system's.
  const Redactor* redactor = nullptr;    ///< Outlives the store; null: nothing is a secret.
  std::chrono::milliseconds busy_timeout{5000};
  bool create = true;                    ///< False: kNotFound when there is no store.
  bool read_only = false;                ///< Writes are kStore; nothing is created or migrated.
  /// WAL is not safe on a network file system: there a rollback journal and a lock are used,
  /// and only when this is set.
  bool allow_network_file_system = false;
  std::int64_t max_bytes = 0;            ///< The store grows no larger; 0: as the disk allows.
};

/// Found by CheckIntegrity.
struct IntegrityFault {
  std::string what;
};

class Store : public RunStore,
              public SlotStore,
              public PauseStore,
              public FenceStore,
              public SignStore,
              public HistoryStore,
              public WaiverStore,
              public PlanStore,
              public DeliveryStore,
              public LedgerStore,
              public ReportStore {
 public:
  ~Store() override = default;

  /// The database's own check, foreign keys, the ledger's chain, current states against the
  /// ledger, and slots with two open attempts. Empty: nothing wrong.
  virtual Result<std::vector<IntegrityFault>> CheckIntegrity() = 0;

  /// Ok when something could be written now; kBusy only says that somebody else is writing.
  virtual Status CheckWritable() = 0;

  /// Takes the write lock for many small writes at once: one wait for the disk instead of one
  /// each. A write that fails in between is undone alone. For a moment only: nobody else writes.
  virtual Status BeginTogether() = 0;
  /// What was written since is durable when this returns ok, and undone as a whole otherwise.
  virtual Status EndTogether() = 0;

  virtual int schema_version() const = 0;
  virtual const std::string& path() const = 0;
};

/// Opens or makes the store in the file `path`; its folder must exist. An older schema is
/// migrated in one transaction.
Result<std::unique_ptr<Store>> OpenSqliteStore(const std::string& path,
                                               const OpenOptions& options = {});

}  // namespace upkeep::store

#endif  // UPKEEP_RUNNER_STORE_STORE_H_
