// SPDX-License-Identifier: Apache-2.0
//
// upkeep rbac: the least rights that the playbooks need, as what grants them, read and write apart;
// and how they differ from those that upkeep has.
#include <algorithm>

#include "base/yaml/yaml.h"
#include "checks/postgres/rights.h"
#include "checks/redis/rights.h"
#include "runner/cli/cluster_role.h"
#include "runner/cli/command_parts.h"
#include "runner/cli/exit_codes.h"
#include "runner/cli/playbook_lookup.h"
#include "runner/cli/rights_diff.h"
#include "runner/cli/settings.h"
#include "runner/cli/target_needs.h"

namespace upkeep::cli {
namespace {

struct RoleNames {
  std::string read, write;
};

/// A name that is pasted into a statement must be no more than a name.
Result<RoleNames> ReadRoleNames(const Invocation& invocation, const std::string& read, const std::string& write) {
  RoleNames names{invocation.Value("--role", read), invocation.Value("--write-role", write)};
  for (const std::string& name : {names.read, names.write}) {
    const bool fine = !name.empty() && name.size() <= 63 &&
                      std::all_of(name.begin(), name.end(), [](unsigned char c) {
                        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
                      });
    if (!fine) {
      return Status(Code::kUsage, "'" + name + "' can't be a role's name here")
          .WithHint("small letters, digits, '-', '_' and '.', at most 63");
    }
  }
  return names;
}

int PrintClusterRoles(Invocation& invocation, const std::vector<run::Playbook>& playbooks) {
  const auto names = ReadRoleNames(invocation, "upkeep", "upkeep-write");
  if (!names.ok()) return invocation.Fail(names.status());
  const Result<ClusterRights> rights = RightsOf(playbooks);
  if (!rights.ok()) return invocation.Fail(rights.status());
  *invocation.out << ClusterRoleYaml(names->read, rights->read) << ClusterRoleYaml(names->write, rights->write);
  return 0;
}

int PrintGrants(Invocation& invocation, const std::vector<run::Playbook>& playbooks) {
  const auto names = ReadRoleNames(invocation, "upkeep", "upkeep_write");
  if (!names.ok()) return invocation.Fail(names.status());
  const TargetNeeds needs = NeedsOnKind("postgres", playbooks);
  *invocation.out << "-- " << invocation.Say("Under the identity that looks; create it first, as a role that may only log in")
                  << ".\n";
  for (const std::string& line : postgres::GrantStatements(needs.read, names->read)) *invocation.out << line << "\n";
  *invocation.out << "-- " << invocation.Say("Under the identity that remedies use, and nothing else") << ".\n";
  for (const std::string& line : postgres::GrantStatements(needs.write, names->write)) *invocation.out << line << "\n";
  return 0;
}

int PrintAcl(Invocation& invocation, const std::vector<run::Playbook>& playbooks) {
  const auto names = ReadRoleNames(invocation, "upkeep", "upkeep-write");
  if (!names.ok()) return invocation.Fail(names.status());
  const TargetNeeds needs = NeedsOnKind("redis", playbooks);
  for (const auto& [some, name] : {std::pair(needs.read, names->read), std::pair(needs.write, names->write)}) {
    if (const std::string line = redis::AclLine(some, name); !line.empty()) *invocation.out << line << "\n";
  }
  return 0;
}

/// Only --target's, which must be there.
Status Narrow(const Invocation& invocation, checks::Inventory& inventory) {
  const std::string name = invocation.Value("--target");
  if (name.empty()) return Status::Ok();
  if (inventory.Find(name) == nullptr) return inventory.NoTarget(name, Code::kUsage);
  std::erase_if(inventory.targets, [&](const checks::Target& target) { return target.name != name; });
  return Status::Ok();
}

void PrintDifference(const Invocation& invocation, const std::vector<RightLine>& lines, const Redactor& redactor) {
  for (const RightLine& line : lines) {
    const char* mark = " ";
    if (line.kind == RightLine::Kind::kMissing) mark = "+";
    if (line.kind == RightLine::Kind::kNotNeeded) mark = "-";
    if (line.kind == RightLine::Kind::kNotSeen) mark = "?";
    *invocation.out << mark << " " << line.target << "  "
                    << PrintableText(invocation.Say(redactor.Redact(line.text))) << "\n";
    if (line.help.empty()) continue;
    *invocation.out << "    -> " << PrintableText(invocation.Say(redactor.Redact(line.help))) << "\n";
  }
}

int PrintDifferences(Invocation& invocation, const std::vector<run::Playbook>& playbooks) {
  Result<checks::Inventory> inventory = LoadInventory(invocation);
  if (!inventory.ok()) return invocation.Fail(inventory.status());
  if (const Status narrowed = Narrow(invocation, *inventory); !narrowed.ok()) return invocation.Fail(narrowed);
  Result<std::unique_ptr<io::Reactor>> reactor = io::Reactor::Create();
  if (!reactor.ok()) return invocation.Fail(reactor.status());
  RightsQuery query;
  if (invocation.Has("--namespace")) query.namespaces = invocation.Values("--namespace");
  const SystemClock clock;
  Redactor redactor;
  const run::ModuleFactory factory(**reactor, clock, redactor, *inventory);
  const auto lines = (*reactor)->RunUntilDone(CompareRights(*inventory, playbooks, factory, query, Limits()));
  PrintDifference(invocation, lines, redactor);
  const bool nothing_seen = std::all_of(lines.begin(), lines.end(), [](const RightLine& line) {
    return line.kind == RightLine::Kind::kNotSeen;
  });
  if (!lines.empty() && nothing_seen) {
    return invocation.Fail(Status(Code::kUnreachable, "no target answered at all"));
  }
  return ExitOfRights(lines);
}

int Rbac(Invocation& invocation) {
  const Result<std::vector<run::Playbook>> playbooks = AllPlaybooks(invocation);
  if (!playbooks.ok()) return invocation.Fail(playbooks.status());
  if (invocation.Has("--diff")) return PrintDifferences(invocation, *playbooks);
  const std::string format = invocation.Value("--output", "yaml");
  if (format == "sql") return PrintGrants(invocation, *playbooks);
  return format == "redis" ? PrintAcl(invocation, *playbooks) : PrintClusterRoles(invocation, *playbooks);
}

}  // namespace

Command MakeRbacCommand() {
  Command rbac;
  rbac.name = "rbac";
  rbac.summary = "The least rights that the playbooks need, read and write apart, and how yours differ";
  rbac.options = {
      {"-o,--output", "FORMAT", "ClusterRoles (yaml), GRANTs of PostgreSQL (sql) or an ACL of Redis (redis)", false,
       {"yaml", "sql", "redis"}},
      {"--role", "NAME", "Of what looks (default: upkeep)", false, {}},
      {"--write-role", "NAME", "Of what remedies use (default: upkeep-write, in SQL upkeep_write)", false, {}},
      {"--diff", "", "Compare with the rights that upkeep has on the targets: + missing, - not needed, ? not seen",
       false, {}},
      {"--target", "NAME", "With --diff: only this one", false, {}},
      {"--namespace", "NAME", "With --diff: a namespace to look at rights in (default: default); repeats", true, {}},
  };
  rbac.examples =
      "  upkeep rbac | kubectl apply -f -\n"
      "  upkeep rbac -o sql --role monitoring | psql\n"
      "  upkeep rbac --diff\n";
  rbac.run = Rbac;
  return rbac;
}

}  // namespace upkeep::cli
