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
constexpr std::size_t kRowsAtOnce = 1000;   // Of one transaction,
constexpr std::size_t kRowsOfPiece = 20'000;   // and of one piece of a gap: a second's work.
// No upkeep was there before: a clock that starts in an earlier year has not lived through it.
constexpr Instant kNoUpkeepBefore{std::chrono::sys_days{std::chrono::January / 1 / 2026}};
// A clock that was off by no more than this counted hours of the wrong zone; by more, it was never right.
constexpr days kWrongZone{1};
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
  if (past->definition != schedule.definition) {
    UPKEEP_RETURN_IF_ERROR(store_.SaveDefinition("schedule", schedule.id, schedule.definition,
                                                 DefinitionDocument(schedule)));
  }
  // The gap first: until it is filled, the old definition must stay the newest one.
  UPKEEP_RETURN_IF_ERROR(FillGap(schedule.id, &schedule, *past, now, planned));
  if (!planned.gap_filled) return planned;
  std::optional<Instant> due;
  if (request.begin_with_due && schedule.enabled) due = DueNow(schedule, now);
  if (due && !request.targets.empty()) {
    // A row that is there stays as it is, but for one that was superseded meanwhile.
    store::SlotPlan plan{schedule.id, schedule.definition, *due, *due + kTick, {}, {}, false};
    plan.owed = true;
    for (const std::string& target : request.targets) {
      plan.slots.push_back({schedule.id, target, *due});
    }
    auto recorded = store_.RecordPlanned(plan);
    if (!recorded.ok()) return recorded.status();
    planned.added += recorded->added;
  }
  const Instant begin = past->targets.empty() ? due.value_or(now) : now;
  UPKEEP_RETURN_IF_ERROR(RecordHorizons(schedule, *past, begin, request.horizon_instants, planned));
  UPKEEP_RETURN_IF_ERROR(RecordRows(schedule, *past, request, now, planned));
  return planned;
}

Result<SlotPlanner::Past> SlotPlanner::ReadPast(const std::string& schedule) {
  auto horizons = store_.Horizons(schedule);
  if (!horizons.ok()) return horizons.status();
  auto targets = store_.PlannedTargets(schedule);
  if (!targets.ok()) return targets.status();
  Past past;
  past.horizons = std::move(*horizons);
  if (!past.horizons.empty()) past.definition = past.horizons.back().definition;
  // Taken out of the files and back again: nothing was promised in between.
  if (past.definition != kRetired) past.targets = std::move(*targets);
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

Status SlotPlanner::FillGap(const std::string& id, const Schedule* now_is, const Past& past, Instant now,
                            Planned& planned) {
  // Each target has a gap of its own: one that came since has missed nothing.
  std::map<std::string, Instant> after;
  std::optional<Instant> behind;   // From here a clock that was behind planned what nobody promised,
  Instant lived = Instant::max();  // and since then it is right.
  bool all_behind = true;
  for (const store::PlannedTarget& one : past.targets) {
    if (one.target.empty()) continue;
    const bool was_behind = one.filled < one.since && one.since <= now;
    all_behind = all_behind && was_behind;
    if (was_behind) {
      behind = std::min(behind.value_or(one.filled), one.filled);
      lived = std::min(lived, one.since);
    }
    const Instant from = std::max({one.filled, std::min(one.covered, now), one.since, kNoUpkeepBefore});
    if (from < now) after[one.target] = from;
  }
  if (after.empty()) return Status::Ok();
  if (behind && all_behind) {
    auto recorded = store_.RecordPlanned({id, past.definition, *behind, lived, {}, {}, true});
    if (!recorded.ok()) return recorded.status();
    planned.superseded += recorded->superseded;
  }

  std::optional<Schedule> then;
  if (now_is == nullptr || past.definition != now_is->definition) {
    auto document = store_.Definition(past.definition);
    auto old = document.ok() ? ScheduleOfDefinition(*document) : Result<Schedule>(document.status());
    if (!old.ok() && old.status().code() == Code::kStore) return old.status();
    if (old.ok()) {
      then = std::move(*old);
    } else {
      planned.gap_problem = old.status();
    }
  }
  if (!then && now_is != nullptr) then = *now_is;
  if (!then || !then->enabled) return Status::Ok();

  Instant first = Instant::max();
  for (const auto& [target, from] : after) first = std::min(first, from);
  std::size_t rows = 0;
  auto next = schedules::NextPlanned(*then, first);
  while (next && *next <= now) {
    if (rows >= kRowsOfPiece) {
      planned.gap_filled = false;
      return Status::Ok();
    }
    store::SlotPlan plan{id, past.definition, *next, *next + kTick, {}, {}, false};
    plan.owed = true;
    for (; next && *next <= now && plan.slots.size() < kRowsAtOnce; next = schedules::NextPlanned(*then, *next)) {
      for (const auto& [target, from] : after) {
        if (from < *next) plan.slots.push_back({id, target, *next});
      }
      plan.until = *next + kTick;
    }
    rows += plan.slots.size();
    for (const store::PlannedTarget& one : past.targets) {
      const auto gap = after.find(one.target);
      const Instant filled = plan.until - kTick;
      if (gap != after.end() && gap->second < filled) {
        plan.planned_for.push_back({one.target, one.since, filled, std::max(one.covered, filled)});
      }
    }
    auto recorded = store_.RecordPlanned(plan);
    if (!recorded.ok()) return recorded.status();
    planned.added += recorded->added;
    planned.filled += recorded->added;
  }
  return Status::Ok();
}

namespace {

/// How far `targets` are planned now that there is no gap. `redefined`: by another definition.
std::vector<store::PlannedTarget> PlannedUntil(const std::vector<store::PlannedTarget>& before,
                                               const std::vector<std::string>& targets, bool redefined,
                                               Instant now) {
  std::map<std::string, store::PlannedTarget> known;
  for (const store::PlannedTarget& one : before) known[one.target] = one;
  std::vector<store::PlannedTarget> planned;
  const auto add = [&](const std::string& target) {
    const auto found = known.find(target);
    store::PlannedTarget one{target, now, now, now};
    if (found != known.end()) {
      one.since = found->second.since;
      one.covered = std::max(found->second.covered, now);
      // Seen first by a clock that ran ahead. Where it was off by more, this one may be behind: then the
      // years between were never lived through.
      if (one.since > now && one.since - now <= kWrongZone) one.since = one.covered = now;
      // What another definition had planned ahead is superseded.
      if (redefined) one.covered = now;
    }
    planned.push_back(std::move(one));
  };
  for (const std::string& target : targets) add(target);
  add("");   // That it was planned, were it for no target.
  return planned;
}

}  // namespace

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
  rows.planned_for = PlannedUntil(past.targets, request.targets, past.definition != schedule.definition, now);
  rows.for_no_other = true;
  auto recorded = store_.RecordPlanned(rows);
  if (!recorded.ok()) return recorded.status();
  planned.added += recorded->added;
  planned.superseded += recorded->superseded;
  planned.until = plan.cut && !plan.slots.empty() ? plan.slots.back().planned_at
                                                  : now + limits.rows_ahead;
  return Status::Ok();
}

Status SlotPlanner::KeepUp(const std::string& schedule) {
  Planned planned;
  do {
    auto past = ReadPast(schedule);
    if (!past.ok()) return past.status();
    planned = Planned();
    const Instant now = clock_.Now();
    UPKEEP_RETURN_IF_ERROR(FillGap(schedule, nullptr, *past, now, planned));
    if (!planned.gap_problem.ok()) return planned.gap_problem;
    if (!planned.gap_filled) continue;
    store::SlotPlan filled{schedule, past->definition, now, now, {}, {}, false};
    for (store::PlannedTarget one : past->targets) {
      one.filled = std::max(one.filled, now);
      one.covered = std::max(one.covered, now);
      filled.planned_for.push_back(std::move(one));
    }
    if (filled.planned_for.empty()) return Status::Ok();
    auto recorded = store_.RecordPlanned(filled);
    if (!recorded.ok()) return recorded.status();
  } while (!planned.gap_filled);
  return Status::Ok();
}

Status SlotPlanner::Retire(const std::string& schedule) {
  drafts_.erase(schedule);
  UPKEEP_RETURN_IF_ERROR(KeepUp(schedule));
  auto past = ReadPast(schedule);
  if (!past.ok()) return past.status();
  const Instant now = clock_.Now();
  const std::string retired(kRetired);
  store::SlotPlan plan{schedule, retired, now + kTick, now + kBeyondRows, {}, {}, true};
  plan.for_no_other = true;
  if (past->definition != kRetired) {
    plan.horizons = {{schedule, retired, zone::TzdataVersion(), now, now + kHorizon, 0, Sha256Hex("")}};
  }
  auto recorded = store_.RecordPlanned(plan);
  return recorded.ok() ? Status::Ok() : recorded.status();
}

}  // namespace upkeep::daemon
