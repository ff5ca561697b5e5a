// SPDX-License-Identifier: Apache-2.0
//
// A CronExpression answers one question: when is the next time? It knows three dialects, every
// zone, and what happens to a wall time that a clock change skips or repeats. Next() is bit
// arithmetic over months, never a walk over minutes.
//
//     auto expression = CronExpression::Parse("0 9 * * MON#1", {.zone = seoul});
//     std::optional<Instant> at = expression->Next(clock.Now());
//
// THREADS: immutable after Parse(); may be used from any thread.

#ifndef UPKEEP_SCHEDULES_CRON_H_
#define UPKEEP_SCHEDULES_CRON_H_

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/status.h"
#include "base/zone/zone.h"
#include "schedules/cron_fields.h"

namespace upkeep::schedules {

enum class Dialect {
  kVixie,   ///< Debian's cron, with L, LW, 15W, MON#1, MON#L, H; 6 fields: seconds first.
  kRobfig,  ///< What a Kubernetes CronJob reads; 6 fields: seconds first.
  kQuartz,  ///< 6 or 7 fields: seconds first, year last; days of the week 1-7 from Sunday.
};

/// What becomes of a wall time that a clock change skips ...
enum class Gap {
  kAfter,  ///< It runs right after the gap; several such times collapse into one.
  kShift,  ///< It runs later by the gap's length.
  kSkip,   ///< It does not run on that day.
};
/// ... or repeats.
enum class Overlap {
  kFirst,  ///< It runs in the first pass only.
  kBoth,   ///< It runs in both.
};

struct DstPolicy {
  Gap gap = Gap::kAfter;
  Overlap overlap = Overlap::kFirst;
  bool operator==(const DstPolicy&) const = default;
};

/// How day-of-month and day-of-week go together when both are restricted.
enum class DayRule {
  kDialect,  ///< As the dialect has it (vixie: OR, but AND where either begins with `*`).
  kOr,
  kAnd,
  kReject,   ///< It is an error: people nearly always mean AND and get OR.
};

struct CronOptions {
  Dialect dialect = Dialect::kVixie;
  /// A CRON_TZ= or TZ= in front of the expression wins over it.
  zone::Zone zone = zone::Zone::Utc();
  /// Empty: as the dialect has it. vixie: {kAfter, kFirst}, with seconds {kSkip, kBoth};
  /// robfig: {kSkip, kBoth}; quartz: {kSkip, kFirst}. Whatever stands here, an expression whose
  /// minute or hour begins with `*` follows the wall clock: nothing in a gap, twice in an overlap.
  std::optional<DstPolicy> dst{};
  DayRule day_rule = DayRule::kDialect;
  /// What H is hashed by: the schedule's id.
  std::string hash_key{};
  /// False: an expression that no date of the calendar can satisfy is an error.
  bool accept_never = false;
};

/// Something legal that is probably not meant. `column` counts from 1 in the expression.
struct CronWarning {
  int column = 1;
  std::string message;
  std::string hint;
};

class CronExpression {
 public:
  /// One that never fires.
  CronExpression() : zone_(zone::Zone::Utc()) {}

  /// kInvalid with the column (place of a one-line file called "cron expression") and a hint.
  static Result<CronExpression> Parse(std::string_view text, const CronOptions& options = {});

  /// The first time after `after` (exclusive), on whole seconds; nothing when there is none in
  /// the 400 years that follow, after which the calendar repeats.
  std::optional<Instant> Next(Instant after) const;

  const std::string& text() const { return text_; }
  const zone::Zone& zone() const { return zone_; }
  Dialect dialect() const { return dialect_; }
  DstPolicy dst() const { return dst_; }
  /// Minute or hour begins with `*`: follows the wall clock through clock changes.
  bool wildcard() const { return wildcard_; }
  /// `@every 15m`: counted from whatever time one asks from, so it has no slots of its own.
  std::optional<std::chrono::seconds> interval() const { return interval_; }
  const CronFields& fields() const { return fields_; }
  const std::vector<CronWarning>& warnings() const { return warnings_; }

 private:
  friend class CronParser;

  std::string text_;
  zone::Zone zone_;
  Dialect dialect_ = Dialect::kVixie;
  DstPolicy dst_;
  bool wildcard_ = false;
  std::optional<std::chrono::seconds> interval_;
  CronFields fields_;
  std::vector<CronWarning> warnings_;
};

}  // namespace upkeep::schedules

#endif  // UPKEEP_SCHEDULES_CRON_H_
