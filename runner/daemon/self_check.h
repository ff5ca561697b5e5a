// SPDX-License-Identifier: Apache-2.0
//
// upkeep about itself: a run that was planned and did not happen is a finding like any other, of
// the check "upkeep.schedules" on the target that was not looked at, with the schedule as its
// subject. It is in reports, may be waived, and is resolved when a later slot of the schedule runs.
//
// A look at a target covers every schedule on it, since a finding that a look does not mention
// counts as gone. It is stored as a run of its own (trigger "self"), which lists of runs leave out.
//
// THREADS: as the store.

#ifndef UPKEEP_RUNNER_DAEMON_SELF_CHECK_H_
#define UPKEEP_RUNNER_DAEMON_SELF_CHECK_H_

#include <map>
#include <set>
#include <string>

#include "base/clock.h"
#include "base/status.h"
#include "checks/model/result.h"
#include "runner/daemon/world.h"
#include "runner/store/store.h"

namespace upkeep::daemon {

class SelfCheck {
 public:
  static constexpr const char* kId = "upkeep.schedules";

  /// Both must outlive it.
  SelfCheck(store::Store& store, const Clock& clock, store::Actor actor, std::string holder)
      : store_(store), clock_(clock), actor_(std::move(actor)), holder_(std::move(holder)) {}

  /// Slots of `schedule` were booked as missed on `targets`; for the next Look().
  void Missed(const std::string& schedule, const std::set<std::string>& targets);

  /// Looks at targets where something was missed, or where an open finding may be over. What is
  /// known to be missed is said again at most once an hour. Nothing to look at costs one query.
  Status Look(const World& world);

 private:
  checks::PlaybookOutcome LookAt(const World& world, const std::string& target, Status& failed);
  Result<bool> IsMissed(const World& world, const std::string& schedule, const std::string& target,
                        checks::CheckResult* result);
  Status Record(const World& world, const std::string& target);

  store::Store& store_;
  const Clock& clock_;
  store::Actor actor_;
  std::string holder_;
  std::map<std::string, std::set<std::string>> missed_;   ///< Target → schedules.
};

}  // namespace upkeep::daemon

#endif  // UPKEEP_RUNNER_DAEMON_SELF_CHECK_H_
