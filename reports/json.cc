// SPDX-License-Identifier: Apache-2.0
//
// json: the whole model as one document. jsonl: one result a line, for log pipelines.
#include <utility>

#include "base/value.h"
#include "reports/renderers.h"
#include "reports/words.h"

namespace upkeep::reports {
namespace {

constexpr int kFormatVersion = 1;

std::string KindName(ReportKind kind) {
  switch (kind) {
    case ReportKind::kRun: return "run";
    case ReportKind::kDaily: return "daily";
    case ReportKind::kWeekly: return "weekly";
    case ReportKind::kMonthly: return "monthly";
    case ReportKind::kQuarterly: return "quarterly";
  }
  return "run";
}

Value Number(const std::optional<double>& value) { return value ? Value(*value) : Value(nullptr); }

Value ResultValue(const ResultRow& row) {
  // One by one: a list in braces is built as lists of two and made an object afterwards, which took a
  // quarter of the time between the last answer of a cluster of 1,000 pods and the end of the run.
  Value value;
  value["playbook"] = row.playbook;
  value["target"] = row.target;
  value["subject"] = row.subject;
  value["uid"] = row.uid;
  value["title"] = ToValue(row.title);
  value["summary"] = ToValue(row.summary);
  value["fix"] = ToValue(row.fix);
  value["state"] = std::string(checks::StateName(row.state));
  value["reason"] = row.reason;
  value["severity"] = row.severity;
  value["owner"] = row.owner;
  value["runbook"] = row.runbook;
  value["remedy"] = row.remedy;
  value["change"] = row.change;
  value["seen"] = row.seen;
  value["first_seen"] = row.first_seen;
  value["waived"] = row.waived;
  if (row.waived) {
    value["waiver"] = {{"reason", row.waiver_reason}, {"owner", row.waiver_owner}, {"expires", row.waiver_expires}};
  }
  if (Result<Value> data = ParseJson(row.data); data.ok()) value["data"] = std::move(*data);
  return value;
}

template <typename Row, typename Convert>
Value List(const std::vector<Row>& rows, Convert convert) {
  Value list = Value::array();
  for (const Row& row : rows) list.push_back(convert(row));
  return list;
}

Value SlotValue(const SlotTotals& slots) {
  return {{"due", slots.due}, {"on_time", slots.on_time}, {"late", slots.late}, {"missed", slots.missed},
          {"cancelled", slots.cancelled}, {"blackout", slots.blackout}, {"overlapped", slots.overlapped},
          {"paused", slots.paused}, {"interrupted", slots.interrupted}, {"superseded", slots.superseded},
          {"in_flight", slots.in_flight}, {"not_yet_due", slots.not_yet_due}, {"balanced", slots.balanced()}};
}

Value CheckValue(const CheckRow& row) {
  return {{"playbook", row.playbook}, {"target", row.target}, {"cadence", row.cadence}, {"title", ToValue(row.title)},
          {"covers", row.covers}, {"owner", row.owner}, {"state", std::string(checks::StateName(row.state))},
          {"reason", row.reason}, {"counts", row.counts}, {"attempted", row.attempted},
          {"observed", row.observed}, {"milliseconds", row.milliseconds}};
}

Value MetricValue(const MetricRow& row) {
  return {{"playbook", row.playbook}, {"target", row.target}, {"subject", row.subject}, {"name", row.name},
          {"value", row.value}, {"unit", row.unit}, {"warning", Number(row.warning)},
          {"critical", Number(row.critical)}, {"previous", Number(row.previous)},
          {"month_ago", Number(row.month_ago)}, {"threshold_source", row.threshold_source}};
}

Value ActionValue(const ActionRow& row) {
  return {{"plan", row.plan}, {"playbook", row.playbook}, {"target", row.target}, {"subject", row.subject},
          {"remedy", row.remedy}, {"risk", row.risk}, {"state", row.state}, {"requested_by", row.requested_by},
          {"approved_by", row.approved_by}, {"approval_reason", row.approval_reason},
          {"applied_at", row.applied_at}, {"finished_at", row.finished_at}, {"before", row.before},
          {"after", row.after}, {"outcome", ToValue(row.outcome)}};
}

}  // namespace

std::string RenderJson(const ReportModel& model, const RenderOptions&) {
  Value value;
  value["format"] = kFormatVersion;
  value["kind"] = KindName(model.kind);
  value["generated_at"] = model.generated_at;
  value["period"] = {{"start", model.period_start}, {"end", model.period_end}, {"zone", model.zone}};
  value["runs"] = model.run_ids;
  value["previous_run"] = model.previous_run;
  value["targets"] = model.targets;
  value["unverified_tls"] = model.unverified_tls;
  value["not_looked_at"] = model.not_looked_at;
  value["upkeep_version"] = model.upkeep_version;
  value["ledger_head"] = model.ledger_head;
  value["totals"] = {{"ok", model.totals.ok}, {"warning", model.totals.warning}, {"critical", model.totals.critical},
                     {"unknown", model.totals.unknown}, {"skipped", model.totals.skipped},
                     {"waived", model.totals.waived}};
  value["findings"] = {{"new", model.new_findings}, {"recurring", model.recurring_findings},
                       {"regressed", model.regressed_findings}, {"resolved", model.resolved_findings}};
  value["coverage"] = {{"attempted", model.attempted}, {"observed", model.observed}};
  value["slots"] = SlotValue(model.slots);
  value["attention"] = List(model.attention, ResultValue);
  value["waived"] = List(model.waived, ResultValue);
  value["skipped"] = List(model.skipped, ResultValue);
  value["checks"] = List(model.checks, CheckValue);
  value["metrics"] = List(model.metrics, MetricValue);
  value["actions"] = List(model.actions, ActionValue);
  value["resolved"] = List(model.resolved, [](const ResolvedRow& row) -> Value {
    return {{"playbook", row.playbook}, {"target", row.target}, {"subject", row.subject},
            {"resolved_at", row.resolved_at}, {"first_seen", row.first_seen}, {"summary", ToValue(row.summary)},
            {"verified", row.verified}};
  });
  value["missed"] = List(model.missed, [](const MissedSlot& slot) -> Value {
    return {{"schedule", slot.schedule}, {"target", slot.target}, {"planned_at", slot.planned_at},
            {"state", slot.state}, {"reason", slot.reason}};
  });
  value["waivers"] = List(model.waivers, [](const WaiverRow& row) -> Value {
    return {{"id", row.id}, {"playbook", row.playbook}, {"target", row.target}, {"subject", row.subject},
            {"owner", row.owner}, {"approver", row.approver}, {"reason", row.reason}, {"ticket", row.ticket},
            {"expires", row.expires}, {"matched", row.matched}, {"expired", row.expired}};
  });
  value["deliveries"] = List(model.deliveries, [](const DeliveryRow& row) -> Value {
    return {{"channel", row.channel}, {"destination", row.destination}, {"state", row.state}, {"at", row.at},
            {"detail", row.detail}, {"attempts", row.attempts}};
  });
  value["days"] = List(model.days, [](const DayRow& row) -> Value {
    return {{"date", row.date}, {"runs", row.runs}, {"critical", row.critical}, {"warning", row.warning},
            {"unknown", row.unknown}, {"ok", row.ok}, {"skipped", row.skipped}};
  });
  return PrettyJson(value);
}

std::string RenderJsonLines(const ReportModel& model, const RenderOptions&) {
  std::string out;
  for (const auto* rows : {&model.attention, &model.waived, &model.skipped}) {
    for (const ResultRow& row : *rows) out += CanonicalJson(ResultValue(row)) + "\n";
  }
  for (const CheckRow& row : model.checks) {
    Value value = CheckValue(row);
    value["kind"] = "check";
    out += CanonicalJson(value) + "\n";
  }
  return out;
}

}  // namespace upkeep::reports
