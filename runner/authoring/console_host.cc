// SPDX-License-Identifier: Apache-2.0
#include "runner/authoring/console_host.h"

#include <algorithm>
#include <utility>

namespace upkeep::authoring {

using checks::Need;

ConsoleHost::ConsoleHost(io::Reactor& reactor, const Clock& clock, run::ModuleMaker maker,
                         const checks::Target& target, const run::Playbook* playbook, run::Past past)
    : reactor_(reactor), maker_(std::move(maker)), target_(target), playbook_(playbook),
      live_(playbook == nullptr ? free_head_ : playbook->head, look_.modules(), reactor, clock, std::move(past)) {
  look_.target = &target;
}

Task<Status> ConsoleHost::Open(Limits limits) { return LookAnew(std::move(limits)); }

Task<Status> ConsoleHost::LookAnew(Limits limits) {
  const Result<io::Turnstile::Turn> turn = co_await turnstile_.Enter(reactor_, limits);
  if (!turn.ok()) co_return turn.status();
  if (looked_) co_return Status::Ok();
  Result<run::Modules> made = co_await maker_(target_, limits);
  if (!made.ok()) co_return made.status();
  look_.SetModules(std::move(made));
  looked_ = true;
  co_return Status::Ok();
}

std::vector<std::string> ConsoleHost::ModuleNames() const {
  std::vector<std::string> names;
  for (const auto& module : look_.modules()) names.emplace_back(module->name());
  return names;
}

std::vector<std::string> ConsoleHost::Functions(std::string_view module) const { return live_.Functions(module); }

void ConsoleHost::Note(std::string_view module, std::string_view function, const Value& arguments) {
  for (const auto& one : look_.modules()) {
    if (one->name() != module) continue;
    const Result<Need> need = one->NeedOf(function, arguments);
    if (!need.ok() || need->writes()) return;
    const std::string name = need->ToString();
    if (playbook_ == nullptr) {
      if (!used_.contains(name)) free_head_.needs.push_back(*need);
    } else if (std::none_of(playbook_->head.needs.begin(), playbook_->head.needs.end(),
                            [&need](const Need& declared) { return declared.Covers(*need); })) {
      return;   // It will be refused.
    }
    Used& used = used_.try_emplace(name, Used{*need, {}}).first->second;
    std::string asked = std::string(module) + ":" + std::string(function);
    if (arguments.is_array() && !arguments.empty() && arguments[0].is_string()) {
      asked += ":" + arguments[0].get<std::string>();
    }
    used.asked.insert(std::move(asked));
    return;
  }
}

Task<Result<lua::Answer>> ConsoleHost::Call(std::string module, std::string function, Value arguments,
                                            Limits limits) {
  if (module == "console") {
    Task<Result<lua::Answer>> begun = BeginCheck(std::move(arguments), std::move(limits));
    co_return co_await std::move(begun);
  }
  if (module != "history") {
    const Status looked = co_await LookAnew(limits);
    if (!looked.ok()) co_return looked;
    Note(module, function, arguments);
  }
  Task<Result<lua::Answer>> call =
      live_.Call(std::move(module), std::move(function), std::move(arguments), std::move(limits));
  co_return co_await std::move(call);
}

Task<void> ConsoleHost::Prepare(Limits limits) {
  const std::vector<const checks::Head*> heads = {&playbook_->head};
  for (const auto& module : look_.modules()) {
    std::vector<Need> needs = run::UnionOfNeeds(heads, module->name());
    if (needs.empty()) continue;
    const std::vector<Status> statuses = co_await module->Prepare(needs, limits);
    for (std::size_t i = 0; i < needs.size() && i < statuses.size(); ++i) look_.SetNeed(needs[i], statuses[i]);
  }
}

Task<Result<lua::Answer>> ConsoleHost::BeginCheck(Value arguments, Limits limits) {
  if (playbook_ == nullptr) co_return Status(Code::kError, "there is no playbook whose check could run");
  const bool given = arguments.is_array() && !arguments.empty() && arguments[0].is_object();
  const Value params = given ? arguments[0] : Value::object();
  Result<Value> resolved = checks::ResolveParameters(playbook_->head, params);
  if (!resolved.ok()) co_return resolved.status();
  Status looked = co_await LookAnew(limits);
  if (looked.ok()) co_await Prepare(std::move(limits));
  stopped_ = looked.ok() ? look_.MissingNeed(playbook_->head) : looked;
  lua::Answer answer;
  answer.value = Value{{"runs", stopped_.ok()}, {"params", *std::move(resolved)}};
  co_return answer;
}

}  // namespace upkeep::authoring
