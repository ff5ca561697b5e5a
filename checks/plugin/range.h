// SPDX-License-Identifier: Apache-2.0
//
// A range of the Monitoring Plugins guidelines, as thresholds are written in perfdata:
//
//   10        alert outside of 0 to 10
//   10:       below 10
//   ~:10      above 10
//   10:20     outside of 10 to 20
//   @10:20    within 10 to 20
//
// THREADS: plain values.

#ifndef UPKEEP_CHECKS_PLUGIN_RANGE_H_
#define UPKEEP_CHECKS_PLUGIN_RANGE_H_

#include <optional>
#include <string>
#include <string_view>

namespace upkeep::plugin {

struct Range {
  std::optional<double> low, high;   ///< Absent: no bound on that side.
  bool inside = false;               ///< '@': values within it alert, its bounds included.
  std::string text;                  ///< As written.

  bool Alerts(double value) const;
};

/// Nothing when `text` is no range, or its low bound is above its high one.
std::optional<Range> ParseRange(std::string_view text);

/// A finite decimal number, such as "-1.5e3", that is all of `text`; nothing otherwise.
std::optional<double> ParseNumber(std::string_view text);

}  // namespace upkeep::plugin

#endif  // UPKEEP_CHECKS_PLUGIN_RANGE_H_
