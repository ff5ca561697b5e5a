// SPDX-License-Identifier: Apache-2.0
//
// Writes a schedule's future down before it happens (DESIGN.md 4.1): for each of the next 35 days
// count and hash of the planned instants, for the next 48 hours the slots themselves. A time in
// which nobody planned, because nothing ran, is filled in afterwards: those slots are then booked
// as what they were, missed.
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
  bool horizon_complete = true; ///< Every one of the 35 days is written down.
  /// There are rows up to this time; plan again well before it.
  Instant until{};
};

class SlotPlanner {
 public:
  /// Both must outlive it.
  SlotPlanner(store::Store& store, const Clock& clock) : store_(store), clock_(clock) {}

  Result<Planned> Plan(const schedules::Schedule& schedule, const PlanRequest& request);

  /// A schedule that is no longer in the files: its future slots become superseded.
  Status Retire(const std::string& schedule);

 private:
  /// The newest horizon decides which definition was valid until now.
  struct Past {
    std::optional<Instant> known_since;
    std::string definition;
    Instant defined_since{};   ///< Since when that one counts.
    std::vector<store::Horizon> horizons;
  };
  Result<Past> ReadPast(const std::string& schedule);
  Status RecordHorizons(const schedules::Schedule& schedule, const Past& past, Instant from,
                        std::int64_t most, Planned& planned);
  Status FillGap(const schedules::Schedule& schedule, const Past& past, const PlanRequest& request,
                 Instant now, Planned& planned);
  Status RecordRows(const schedules::Schedule& schedule, const Past& past, const PlanRequest& request,
                    Instant now, Planned& planned);

  store::Store& store_;
  const Clock& clock_;
  std::map<std::string, HorizonDraft> drafts_;   // Of schedules; the day that is being walked through.
};

}  // namespace upkeep::daemon

#endif  // UPKEEP_RUNNER_DAEMON_SLOT_PLANNER_H_
