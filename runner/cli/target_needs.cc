// SPDX-License-Identifier: Apache-2.0
#include "runner/cli/target_needs.h"

#include <algorithm>

#include "checks/kubernetes/resource.h"

namespace upkeep::cli {
namespace {

void AddOnce(const checks::Need& need, std::vector<checks::Need>& all) {
  const auto same =
      std::find_if(all.begin(), all.end(), [&](const checks::Need& other) { return other.Matches(need); });
  if (same == all.end()) {
    all.push_back(need);
  } else {
    // One playbook that can't do without it is enough.
    same->optional = same->optional && need.optional;
  }
}

}  // namespace

bool IsAskedFor(const checks::Need& need) {
  if (need.module != "kubernetes") return true;
  const auto rule = kubernetes::RuleOf(need);
  return !rule.ok() || rule->has_value();
}

TargetNeeds NeedsOnKind(const std::string& kind, const std::vector<run::Playbook>& playbooks) {
  TargetNeeds needs;
  for (const run::Playbook& playbook : playbooks) {
    if (playbook.head.target != kind && playbook.head.target != "any") continue;
    for (const checks::Need& need : playbook.head.needs) AddOnce(need, needs.read);
    for (const checks::Remedy& remedy : playbook.head.remedies) {
      // A plan is made under the reading identity.
      for (const checks::Need& need : remedy.needs) AddOnce(need, need.writes() ? needs.write : needs.read);
    }
  }
  return needs;
}

TargetNeeds NeedsOn(const checks::Target& target, const std::vector<run::Playbook>& playbooks) {
  return NeedsOnKind(std::string(checks::TargetKindName(target.kind)), playbooks);
}

}  // namespace upkeep::cli
