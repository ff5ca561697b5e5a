// SPDX-License-Identifier: Apache-2.0
//
// The content lines of an iCalendar file (RFC 5545, 3.1): unfolded, split into name, parameters
// and value, each with its place. Private to schedules/.
//
// THREADS: pure functions.

#ifndef UPKEEP_SCHEDULES_ICALENDAR_LINES_H_
#define UPKEEP_SCHEDULES_ICALENDAR_LINES_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"

namespace upkeep::schedules {

struct ContentLine {
  std::string name;                                           ///< In capitals.
  std::vector<std::pair<std::string, std::string>> parameters;  ///< Names in capitals, unquoted.
  std::string value;                                          ///< As written, unfolded.
  SourcePlace place;                                          ///< Of the name.
  std::size_t value_at = 0;                                   ///< Bytes before the value.

  /// The value of a parameter; "" when it is not there.
  std::string Parameter(std::string_view wanted) const;
  /// `offset` bytes into the value; the name's place where that is on a folded part.
  SourcePlace PlaceIn(std::size_t offset) const;
};

/// The lines of `text` (at most 4 MiB, 64 KiB a line). What is no content line is an error.
std::vector<ContentLine> ReadContentLines(std::string_view text, const std::string& file,
                                          std::vector<Status>& errors);

/// A TEXT value: \n, \, \; and \\ undone, control characters shown.
std::string TextOf(std::string_view value);

std::string Capitals(std::string_view text);

}  // namespace upkeep::schedules

#endif  // UPKEEP_SCHEDULES_ICALENDAR_LINES_H_
