// SPDX-License-Identifier: Apache-2.0
//
// Reads the windows of a schedule file, a calendar file or a policy.
//
// THREADS: pure functions.

#ifndef UPKEEP_SCHEDULES_WINDOW_READER_H_
#define UPKEEP_SCHEDULES_WINDOW_READER_H_

#include <optional>
#include <string>
#include <vector>

#include "base/yaml/yaml.h"
#include "schedules/window.h"

namespace upkeep::schedules {

/// The list at `list`, which the file calls `key`. A blackout may be of any kind, a freeze has
/// two dates. `zone`: of a calendar that has one.
std::vector<Window> ReadWindows(const yaml::Document& document, const yaml::Node& list,
                                const std::string& key, WindowKind kind,
                                const std::optional<zone::Zone>& zone,
                                std::vector<Status>& errors);

}  // namespace upkeep::schedules

#endif  // UPKEEP_SCHEDULES_WINDOW_READER_H_
