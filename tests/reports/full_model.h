// SPDX-License-Identifier: Apache-2.0
//
// A report's model in which every list has rows and every optional part is there, for the tests
// of the renderers. Text in English is always English words and text in Korean Korean ones, so
// that one language showing in the other's report is seen.

#ifndef UPKEEP_TESTS_REPORTS_FULL_MODEL_H_
#define UPKEEP_TESTS_REPORTS_FULL_MODEL_H_

#include "reports/model.h"

namespace upkeep::reports {

inline ResultRow FullResult(checks::State state, const std::string& subject,
                            const std::string& change) {
  ResultRow row;
  row.playbook = "kubernetes.pods";
  row.target = "production";
  row.subject = subject;
  row.uid = "6f1c";
  row.title = {"Pods that are not well", "비정상 파드"};
  row.summary = {"the container app restarts again and again", "컨테이너가 계속 다시 시작됩니다"};
  row.fix = {"read the log of the container", "컨테이너 로그를 확인하십시오"};
  row.state = state;
  row.severity = "P2";
  row.owner = "team-shop";
  row.runbook = "runbooks/pods.md";
  row.change = change;
  row.seen = change == "recurring" ? 4 : 1;
  row.first_seen = "2026-10-03T00:00:00Z";
  row.data = R"({"restarts":7})";
  return row;
}

inline ReportModel FullModel() {
  ReportModel model;
  model.kind = ReportKind::kMonthly;
  model.generated_at = "2026-10-31T00:05:00Z";
  model.period_start = "2026-09-30T15:00:00Z";
  model.period_end = "2026-10-31T15:00:00Z";
  model.zone = "Asia/Seoul";
  model.run_ids = {"41", "42"};
  model.previous_run = "40";
  model.targets = {"production", "orders-db"};
  model.unverified_tls = {"orders-db"};
  model.not_looked_at = {"vault"};
  model.upkeep_version = "0.1.0";
  model.ledger_head = "9f86d081884c7d65";
  model.totals = {11, 2, 1, 1, 1, 1};
  model.slots = {31, 20, 3, 2, 1, 1, 1, 1, 1, 0, 1, 4};
  model.attempted = 120;
  model.observed = 118;
  model.new_findings = 2;
  model.recurring_findings = 1;
  model.regressed_findings = 6;
  model.resolved_findings = 1;

  model.attention.push_back(FullResult(checks::State::kCritical, "shop/Pod/app-1", "new"));
  model.attention.back().remedy = "restart";
  model.attention.push_back(FullResult(checks::State::kWarning, "shop/Pod/app-2", "recurring"));
  model.attention.push_back(FullResult(checks::State::kWarning, "shop/Pod/app-3", "regressed"));
  model.attention.push_back(FullResult(checks::State::kUnknown, "Database/orders-db", "new"));
  model.attention.back().reason = "not_permitted";
  model.waived.push_back(FullResult(checks::State::kWarning, "shop/Pod/old", "recurring"));
  model.waived.back().waived = true;
  model.waived.back().waiver_reason = "교체 예정";
  model.waived.back().waiver_owner = "mina";
  model.waived.back().waiver_expires = "2026-12-01T00:00:00Z";
  model.skipped.push_back(FullResult(checks::State::kSkipped, "Cluster/production", ""));
  model.skipped.back().reason = "not_installed";
  model.resolved.push_back({"kubernetes.pods", "production", "shop/Pod/gone", "2026-10-20T00:00:00Z",
                            "2026-10-11T00:00:00Z", {"Pods that are not well", "비정상 파드"},
                            {"the pod runs again now", "파드가 다시 실행 중입니다"}, true});
  CheckRow check;
  check.playbook = "kubernetes.pods";
  check.target = "production";
  check.cadence = "daily";
  check.title = {"Pods that are not well", "비정상 파드"};
  check.fix = {"read the log of the container", "컨테이너 로그를 확인하십시오"};
  check.owner = "team-shop";
  check.runbook = "runbooks/pods.md";
  check.covers = {"S4-D-02"};
  check.state = checks::State::kCritical;
  check.counts = {{"critical", 1}, {"warning", 2}};
  check.attempted = check.observed = 100;
  check.milliseconds = 40;
  model.checks.push_back(check);
  check.playbook = "postgres.connections";
  check.target = "orders-db";
  check.state = checks::State::kUnknown;
  check.reason = "not_permitted";
  check.attempted = 2;
  check.observed = 0;
  model.checks.push_back(check);
  check.playbook = "velero.backups";
  check.state = checks::State::kSkipped;
  check.reason = "not_installed";
  model.checks.push_back(check);
  check.playbook = "kubernetes.nodes";
  check.state = checks::State::kOk;
  check.reason.clear();
  model.checks.push_back(check);
  model.metrics.push_back({"kubernetes.nodes", "production", "Node/n1", "filesystem_used", "%", 81.5, 80, 90,
                           79.0, 61.25, "seed 004:1345"});
  model.metrics.push_back({"kubernetes.nodes", "production", "Node/n1", "memory", "By", 3221225472.0,
                           std::nullopt, std::nullopt, std::nullopt, std::nullopt, ""});
  model.missed.push_back({"daily", "production", "2026-10-12T00:00:00Z", "missed", "expired"});
  model.actions.push_back({"7", "kubernetes.pods", "production", "shop/Pod/app-9", "restart", "low",
                           "verified", "jin", "mina", "장애 조치", "2026-10-13T01:00:00Z",
                           "2026-10-13T01:02:00Z", R"({"uid":"a"})", R"({"uid":"b"})",
                           {"the check ran again and it is well", "재점검 결과 정상입니다"}});
  model.waivers.push_back({"3", "kubernetes.pods", "production", "shop/Pod/old", "mina", "jin", "교체 예정",
                           "OPS-77", "2026-12-01T00:00:00Z", 31, false});
  model.waivers.push_back({"2", "kubernetes.pods", "production", "shop/Pod/none", "mina", "jin", "끝남",
                           "OPS-70", "2026-10-02T00:00:00Z", 0, true});
  model.deliveries.push_back({"webhook", "https://hooks.example/upkeep", "sent", "2026-10-12T00:01:00Z", "", 2});
  model.days.push_back({"2026-10-01", 1, 1, 2, 1, 11, 1});
  model.days.push_back({"2026-10-02", 1, 0, 2, 1, 12, 1});
  return model;
}

}  // namespace upkeep::reports

#endif  // UPKEEP_TESTS_REPORTS_FULL_MODEL_H_
