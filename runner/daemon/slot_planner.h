// SPDX-License-Identifier: Apache-2.0
//
// Writes a schedule's future down before it happens (DESIGN.md 4.1): for each of the next 35 days
// count and hash of the planned instants, for the next 48 hours the slots themselves. A time in
// which nobody planned, because nothing ran, is filled in afterwards: those slots are then booked
// as what they were, missed.
//
// For each target the store keeps how far it is filled: up to there every time of the schedule has its
// row. A gap is what lies between that and now, and it is of the definition that was written down last;
// only when it is filled does a changed one begin.
//
// THREADS: as the store.

#ifndef UPKEEP_RUNNER_DAEMON_SLOT_PLANNER_H_
#define UPKEEP_RUNNER_DAEMON_SLOT_PLANNER_H_

#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/status.h"
#include "runner/daemon/horizon_draft.h"
#include "runner/store/store.h"
#include "schedules/planner.h"

namespace upkeep::daemon {

struct PlanRequest {
  /// Names of the targets that the schedule has today.
  std::vector<std::string> targets;
  /// A schedule seen for the first time, one that changed, or a target that came since begins with
  /// the slot that is due now, within its grace: the CronJob that asks was started for it. Otherwise
  /// it begins with its next one.
  bool begin_with_due = false;
  /// So many instants of the horizon (at least 1) are walked through. A day that is not through by
  /// then is gone on with by the next call to the same planner, and written when it is whole.
  std::int64_t horizon_instants = std::numeric_limits<std::int64_t>::max();
};

struct Planned {
  std::int64_t added = 0, superseded = 0;
  std::int64_t filled = 0;      ///< Of added: slots of a time in which nobody planned.
  /// False: a long gap is filled in pieces, and this was one; nothing else was done. Plan again, and let
  /// nothing be decided before: what is caught up depends on all that was missed.
  bool gap_filled = true;
  /// Why the definition that held in the gap can't be computed any more (its zone is gone, say), so that
  /// today's filled it.
  Status gap_problem;
  bool horizon_complete = true; ///< Every one of the 35 days is written down.
  /// There are rows up to this time; plan again well before it.
  Instant until{};
};

class SlotPlanner {
 public:
  /// Both must outlive it.
  SlotPlanner(store::Store& store, const Clock& clock) : store_(store), clock_(clock) {}

  Result<Planned> Plan(const schedules::Schedule& schedule, const PlanRequest& request);

  /// Fills the gap of a schedule that can't be read, as its last good definition had it, and plans
  /// nothing ahead.
  Status KeepUp(const std::string& schedule);

  /// A schedule that is no longer in the files: its gap is filled, and its future slots become superseded.
  Status Retire(const std::string& schedule);

 private:
  struct Past {
    std::string definition;    ///< Of the newest horizon: it was valid until now. "": none.
    std::vector<store::Horizon> horizons;
    std::vector<store::PlannedTarget> targets;   ///< Empty: not planned, or taken out of the files.
  };
  Result<Past> ReadPast(const std::string& schedule);
  Status RecordHorizons(const schedules::Schedule& schedule, const Past& past, Instant from,
                        std::int64_t most, Planned& planned);
  /// One piece of it. `now_is` fills where the definition of then can't be computed; null: nothing does.
  Status FillGap(const std::string& id, const schedules::Schedule* now_is, const Past& past, Instant now,
                 Planned& planned);
  Status RecordRows(const schedules::Schedule& schedule, const Past& past, const PlanRequest& request,
                    Instant now, Planned& planned);

  store::Store& store_;
  const Clock& clock_;
  std::map<std::string, HorizonDraft> drafts_;   // Of schedules; the day that is being walked through.
};

}  // namespace upkeep::daemon

#endif  // UPKEEP_RUNNER_DAEMON_SLOT_PLANNER_H_
