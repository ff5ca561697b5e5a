// SPDX-License-Identifier: Apache-2.0
#include "runner/daemon/slot_planner.h"

#include <algorithm>
#include <map>
#include <utility>

#include "base/value.h"
#include "base/zone/zone.h"
#include "runner/daemon/definition.h"

namespace upkeep::daemon {
namespace {

using schedules::Schedule;
using std::chrono::days;
using std::chrono::microseconds;

constexpr days kHorizon{35};
constexpr std::size_t kRowsAtOnce = 1000;   // Of one transaction.
// Beyond every row: what is planned later than this belongs to no version of the schedule.
constexpr days kBeyondRows{400};
constexpr std::string_view kRetired = "retired";   // Where a definition's hash would stand.

/// The newest planned time that may still be started now, if there is one.
std::optional<Instant> DueNow(const Schedule& schedule, Instant now) {
  const microseconds back = schedule.grace + schedule.splay + schedule.jitter + std::chrono::seconds(1);
  std::optional<Instant> due;
  for (auto next = schedules::NextPlanned(schedule, now - back); next && *next <= now;
       next = schedules::NextPlanned(schedule, *next)) {
    if (now - schedules::StartOf(schedule, *next) <= schedule.grace) due = *next;
  }
  return due;
}

}  // namespace

Result<Planned> SlotPlanner::Plan(const Schedule& schedule, const PlanRequest& request) {
  const Instant now = clock_.Now();
  auto past = ReadPast(schedule.id);
  if (!past.ok()) return past.status();
  Planned planned;
  std::optional<Instant> due;
  if (request.begin_with_due && schedule.enabled) due = DueNow(schedule, now);
  const Instant begin = past->known_since ? now : due.value_or(now);
  if (past->definition != schedule.definition) {
    UPKEEP_RETURN_IF_ERROR(store_.SaveDefinition("schedule", schedule.id, schedule.definition,
                                                 DefinitionDocument(schedule)));
  }
  // The gap first: until it is filled, the old definition must stay the newest one.
  if (past->known_since) {
    UPKEEP_RETURN_IF_ERROR(FillGap(schedule, *past, request, now, planned));
  }
  if (due && !request.targets.empty()) {
    // A row that is there, of whatever state, stays as it is.
    store::SlotPlan plan{schedule.id, schedule.definition, *due, *due + kTick, {}, {}, false};
    for (const std::string& target : request.targets) {
      plan.slots.push_back({schedule.id, target, *due});
    }
    auto recorded = store_.RecordPlanned(plan);
    if (!recorded.ok()) return recorded.status();
    planned.added += recorded->added;
  }
  UPKEEP_RETURN_IF_ERROR(RecordHorizons(schedule, *past, begin, request.horizon_instants, planned));
  UPKEEP_RETURN_IF_ERROR(RecordRows(schedule, *past, request, now, planned));
  return planned;
}

Result<SlotPlanner::Past> SlotPlanner::ReadPast(const std::string& schedule) {
  auto horizons = store_.Horizons(schedule);
  if (!horizons.ok()) return horizons.status();
  Past past;
  past.horizons = std::move(*horizons);
  for (const store::Horizon& horizon : past.horizons) {
    if (!past.known_since || horizon.from < *past.known_since) past.known_since = horizon.from;
  }
  if (!past.horizons.empty()) past.definition = past.horizons.back().definition;
  for (auto horizon = past.horizons.rbegin(); horizon != past.horizons.rend() && horizon->definition == past.definition; ++horizon) {
    if (horizon == past.horizons.rbegin() || horizon->from < past.defined_since) past.defined_since = horizon->from;
  }
  // Taken out of the files and back again: nothing was promised in between.
  if (past.definition == kRetired) past.known_since.reset();
  return past;
}

Status SlotPlanner::RecordHorizons(const Schedule& schedule, const Past& past, Instant from,
                                   std::int64_t most, Planned& planned) {
  const std::string zone_data = zone::TzdataVersion();
  // The last word on each day: a definition that comes back is written down again.
  std::map<Instant, const store::Horizon*> newest;
  for (const store::Horizon& horizon : past.horizons) newest[horizon.until] = &horizon;
  const auto today = std::chrono::floor<days>(from);
  // In one transaction: ten thousand schedules of 35 days each wait for the disk once each.
  store::SlotPlan plan{schedule.id, schedule.definition, from, today + kHorizon, {}, {}, false};
  for (auto day = today; day < today + kHorizon; day += days(1)) {
    const Instant until = day + days(1);
    const auto known = newest.find(until);
    if (known != newest.end() && known->second->definition == schedule.definition &&
        known->second->zone_data == zone_data) {
      continue;
    }
    auto draft = drafts_.find(schedule.id);
    if (draft == drafts_.end() || !draft->second.Continues(schedule, until)) {
      draft = drafts_.insert_or_assign(schedule.id,
                                       HorizonDraft(schedule, std::max<Instant>(day, from), until)).first;
    }
    most -= draft->second.WalkOn(schedule, most);
    if (!draft->second.complete()) {
      planned.horizon_complete = false;
      break;
    }
    plan.horizons.push_back(draft->second.Finish());
    drafts_.erase(draft);
  }
  // Since when it is planned, and by which definition, is known from the first piece on; and where one
  // comes back, although its days were written down before.
  if (past.definition != schedule.definition && (plan.horizons.empty() || plan.horizons.front().from != from)) {
    plan.horizons.insert(plan.horizons.begin(), {schedule.id, schedule.definition, zone_data, from, from, 0, Sha256Hex("")});
  }
  if (plan.horizons.empty()) return Status::Ok();
  auto recorded = store_.RecordPlanned(plan);
  return recorded.ok() ? Status::Ok() : recorded.status();
}

Status SlotPlanner::FillGap(const Schedule& schedule, const Past& past, const PlanRequest& request,
                            Instant now, Planned& planned) {
  auto owed = store_.PlannedTargets(schedule.id, past.definition);
  if (!owed.ok()) return owed.status();
  // Those that were to run then, not those of today: a target that came since has missed nothing. Each
  // has rows of its own: the rows of many targets reach less far than those of few.
  std::map<std::string, Instant> after;
  const auto add = [&](const std::string& target, Instant from) {
    if (from < now && !target.empty()) after[target] = from;
  };
  for (const store::PlannedTarget& one : *owed) {
    const Instant known = std::max(past.defined_since, one.since) - kTick;
    add(one.target, one.last ? std::max(known, *one.last) : known);
  }
  if (owed->empty()) {
    for (const std::string& target : request.targets) add(target, past.defined_since - kTick);
  }
  if (after.empty()) return Status::Ok();

  Schedule then = schedule;
  if (past.definition != schedule.definition) {
    auto document = store_.Definition(past.definition);
    if (!document.ok()) return document.status();
    auto old = ScheduleOfDefinition(*document);
    if (!old.ok()) return old.status();
    then = std::move(*old);
  }
  if (!then.enabled) return Status::Ok();

  const auto first = std::min_element(after.begin(), after.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  auto next = schedules::NextPlanned(then, first->second);
  while (next && *next <= now) {
    store::SlotPlan plan{schedule.id, past.definition, *next, *next + kTick, {}, {}, false};
    plan.fills_gap = true;
    for (; next && *next <= now && plan.slots.size() < kRowsAtOnce;
         next = schedules::NextPlanned(then, *next)) {
      for (const auto& [target, from] : after) {
        if (from < *next) plan.slots.push_back({schedule.id, target, *next});
      }
      plan.until = *next + kTick;
    }
    auto recorded = store_.RecordPlanned(plan);
    if (!recorded.ok()) return recorded.status();
    planned.added += recorded->added;
    planned.filled += recorded->added;
  }
  return Status::Ok();
}

Status SlotPlanner::RecordRows(const Schedule& schedule, const Past& past,
                               const PlanRequest& request, Instant now, Planned& planned) {
  schedules::Limits limits;
  limits.ahead = days(0);   // The days are written down above.
  // One more instant than fits would still be better than none for very many targets.
  limits.rows = std::max(limits.rows, static_cast<int>(request.targets.size()));
  const schedules::Plan plan = schedules::PlanAhead(schedule, request.targets, now, limits);
  // A clock that went back reaches less far than it did. What the same definition planned beyond
  // stays; it is looked at again when the rows reach it.
  const bool same = past.definition == schedule.definition && !plan.slots.empty();
  const Instant until = same ? plan.slots.back().planned_at + kTick : now + kBeyondRows;
  store::SlotPlan rows{schedule.id, schedule.definition, now + kTick, until, {}, {}, true};
  for (const schedules::Slot& slot : plan.slots) {
    rows.slots.push_back({slot.schedule, slot.target, slot.planned_at});
  }
  rows.targets = request.targets;
  rows.targets->emplace_back();   // That it was planned, were it for no target.
  auto recorded = store_.RecordPlanned(rows);
  if (!recorded.ok()) return recorded.status();
  planned.added += recorded->added;
  planned.superseded += recorded->superseded;
  planned.until = plan.cut && !plan.slots.empty() ? plan.slots.back().planned_at
                                                  : now + limits.rows_ahead;
  return Status::Ok();
}

Status SlotPlanner::Retire(const std::string& schedule) {
  drafts_.erase(schedule);
  auto past = ReadPast(schedule);
  if (!past.ok()) return past.status();
  const Instant now = clock_.Now();
  const std::string retired(kRetired);
  store::SlotPlan plan{schedule, retired, now + kTick, now + kBeyondRows, {}, {}, true};
  plan.targets.emplace();
  if (past->definition != kRetired) {
    plan.horizons = {{schedule, retired, zone::TzdataVersion(), now, now + kHorizon, 0, Sha256Hex("")}};
  }
  auto recorded = store_.RecordPlanned(plan);
  return recorded.ok() ? Status::Ok() : recorded.status();
}

}  // namespace upkeep::daemon
