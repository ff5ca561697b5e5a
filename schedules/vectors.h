// SPDX-License-Identifier: Apache-2.0
//
// Compares next() with asserted vectors: JSON lines `{"expr", "dialect", "tz", "from", "next"}`
// or `{"expr", "dialect", "invalid": true}`. "tz": "local" is a wall clock without a zone;
// "next": [] means never. `upkeep schedule next --batch FILE` prints what this finds.
//
// THREADS: pure functions of their arguments.

#ifndef UPKEEP_SCHEDULES_VECTORS_H_
#define UPKEEP_SCHEDULES_VECTORS_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "base/value.h"
#include "schedules/cron.h"

namespace upkeep::schedules {

/// One line that came out differently: want and got are "invalid", or lists of times.
struct VectorDifference {
  int line = 0;
  std::string expr;
  Value want;
  Value got;
};

struct VectorReport {
  int run = 0;          ///< Lines with a dialect of ours; equal + differ.
  int equal = 0;
  int unsupported = 0;  ///< Lines of dialects that map to none of ours.
  std::vector<VectorDifference> differences;
};

/// Our dialect for a name that vector files use ("cronsim" → vixie); nothing when not supported.
/// tests/schedules/dialects.md gives the reasons.
std::optional<Dialect> DialectOfVectors(std::string_view name);

/// Nothing when the vector agrees. An expression that never fires is refused when it is read;
/// that refusal answers both `invalid` and `next: []`. kInvalid when the line is no vector.
Result<std::optional<VectorDifference>> RunVector(const Value& vector, Dialect dialect);

/// Every line of a file's text. kInvalid, with the line, at the first one that can't be read.
Result<VectorReport> RunVectors(std::string_view text, const std::string& file);

/// The two forms a line of the answer takes.
Value ToValue(const VectorDifference& difference);
Value SummaryOf(const VectorReport& report);

}  // namespace upkeep::schedules

#endif  // UPKEEP_SCHEDULES_VECTORS_H_
