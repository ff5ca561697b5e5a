// SPDX-License-Identifier: Apache-2.0
//
// The periods of a zone as a sorted table, so that a look-up is a binary search of integers.
// Private to base/zone.

#ifndef UPKEEP_BASE_ZONE_PERIODS_H_
#define UPKEEP_BASE_ZONE_PERIODS_H_

#include <absl/time/time.h>

#include <vector>

#include "base/zone/zone.h"

namespace upkeep::zone {

class PeriodTable {
 public:
  /// One period for ever.
  explicit PeriodTable(std::chrono::seconds offset);
  /// All periods of `zone`; after 2437 the 400 years before repeat.
  explicit PeriodTable(const absl::TimeZone& zone);

  Period At(SysSeconds instant) const;
  bool HasChangesAfter(SysSeconds from) const;

 private:
  std::vector<SysSeconds> changes_;            // Period i begins at changes_[i - 1].
  std::vector<std::chrono::seconds> offsets_;  // One more than changes_.
  bool repeats_ = false;
};

}  // namespace upkeep::zone

#endif  // UPKEEP_BASE_ZONE_PERIODS_H_
