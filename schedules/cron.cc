// SPDX-License-Identifier: Apache-2.0
#include "schedules/cron.h"

#include <algorithm>

#include "schedules/cron_parser.h"

namespace upkeep::schedules {
namespace {

using std::chrono::days;
using std::chrono::seconds;
using zone::LocalSeconds;
using zone::Period;
using zone::SysSeconds;

constexpr days kSearchHorizon{146'097 + 2};  // 400 years, and what two offsets can differ by.

/// The first instant at or after `from` that a time inside the gap before `period` is moved to.
std::optional<SysSeconds> NextFromGap(const CronFields& fields, const Period& period,
                                      SysSeconds from, Gap gap) {
  const LocalSeconds begin = period.LocalEndOfPrevious(), end = period.LocalStart();
  if (begin >= end || gap == Gap::kSkip) return std::nullopt;
  const seconds into = from - period.start;
  if (gap == Gap::kAfter ? into > seconds(0) : into >= end - begin) return std::nullopt;
  const auto skipped = fields.NextLocal(begin + into);
  if (!skipped || *skipped >= end) return std::nullopt;
  return gap == Gap::kAfter ? period.start : period.start + (*skipped - begin);
}

}  // namespace

Result<CronExpression> CronExpression::Parse(std::string_view text, const CronOptions& options) {
  return CronParser(text, options).Parse();
}

std::optional<Instant> CronExpression::Next(Instant after) const {
  SysSeconds from = std::chrono::floor<seconds>(after);
  if (interval_) return Instant(from + *interval_);
  from += seconds(1);
  const DstPolicy dst = wildcard_ ? DstPolicy{Gap::kSkip, Overlap::kBoth} : dst_;
  const SysSeconds horizon = from + kSearchHorizon;
  while (from < horizon) {
    const Period period = zone_.PeriodAt(from);
    LocalSeconds local(from.time_since_epoch() + period.offset);
    if (dst.overlap == Overlap::kFirst) local = std::max(local, period.LocalEndOfPrevious());
    std::optional<SysSeconds> best = NextFromGap(fields_, period, from, dst.gap);
    const auto wall = fields_.NextLocal(local);
    if (wall && *wall < period.LocalEnd()) {
      const SysSeconds at(wall->time_since_epoch() - period.offset);
      best = best ? std::min(*best, at) : at;
    }
    if (best) return Instant(*best);
    if (period.end == zone::kEndOfTime) return std::nullopt;
    // Nothing in this period. Two days before the next matching wall time no offset can make a
    // difference; but what repeats right after this period's end lies before `wall`.
    SysSeconds next = period.end;
    if (period.end - from > days(2)) {
      if (!wall) return std::nullopt;
      next = std::max(next, SysSeconds(wall->time_since_epoch() - period.offset) - days(2));
    }
    from = next;
  }
  return std::nullopt;
}

}  // namespace upkeep::schedules
