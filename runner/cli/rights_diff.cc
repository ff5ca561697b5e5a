// SPDX-License-Identifier: Apache-2.0
#include "runner/cli/rights_diff.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "base/when_all.h"
#include "checks/kubernetes/module.h"
#include "checks/postgres/rights.h"
#include "runner/cli/cluster_role.h"
#include "runner/cli/exit_codes.h"
#include "runner/cli/target_needs.h"

namespace upkeep::cli {
namespace {

using Kind = RightLine::Kind;
using Lines = std::vector<RightLine>;

constexpr std::chrono::seconds kCompareTime{30};

std::string Resource(const std::string& group, const std::string& name) {
  return group.empty() ? name : name + "." + group;
}

/// Null where `object` is none or has no such field.
Value Field(const Value& object, const char* name) {
  return object.is_object() ? object.value(name, Value()) : Value();
}

std::vector<std::string> Words(const Value& list) {
  std::vector<std::string> words;
  if (!list.is_array()) return words;
  for (const Value& word : list) {
    if (word.is_string()) words.push_back(word.get<std::string>());
  }
  return words;
}

/// Each user may ask what they may do, and who they are: selfsubjectaccessreviews and their kin.
bool IsAboutOneself(const std::string& resource) { return resource.starts_with("selfsubject"); }

Task<void> CompareNeeds(const run::Modules& modules, const std::vector<checks::Need>& needs, std::string what,
                        Lines& lines, Limits limits) {
  std::size_t granted = 0, asked = 0;
  std::set<std::string> said;
  for (const auto& module : modules) {
    std::vector<checks::Need> own;
    for (const checks::Need& need : needs) {
      if (need.module == module->name() && IsAskedFor(need)) own.push_back(need);
    }
    if (own.empty()) continue;
    const std::vector<Status> statuses = co_await module->Prepare(own, limits);
    for (std::size_t i = 0; i < own.size() && i < statuses.size(); ++i) {
      const Status& status = statuses[i];
      if (status.code() == Code::kNoData) continue;   // Not installed: there is nothing to be granted.
      ++asked;
      if (status.ok()) {
        ++granted;
      } else if (said.insert(status.message()).second) {
        const Kind kind = status.code() == Code::kNotPermitted ? Kind::kMissing : Kind::kNotSeen;
        lines.push_back({kind, what, own[i].ToString() + ": " + status.message(), status.hint()});
      }
    }
  }
  if (granted > 0) {
    lines.push_back({Kind::kSame, what, std::to_string(granted) + " of " + std::to_string(asked) +
                                            " needs of the playbooks are granted", ""});
  }
}

Value RulesReview(const std::string& space) {
  return {{"apiVersion", "authorization.k8s.io/v1"}, {"kind", "SelfSubjectRulesReview"}, {"spec", {{"namespace", space}}}};
}

RightLine NotSeen(const std::string& what, const std::string& why) {
  return {Kind::kNotSeen, what, "what else it may do could not be looked at: " + why, ""};
}

RightLine Extra(const std::string& what, const std::string& right) {
  return {Kind::kNotNeeded, what, "may " + right + ", and no playbook needs it", ""};
}

Task<void> CompareRules(kubernetes::KubernetesClient& client, const std::vector<kubernetes::RbacRule>& needed,
                        const RightsQuery& query, std::string what, Lines& lines, Limits limits) {
  std::set<std::string> said;
  for (const std::string& space : query.namespaces) {
    Value review = RulesReview(space);
    const Result<Value> answer = co_await client.Create("selfsubjectrulesreviews.authorization.k8s.io", "",
                                                        std::move(review), kubernetes::WriteOptions(), limits);
    if (!answer.ok()) {
      lines.push_back(NotSeen(what, answer.status().message()));
      co_return;
    }
    const Value status = Field(*answer, "status");
    if (const Value incomplete = Field(status, "incomplete"); !incomplete.is_boolean() || incomplete.get<bool>()) {
      lines.push_back(NotSeen(what, "the API server does not tell all of it in the namespace " + space));
    }
    for (const std::string& right : NotNeeded(status, needed)) {
      if (said.insert(right).second) lines.push_back(Extra(what, right));
    }
  }
}

Task<void> CompareRoles(checks::HostModule& module, const std::vector<checks::Need>& needs, std::string what,
                        Lines& lines, Limits limits) {
  std::set<std::string> needed;
  for (const checks::Need& need : needs) {
    for (std::string& role : postgres::RolesOf(need)) needed.insert(std::move(role));
  }
  Value arguments = Value::array();
  arguments.push_back(postgres::GrantedSql());
  const Result<lua::Answer> answer = co_await module.Call("query", std::move(arguments), limits);
  if (!answer.ok()) {
    lines.push_back(NotSeen(what, answer.status().message()));
    co_return;
  }
  for (const Value& row : answer->value) {
    const std::string name = StringAt(row, "name");
    if (name.empty() || needed.contains(name)) continue;
    const bool attribute = std::all_of(name.begin(), name.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
    lines.push_back({Kind::kNotNeeded, what,
                     attribute ? "has the attribute " + name + ", and no playbook needs it"
                               : "is a member of " + name + ", and no playbook needs it",
                     ""});
  }
}

/// One identity of one target. Whether a role or a rule was looked at beyond what is needed is said
/// for each kind of target that has such a list.
Task<void> CompareIdentity(const run::Modules& modules, const std::vector<checks::Need>& needs,
                           const std::vector<kubernetes::RbacRule>& rules, bool writes, const RightsQuery& query,
                           std::string what, Lines& lines, Limits limits) {
  const std::size_t before = lines.size();
  co_await CompareNeeds(modules, needs, what, lines, limits);
  const auto first = lines.begin() + static_cast<std::ptrdiff_t>(before);
  const bool reached =
      std::any_of(first, lines.end(), [](const RightLine& line) { return line.kind != Kind::kNotSeen; });
  // Who did not answer is asked nothing more; where nothing is needed, nothing was asked yet.
  if (!reached && lines.size() > before) co_return;
  for (const auto& module : modules) {
    if (auto* const cluster = dynamic_cast<kubernetes::KubernetesModule*>(module.get())) {
      kubernetes::KubernetesClient* const client = writes ? cluster->writer() : &cluster->reader();
      if (client != nullptr) co_await CompareRules(*client, rules, query, what, lines, limits);
    } else if (module->name() == "postgres") {
      co_await CompareRoles(*module, needs, what, lines, limits);
    } else if (module->name() == "redis" && !reached) {
      lines.push_back(NotSeen(what, "no playbook needs anything of it, so it was not asked"));
    } else if (module->name() == "redis") {
      // A user who may look no further than needed may not ask for it.
      lines.push_back({Kind::kSame, what, "what else it may do only an administrator is told", "ACL GETUSER"});
    }
  }
}

Task<void> CompareTarget(const checks::Target& target, TargetNeeds needs, const ClusterRights& rights,
                         const run::ModuleFactory& factory, const RightsQuery& query, Lines& lines, Limits limits) {
  const Limits own = limits.Within(kCompareTime);
  const auto modules = co_await factory.maker()(target, own);
  if (!modules.ok()) {
    lines.push_back({Kind::kNotSeen, target.name, modules.status().message(), modules.status().hint()});
    co_return;
  }
  co_await CompareIdentity(*modules, needs.read, rights.read, false, query, target.name, lines, own);
  if (lines.empty()) lines.push_back({Kind::kSame, target.name, "has no rights to compare", ""});
  if (target.write_kubeconfig.empty() && target.write_user.empty()) co_return;
  const std::string what = target.name + " (write)";
  const auto writers = co_await factory.write_maker()(target, own);
  if (!writers.ok()) {
    lines.push_back({Kind::kNotSeen, what, writers.status().message(), writers.status().hint()});
    co_return;
  }
  co_await CompareIdentity(*writers, needs.write, rights.write, true, query, what, lines, own);
}

}  // namespace

std::vector<std::string> NotNeeded(const Value& answer, const std::vector<kubernetes::RbacRule>& needed) {
  std::map<std::string, std::set<std::string>> wanted, extra;   // Verbs by resource.
  for (const kubernetes::RbacRule& rule : needed) {
    for (const std::string& group : rule.api_groups) {
      for (const std::string& resource : rule.resources) {
        wanted[Resource(group, resource)].insert(rule.verbs.begin(), rule.verbs.end());
      }
    }
  }
  const Value rules = Field(answer, "resourceRules");
  for (const Value& rule : rules.is_array() ? rules : Value::array()) {
    for (const std::string& group : Words(Field(rule, "apiGroups"))) {
      for (const std::string& resource : Words(Field(rule, "resources"))) {
        if (IsAboutOneself(resource)) continue;
        const std::string name = Resource(group, resource);
        for (const std::string& verb : Words(Field(rule, "verbs"))) {
          if (!wanted[name].contains(verb)) extra[name].insert(verb);
        }
      }
    }
  }
  std::vector<std::string> rights;
  for (const auto& [resource, verbs] : extra) {
    std::string words;
    for (const std::string& verb : verbs) words += (words.empty() ? "" : ", ") + verb;
    rights.push_back(words + " " + resource);
  }
  return rights;
}

Task<std::vector<RightLine>> CompareRights(const checks::Inventory& inventory,
                                           const std::vector<run::Playbook>& playbooks,
                                           const run::ModuleFactory& factory, const RightsQuery& query,
                                           Limits limits) {
  std::vector<RightLine> all;
  const Result<ClusterRights> rights = RightsOf(playbooks);
  if (!rights.ok()) {
    all.push_back({Kind::kNotSeen, "playbooks", rights.status().message(), rights.status().hint()});
    co_return all;
  }
  const std::size_t count = inventory.targets.size();
  std::vector<Lines> found(count);
  std::vector<Task<void>> tasks;
  for (std::size_t i = 0; i < count; ++i) {
    const checks::Target& target = inventory.targets[i];
    tasks.push_back(CompareTarget(target, NeedsOn(target, playbooks), *rights, factory, query, found[i], limits));
  }
  co_await WhenAll(std::move(tasks));
  for (Lines& of_target : found) {
    std::move(of_target.begin(), of_target.end(), std::back_inserter(all));
  }
  co_return all;
}

int ExitOfRights(const std::vector<RightLine>& lines) {
  int worst = 0;
  for (const RightLine& line : lines) {
    switch (line.kind) {
      case Kind::kSame: break;
      case Kind::kMissing: worst = WorseExit(worst, ExitOf(checks::State::kCritical)); break;
      case Kind::kNotNeeded: worst = WorseExit(worst, ExitOf(checks::State::kWarning)); break;
      case Kind::kNotSeen: worst = WorseExit(worst, ExitOf(checks::State::kUnknown)); break;
    }
  }
  return worst;
}

}  // namespace upkeep::cli
