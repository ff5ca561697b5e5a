// SPDX-License-Identifier: Apache-2.0
#include "runner/remedy/plan_document.h"

#include <utility>

#include "base/korean.h"

namespace upkeep::remedy {
namespace {

Value ToValue(const Change& change, std::size_t step, bool tried) {
  return {{"step", step},
          {"call", change.Call()},
          {"arguments", change.arguments},
          {"before", change.before},
          {"seen", change.seen},
          {"after", change.after},
          {"message", upkeep::ToValue(change.message)},
          {"diff", upkeep::ToValue(DiffOf(change))},
          {"dry_run", tried}};
}

Value PartOf(const Value& document, const char* key) {
  const auto found = document.find(key);
  return document.is_object() && found != document.end() ? *found : Value();
}

std::string TextAt(const Value& table, const char* key, std::string_view language) {
  const Value part = PartOf(table, key);
  return part.is_object() ? TextFromValue(part).In(language) : "";
}

/// Under which policy it was made, and whose files say so.
std::string PolicyLine(const Value& policy, std::string_view language) {
  std::string files;
  for (const Value& file : PartOf(policy, "files")) {
    if (file.is_string()) files += (files.empty() ? "" : ", ") + file.get<std::string>();
  }
  if (files.empty()) files = policy.find("files") == policy.end() ? "files not recorded" : "built-in defaults";
  const std::string cap = StringAt(policy, "risk_cap");
  return In(language, StringAt(policy, "mode") == "off" ? "mode off, risk_cap " + cap + " (" + files + ")"
                                                        : "mode propose, risk_cap " + cap + " (" + files + ")");
}

}  // namespace

Value FindingOf(const checks::CheckResult& result) {
  Value subject{{"key", result.subject.Key()}, {"kind", result.subject.kind},
                {"name", result.subject.name}};
  if (!result.subject.space.empty()) subject["namespace"] = result.subject.space;
  if (!result.subject.uid.empty()) subject["uid"] = result.subject.uid;
  return {{"subject", std::move(subject)},
          {"state", std::string(checks::StateName(result.state))},
          {"reason", result.reason},
          {"data", result.data.is_null() ? Value::object() : result.data}};
}

Value MakeDocument(const DocumentParts& parts) {
  Value changes = Value::array();
  for (std::size_t i = 0; i < parts.changes.size(); ++i) {
    changes.push_back(ToValue(parts.changes[i], i + 1, parts.dry_run[i]));
  }
  Value finding = FindingOf(parts.result.result);
  finding["summary"] = upkeep::ToValue(parts.result.result.summary);
  return {{"format", 1},
          {"playbook", parts.head.id},
          {"definition", parts.head.definition},
          {"target", parts.result.target},
          {"run", parts.run},
          {"finding", std::move(finding)},
          {"remedy", parts.remedy.name},
          {"title", upkeep::ToValue(parts.remedy.title)},
          {"risk", std::string(checks::RiskName(parts.remedy.risk))},
          {"verify_after_seconds", std::chrono::duration<double>(parts.remedy.verify_after).count()},
          {"changes", std::move(changes)},
          {"policy", parts.policy.ToValue()},
          {"requester",
           {{"name", parts.requester.name},
            {"source", parts.requester.source},
            {"identity", parts.requester.identity}}},
          {"created", FormatRfc3339(parts.created)}};
}

std::string HashOf(const Value& document) { return Sha256Hex(CanonicalJson(document)); }

Result<std::vector<Change>> ChangesOf(const store::Plan& plan) {
  if (HashOf(plan.document) != plan.hash) {
    return Status(Code::kNotApproved, "plan " + std::to_string(plan.id) +
                                          " is not what was approved: its document has another hash")
        .WithHint("somebody changed the store; make the plan again");
  }
  std::vector<Change> changes;
  for (const Value& entry : PartOf(plan.document, "changes")) {
    Change change;
    const std::string call = StringAt(entry, "call");
    const std::size_t dot = call.find('.');
    if (dot == std::string::npos) return Status(Code::kInvalid, "a change of the plan names no call");
    change.module = call.substr(0, dot);
    change.function = call.substr(dot + 1);
    change.arguments = PartOf(entry, "arguments");
    change.before = PartOf(entry, "before");
    change.seen = PartOf(entry, "seen");
    change.after = PartOf(entry, "after");
    change.message = TextFromValue(PartOf(entry, "message"));
    changes.push_back(std::move(change));
  }
  if (changes.empty()) return Status(Code::kInvalid, "the plan has no change");
  return changes;
}

std::string ShowPlan(const store::Plan& plan, const std::vector<store::Approval>& approvals,
                     std::string_view language) {
  const bool korean = language == "ko";
  const auto word = [korean](const char* english, const char* in_korean) {
    return std::string(korean ? in_korean : english);
  };
  const Value finding = PartOf(plan.document, "finding");
  std::string text = word("Plan ", "계획 ") + std::to_string(plan.id) + "  " +
                     TextAt(plan.document, "title", language) + "\n";
  const auto row = [&text](const std::string& label, const std::string& value) {
    text += "  " + label + ": " + PrintableText(value) + "\n";
  };
  row(word("state", "상태"), In(language, store::PlanStateName(plan.state)));
  row(word("for", "대상"), plan.target + "  " + plan.subject + "  " +
                               TextAt(finding, "summary", language));
  row(word("remedy", "조치"), plan.playbook + " / " + plan.remedy);
  row(word("risk", "위험도"), In(language, plan.risk));
  row(word("policy", "정책"), PolicyLine(PartOf(plan.document, "policy"), language));
  row(word("asked by", "요청자"), plan.requester.name + " (" + plan.requester.source + " " +
                                      plan.requester.identity + ")");
  row(word("approvals needed", "필요한 승인"), std::to_string(plan.approvals_needed));
  row(word("expires", "만료"), FormatRfc3339(plan.expires));
  row(word("hash", "해시"), plan.hash);
  for (const Value& change : PartOf(plan.document, "changes")) {
    const bool tried = change.is_object() && change.value("dry_run", false);
    text += "\n  " + TextAt(change, "message", language) +
            (tried ? word(" (the server accepts it)", " (서버에서 사전 검증됨)") : "") + "\n" +
            TextAt(change, "diff", language);
  }
  for (const store::Approval& approval : approvals) {
    text += "\n  " + (approval.approve ? word("approved by ", "승인자: ") : word("denied by ", "거부자: ")) +
            PrintableText(approval.actor.name) + " (" + approval.actor.source + " " +
            approval.actor.identity + ") " + FormatRfc3339(approval.at) + ": " +
            PrintableText(approval.reason) + "\n";
  }
  if (!plan.outcome.empty()) text += "\n  " + PrintableText(plan.outcome.In(language)) + "\n";
  return text;
}

}  // namespace upkeep::remedy
