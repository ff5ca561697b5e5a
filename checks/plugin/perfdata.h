// SPDX-License-Identifier: Apache-2.0
//
// Performance data of Monitoring Plugins: 'label'=value[UOM];[warn];[crit];[min];[max] …
// Every piece is either read or told as broken; none is passed over.
//
// THREADS: pure functions.

#ifndef UPKEEP_CHECKS_PLUGIN_PERFDATA_H_
#define UPKEEP_CHECKS_PLUGIN_PERFDATA_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checks/plugin/range.h"

namespace upkeep::plugin {

struct PerfValue {
  std::string label;               ///< Without its quotes.
  std::optional<double> value;     ///< In `unit`; absent for "U": the plugin could not tell.
  std::string uom;                 ///< As written: "ms", "KB", "c", "".
  std::string unit;                ///< What `value`, the ranges and bounds are in: s, By, %, 1 …
  bool counter = false;            ///< UOM "c": only its growth means something.
  std::optional<Range> warning, critical;
  std::optional<double> min, max;
};

struct Perfdata {
  std::vector<PerfValue> values;      ///< At most kMostValues.
  std::vector<std::string> broken;    ///< Pieces that could not be read, at most 200 bytes of each.
};

inline constexpr std::size_t kMostValues = 1000;

/// `text` is valid UTF-8. Pieces after the thousandth are broken.
///
/// Times become seconds (us, ms, m, h, d), sizes bytes (KB is 1,000 and KiB 1,024); "%" stays, no
/// UOM is "1", and an unknown one is kept as it is.
Perfdata ParsePerfdata(std::string_view text);

}  // namespace upkeep::plugin

#endif  // UPKEEP_CHECKS_PLUGIN_PERFDATA_H_
