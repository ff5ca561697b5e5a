// SPDX-License-Identifier: Apache-2.0
#include "runner/daemon/horizon_draft.h"

#include <utility>

#include "base/value.h"
#include "base/zone/zone.h"
#include "schedules/planner.h"

namespace upkeep::daemon {


HorizonDraft::HorizonDraft(const schedules::Schedule& schedule, Instant from, Instant until)
    : horizon_{schedule.id, schedule.definition, zone::TzdataVersion(), from, until, 0, ""},
      last_(from - kTick), complete_(!schedule.enabled) {}

bool HorizonDraft::Continues(const schedules::Schedule& schedule, Instant until) const {
  return horizon_.definition == schedule.definition && horizon_.until == until &&
         horizon_.zone_data == zone::TzdataVersion();
}

std::int64_t HorizonDraft::WalkOn(const schedules::Schedule& schedule, std::int64_t most) {
  const std::int64_t before = horizon_.count;
  while (!complete_) {
    const auto next = schedules::NextPlanned(schedule, last_);
    complete_ = !next || *next >= horizon_.until;
    if (complete_ || horizon_.count - before >= most) break;
    instants_ += FormatRfc3339(*next) + "\n";
    ++horizon_.count;
    last_ = *next;
  }
  return horizon_.count - before;
}

store::Horizon HorizonDraft::Finish() {
  horizon_.hash = Sha256Hex(instants_);
  return std::move(horizon_);
}

}  // namespace upkeep::daemon
