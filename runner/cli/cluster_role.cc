// SPDX-License-Identifier: Apache-2.0
#include "runner/cli/cluster_role.h"

#include <map>
#include <set>

namespace upkeep::cli {
namespace {

using Verbs = std::set<std::string>;

/// (API group, resource) -> verbs.
using Grants = std::map<std::pair<std::string, std::string>, Verbs>;

/// Whoever applies a remedy, the cluster is looked at by the reading identity: what changes nothing
/// belongs to `read`.
Status AddNeeds(const std::vector<checks::Need>& needs, const std::string& playbook, Grants& read,
                Grants& write) {
  for (const checks::Need& need : needs) {
    if (need.module != "kubernetes") continue;
    Grants& grants = need.writes() ? write : read;
    const Result<std::optional<kubernetes::RbacRule>> rule = kubernetes::RuleOf(need);
    if (!rule.ok()) return rule.status().Within(playbook);
    if (!rule.value().has_value()) continue;
    for (const std::string& group : rule.value()->api_groups) {
      for (const std::string& resource : rule.value()->resources) {
        grants[{group, resource}].insert(rule.value()->verbs.begin(), rule.value()->verbs.end());
      }
    }
  }
  return Status::Ok();
}

std::vector<kubernetes::RbacRule> Merge(const Grants& grants) {
  std::map<std::pair<std::string, Verbs>, std::vector<std::string>> merged;
  for (const auto& [what, verbs] : grants) merged[{what.first, verbs}].push_back(what.second);
  std::vector<kubernetes::RbacRule> rules;
  for (const auto& [key, resources] : merged) {
    kubernetes::RbacRule rule;
    rule.api_groups = {key.first};
    rule.resources = resources;
    rule.verbs.assign(key.second.begin(), key.second.end());
    rules.push_back(std::move(rule));
  }
  return rules;
}

}  // namespace

Result<ClusterRights> RightsOf(const std::vector<run::Playbook>& playbooks) {
  Grants read, write;
  for (const run::Playbook& playbook : playbooks) {
    UPKEEP_RETURN_IF_ERROR(AddNeeds(playbook.head.needs, playbook.head.id, read, write));
    for (const checks::Remedy& remedy : playbook.head.remedies) {
      UPKEEP_RETURN_IF_ERROR(AddNeeds(remedy.needs, playbook.head.id + " " + remedy.name, read, write));
    }
  }
  return ClusterRights{Merge(read), Merge(write)};
}

std::string ClusterRoleYaml(const std::string& name, const std::vector<kubernetes::RbacRule>& rules) {
  std::string text =
      "---\napiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata:\n  name: " + name +
      "\n  labels: {app.kubernetes.io/name: upkeep}\nrules:" + (rules.empty() ? " []\n" : "\n");
  for (const kubernetes::RbacRule& rule : rules) text += "  - " + rule.ToString() + "\n";
  return text;
}

}  // namespace upkeep::cli
