// SPDX-License-Identifier: Apache-2.0
//
// What a calendar file may hold, in either format. Private to schedules/.

#ifndef UPKEEP_SCHEDULES_CALENDAR_LIMITS_H_
#define UPKEEP_SCHEDULES_CALENDAR_LIMITS_H_

#include <chrono>
#include <cstddef>

namespace upkeep::schedules {

inline constexpr int kMaxEntries = 5000;
/// Each is asked for each day, so that they are fewer.
inline constexpr int kMaxRepeating = 500;
inline constexpr std::chrono::days kMaxLength{366};
inline constexpr std::chrono::days kMaxRepeatedLength{31};
inline constexpr std::size_t kMaxErrors = 100;  ///< After which a file is not read any further.

}  // namespace upkeep::schedules

#endif  // UPKEEP_SCHEDULES_CALENDAR_LIMITS_H_
