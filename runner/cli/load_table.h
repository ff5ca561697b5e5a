// SPDX-License-Identifier: Apache-2.0
//
// A load map as people and as machines read it.
//
// THREADS: pure functions of their arguments.

#ifndef UPKEEP_RUNNER_CLI_LOAD_TABLE_H_
#define UPKEEP_RUNNER_CLI_LOAD_TABLE_H_

#include <string>

#include "base/value.h"
#include "base/zone/zone.h"
#include "schedules/load_map.h"

namespace upkeep::cli {

struct LoadView {
  const schedules::LoadMap& map;
  zone::Zone zone;
  bool targets_known = false;  ///< Else each schedule was counted once.
  std::string language = "en";
};

/// Hours down, days across, seven days to a block; at most 80 columns, and no colour.
std::string LoadAsTable(const LoadView& view);

Value LoadAsJson(const LoadView& view);

}  // namespace upkeep::cli

#endif  // UPKEEP_RUNNER_CLI_LOAD_TABLE_H_
