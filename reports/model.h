// SPDX-License-Identifier: Apache-2.0
//
// What a report shows: plain data, filled by runner/store from stored rows and by nothing else.
// Renderers are pure functions of it, so rendering twice gives identical bytes (DESIGN.md 1.4).
// Times are RFC 3339 in UTC; renderers show them in `zone` (reports/local_time.h). Every list is
// sorted by who fills the model; renderers keep the order.

#ifndef UPKEEP_REPORTS_MODEL_H_
#define UPKEEP_REPORTS_MODEL_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/text.h"
#include "checks/model/result.h"

namespace upkeep::reports {

struct SlotTotals {
  std::int64_t due = 0, on_time = 0, late = 0, missed = 0, cancelled = 0, blackout = 0,
               overlapped = 0, paused = 0, interrupted = 0, superseded = 0, in_flight = 0;
  std::int64_t not_yet_due = 0;
  /// The balance equation of DESIGN.md 1.2.
  bool balanced() const {
    return due == on_time + late + missed + cancelled + blackout + overlapped + paused +
                      interrupted + superseded + in_flight;
  }
};

struct MissedSlot {
  std::string schedule, target, planned_at, state, reason;
};

/// One check's row for one target: its worst result and how many subjects stand in each state.
struct CheckRow {
  std::string playbook, target, cadence;
  Text title, fix;
  std::string owner, runbook;
  std::vector<std::string> covers;
  checks::State state = checks::State::kUnknown;
  std::string reason;                  ///< Of unknown and skipped.
  std::map<std::string, std::int64_t> counts;  ///< StateName → subjects.
  std::int64_t attempted = 0, observed = 0;
  std::int64_t milliseconds = 0;
};

/// One result as shown in the list "what needs you".
struct ResultRow {
  std::string playbook, target, subject, uid;
  Text title, summary, fix;
  checks::State state = checks::State::kUnknown;
  std::string reason, severity, owner, runbook, remedy;
  /// "new", "recurring", "regressed", "" for ok, skipped and unknown rows.
  std::string change;
  std::int64_t seen = 0;               ///< Runs in a row, for recurring.
  std::string first_seen;              ///< RFC 3339.
  bool waived = false;
  std::string waiver_reason, waiver_owner, waiver_expires;
  std::string data;                    ///< Canonical JSON for the details part; may be empty.
};

struct ResolvedRow {
  std::string playbook, target, subject, resolved_at, first_seen;
  Text title, summary;
  bool verified = false;               ///< By the check running again.
};

struct MetricRow {
  std::string playbook, target, subject, name, unit;
  double value = 0;
  std::optional<double> warning, critical, previous, month_ago;
  std::string threshold_source;
};

struct ActionRow {
  std::string plan, playbook, target, subject, remedy, risk, state;   ///< verified, unverified, failed, unknown …
  std::string requested_by, approved_by, approval_reason;
  std::string applied_at, finished_at;
  std::string before, after;           ///< Short JSON.
  Text outcome;
};

struct WaiverRow {
  std::string id, playbook, target, subject, owner, approver, reason, ticket, expires;
  std::int64_t matched = 0;            ///< Results it covered in the period; 0 is itself a finding.
  bool expired = false;
};

struct DeliveryRow {
  std::string channel, destination, state, at, detail;
  int attempts = 0;
};

struct DayRow {
  std::string date;                    ///< YYYY-MM-DD in the report's zone.
  /// Runs that looked at targets; the states are also of upkeep's check of itself.
  std::int64_t runs = 0, critical = 0, warning = 0, unknown = 0, ok = 0, skipped = 0;
};

/// Totals of states over the results shown, and the rows of attention that no check found: changes
/// that did not do what they should, waivers that cover nothing.
struct StateTotals {
  std::int64_t ok = 0, warning = 0, critical = 0, unknown = 0, skipped = 0, waived = 0;
};

enum class ReportKind { kRun, kDaily, kWeekly, kMonthly, kQuarterly };

struct ReportModel {
  ReportKind kind = ReportKind::kDaily;
  std::string generated_at;            ///< Of the newest stored row, never the wall clock.
  std::string period_start, period_end;
  std::string zone;                    ///< IANA name shown to people; "UTC" when none is set.
  std::vector<std::string> run_ids;
  std::string previous_run;            ///< Compared with, or "".
  std::vector<std::string> targets;
  /// Targets whose TLS is not verified, because the inventory or a kubeconfig says so: every report names them.
  std::vector<std::string> unverified_tls;
  /// Targets of the inventory that a list was meant for and that no check of it is for.
  std::vector<std::string> not_looked_at;
  std::string upkeep_version, ledger_head;   ///< Hash of the ledger's last entry at that time.

  StateTotals totals;
  SlotTotals slots;
  std::int64_t attempted = 0, observed = 0;  ///< Coverage of the period.

  std::vector<ResultRow> attention;    ///< critical, warning, unknown and not waived; worst first.
  std::vector<ResultRow> waived;
  std::vector<ResolvedRow> resolved;
  std::vector<CheckRow> checks;
  std::vector<ResultRow> skipped;      ///< Not looked at, and why.
  std::vector<MetricRow> metrics;
  std::vector<MissedSlot> missed;
  std::vector<ActionRow> actions;
  std::vector<WaiverRow> waivers;
  std::vector<DeliveryRow> deliveries;
  std::vector<DayRow> days;            ///< The period's days; tables show them where there is more than one.
  /// Findings seen: new + recurring + regressed. One that began and came back in the period is new.
  std::int64_t new_findings = 0, recurring_findings = 0, regressed_findings = 0;
  std::int64_t resolved_findings = 0;
};

}  // namespace upkeep::reports

#endif  // UPKEEP_REPORTS_MODEL_H_
