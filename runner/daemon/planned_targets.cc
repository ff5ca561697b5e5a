// SPDX-License-Identifier: Apache-2.0
#include "runner/daemon/planned_targets.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "runner/run/session.h"

namespace upkeep::daemon {
namespace {

std::string Lacks(const std::string& name) {
  if (name.find('=') == std::string::npos) return "the inventory has no target '" + name + "'";
  return "no target of the inventory has the label '" + name + "'";
}

}  // namespace

Result<PlannedTargets> TargetsToPlan(const schedules::Schedule& schedule, const Assignment& assignment,
                                     const checks::Inventory& inventory, store::Store& store) {
  PlannedTargets planned;
  planned.all = assignment.Targets();
  for (const std::string& name : schedule.targets) {
    const bool known = std::any_of(inventory.targets.begin(), inventory.targets.end(),
                                   [&](const checks::Target& target) { return run::IsMeant(target, name); });
    if (known) continue;
    planned.all.insert(name);
    planned.kept_from[name] = Lacks(name);
  }
  if (assignment.problems.empty()) return planned;

  const std::string why = "nothing of the schedule can run: " + assignment.problems.front();
  auto before = store.PlannedTargets(schedule.id);
  if (!before.ok()) return before.status();
  for (const store::PlannedTarget& one : *before) {
    const std::string& target = one.target;
    // One that was taken out of the inventory, or out of the schedule, is not owed any more.
    const checks::Target* const there = inventory.Find(target);
    const bool meant = there != nullptr &&
                       (schedule.targets.empty() ||
                        std::any_of(schedule.targets.begin(), schedule.targets.end(),
                                    [&](const std::string& name) { return run::IsMeant(*there, name); }));
    if (meant && planned.all.insert(target).second) planned.kept_from[target] = why;
  }
  if (planned.all.empty()) {
    planned.all.insert(std::string(kNoTarget));
    planned.kept_from[std::string(kNoTarget)] = why;
  }
  return planned;
}

}  // namespace upkeep::daemon
