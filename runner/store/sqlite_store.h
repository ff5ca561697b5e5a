// SPDX-License-Identifier: Apache-2.0
//
// The Store over SQLite. Its methods are spread over sqlite_*.cc, one file an interface.
//
// THREADS: as Store.

#ifndef UPKEEP_RUNNER_STORE_SQLITE_STORE_H_
#define UPKEEP_RUNNER_STORE_SQLITE_STORE_H_

#include <memory>
#include <string>
#include <vector>

#include "runner/store/database.h"
#include "runner/store/interner.h"
#include "runner/store/store.h"

namespace upkeep::store {

class SqliteStore final : public Store {
 public:
  SqliteStore(std::unique_ptr<Database> database, const OpenOptions& options, int schema_version);
  /// Compares the head file with the ledger; fills Fork().
  Status LookForFork();

  // RunStore
  Result<RunId> StartRun(const RunStart& start) override;
  Result<RunSummary> FinishRun(RunId run, const RunFinish& finish) override;
  Status InterruptRun(RunId run, const std::string& reason) override;
  Result<std::vector<RunRecord>> Runs(const RunFilter& filter) override;
  Result<RunRecord> Run(RunId run) override;
  Result<RunId> PreviousRun(RunId run) override;

  // SlotStore
  Result<PlanOutcome> RecordPlanned(const SlotPlan& plan) override;
  Result<Attempt> ClaimSlot(SlotId slot, const ClaimRequest& request) override;
  Status SetLooked(const std::vector<AttemptId>& attempts) override;
  Status FinishSlot(const AttemptEnd& end, const Actor& actor) override;
  Status MoveSlots(const std::vector<SlotId>& slots, SlotState to, const std::string& reason,
                   const Actor& actor) override;
  Result<std::vector<Slot>> Slots(const SlotFilter& filter) override;
  Result<Slot> FindSlot(const SlotKey& key) override;
  Result<std::vector<Attempt>> OpenAttempts() override;
  Result<std::vector<Horizon>> Horizons(const std::string& schedule) override;
  Result<std::vector<PlannedTarget>> PlannedTargets(const std::string& schedule) override;
  Result<std::map<std::string, std::int64_t>> OpenByTarget(const std::string& schedule, Instant until) override;
  Result<std::vector<std::string>> PlannedSchedules() override;
  Result<reports::SlotTotals> CountSlots(Instant from, Instant until, Instant as_of,
                                         const std::string& schedule) override;
  Result<std::optional<Slot>> LatestSlot(const std::string& schedule, const std::string& target,
                                         const std::vector<SlotState>& states,
                                         Instant until) override;

  // PauseStore
  Result<Pause> AddPause(const Pause& pause) override;
  Status EndPause(const std::string& schedule, const std::string& target, const std::string& reason,
                  const Actor& actor) override;
  Result<std::int64_t> EndExpiredPauses() override;
  Result<std::vector<Pause>> Pauses(const PauseFilter& filter) override;

  // FenceStore
  Result<std::int64_t> RaiseFence(const Fence& fence) override;
  Result<Fence> HighestFence() override;

  // SignStore
  Status Sign(const std::string& who) override;
  Result<std::optional<Instant>> LastSign(const std::string& who) override;

  // HistoryStore
  Status SaveDefinition(const checks::Head& head, const Value& document) override;
  Status SaveDefinition(const std::string& kind, const std::string& id, const std::string& hash,
                        const Value& document) override;
  Result<Value> Definition(const std::string& hash) override;
  Result<std::vector<StoredResult>> Results(RunId run) override;
  Result<std::vector<StoredOutcome>> Outcomes(RunId run) override;
  Result<std::vector<checks::Metric>> Metrics(RunId run, const std::string& playbook,
                                              const std::string& target) override;
  Result<std::string> Evidence(const std::string& hash) override;
  Result<std::vector<MetricPoint>> MetricHistory(const MetricQuery& query) override;
  Result<std::vector<Finding>> Findings(const FindingFilter& filter) override;
  Result<std::vector<DiffRow>> Diff(RunId before, RunId after) override;

  // WaiverStore
  Result<std::int64_t> AddWaiver(const Waiver& waiver) override;
  Status RevokeWaiver(std::int64_t id, const std::string& reason, const Actor& actor) override;
  Result<std::vector<Waiver>> Waivers(std::optional<Instant> at) override;

  // PlanStore
  Result<PlanId> AddPlan(const Plan& plan) override;
  Result<Plan> FindPlan(PlanId plan) override;
  Result<std::vector<Plan>> Plans(const PlanFilter& filter) override;
  Status Approve(const Approval& approval) override;
  Result<std::vector<Approval>> Approvals(PlanId plan) override;
  Status MovePlan(PlanId plan, PlanState to, const Text& outcome, const Actor& actor,
                  RunId verified_by) override;
  Status CheckPlan(PlanId plan) override;
  Result<ActionId> BeginAction(const ActionIntent& intent) override;
  Status EndAction(ActionId action, ActionState state, const Value& after,
                   const std::string& detail) override;
  Result<std::vector<Action>> Actions(PlanId plan) override;
  Result<std::vector<Action>> OpenActions() override;

  // DeliveryStore
  Result<std::int64_t> AddDelivery(const Delivery& delivery) override;
  Status RecordDeliveryAttempt(std::int64_t delivery, const DeliveryAttempt& attempt) override;
  Status EndDelivery(std::int64_t delivery, const std::string& why) override;
  Result<std::vector<Delivery>> Deliveries(const DeliveryFilter& filter) override;

  // LedgerStore
  Result<LedgerHead> Head() override;
  Result<std::vector<LedgerEntry>> Entries(std::int64_t after, std::int64_t limit,
                                           const std::string& kind) override;
  Result<LedgerVerdict> VerifyLedger() override;
  Status VerifyRun(std::int64_t run) override;
  std::string Fork() const override { return fork_; }
  Status AcceptFork(const Actor& actor, const std::string& reason) override;
  Result<std::vector<RebuildDifference>> RebuildFromLedger(bool repair) override;

  // ReportStore
  Result<reports::ReportModel> FillReport(const ReportQuery& query) override;

  // Store
  Result<std::vector<IntegrityFault>> CheckIntegrity() override;
  Status BeginTogether() override;
  Status EndTogether() override;
  Status CheckWritable() override;
  int schema_version() const override { return schema_version_; }
  const std::string& path() const override { return database_->path(); }

  Database& database() { return *database_; }
  Interner& interner() { return interner_; }
  Instant Now() const { return clock_->Now(); }

 private:
  friend class Transaction;
  /// Ends the open attempt of a slot inside a transaction; adds what happened to `log`.
  Status EndAttempt(const AttemptEnd& end, RunId run, Instant at, Value& log);
  /// Inside a transaction: kDenied when somebody has raised the fence above ours.
  Status CheckFence();
  /// The rows of `plan` and its approvals, or (0) all plans, approvals, actions, waivers and
  /// deliveries, where they are other than the ledger recorded them.
  Result<std::vector<RebuildDifference>> CompareWithLedger(PlanId plan);
  Result<std::vector<Action>> ActionsWhere(std::string_view condition, std::int64_t value);
  /// `rows`, or the error that stopped reading them.
  template <typename T>
  Result<T> Checked(T rows) {
    Status status = database_->TakeStatus();
    if (!status.ok()) return status;
    return rows;
  }

  SystemClock system_clock_;
  std::unique_ptr<Database> database_;
  const Clock* clock_;
  Interner interner_;
  bool read_only_;
  int schema_version_;
  bool together_ = false;        ///< Between BeginTogether and EndTogether.
  std::int64_t fence_ = 0;       ///< What this Store leads with; 0: it leads nothing.
  std::string fork_;
  LedgerHead lost_;              ///< What the head file names, when there is a fork.
  std::string head_trouble_;     ///< Why the head file could not be written, when it could not.
};

/// One write. Rolls back unless committed; holds the store's write lock while it lives. Between
/// BeginTogether and EndTogether it is a savepoint, and durable when the whole is.
class Transaction {
 public:
  explicit Transaction(SqliteStore& store) : store_(store) {}
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  /// kStore when the store is read-only or a fork; kDenied when another leads; kBusy.
  Status Begin();
  /// Adds an entry to the ledger and returns its number.
  std::int64_t Append(std::string_view kind, const Value& body);
  /// When the transaction began; one time for all its rows.
  Instant at() const { return at_; }
  /// Durable when ok; the first error of all statements since Begin otherwise.
  Status Commit();
  /// For AcceptFork only.
  void AllowFork() { allow_fork_ = true; }
  /// For RaiseFence only.
  void AllowLowerFence() { allow_lower_fence_ = true; }

 private:
  SqliteStore& store_;
  Instant at_{};
  LedgerHead head_;
  bool open_ = false, inner_ = false, allow_fork_ = false, allow_lower_fence_ = false;
};

/// The canonical text that an entry's hash is of.
std::string LedgerText(std::int64_t sequence, Instant at, std::string_view kind,
                       const std::string& body, const std::string& previous);

/// {"name", "source", "identity"}
Value ToValue(const Actor& actor);
inline std::int64_t Micros(Instant instant) { return instant.time_since_epoch().count(); }
inline Instant FromMicros(std::int64_t micros) { return Instant(std::chrono::microseconds(micros)); }

/// Adds `count` slots in `state` to the totals; those not due yet are counted apart.
void CountSlot(reports::SlotTotals& totals, std::string_view state, bool due, std::int64_t count);

/// Hash over everything a run left behind, from the stored rows.
std::string RunDigest(Database& database, RunId run);

}  // namespace upkeep::store

#endif  // UPKEEP_RUNNER_STORE_SQLITE_STORE_H_
