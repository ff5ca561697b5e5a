// SPDX-License-Identifier: Apache-2.0
#include "checks/model/result.h"

#include <algorithm>

namespace upkeep::checks {

std::string_view StateName(State state) {
  switch (state) {
    case State::kOk: return "ok";
    case State::kSkipped: return "skipped";
    case State::kUnknown: return "unknown";
    case State::kWarning: return "warning";
    case State::kCritical: return "critical";
  }
  return "unknown";
}

Result<State> StateFromName(std::string_view name) {
  for (const State state : {State::kOk, State::kSkipped, State::kUnknown, State::kWarning,
                            State::kCritical}) {
    if (StateName(state) == name) return state;
  }
  const std::string near = NearestWord(name, {"ok", "skipped", "unknown", "warning", "critical"});
  Status wrong(Code::kInvalid, "'" + std::string(name) +
                                   "' is no state; states are ok, skipped, unknown, warning, critical");
  return near.empty() ? wrong : Status(std::move(wrong).WithHint("did you mean '" + near + "'?"));
}

State Worse(State a, State b) { return std::max(a, b); }

std::string_view SeverityName(Severity severity) {
  switch (severity) {
    case Severity::kP1: return "P1";
    case Severity::kP2: return "P2";
    case Severity::kP3: return "P3";
    case Severity::kP4: return "P4";
  }
  return "P3";
}

std::string Subject::Key() const {
  return space.empty() ? kind + "/" + name : space + "/" + kind + "/" + name;
}

Value ToValue(const CheckResult& result) {
  Value subject{{"kind", result.subject.kind}, {"name", result.subject.name}};
  if (!result.subject.space.empty()) subject["namespace"] = result.subject.space;
  if (!result.subject.uid.empty()) subject["uid"] = result.subject.uid;
  Value value{{"subject", std::move(subject)},
              {"state", std::string(StateName(result.state))},
              {"summary", upkeep::ToValue(result.summary)}};
  if (!result.reason.empty()) value["reason"] = result.reason;
  if (!result.data.is_null()) value["data"] = result.data;
  if (result.state == State::kWarning || result.state == State::kCritical) {
    value["severity"] = std::string(SeverityName(result.severity));
  }
  if (!result.remedy.empty()) value["remedy"] = result.remedy;
  if (!result.tags.empty()) value["tags"] = result.tags;
  if (!result.evidence.empty()) value["evidence_sha256"] = Sha256Hex(result.evidence);
  return value;
}

Value ToValue(const Metric& metric) {
  Value value{{"name", metric.name},
              {"subject", metric.subject},
              {"value", metric.value},
              {"unit", metric.unit}};
  if (metric.warning) value["warning"] = *metric.warning;
  if (metric.critical) value["critical"] = *metric.critical;
  if (!metric.threshold_source.empty()) value["threshold_source"] = metric.threshold_source;
  return value;
}

}  // namespace upkeep::checks
