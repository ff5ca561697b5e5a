// SPDX-License-Identifier: Apache-2.0
//
// The sections about what happened: planned runs, days, changes, waivers, deliveries.
#include <string>
#include <utility>

#include "reports/html_page.h"
#include "reports/looked_at.h"
#include "reports/slot_reasons.h"

namespace upkeep::reports {

void HtmlPage::Slots() {
  const SlotTotals& slots = model_.slots;
  if (slots.due == 0 && slots.not_yet_due == 0) return;
  Section(Word::kSlots, "slots");
  html_.Open("dl", {{"class", "sum"}});
  const struct {
    Word word;
    std::int64_t count;
    const char* state;
    const char* sign;
  } rows[] = {{Word::kDue, slots.due, "", "due"},
              {Word::kOnTime, slots.on_time, "ok", "first"},
              {Word::kLate, slots.late, "warning", "plus"},
              {Word::kMissed, slots.missed, "critical", "plus"},
              {Word::kCancelled, slots.cancelled, "", "plus"},
              {Word::kBlackout, slots.blackout, "", "plus"},
              {Word::kOverlapped, slots.overlapped, "warning", "plus"},
              {Word::kPaused, slots.paused, "", "plus"},
              {Word::kInterrupted, slots.interrupted, "critical", "plus"},
              {Word::kSuperseded, slots.superseded, "", "plus"},
              {Word::kInFlight, slots.in_flight, "", "plus"},
              {Word::kNotYetDue, slots.not_yet_due, "", "apart"}};
  for (const auto& row : rows) {
    html_.Open("div", {{"class", row.sign}}).Element("dt", Say(row.word, language_));
    html_.Element("dd", std::to_string(row.count),
                  {{"class", row.count == 0 ? "none" : "state " + std::string(row.state)}});
    html_.Close();
  }
  html_.Close();
  html_.Element("p", Say(slots.balanced() ? Word::kBalanced : Word::kNotBalanced, language_),
                {{"class", slots.balanced() ? "facts" : "alarm"}});
  EndSection();
}

void HtmlPage::Missed() {
  if (model_.missed.empty()) return;
  Section(Word::kMissedSlots, "missed", static_cast<std::int64_t>(model_.missed.size()));
  BeginTable({{Say_(Word::kPlannedAt), "time"}, Say_(Word::kSchedule), Say_(Word::kTarget), Say_(Word::kState),
              {Say_(Word::kReason), "long"}},
             Say_(Word::kMissedSlots));
  for (const MissedSlot& slot : model_.missed) {
    Row({{Time(slot.planned_at), ""}, {slot.schedule, ""}, {slot.target, ""},
         {SayOutcome(slot.state, language_), ""}, {SaySlotReason(slot.reason, language_), ""}});
  }
  EndTable();
  EndSection();
}

void HtmlPage::Days() {
  if (model_.days.size() < 2) return;
  Section(Word::kDays, "days");
  std::vector<Column> columns = {{Say_(Word::kDate), "time"}, {Say_(Word::kRuns), "number"}};
  for (const checks::State state : {checks::State::kCritical, checks::State::kWarning, checks::State::kUnknown,
                                    checks::State::kOk}) {
    columns.push_back({std::string(SayState(state, language_)), "number"});
  }
  BeginTable(std::move(columns), Say_(Word::kDays));
  for (const DayRow& row : model_.days) {
    // A day on which nothing ran has no states: not zero, and not fine.
    const auto count = [&](std::int64_t number, const char* css) {
      return NothingRan(row) ? Cell{"-", "none"} : Count(number, css);
    };
    Row({{row.date, ""}, Count(row.runs), count(row.critical, "state critical"), count(row.warning, "state warning"),
         count(row.unknown, "state unknown"), count(row.ok, "")});
  }
  EndTable();
  EndSection();
}

void HtmlPage::Actions() {
  if (model_.actions.empty()) return;
  Section(Word::kActions, "actions", static_cast<std::int64_t>(model_.actions.size()));
  for (const ActionRow& row : model_.actions) {
    const bool well = row.state == "verified";
    const bool bad = row.state == "unverified" || row.state == "failed" || row.state == "unknown";
    const std::string css = well ? "ok" : bad ? "critical" : "quiet";
    html_.Open("article", {{"class", css}, {"data-plan", row.plan}});
    html_.Open("h3").Element("span", SayOutcome(row.state, language_), {{"class", "state " + css}});
    html_.Text(" " + Say_(Word::kPlan) + " " + row.plan + " · " + row.remedy + " · " + row.subject).Close();
    html_.Open("dl", {{"class", "facts"}});
    Fact(Say_(Word::kTarget), row.target);
    Fact(Say_(Word::kRisk), SayOutcome(row.risk, language_));
    Fact(Say_(Word::kRequestedBy), row.requested_by);
    Fact(Say_(Word::kApprovedBy), row.approved_by.empty() ? "-" : row.approved_by);
    Fact(Say_(Word::kReason), row.approval_reason);
    if (!row.applied_at.empty()) {
      Fact(Say_(Word::kApplied), Time(row.applied_at));
      Fact(Say_(Word::kFinished), Time(row.finished_at));
    }
    Fact(Say_(Word::kBefore), row.before);
    Fact(Say_(Word::kAfter), row.after);
    Fact(Say_(Word::kOutcome), row.outcome.In(language_));
    html_.Close().Close();
  }
  EndSection();
}

void HtmlPage::Waivers() {
  if (model_.waivers.empty()) return;
  Section(Word::kWaivers, "waivers", static_cast<std::int64_t>(model_.waivers.size()));
  BeginTable({Say_(Word::kSubject), Say_(Word::kCheck), Say_(Word::kTarget), Say_(Word::kOwner), Say_(Word::kApprovedBy),
              {Say_(Word::kReason), "long"}, Say_(Word::kTicket), Say_(Word::kExpires), {Say_(Word::kMatched), "number"}},
             Say_(Word::kWaivers));
  for (const WaiverRow& row : model_.waivers) {
    Row({{row.subject, ""}, {row.playbook, ""}, {row.target, ""}, {row.owner, ""}, {row.approver, ""},
         {row.reason, ""}, {row.ticket, ""},
         {Time(row.expires) + (row.expired ? " " + Say_(Word::kExpired) : ""), row.expired ? "state warning" : ""},
         Count(row.matched)});
  }
  EndTable();
  EndSection();
}

void HtmlPage::Deliveries() {
  if (model_.deliveries.empty()) return;
  Section(Word::kDeliveries, "deliveries", static_cast<std::int64_t>(model_.deliveries.size()));
  BeginTable({{Say_(Word::kDate), "time"}, Say_(Word::kChannel), {Say_(Word::kDestination), "long"}, Say_(Word::kState),
              {Say_(Word::kAttempts), "number"}},
             Say_(Word::kDeliveries));
  for (const DeliveryRow& row : model_.deliveries) {
    Row({{Time(row.at), ""}, {row.channel, ""}, {row.destination, ""},
         {SayDelivery(row.state, language_), row.state == "failed" ? "state critical" : ""}, Count(row.attempts)});
  }
  EndTable();
  EndSection();
}

}  // namespace upkeep::reports
