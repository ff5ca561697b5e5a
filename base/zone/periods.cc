// SPDX-License-Identifier: Apache-2.0
#include "base/zone/periods.h"

#include <algorithm>

namespace upkeep::zone {
namespace {

using std::chrono::seconds;

// Abseil unrolls a footer rule until late 2437. From kWrap on, the 400 years before repeat, as
// the Gregorian calendar and every footer rule do.
constexpr SysSeconds kWrap{std::chrono::sys_days(std::chrono::year(2437) / 1 / 1)};
constexpr seconds kCycle{std::chrono::days(146'097)};

seconds OffsetAt(const absl::TimeZone& zone, absl::Time time) {
  return seconds(zone.At(time).offset);
}

}  // namespace

PeriodTable::PeriodTable(seconds offset) : offsets_{offset} {}

PeriodTable::PeriodTable(const absl::TimeZone& zone) {
  offsets_.push_back(OffsetAt(zone, absl::InfinitePast()));
  absl::Time at = absl::InfinitePast();
  absl::TimeZone::CivilTransition change;
  while (zone.NextTransition(at, &change)) {
    // `to` exists in the new period; resolving it gives the instant of the change.
    const absl::Time instant = zone.At(change.to).trans;
    if (instant <= at) break;
    at = instant;
    const seconds offset = OffsetAt(zone, instant);
    if (offset == offsets_.back()) continue;  // Only the name or the DST flag changed.
    changes_.emplace_back(seconds(absl::ToUnixSeconds(instant)));
    offsets_.push_back(offset);
  }
  repeats_ = !changes_.empty() && changes_.back() >= kWrap;
}

Period PeriodTable::At(SysSeconds instant) const {
  seconds moved{0};
  if (repeats_ && instant >= kWrap) {
    moved = kCycle * ((instant - kWrap) / kCycle + 1);
    instant -= moved;
  }
  const auto next = std::upper_bound(changes_.begin(), changes_.end(), instant);
  const auto index = static_cast<std::size_t>(next - changes_.begin());
  Period period;
  period.offset = offsets_[index];
  period.previous_offset = index == 0 ? offsets_[0] : offsets_[index - 1];
  if (index > 0) period.start = changes_[index - 1] + moved;
  if (next != changes_.end()) period.end = *next + moved;
  return period;
}

bool PeriodTable::HasChangesAfter(SysSeconds from) const {
  return repeats_ || (!changes_.empty() && changes_.back() > from);
}

}  // namespace upkeep::zone
