// SPDX-License-Identifier: Apache-2.0
//
// Stored instants as people of the report's zone read them. Each has the offset that its own moment
// had: a month in which the clocks change has two.
//
// THREADS: const methods may be called from any thread.

#ifndef UPKEEP_REPORTS_LOCAL_TIME_H_
#define UPKEEP_REPORTS_LOCAL_TIME_H_

#include <optional>
#include <string>
#include <string_view>

#include "base/zone/zone.h"

namespace upkeep::reports {

class LocalTime {
 public:
  /// Of a zone that can't be loaded, times are shown in UTC with a Z behind them.
  explicit LocalTime(std::string_view zone);

  /// "2026-11-21 18:00" of an RFC 3339 time; "-" of "".
  std::string Show(std::string_view rfc3339) const;
  /// "2026-11-21 18:00 – 2026-11-22 18:00"; with seconds where both would show the same minute.
  std::string Span(std::string_view start, std::string_view end) const;
  /// "2026-11-21"; "" of what is no time.
  std::string Date(std::string_view rfc3339) const;

 private:
  /// "2026-11-21 18:00:05", and nothing of what is no time.
  std::optional<std::string> Read(std::string_view rfc3339) const;
  std::optional<zone::Zone> zone_;
};

}  // namespace upkeep::reports

#endif  // UPKEEP_REPORTS_LOCAL_TIME_H_
