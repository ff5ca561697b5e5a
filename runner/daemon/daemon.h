// SPDX-License-Identifier: Apache-2.0
//
// The daemon: fires what schedules say, and accounts for every slot, also for those of the time
// in which it did not run. It reads its files again when they change or on SIGHUP; what is bad in
// them is put in quarantine and logged, and the slots of it are booked as missed with that reason.
// Where it is one of several on a store it does so while it leads (leadership.h); as a standby it
// waits, and writes nothing.
//
// THREADS: Run() is its thread. References in the parts outlive it.

#ifndef UPKEEP_RUNNER_DAEMON_DAEMON_H_
#define UPKEEP_RUNNER_DAEMON_DAEMON_H_

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "runner/daemon/absence.h"
#include "runner/daemon/control_socket.h"
#include "runner/daemon/health.h"
#include "runner/daemon/leader.h"
#include "runner/daemon/recovery.h"
#include "runner/daemon/self_check.h"
#include "runner/daemon/service_manager.h"
#include "runner/daemon/signals.h"
#include "runner/daemon/slot_planner.h"
#include "runner/daemon/slot_runner.h"
#include "runner/daemon/slot_taker.h"
#include "runner/daemon/world.h"

namespace upkeep::daemon {

struct DaemonOptions {
  /// How often files are looked at, and a wall clock that was moved is noticed.
  std::chrono::milliseconds look_every{2000};
  /// On SIGTERM: how long running playbooks may take to end by themselves, and then how long
  /// cancelled ones may take to be stored.
  std::chrono::milliseconds drain{30'000};
  std::chrono::milliseconds give_up{10'000};
  /// Where `upkeep ps`, `cancel`, `pause` and `resume` reach it; empty: nowhere. Only who leads
  /// listens there.
  std::string control;
  /// Outlives the daemon; null: nobody asks.
  Health* health = nullptr;
  /// What makes this daemon one of several, of which one leads; null: the only one. Outlives it.
  Leadership* leadership = nullptr;
  /// Names that reports can be delivered to; nullopt: there is no deliveries file.
  std::optional<std::vector<std::string>> deliveries = {};
};

class Daemon {
 public:
  Daemon(Places places, RunnerParts parts, DaemonOptions options);
  ~Daemon();

  /// Returns when a signal said so and all was drained. An error is one of the start: no
  /// inventory, no schedule files, a store that can't be written.
  Status Run();

  /// The signal that ended Run(); 0 before.
  int stopped_by() const { return stopped_by_; }

 private:
  /// One schedule as this process knows it.
  struct Watched {
    const schedules::Schedule* schedule = nullptr;   ///< In world_.
    Instant look{};          ///< When something of it is to be done.
    Instant plan{};          ///< When its rows run low.
    bool waits = false;      ///< For a run to end.
  };
  /// A run that goes on.
  struct Going {
    std::shared_ptr<RunInFlight> about;   ///< Shared with the run itself.
    CancelSource cancel;
    bool Is(const std::string& schedule, const std::string& target) const;
  };

  /// Slots that wait for an earlier one are looked at as soon as that is done with their target.
  RunnerParts WithLooked(RunnerParts parts);
  Task<void> Live();
  /// False when there will be nothing to lead any more: a signal, or failed_.
  Task<bool> AwaitLead();
  Status BeginToLead();
  Task<void> EndToLead();
  Status OpenControl();
  void OpenControlAgain();
  /// Until a signal, or until another one leads.
  Task<void> Loop();
  Task<void> Drain(std::chrono::milliseconds drain);
  Status Reload(bool first);
  void Retire();
  Status Recover();
  void LookAtPlans();
  Task<void> RunPlanRecovery(std::shared_ptr<const World> world, Limits limits);
  /// The loop turned, or got on inside a turn.
  void FollowClock();
  void Turn();
  void Pass();
  void CheckItself();
  /// Answers of the control socket.
  Result<Value> Answer(const Value& request, const store::Actor& actor);
  Value ListRuns() const;
  Result<Value> CancelRuns(const Value& request, const store::Actor& actor);
  /// What one schedule's turn came to; said and launched once it is durable.
  struct Looked {
    Watched* watched = nullptr;
    Planned planned;
    Taken taken;
    std::string broken;
    std::set<std::string> replaced;   ///< Targets whose run gives way when this pass is written down.
  };
  /// Plans and takes what is due of one schedule. Its writes are together with others'.
  /// Within `budget`, one at least; in one transaction.
  void LookAtThose(const std::function<bool(const Watched&)>& wanted, Instant now, std::chrono::milliseconds budget);
  Result<Looked> Look(Watched& watched, Instant now);
  /// Whoever attended last, and this loop's own gaps.
  Status NoteAbsence(Instant now);
  void NoteStandstill(Instant now);
  void LookFailed(Watched& watched, Instant now, const Status& why);
  void Report(Looked& looked);
  void Launch(const schedules::Schedule& schedule, Batch batch);
  Task<void> RunBatch(std::shared_ptr<const World> world, const schedules::Schedule& schedule,
                      Batch batch, std::uint64_t id);
  bool Runs(const std::string& schedule, const std::string& target) const;
  void Replace(const std::string& schedule, const std::string& target);
  std::string StatusLine() const;
  std::chrono::milliseconds UntilNext() const;

  Places places_;
  RunnerParts parts_;
  DaemonOptions options_;
  Health own_health_;
  Health& health_;
  ServiceManager manager_ = ServiceManager::FromEnvironment();
  Signals signals_;
  SlotPlanner planner_;
  SlotTaker taker_;
  SlotRunner runner_;
  SelfCheck self_;
  bool check_itself_ = true;             ///< Something was missed, or a run ended.
  std::unique_ptr<ControlSocket> control_;
  Leader leader_;
  std::shared_ptr<const World> world_;   ///< Shared with the runs that began in it.
  std::string fingerprint_;
  std::map<std::string, Watched> watched_;
  std::map<std::uint64_t, Going> going_;
  std::uint64_t next_run_ = 1;
  std::optional<Instant> wall_;   // When FollowClock() looked last,
  SteadyInstant steady_{};        // by both clocks.
  Instant recover_{};
  bool plans_going_ = false;             ///< Plans of dead processes are being looked at.
  CancelSource plans_cancel_;
  int stopped_by_ = 0;
  Instant seen_{};                       ///< Now, when the loop looked last.
  Absences absences_;
  std::optional<Instant> lost_, store_failed_;   ///< Since when this one does not lead, can't write.
  bool started_ = false;                 ///< It has led.
  bool reload_ = false;                  ///< Asked for by a signal, and not done yet.
  Status failed_;
};

}  // namespace upkeep::daemon

#endif  // UPKEEP_RUNNER_DAEMON_DAEMON_H_
