// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "base/korean.h"
#include "reports/local_time.h"
#include "reports/looked_at.h"
#include "reports/renderers.h"
#include "reports/slot_reasons.h"
#include "reports/what_helps.h"
#include "reports/words.h"

namespace upkeep::reports {
namespace {

/// Text from targets inside a table cell: nothing in it can start markup, end the cell or the row.
std::string Cell(std::string_view given) {
  std::string out;
  std::string text = OneLine(given);
  text.erase(0, std::min(text.size(), text.find_first_not_of(' ')));   // Four blanks make code.
  // At the start of a line these begin a list or underline a heading.
  std::size_t begun = std::min(text.size(), text.find_first_not_of("0123456789"));
  if (begun > 0 && begun < text.size() && (text[begun] == '.' || text[begun] == ')')) {
    out = text.substr(0, begun) + '\\';
  } else {
    begun = 0;
    if (text.size() > 1 && std::string_view("-+=").find(text.front()) != std::string_view::npos) out = '\\';
  }
  for (const char c : std::string_view(text).substr(begun)) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '|': case '\\': case '`': case '*': case '_': case '[': case ']': case '#': case '!': case '~':
        out += '\\';
        out += c;
        break;
      default: out += c;
    }
  }
  return out;
}

std::string Names(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ", ") + Cell(name);
  return out;
}

class Document {
 public:
  Document(const ReportModel& model, const std::string& language) 
      : model_(model), language_(language), local_(model.zone) {}

  std::string Render();

 private:
  std::string Word_(Word word) const { return std::string(Say(word, language_)); }
  std::string Time(std::string_view rfc3339) const { return local_.Show(rfc3339); }
  void Section(Word word) { out_ << "\n## " << Say(word, language_) << "\n\n"; }
  /// A heading row and its rule.
  void Table(std::initializer_list<Word> heads) {
    for (const Word head : heads) out_ << "| " << Say(head, language_) << " ";
    out_ << "|\n";
    for (std::size_t i = 0; i < heads.size(); ++i) out_ << "|---";
    out_ << "|\n";
  }
  void Row(std::initializer_list<std::string> cells) {
    for (const std::string& cell : cells) out_ << "| " << Cell(cell) << " ";
    out_ << "|\n";
  }
  /// One line of what there is of `facts`; none where all are empty.
  void Facts(std::initializer_list<std::pair<Word, std::string>> facts) {
    const char* before = "- ";
    for (const auto& [word, value] : facts) {
      if (value.empty()) continue;
      out_ << before << Say(word, language_) << ": " << Cell(value);
      before = ", ";
    }
    if (*before == ',') out_ << "\n";
  }
  void Header();
  void Attention();
  void Slots();
  void Rest();

  const ReportModel& model_;
  const std::string& language_;
  LocalTime local_;
  std::ostringstream out_;
};

void Document::Header() {
  out_ << "# " << TitleOf(model_, language_) << "\n\n";
  if (!model_.period_start.empty()) {
    out_ << "- " << Word_(Word::kPeriod) << ": " << local_.Span(model_.period_start, model_.period_end) << " ("
         << Cell(model_.zone) << ")\n";
  }
  out_ << "- " << Word_(Word::kGenerated) << ": " << Time(model_.generated_at) << "\n";
  if (!model_.targets.empty()) out_ << "- " << Word_(Word::kTargets) << ": " << Names(model_.targets) << "\n";
  out_ << "- " << Word_(Word::kCoverage) << ": " << model_.observed << "/" << model_.attempted << "\n- "
       << Word_(Word::kFindings) << ": " << Word_(Word::kNew) << " " << model_.new_findings << ", "
       << Word_(Word::kRecurring) << " " << model_.recurring_findings << ", " << Word_(Word::kRegressed) << " "
       << model_.regressed_findings << ", " << Word_(Word::kResolved) << " "
       << model_.resolved_findings << "\n- ";
  if (!model_.upkeep_version.empty()) out_ << "upkeep " << Cell(model_.upkeep_version) << ", ";
  out_ << Word_(Word::kLedger) << " `" << Cell(model_.ledger_head) << "`\n";
  const auto alarm = [this](Word what, const std::vector<std::string>& targets) {
    if (!targets.empty()) out_ << "- **" << Word_(what) << ": " << Names(targets) << "**\n";
  };
  alarm(Word::kTlsNotVerified, model_.unverified_tls);
  alarm(Word::kNoCheckIsFor, model_.not_looked_at);
  out_ << "\n";
  Table({Word::kState, Word::kResults});
  const auto total = [&](checks::State state, std::int64_t count) {
    Row({std::string(SayState(state, language_)), std::to_string(count)});
  };
  total(checks::State::kCritical, model_.totals.critical);
  total(checks::State::kWarning, model_.totals.warning);
  total(checks::State::kUnknown, model_.totals.unknown);
  total(checks::State::kOk, model_.totals.ok);
  total(checks::State::kSkipped, model_.totals.skipped);
  Row({Word_(Word::kWaived), std::to_string(model_.totals.waived)});
}

void Document::Attention() {
  Section(Word::kNeedsYou);
  if (model_.attention.empty()) {
    out_ << SayNothingNeedsYou(model_, language_) << "\n";
    return;
  }
  for (const ResultRow& row : model_.attention) {
    out_ << "### " << SayState(row.state, language_) << (row.severity.empty() ? "" : " ") << row.severity << " · "
         << Cell(row.subject) << "\n\n";
    if (row.state == checks::State::kUnknown) out_ << Cell(SayReason(row.reason, language_)) << ": ";
    out_ << Cell(row.summary.In(language_)) << "\n\n";
    out_ << "- " << Word_(Word::kCheck) << ": " << Cell(row.title.In(language_)) << " (" << Cell(row.playbook)
         << "), " << Word_(Word::kTarget) << ": " << Cell(row.target) << "\n";
    if (!row.change.empty()) {
      out_ << "- " << SayChange(row.change, language_);
      if (row.seen > 1) out_ << " (" << row.seen << ")";
      out_ << ", " << Word_(Word::kSince) << ": " << Time(row.first_seen) << "\n";
    }
    if (const std::string help = SayWhatHelps(row, language_); !help.empty()) {
      out_ << "- " << Word_(Word::kFix) << ": " << Cell(help) << "\n";
    }
    Facts({{Word::kOwner, row.owner}, {Word::kRunbook, row.runbook}});
    if (!row.remedy.empty()) out_ << "- " << Word_(Word::kRemedy) << ": " << Cell(row.remedy) << "\n";
    out_ << "\n";
  }
}

void Document::Slots() {
  const SlotTotals& slots = model_.slots;
  if (slots.due == 0 && slots.not_yet_due == 0) return;
  Section(Word::kSlots);
  Table({Word::kState, Word::kSlots});
  const std::pair<Word, std::int64_t> rows[] = {
      {Word::kDue, slots.due}, {Word::kOnTime, slots.on_time}, {Word::kLate, slots.late},
      {Word::kMissed, slots.missed}, {Word::kCancelled, slots.cancelled}, {Word::kBlackout, slots.blackout},
      {Word::kOverlapped, slots.overlapped}, {Word::kPaused, slots.paused},
      {Word::kInterrupted, slots.interrupted}, {Word::kSuperseded, slots.superseded},
      {Word::kInFlight, slots.in_flight}, {Word::kNotYetDue, slots.not_yet_due}};
  for (const auto& [word, count] : rows) Row({Word_(word), std::to_string(count)});
  out_ << "\n" << Say(slots.balanced() ? Word::kBalanced : Word::kNotBalanced, language_) << "\n";
  if (model_.missed.empty()) return;
  Section(Word::kMissedSlots);
  Table({Word::kPlannedAt, Word::kSchedule, Word::kTarget, Word::kState, Word::kReason});
  for (const MissedSlot& slot : model_.missed) {
    Row({Time(slot.planned_at), slot.schedule, slot.target, SayOutcome(slot.state, language_),
         SaySlotReason(slot.reason, language_)});
  }
}

void Document::Rest() {
  if (!model_.resolved.empty()) {
    Section(Word::kResolvedTitle);
    Table({Word::kSubject, Word::kTarget, Word::kCheck, Word::kSince, Word::kResolved, Word::kOutcome});
    for (const ResolvedRow& row : model_.resolved) {
      Row({row.subject, row.target, row.title.In(language_), Time(row.first_seen), Time(row.resolved_at),
           Word_(row.verified ? Word::kVerifiedByCheck : Word::kNotVerified)});
    }
  }
  if (!model_.checks.empty()) {
    Section(Word::kChecks);
    Table({Word::kCheck, Word::kTarget, Word::kState, Word::kCoverage, Word::kReason});
  }
  for (const CheckRow& row : model_.checks) {
    Row({row.title.In(language_) + " (" + row.playbook + ")", row.target, std::string(SayState(row.state, language_)),
         std::to_string(row.observed) + "/" + std::to_string(row.attempted), SayReason(row.reason, language_)});
  }
  if (!model_.skipped.empty()) {
    Section(Word::kNotLookedAt);
    Table({Word::kSubject, Word::kTarget, Word::kReason, Word::kSummary});
    for (const ResultRow& row : model_.skipped) {
      Row({row.subject, row.target, SayReason(row.reason, language_), row.summary.In(language_)});
    }
  }
  if (!model_.actions.empty()) {
    Section(Word::kActions);
    Table({Word::kPlan, Word::kTarget, Word::kSubject, Word::kRemedy, Word::kState, Word::kRequestedBy, Word::kApprovedBy,
           Word::kReason, Word::kApplied, Word::kOutcome});
    for (const ActionRow& row : model_.actions) {
      Row({row.plan, row.target, row.subject, row.remedy, SayOutcome(row.state, language_), row.requested_by,
           row.approved_by.empty() ? "-" : row.approved_by, row.approval_reason, Time(row.applied_at),
           row.outcome.In(language_)});
    }
  }
  if (!model_.waived.empty()) {
    Section(Word::kWaived);
    Table({Word::kSubject, Word::kTarget, Word::kState, Word::kReason, Word::kSummary, Word::kOwner, Word::kExpires});
    for (const ResultRow& row : model_.waived) {
      Row({row.subject, row.target, std::string(SayState(row.state, language_)), row.waiver_reason,
           row.summary.In(language_), row.waiver_owner, Time(row.waiver_expires)});
    }
  }
  if (model_.days.size() > 1) {
    Section(Word::kDays);
    out_ << "| " << Word_(Word::kDate) << " | " << Word_(Word::kRuns) << " | "
         << SayState(checks::State::kCritical, language_) << " | " << SayState(checks::State::kWarning, language_)
         << " | " << SayState(checks::State::kUnknown, language_) << " | "
         << SayState(checks::State::kOk, language_) << " |\n|---|---|---|---|---|---|\n";
    for (const DayRow& row : model_.days) {
      // A day on which nothing ran has no states: not zero, and not fine.
      const auto count = [&](std::int64_t number) { return NothingRan(row) ? std::string("-") : std::to_string(number); };
      Row({row.date, std::to_string(row.runs), count(row.critical), count(row.warning), count(row.unknown),
           count(row.ok)});
    }
  }
  if (!model_.metrics.empty()) {
    Section(Word::kMetrics);
    Table({Word::kMetrics, Word::kSubject, Word::kTarget, Word::kValue, Word::kPrevious, Word::kMonthAgo,
           Word::kThreshold, Word::kSource});
    const auto show = [](const std::optional<double>& value, const std::string& unit) {
      return value ? ShowValue(*value, unit) : std::string("-");
    };
    for (const MetricRow& row : model_.metrics) {
      Row({row.playbook + " · " + row.name, row.subject, row.target, ShowValue(row.value, row.unit),
           show(row.previous, row.unit), show(row.month_ago, row.unit), SayLimits(row, language_), In(language_, row.threshold_source)});
    }
  }
  if (!model_.waivers.empty()) {
    Section(Word::kWaivers);
    Table({Word::kSubject, Word::kCheck, Word::kTarget, Word::kOwner, Word::kApprovedBy, Word::kReason, Word::kTicket,
           Word::kExpires, Word::kMatched});
    for (const WaiverRow& row : model_.waivers) {
      Row({row.subject, row.playbook, row.target, row.owner, row.approver, row.reason, row.ticket,
           Time(row.expires) + (row.expired ? " " + Word_(Word::kExpired) : ""), std::to_string(row.matched)});
    }
  }
  if (!model_.deliveries.empty()) {
    Section(Word::kDeliveries);
    Table({Word::kDate, Word::kChannel, Word::kDestination, Word::kState, Word::kAttempts});
    for (const DeliveryRow& row : model_.deliveries) {
      Row({Time(row.at), row.channel, row.destination, SayDelivery(row.state, language_), std::to_string(row.attempts)});
    }
  }
}

std::string Document::Render() {
  Header();
  Attention();
  Slots();
  Rest();
  return out_.str();
}

}  // namespace

std::string RenderMarkdown(const ReportModel& model, const RenderOptions& options) {
  return Document(model, options.language).Render();
}

}  // namespace upkeep::reports
