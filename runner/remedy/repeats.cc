// SPDX-License-Identifier: Apache-2.0
#include "runner/remedy/repeats.h"

#include <algorithm>
#include <vector>

namespace upkeep::remedy {
namespace {

using store::PlanState;

constexpr std::chrono::hours kDay{24};
constexpr std::size_t kMostTries = 2;   // Catalogue, guards common to all.

Value FieldAt(const Value& table, const char* key) {
  const auto found = table.find(key);
  return table.is_object() && found != table.end() ? *found : Value();
}

/// What the finding is about for good, whatever its pod is called today.
std::string ThingOf(const Value& finding) {
  const Value subject = FieldAt(finding, "subject");
  const std::string owner = StringAt(FieldAt(finding, "data"), "owner");
  return owner.empty() ? StringAt(subject, "key") : StringAt(subject, "namespace") + "/" + owner;
}

std::string Numbers(const std::vector<store::PlanId>& plans) {
  std::string text;
  for (const store::PlanId plan : plans) text += (text.empty() ? "" : ", ") + std::to_string(plan);
  return text;
}

}  // namespace

Status CheckRepeats(store::Store& store, const Policy& policy, const Repeat& repeat, Instant now) {
  store::PlanFilter filter;
  filter.states = {PlanState::kApplying, PlanState::kApplied,  PlanState::kUnknown,
                   PlanState::kFailed,   PlanState::kVerified, PlanState::kUnverified};
  filter.playbook = repeat.playbook;
  filter.target = repeat.target;
  filter.limit = 10'000;
  const Result<std::vector<store::Plan>> plans = store.Plans(filter);
  if (!plans.ok()) return plans.status();
  const std::string thing = ThingOf(repeat.finding);
  std::vector<store::PlanId> applied, in_vain;
  Instant last{};
  for (const store::Plan& plan : *plans) {
    if (plan.remedy != repeat.remedy || plan.changed <= now - kDay) continue;
    if (ThingOf(FieldAt(plan.document, "finding")) != thing) continue;
    applied.push_back(plan.id);
    last = std::max(last, plan.changed);
    if (plan.state == PlanState::kFailed || plan.state == PlanState::kUnverified) in_vain.push_back(plan.id);
  }
  if (in_vain.size() >= kMostTries) {
    return Status(Code::kDenied, "plans " + Numbers(in_vain) + " of the last day for " + thing +
                                     " did not help: escalated to " + repeat.owner)
        .WithHint("a person must look: upkeep approvals show " + std::to_string(in_vain.front()));
  }
  if (static_cast<std::int64_t>(applied.size()) >= policy.max_a_day) {
    return Status(Code::kDenied, "plans " + Numbers(applied) + " of the last day were applied for " + thing +
                                     "; the policy allows " + std::to_string(policy.max_a_day))
        .WithHint("max_a_day in policy.yaml; what comes back so often has another cause");
  }
  if (!applied.empty() && now < last + policy.cool_down) {
    return Status(Code::kDenied, "plan " + std::to_string(applied.front()) + " was applied for " + thing +
                                     " a moment ago; the next may be planned after " +
                                     FormatRfc3339(last + policy.cool_down))
        .WithHint("cool_down in policy.yaml");
  }
  return Status::Ok();
}

}  // namespace upkeep::remedy
