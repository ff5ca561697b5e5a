// SPDX-License-Identifier: Apache-2.0
//
// Which zone names the system's tzdata has, and which one somebody meant. Private to base/zone.

#ifndef UPKEEP_BASE_ZONE_NAMES_H_
#define UPKEEP_BASE_ZONE_NAMES_H_

#include <string>
#include <string_view>

namespace upkeep::zone {

/// The folder of the zone files: $TZDIR, else the usual one.
std::string ZoneFolder();

/// Whether `name` may be looked up at all: no path, no file of another kind.
bool IsWellFormed(std::string_view name);

/// The known zone nearest to `name`, "" when none is.
std::string NearestZone(std::string_view name);

}  // namespace upkeep::zone

#endif  // UPKEEP_BASE_ZONE_NAMES_H_
