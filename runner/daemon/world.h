// SPDX-License-Identifier: Apache-2.0
//
// A World is everything that files say at one moment: schedules, playbooks, inventory. It is
// read as a whole and never changed; a reload makes another one, and runs that began in the old
// one end in it.
//
// THREADS: immutable after Read().

#ifndef UPKEEP_RUNNER_DAEMON_WORLD_H_
#define UPKEEP_RUNNER_DAEMON_WORLD_H_

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/status.h"
#include "checks/targets/inventory.h"
#include "runner/daemon/assignment.h"
#include "runner/run/executor.h"
#include "schedules/file.h"

namespace upkeep::daemon {

/// Where the files are, and what the command line makes of them.
struct Places {
  std::string schedules;               ///< A folder of *.yaml, or one file.
  std::vector<std::string> packs;      ///< Of playbooks.
  std::function<Result<checks::Inventory>()> inventory;
  /// Makes modules for targets of `inventory`, which outlives the maker.
  std::function<run::ModuleMaker(const checks::Inventory& inventory)> modules;
};

struct World {
  checks::Inventory inventory;
  run::ModuleMaker modules;
  PlaybookSet playbooks;
  std::vector<std::string> packs;      ///< Where they were read.
  schedules::ScheduleFile schedules;
  bool whole = false;                  ///< Of a folder, and not of one file that may be one of several.
  std::set<std::string> kept;          ///< Ids of those that stay as their file had them before.
  std::map<std::string, std::string> last_file;   ///< In which file an id was read last, as far as is known.

  const schedules::Schedule* Find(const std::string& id) const;
  /// Why `schedule` is not among the schedules, for a slot's reason; "" when it just is not there.
  std::string Quarantine(const std::string& schedule) const;
};

/// The schedule files of a folder, by name, or the one file. kNotFound when there is none.
Result<std::vector<std::string>> ListScheduleFiles(const std::string& place);

/// kConfig for the inventory, kNotFound without schedule files; bad schedules and playbooks are
/// inside and stop nobody else. Of a schedule file that can't be read now and could be in `before`,
/// the schedules stay as they were then: a slip of an editor takes nothing away from those that
/// run. Shared by the daemon and the runs that began in it.
Result<std::shared_ptr<const World>> ReadWorld(const Places& places, Instant now,
                                               const World* before = nullptr);

/// Changes when a schedule file, a calendar beside it or a playbook is written, added or removed.
std::string FingerprintOf(const Places& places);

}  // namespace upkeep::daemon

#endif  // UPKEEP_RUNNER_DAEMON_WORLD_H_
