// SPDX-License-Identifier: Apache-2.0
#include "runner/remedy/remedy_call.h"

#include <memory>
#include <utility>

#include "base/lua/sandbox.h"
#include "runner/isolate/isolate.h"
#include "runner/run/hosts.h"
#include "runner/run/session.h"

namespace upkeep::remedy {
namespace {

constexpr std::chrono::seconds kCallDeadline{60};

/// Tries the rights that `needs` of one module name; the first that is missing.
Task<Status> Prepare(const run::Modules& modules, const std::vector<checks::Need>& needs,
                     bool writes, Limits limits) {
  for (const auto& module : modules) {
    std::vector<checks::Need> own;
    for (const checks::Need& need : needs) {
      // Lists would be fetched whole here; their first call says as well what is missing.
      if (need.module == module->name() && need.writes() == writes && need.verb != "list") {
        own.push_back(need);
      }
    }
    if (own.empty()) continue;
    const std::vector<Status> statuses = co_await module->Prepare(own, limits);
    for (std::size_t i = 0; i < statuses.size() && i < own.size(); ++i) {
      if (!statuses[i].ok() && !own[i].optional) co_return statuses[i];
    }
  }
  co_return Status::Ok();
}

/// Whether the remedy declared what `change` uses.
Status CheckChange(const checks::Remedy& remedy, const run::Modules& modules,
                   const Change& change) {
  const checks::HostModule* const module = FindModule(modules, change.module);
  if (module == nullptr) {
    return Status(Code::kInvalid, "the target has no module " + change.module + " for " + change.Call());
  }
  Result<checks::Need> need = module->NeedOf(change.function, change.arguments);
  if (!need.ok()) return need.status();
  if (!need->writes()) {
    return Status(Code::kInvalid, change.Call() + " changes nothing, so it is no change of a plan");
  }
  for (const checks::Need& declared : remedy.needs) {
    if (declared.Matches(*need)) return Status::Ok();
  }
  return Status(Code::kUndeclared, "the remedy " + remedy.name + " does not declare " + need->ToString())
      .WithHint("add \"" + need->ToString() + "\" to its needs");
}

}  // namespace

const checks::Remedy* FindRemedy(const checks::Head& head, const std::string& name) {
  for (const checks::Remedy& remedy : head.remedies) {
    if (remedy.name == name) return &remedy;
  }
  return nullptr;
}

checks::HostModule* FindModule(const run::Modules& modules, const std::string& name) {
  for (const auto& module : modules) {
    if (module->name() == name) return module.get();
  }
  return nullptr;
}

Task<Result<Value>> CallRemedy(Workbench& bench, const run::Playbook& playbook,
                               const checks::Remedy& remedy, const checks::Target& target,
                               std::string function, std::vector<Value> arguments, Limits limits) {
  const Limits own = limits.Within(kCallDeadline);
  Result<run::Modules> modules = co_await bench.read(target, own);
  if (!modules.ok()) co_return modules.status();
  const Status prepared = co_await Prepare(*modules, remedy.needs, false, own);
  if (!prepared.ok()) co_return prepared;
  run::Pair pair;
  pair.playbook = &playbook;
  pair.target = &target;
  run::LiveHost host(playbook.head, *modules, bench.reactor, bench.clock, run::PastOf(bench.store)(pair));
  Value run_object{{"$run", Value{{"target", run::TargetForPlaybook(target)}}}};
  arguments.insert(arguments.begin(), std::move(run_object));
  std::string path = "remedies." + remedy.name + "." + function;
  if (playbook.isolate) {
    isolate::Request request;
    request.source = playbook.source;
    request.file = playbook.path;
    request.function = std::move(path);
    request.arguments = std::move(arguments);
    request.clock = &bench.clock;
    request.host = &host;
    request.read_module = playbook.read_module;
    isolate::Activity activity;
    isolate::Ended ended = co_await isolate::Run(bench.reactor, std::move(request), own, activity);
    co_return ended.returned;
  }
  lua::SandboxOptions options;
  options.clock = &bench.clock;
  options.host = &host;
  options.read_module = playbook.read_module;
  Result<std::unique_ptr<lua::Sandbox>> sandbox = lua::Sandbox::Create(std::move(options));
  if (!sandbox.ok()) co_return sandbox.status();
  const Status loaded = (*sandbox)->Load(playbook.source, playbook.path);
  if (!loaded.ok()) co_return loaded;
  Result<Value> returned = co_await (*sandbox)->Call(std::move(path), std::move(arguments), own);
  co_return returned;
}

Task<Result<Proposal>> AskForChanges(Workbench& bench, const run::Playbook& playbook,
                                     const checks::Remedy& remedy, const checks::Target& target,
                                     Value finding, Limits limits) {
  std::vector<Value> arguments;
  arguments.push_back(std::move(finding));
  Result<Value> returned = co_await CallRemedy(bench, playbook, remedy, target, "plan",
                                               std::move(arguments), limits);
  if (!returned.ok()) co_return returned.status();
  Value redacted = bench.redactor.Redact(*std::move(returned));
  Result<Proposal> proposal = ReadProposal(playbook.head, redacted);
  if (!proposal.ok()) co_return proposal.status();
  // Needs are a matter of names: these modules are asked about calls and make none.
  Result<run::Modules> modules = co_await bench.read(target, limits);
  if (!modules.ok()) co_return modules.status();
  for (const Change& change : proposal->changes) {
    const Status fits = CheckChange(remedy, *modules, change);
    if (!fits.ok()) co_return fits;
  }
  co_return proposal;
}

Task<Result<run::Modules>> MakeWriters(Workbench& bench, const checks::Remedy& remedy,
                                       const checks::Target& target, Limits limits) {
  const Limits own = limits.Within(kCallDeadline);
  Result<run::Modules> modules = co_await bench.write(target, own);
  if (!modules.ok()) co_return modules.status();
  const Status prepared = co_await Prepare(*modules, remedy.needs, true, own);
  if (!prepared.ok()) co_return prepared;
  co_return modules;
}

}  // namespace upkeep::remedy
