// SPDX-License-Identifier: Apache-2.0
//
// Which playbooks of a schedule run on which targets.
//
// THREADS: plain data; refers to the playbooks and the inventory that it was made from.

#ifndef UPKEEP_RUNNER_DAEMON_ASSIGNMENT_H_
#define UPKEEP_RUNNER_DAEMON_ASSIGNMENT_H_

#include <set>
#include <string>
#include <vector>

#include "base/status.h"
#include "checks/targets/inventory.h"
#include "runner/run/catalog.h"
#include "runner/run/session.h"
#include "schedules/schedule.h"

namespace upkeep::daemon {

/// Every playbook there is, read once; ids that can't be read, and why.
struct PlaybookSet {
  std::vector<run::Playbook> playbooks;   ///< By id.
  std::vector<Status> errors;
};
PlaybookSet ReadPlaybooks(const run::Catalog& catalog);

struct Assignment {
  std::vector<run::Playbook> playbooks;   ///< Those of the schedule.
  std::vector<run::Pair> pairs;           ///< Of those, in `playbooks`; moving the whole is fine.
  /// Playbooks that the schedule wants and nobody can read. The others run; these make the slot's
  /// reason, since what was not looked at is never fine.
  std::vector<std::string> problems;

  std::set<std::string> Targets() const;
  /// Why nothing can run; "" when something can.
  std::string Broken() const;
};

/// Copies what it needs of `set`; `inventory` must outlive the assignment.
Assignment Assign(const schedules::Schedule& schedule, const PlaybookSet& set,
                  const checks::Inventory& inventory);

/// The cadence that the schedule runs whole ("daily" of "cadence:daily"); "" when none.
std::string CadenceOf(const schedules::Schedule& schedule);

}  // namespace upkeep::daemon

#endif  // UPKEEP_RUNNER_DAEMON_ASSIGNMENT_H_
