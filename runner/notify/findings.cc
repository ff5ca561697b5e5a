// SPDX-License-Identifier: Apache-2.0
//
// What a chat or an incident tool wants of a report: only what needs somebody.
#include "base/value.h"
#include "reports/what_helps.h"
#include "runner/notify/compose.h"

namespace upkeep::notify {
namespace {

Value FindingValue(const reports::ResultRow& row, const std::string& language) {
  return {{"playbook", row.playbook},   {"target", row.target},
          {"subject", row.subject},     {"uid", row.uid},
          {"state", checks::StateName(row.state)},
          {"reason", row.reason},       {"severity", row.severity},
          {"owner", row.owner},         {"runbook", row.runbook},
          {"remedy", row.remedy},       {"change", row.change},
          {"seen", row.seen},           {"first_seen", row.first_seen},
          {"title", row.title.In(language)},
          {"summary", row.summary.In(language)},
          {"fix", reports::SayWhatHelps(row, language)}};
}

}  // namespace

std::string RenderFindings(const reports::ReportModel& model, const std::string& language) {
  Value findings = Value::array(), resolved = Value::array();
  for (const reports::ResultRow& row : model.attention) findings.push_back(FindingValue(row, language));
  for (const reports::ResolvedRow& row : model.resolved) {
    resolved.push_back({{"playbook", row.playbook},
                        {"target", row.target},
                        {"subject", row.subject},
                        {"resolved_at", row.resolved_at},
                        {"first_seen", row.first_seen},
                        {"title", row.title.In(language)},
                        {"verified", row.verified}});
  }
  const reports::StateTotals& totals = model.totals;
  const Value document = {{"format", "upkeep/v1"},
                          {"kind", KindName(model.kind)},
                          {"generated_at", model.generated_at},
                          {"period_start", model.period_start},
                          {"period_end", model.period_end},
                          {"zone", model.zone},
                          {"runs", model.run_ids},
                          {"targets", model.targets},
                          {"unverified_tls", model.unverified_tls},
                          {"not_looked_at", model.not_looked_at},
                          {"coverage", {{"attempted", model.attempted}, {"observed", model.observed}}},
                          {"totals",
                           {{"ok", totals.ok},
                            {"warning", totals.warning},
                            {"critical", totals.critical},
                            {"unknown", totals.unknown},
                            {"skipped", totals.skipped},
                            {"waived", totals.waived}}},
                          {"findings", findings},
                          {"resolved", resolved}};
  return PrettyJson(document);
}

}  // namespace upkeep::notify
