// SPDX-License-Identifier: Apache-2.0
#include "runner/remedy/policy.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/yaml/yaml.h"
#include "schedules/calendar_shelf.h"
#include "schedules/window_reader.h"

namespace upkeep::remedy {
namespace {

using checks::Risk;

constexpr int kMostApprovals = 9;
constexpr std::chrono::hours kLongestLife{24 * 30}, kLongestCoolDown{24};

int OptionalApprovals(yaml::MappingReader& reader, const char* risk, int fallback) {
  return static_cast<int>(reader.OptionalInteger(risk, fallback, 1, kMostApprovals));
}

/// The windows of the policy and of its calendar, each with a zone.
std::vector<schedules::Window> WindowsOf(const yaml::Document& document, yaml::MappingReader& reader,
                                         std::vector<Status>& errors) {
  const yaml::Node* const zone_node = reader.Take("time_zone");
  const Result<zone::Zone> zone = zone::Zone::Load(reader.OptionalString("time_zone", "UTC"));
  if (!zone.ok() && zone_node != nullptr) reader.Error(*zone_node, zone.status().message(), zone.status().hint());
  std::vector<schedules::Window> windows;
  if (const yaml::Node* const node = reader.Take("windows"); node != nullptr) {
    windows = schedules::ReadWindows(document, *node, "windows", schedules::WindowKind::kBlackout, std::nullopt, errors);
  }
  if (const yaml::Node* const node = reader.Take("calendar"); node != nullptr) {
    std::vector<Status> found;
    schedules::CalendarShelf shelf;
    const auto calendar = shelf.Find(reader.OptionalString("calendar"), document.file, found);
    for (Status& status : found) {
      if (status.place()) {
        errors.push_back(std::move(status));
      } else {
        reader.Error(*node, status.message(), status.hint());
      }
    }
    if (calendar != nullptr) windows.insert(windows.end(), calendar->windows().begin(), calendar->windows().end());
  }
  for (schedules::Window& window : windows) {
    if (!window.zone) window.zone = zone.ok() ? *zone : zone::Zone::Utc();
  }
  return windows;
}

/// The risks that a cap may name, `first` of them first, which stands for a cap that is not named.
std::vector<std::string> RiskCaps(Risk first) {
  std::vector<std::string> names = {"low", "medium", "high"};
  const auto at = std::find(names.begin(), names.end(), checks::RiskName(first));
  if (at != names.end()) std::rotate(names.begin(), at, at + 1);
  return names;
}

Result<Policy> FromDocument(const yaml::Document& document, const Policy& otherwise) {
  std::vector<Status> errors;
  Policy policy = otherwise;
  yaml::MappingReader reader(document, document.root, "policy", errors);
  reader.OptionalInteger("format", 1, 1, 1);
  policy.mode = reader.OptionalChoice("mode", {"propose", "off"}) == "off" ? Mode::kOff
                                                                           : Mode::kPropose;
  if (const Result<Risk> cap = RiskFromName(
          reader.OptionalChoice("risk_cap", RiskCaps(otherwise.risk_cap)));
      cap.ok()) {
    policy.risk_cap = *cap;
  }
  policy.changes_per_plan = reader.OptionalInteger("changes_per_plan", policy.changes_per_plan, 1, 100);
  policy.open_plans = reader.OptionalInteger("open_plans", policy.open_plans, 1, 1000);
  if (const yaml::Node* approvals = reader.Take("approvals"); approvals != nullptr) {
    yaml::MappingReader each(document, *approvals, "approvals", errors);
    policy.approvals_low = OptionalApprovals(each, "low", policy.approvals_low);
    policy.approvals_medium = OptionalApprovals(each, "medium", policy.approvals_medium);
    policy.approvals_high = OptionalApprovals(each, "high", policy.approvals_high);
    each.Finish();
  }
  const yaml::Node* const life = reader.Take("expires_after");
  policy.expires_after = reader.OptionalDuration("expires_after", policy.expires_after);
  if (life != nullptr && (policy.expires_after < std::chrono::minutes(1) ||
                          policy.expires_after > kLongestLife)) {
    reader.Error(*life, "expires_after must be between 1m and 30d",
                 "an approval of long ago says nothing about today");
  }
  const yaml::Node* const pause = reader.Take("cool_down");
  policy.cool_down = reader.OptionalDuration("cool_down", policy.cool_down);
  if (pause != nullptr && (policy.cool_down.count() < 0 || policy.cool_down > kLongestCoolDown)) {
    reader.Error(*pause, "cool_down must be between 0s and 24h");
  }
  policy.max_a_day = reader.OptionalInteger("max_a_day", policy.max_a_day, 1, 1000);
  policy.windows = WindowsOf(document, reader, errors);
  policy.files = {document.file};
  reader.Finish();
  if (!errors.empty()) return yaml::Combine(errors, Code::kConfig);
  return policy;
}

}  // namespace

int Policy::ApprovalsFor(Risk risk) const {
  switch (risk) {
    case Risk::kLow: return approvals_low;
    case Risk::kMedium: return approvals_medium;
    case Risk::kHigh:
    case Risk::kIrreversible: return approvals_high;
  }
  return approvals_high;
}

Value Policy::ToValue() const {
  return {{"mode", mode == Mode::kOff ? "off" : "propose"},
          {"risk_cap", std::string(checks::RiskName(risk_cap))},
          {"changes_per_plan", changes_per_plan},
          {"open_plans", open_plans},
          {"approvals",
           {{"low", approvals_low}, {"medium", approvals_medium}, {"high", approvals_high}}},
          {"expires_after", FormatDuration(expires_after)},
          {"cool_down", FormatDuration(cool_down)},
          {"max_a_day", max_a_day},
          {"windows", windows.size()},
          {"files", files}};
}

Result<Policy> ParsePolicy(std::string text, const std::string& file) {
  Result<yaml::Document> document = yaml::Read(std::move(text), file);
  if (!document.ok()) {
    const std::vector<Status> errors = {document.status()};
    return yaml::Combine(errors, Code::kConfig);
  }
  return FromDocument(*document, Policy());
}

Result<Policy> ReadPolicy(const std::string& path, const Policy& otherwise) {
  Result<yaml::Document> document = yaml::ReadFile(path);
  if (!document.ok()) {
    const std::vector<Status> errors = {document.status()};
    return yaml::Combine(errors, Code::kConfig);
  }
  return FromDocument(*document, otherwise);
}

Status GateRisk(const Policy& policy, Risk risk) {
  if (policy.mode == Mode::kOff) {
    return Status(Code::kDenied, "the policy's mode is off: nothing is changed here")
        .WithHint("mode: propose in policy.yaml lets plans be made");
  }
  if (risk == Risk::kIrreversible) {
    return Status(Code::kDenied, "the remedy cannot be undone, and such remedies are never applied")
        .WithHint("do it by hand, with a backup");
  }
  if (risk > policy.risk_cap) {
    return Status(Code::kDenied, "the remedy's risk is " + std::string(checks::RiskName(risk)) +
                                     ", over the policy's cap " +
                                     std::string(checks::RiskName(policy.risk_cap)))
        .WithHint("risk_cap in policy.yaml raises it");
  }
  return Status::Ok();
}

Status GateSize(const Policy& policy, std::int64_t changes, std::int64_t open_plans) {
  if (changes > policy.changes_per_plan) {
    return Status(Code::kDenied, "the plan has " + std::to_string(changes) + " changes; the policy allows " +
                                     std::to_string(policy.changes_per_plan))
        .WithHint("changes_per_plan in policy.yaml");
  }
  if (open_plans >= policy.open_plans) {
    return Status(Code::kDenied, std::to_string(open_plans) + " plans are open; the policy allows " +
                                     std::to_string(policy.open_plans))
        .WithHint("decide on those first: upkeep approvals");
  }
  return Status::Ok();
}

Result<Risk> RiskFromName(const std::string& name) {
  for (const Risk risk : {Risk::kLow, Risk::kMedium, Risk::kHigh, Risk::kIrreversible}) {
    if (checks::RiskName(risk) == name) return risk;
  }
  return Status(Code::kInvalid, "there is no risk '" + name + "'");
}

}  // namespace upkeep::remedy
