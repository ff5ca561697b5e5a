// SPDX-License-Identifier: Apache-2.0
// What each check of the generated months finds on a day.
#include <string>

#include "tests/bench/months/two_months.h"

namespace upkeep::store {
namespace {

using checks::CheckResult;
using checks::PlaybookOutcome;
using checks::Severity;
using checks::State;

CheckResult Found(const std::string& kind, const std::string& space, const std::string& name, State state,
                  const std::string& reason, Text summary, Severity severity = Severity::kP3) {
  CheckResult result;
  result.subject = {kind, space, name, "uid-" + name.substr(0, 20)};
  result.state = state;
  result.reason = reason;
  result.summary = std::move(summary);
  result.severity = severity;
  return result;
}

PlaybookOutcome Outcome(const std::string& playbook, const std::string& target) {
  PlaybookOutcome outcome;
  outcome.playbook = playbook;
  outcome.target = target;
  outcome.definition = Sha256Hex(playbook);
  outcome.params = {{"limit", 80}};
  return outcome;
}

}  // namespace

const std::vector<std::string>& HostileNames() {
  static const std::vector<std::string> names = {
      "<script>fetch('https://192.0.2.1/')</script>",
      "\" onmouseover=\"alert(1)",
      "</td></tr></table></section><h1>forged</h1>",
      "<img src=https://192.0.2.1/x.png onerror=alert(1)>",
      "\xE2\x80\xAEgnp.exe",                                            // Right-to-left override.
      "\xD7\xA9\xD7\x9C\xD7\x95\xD7\x9D-\xD8\xB3\xD9\x84\xD8\xA7\xD9\x85",  // Hebrew and Arabic.
      "&lt;already&amp;escaped&gt;",
      "`code` *bold* [link](javascript:alert(1)) | pipe",
      "]]><style>*{display:none}</style>",
      "\x1b[2J\x07terminal",
      std::string(253, 'x'),
      "\xEC\x95\x84\xEC\xA3\xBC-\xEA\xB8\xB4-\xEC\x9D\xB4\xEB\xA6\x84",      // Korean.
  };
  return names;
}

PlaybookOutcome TwoMonths::Pods(int day) {
  PlaybookOutcome outcome = Outcome("kubernetes.pods", "production");
  outcome.coverage = {size_.pods, size_.pods};
  const int of_month = day % 31;
  for (int pod = 0; pod < size_.pods; ++pod) {
    const std::string name = "app-" + std::to_string(pod) + "-7d9f8b6c5-x2k4p";
    State state = State::kOk;
    std::string reason;
    Text summary = {"running", "실행 중"};
    // Every tenth pod crashes for five days of each month, on days of its own; pod 3 to the end.
    const int begin = 2 + pod % 20;
    const bool crashes = pod % 10 == 3 && of_month >= begin && of_month < begin + 5;
    if (crashes || (pod == 3 && day >= 55)) {
      state = State::kCritical;
      reason = "crash_loop";
      summary = {"container main restarted " + std::to_string(day) + " times, exit code 137",
                 "컨테이너 main이 " + std::to_string(day) + "회 재시작됨, 종료 코드 137"};
    } else if (pod == 5) {
      state = State::kWarning;
      reason = "restarts";
      summary = {"restarted 7 times, last 2 h ago", "7회 재시작됨, 마지막은 2시간 전"};
    }
    CheckResult result = Found("Pod", "shop", name, state, reason, std::move(summary),
                               state == State::kCritical ? Severity::kP1 : Severity::kP3);
    if (state == State::kCritical) {
      result.remedy = "restart_pod";
      result.data = {{"container", "main"}, {"exit_code", 137}, {"restarts", day}};
    }
    outcome.results.push_back(std::move(result));
    outcome.metrics.push_back({"memory", "shop/Pod/" + name, (64.0 + pod + day) * 1048576, "By", {}, {}, ""});
    outcome.metrics.push_back({"memory_of_limit", "shop/Pod/" + name, 20.5 + (pod * 7 + day) % 60, "%", 80.0, 90.0,
                               "kubernetes-mixin"});
  }
  const std::vector<std::string>& names = HostileNames();
  for (std::size_t i = 0; i < names.size(); ++i) {
    const State state = i % 3 == 0 ? State::kCritical : i % 3 == 1 ? State::kWarning : State::kSkipped;
    CheckResult result = Found("Pod", "hostile", names[i], state, state == State::kSkipped ? "excluded" : "label",
                               {"label says " + names[i], "레이블 값: " + names[i]}, Severity::kP2);
    result.data = {{"label", names[i]}};
    outcome.results.push_back(std::move(result));
    outcome.metrics.push_back({"restarts", "hostile/Pod/" + names[i], 1.0 * day, "1", 5.0, {}, names[i]});
  }
  return outcome;
}

PlaybookOutcome TwoMonths::Nodes(int day) {
  PlaybookOutcome outcome = Outcome("kubernetes.node_usage", "production");
  const bool one_away = day % 31 == 20;
  outcome.coverage = {size_.nodes, one_away ? size_.nodes - 1 : size_.nodes};
  for (int node = 0; node < size_.nodes; ++node) {
    const std::string name = "node-" + std::to_string(node);
    if (one_away && node == 0) {
      outcome.results.push_back(Found("Node", "", name, State::kUnknown, "timeout",
                                      {"the kubelet did not answer in 10 s", "kubelet이 10초 안에 응답하지 않음"}));
      continue;
    }
    const double cpu = 10.25 + (node * 13 + day * 3) % 75, memory = 30 + (node * 7 + day) % 50;
    const bool full = cpu >= 80;
    outcome.results.push_back(Found("Node", "", name, full ? State::kWarning : State::kOk, full ? "cpu" : "",
                                    {full ? "processor above 80 %" : "within limits", full ? "CPU 80% 초과" : "정상 범위"}));
    outcome.metrics.push_back({"cpu_used", "Node/" + name, cpu, "%", 80.0, 90.0, "seed 002:318"});
    outcome.metrics.push_back({"memory_used", "Node/" + name, memory, "%", 80.0, 90.0, "seed 002:318"});
    outcome.metrics.push_back({"filesystem_used", "Node/" + name, 40.0 + (node + day / 2) % 40, "%", 80.0, 90.0,
                               "seed 004:1345"});
  }
  return outcome;
}

PlaybookOutcome TwoMonths::Database(int day) {
  PlaybookOutcome outcome = Outcome("postgres.connectivity", "orders-db");
  const bool refused = day >= 40 && day < 43;
  outcome.coverage = {2, refused ? 0 : 2};
  if (refused || day == 60) {
    outcome.results.push_back(Found("Database", "", "orders", State::kUnknown, "not_permitted",
                                    {"the role upkeep lacks pg_monitor", "upkeep 역할에 pg_monitor 권한이 없음"}));
    if (day == 60) outcome.coverage = {2, 1};
    return outcome;
  }
  const double used = 55.5 + day % 28;
  outcome.results.push_back(Found("Database", "", "orders", used >= 80 ? State::kWarning : State::kOk,
                                  used >= 80 ? "connections" : "",
                                  {"connections " + std::to_string(int(used)) + " % of 100",
                                   "연결 100개 중 " + std::to_string(int(used)) + "% 사용"}));
  outcome.metrics.push_back({"connections_used", "Database/orders", used, "%", 80.0, 95.0, "default: seed 001:77"});
  return outcome;
}

PlaybookOutcome TwoMonths::Endpoint(int day) {
  PlaybookOutcome outcome = Outcome("http.endpoint", "shop-api");
  outcome.coverage = {1, 1};
  const double days_left = 70.0 - day;
  const bool ends = days_left < 14;
  outcome.results.push_back(Found("Certificate", "", "shop-api", ends ? State::kWarning : State::kOk,
                                  ends ? "expires" : "",
                                  {"certificate ends in " + std::to_string(int(days_left)) + " days",
                                   "인증서 만료까지 " + std::to_string(int(days_left)) + "일"},
                                  Severity::kP2));
  outcome.metrics.push_back({"certificate_days", "Certificate/shop-api", days_left, "d", 14.0, 7.0, "house rule"});
  outcome.metrics.push_back({"latency", "Endpoint/shop-api", 12.5 + day, "ms", 500.0, {}, "house rule"});
  return outcome;
}

PlaybookOutcome TwoMonths::Backups() {
  PlaybookOutcome outcome = Outcome("velero.backups", "production");
  outcome.results.push_back(Found("Cluster", "", "production", State::kSkipped, "not_installed",
                                  {"Velero is not installed", "Velero가 설치되어 있지 않음"}));
  return outcome;
}

}  // namespace upkeep::store
