// SPDX-License-Identifier: Apache-2.0
#include "runner/daemon/planned_targets.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "runner/run/session.h"

namespace upkeep::daemon {
namespace {

constexpr std::int64_t kAllRows = 1'000'000;

std::string Lacks(const std::string& name) {
  if (name.find('=') == std::string::npos) return "the inventory has no target '" + name + "'";
  return "no target of the inventory has the label '" + name + "'";
}

/// The targets of the slots that are open, or where none is, of the newest planned time.
Result<std::set<std::string>> TargetsOfSlots(const std::string& schedule, store::Store& store) {
  auto slots = store.Slots({schedule, "", {store::SlotState::kPlanned, store::SlotState::kQueued}, {}, {}, kAllRows});
  if (!slots.ok()) return slots.status();
  if (slots->empty()) {
    auto last = store.LastPlanned(schedule);
    if (!last.ok()) return last.status();
    if (!*last) return std::set<std::string>();
    slots = store.Slots({schedule, "", {}, **last, **last + kTick, kAllRows});
    if (!slots.ok()) return slots.status();
  }
  std::set<std::string> targets;
  for (const store::Slot& slot : *slots) {
    if (slot.state != store::SlotState::kSuperseded) targets.insert(slot.key.target);
  }
  return targets;
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
  auto before = TargetsOfSlots(schedule.id, store);
  if (!before.ok()) return before.status();
  for (const std::string& target : *before) {
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
