// SPDX-License-Identifier: Apache-2.0
//
// What a Monitoring Plugin writes, taken apart: TEXT | PERFDATA on the first line, then lines of
// long text, and after another '|' lines of more perfdata.
//
// THREADS: pure functions.

#ifndef UPKEEP_CHECKS_PLUGIN_OUTPUT_H_
#define UPKEEP_CHECKS_PLUGIN_OUTPUT_H_

#include <string>
#include <string_view>

#include "checks/plugin/perfdata.h"

namespace upkeep::plugin {

struct Output {
  std::string text;       ///< The first line, printable.
  std::string long_text;  ///< What follows it, printable; lines end in a line feed.
  Perfdata perfdata;
};

/// Any bytes: what is no UTF-8 is replaced.
Output ReadOutput(std::string_view bytes);

}  // namespace upkeep::plugin

#endif  // UPKEEP_CHECKS_PLUGIN_OUTPUT_H_
