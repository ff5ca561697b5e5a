// SPDX-License-Identifier: Apache-2.0
//
// Runs claimed slots: one session for a batch, then the reports that the schedule asks for, then
// their delivery. Whatever fails after the session leaves what was found in the store.
//
// THREADS: as the reactor. References outlive the runner and its tasks.

#ifndef UPKEEP_RUNNER_DAEMON_SLOT_RUNNER_H_
#define UPKEEP_RUNNER_DAEMON_SLOT_RUNNER_H_

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/io/reactor.h"
#include "base/task.h"
#include "base/text.h"
#include "runner/daemon/heartbeat.h"
#include "runner/daemon/journal.h"
#include "runner/daemon/looked_marks.h"
#include "runner/daemon/slot_taker.h"
#include "runner/daemon/world.h"
#include "runner/notify/sender.h"
#include "runner/run/session.h"
#include "runner/store/store.h"

namespace upkeep::daemon {

/// Sends a report to the named deliveries; the model outlives the task.
using DeliverReport = std::function<Task<std::vector<notify::SendOutcome>>(
    std::vector<std::string> names, const reports::ReportModel& model, Limits limits)>;

/// A run while it goes on, for `upkeep ps` and `cancel`. The executor is there while playbooks run.
struct RunInFlight {
  std::string schedule, trigger;
  Instant planned{}, since{};
  std::vector<std::string> targets;
  store::RunId run = 0;                       ///< 0 until it is written down.
  const run::Executor* executor = nullptr;
  run::CancelNote note;                       ///< Whoever cancels it says so here first.
};

struct RunnerParts {
  io::Reactor& reactor;
  store::Store& store;
  const Clock& clock;
  const Redactor& redactor;
  Journal& journal;
  store::Actor actor;
  std::string holder;
  std::string report_folder;     ///< Of reports whose schedule names no path.
  std::string language = "en";
  DeliverReport deliver;         ///< Empty: a delivery that a schedule names is an error.
  Heartbeats* heartbeats = nullptr;   ///< Null: none are sent.
  /// Told when targets of a run of `schedule` may be looked at again while it still waits for others.
  std::function<void(const std::string& schedule)> looked = {};
};

struct BatchEnd {
  Status status;                 ///< Of the session; what failed later is in `problems`.
  bool cancelled = false;
  int again = 0;                 ///< So many slots are interrupted and to be tried again, as `retry` says.
  bool all_again = false;        ///< All of them: nothing is reported or delivered yet.
  store::RunSummary summary;
  std::vector<Status> problems;
};

class SlotRunner {
 public:
  explicit SlotRunner(RunnerParts parts) : parts_(std::move(parts)) {}

  /// The schedule is one of `world`, which the task keeps. Ends when all is written and sent.
  Task<BatchEnd> Run(std::shared_ptr<const World> world, const schedules::Schedule& schedule,
                     Batch batch, Limits limits);

  /// What runs now.
  const std::set<store::AttemptId>& attempts() const { return attempts_; }

 private:
  Status WriteReports(const schedules::Schedule& schedule, const reports::ReportModel& model,
                      Instant planned);
  Task<void> RunSession(run::Executor& executor, run::SessionRequest request, LookedMarks& marks,
                        Limits limits, std::optional<Result<run::SessionOutcome>>& outcome);
  /// Says `beat`, and in the log when nobody heard it.
  Task<void> Say(Beat beat, Limits limits);
  std::string BodyOf(const BatchEnd& end) const;
  /// Writes down that none of the schedule's deliveries was begun.
  void NoneBegan(const schedules::Schedule& schedule, const store::ReportQuery& query, const Status& why,
                 BatchEnd& end);
  /// Deliveries are tried again until the schedule's next time comes near: the slots that follow must
  /// not be missed for a receiver that never answers.
  Limits DeliveryLimits(const schedules::Schedule& schedule, const Limits& limits) const;
  Task<void> ReportAndDeliver(const schedules::Schedule& schedule, Instant planned, Limits limits,
                              BatchEnd& end);

  RunnerParts parts_;
  std::set<store::AttemptId> attempts_;
};

}  // namespace upkeep::daemon

#endif  // UPKEEP_RUNNER_DAEMON_SLOT_RUNNER_H_
