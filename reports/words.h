// SPDX-License-Identifier: Apache-2.0
//
// The message catalogue: every word that a report shows and no playbook wrote, in English and
// Korean. Renderers ask by name, so a word that one language lacks does not compile.
//
// THREADS: constants.

#ifndef UPKEEP_REPORTS_WORDS_H_
#define UPKEEP_REPORTS_WORDS_H_

#include <string>
#include <string_view>

#include "reports/model.h"

namespace upkeep::reports {

enum class Word {
  kTitleRun, kTitleDaily, kTitleWeekly, kTitleMonthly, kTitleQuarterly,
  kPeriod, kTargets, kGenerated, kNeedsYou, kNothingNeedsYou, kNothingLookedAt,
  kRunLookedAtNothing, kSummary, kFindings, kNew, kRecurring, kRegressed,
  kResolved, kResolvedTitle, kWaived, kChecks, kNotLookedAt, kMetrics, kSlots, kMissedSlots, kActions, kWaivers,
  kDeliveries, kDays, kCoverage, kCheck, kTarget, kSubject, kState, kReason, kFix, kOwner, kRunbook, kSince, kValue,
  kPrevious, kMonthAgo, kThreshold, kSource, kRequestedBy, kApprovedBy, kOutcome, kExpires, kMatched, kExpired,
  kTlsNotVerified, kNoCheckIsFor, kLedger, kSeverity, kDue, kOnTime, kLate, kMissed, kCancelled, kBlackout, kOverlapped, kPaused,
  kInterrupted, kSuperseded, kInFlight, kNotYetDue, kBalanced, kNotBalanced, kDate, kRuns, kRun, kChange, kSchedule,
  kPlannedAt, kChannel, kDestination, kAttempts, kDetails, kRemedy, kRisk, kDuration, kComparedWith, kNone, kNotFullyObserved,
  kVerifiedByCheck, kNotVerified, kTicket, kSearch, kAllChecks, kWarningAt, kCriticalAt, kBefore, kAfter, kSeen,
  kAtTheEnd, kInThePeriod, kOperated, kContents, kSkip, kPlan, kApplied, kFinished, kSubjects, kPages, kResults,
  kCount
};

/// The word in "en" or "ko".
std::string_view Say(Word word, std::string_view language);

std::string_view SayState(checks::State state, std::string_view language);
/// "new" → "신규"; also "recurring", "regressed".
std::string_view SayChange(std::string_view change, std::string_view language);
/// Reasons of unknown and skipped: "not_permitted" → "권한 없음". Other reasons as they are.
std::string SayReason(std::string_view reason, std::string_view language);
/// States of slots and plans; unknown words as they are.
std::string SayOutcome(std::string_view state, std::string_view language);

/// States of deliveries, of which "pending" is nobody's approval.
std::string SayDelivery(std::string_view state, std::string_view language);

/// Text from a target on one line of a terminal or of a line-based format: nothing in it is a
/// control character, ends the line or turns the reading direction.
std::string OneLine(std::string_view text);

/// "12.5", "3", "1.5 GiB", "80 %": a value with its unit, for people.
std::string ShowValue(double value, std::string_view unit);
/// "warning ≥ 80 %, critical ≥ 90 %", "warning ≤ 14 d, critical ≤ 7 d"; "" without limits. One limit
/// alone does not say on which side of it things are bad.
std::string SayLimits(const MetricRow& metric, std::string_view language);
/// The quarter that "2026-10-01" lies in: "2026 Q4", "2026년 4분기"; "" of what is no date.
std::string SayQuarter(std::string_view date, std::string_view language);
/// The report's title, with the days that it is of: "Monthly report 2026-11".
std::string TitleOf(const ReportModel& model, std::string_view language);

}  // namespace upkeep::reports

#endif  // UPKEEP_REPORTS_WORDS_H_
