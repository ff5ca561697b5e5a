// SPDX-License-Identifier: Apache-2.0
#include "runner/run/executor.h"

#include <algorithm>
#include <deque>
#include <map>
#include <utility>

#include "base/when_all.h"
#include "runner/run/outcome.h"

namespace upkeep::run {
namespace {

using checks::HostModule;
using checks::Need;
using checks::PlaybookOutcome;
using checks::Target;

/// One target while a run looks at it.
struct Look {
  const Target* target = nullptr;
  Modules modules;
  Status made;                                ///< Whether the modules could be made at all.
  std::vector<std::size_t> pairs;             ///< Positions in the run's list.
  std::map<std::string, Status> needs;        ///< Need::ToString → what Prepare said.
};

/// The needs of one module that the playbooks on a target have together; the fields of the same
/// list are joined, and no fields at all means every field.
std::vector<Need> UnionOfNeeds(const std::vector<const checks::Head*>& heads,
                               std::string_view module) {
  std::vector<Need> joined;
  for (const checks::Head* head : heads) {
    for (const Need& need : head->needs) {
      if (need.module != module) continue;
      const auto same = std::find_if(joined.begin(), joined.end(),
                                     [&](const Need& other) { return other.Matches(need); });
      if (same == joined.end()) {
        joined.push_back(need);
      } else if (!same->fields.empty() && need.fields.empty()) {
        same->fields.clear();
      } else if (!same->fields.empty()) {
        same->fields.insert(same->fields.end(), need.fields.begin(), need.fields.end());
      }
    }
  }
  for (Need& need : joined) {
    std::sort(need.fields.begin(), need.fields.end());
    need.fields.erase(std::unique(need.fields.begin(), need.fields.end()), need.fields.end());
  }
  return joined;
}

/// What stops `head` from running on this look: the first missing need that it can't do without.
Status MissingNeed(const checks::Head& head, const Look& look) {
  for (const Need& need : head.needs) {
    if (need.optional) continue;
    const auto found = look.needs.find(need.ToString());
    if (found == look.needs.end()) {
      return Status(Code::kError, "the target " + look.target->name + " has no module " + need.module +
                                      " for the need " + need.ToString());
    }
    if (!found->second.ok()) return found->second;
  }
  return Status::Ok();
}

std::uint64_t SeedOf(std::uint64_t seed, const std::string& playbook, const std::string& target) {
  // FNV-1a: the same pair of the same run always gets the same numbers.
  std::uint64_t hash = 1469598103934665603ULL ^ seed;
  for (const char c : playbook + "\n" + target) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  }
  return hash;
}

}  // namespace

Value TargetForPlaybook(const Target& target) {
  Value value{{"name", target.name},
              {"kind", std::string(checks::TargetKindName(target.kind))},
              {"labels", target.labels},
              {"expects", target.expects},
              {"role", target.role},
              {"url", target.url},
              {"host", target.host},
              {"port", target.port},
              {"database", target.database},
              {"method", target.method},
              {"expect_status", target.expect_status},
              {"expect_body", target.expect_body},
              {"time_limit_seconds", std::chrono::duration<double>(target.time_limit).count()}};
  if (value["labels"].empty()) value["labels"] = Value::object();
  return value;
}

checks::Subject SubjectOfTarget(const Target& target) {
  checks::Subject subject;
  subject.name = target.name;
  switch (target.kind) {
    case checks::TargetKind::kKubernetes: subject.kind = "Cluster"; break;
    case checks::TargetKind::kPostgres:
    case checks::TargetKind::kMysql: subject.kind = "Database"; break;
    case checks::TargetKind::kRedis: subject.kind = "Cache"; break;
    case checks::TargetKind::kHttp:
    case checks::TargetKind::kTls:
    case checks::TargetKind::kDns: subject.kind = "Endpoint"; break;
    case checks::TargetKind::kHost: subject.kind = "Host"; break;
  }
  return subject;
}

Task<PlaybookOutcome> RunPlaybook(const Playbook& playbook, Value target, checks::Subject subject,
                                  Value params, lua::Host& host, const Clock& clock,
                                  const Redactor& redactor, lua::Budget budget, std::uint64_t seed,
                                  Limits limits, std::function<void(lua::Sandbox*)> on_sandbox) {
  PlaybookOutcome outcome;
  outcome.playbook = playbook.head.id;
  outcome.target = StringAt(target, "name");
  outcome.definition = playbook.head.definition;
  outcome.started = clock.Now();
  outcome.seed = seed;

  Status ended;
  std::vector<Value> records;
  Result<Value> resolved = checks::ResolveParameters(playbook.head, params);
  if (!resolved.ok()) {
    ended = resolved.status();
  } else {
    outcome.params = *resolved;
    lua::SandboxOptions options;
    options.budget = budget;
    options.seed = seed;
    options.clock = &clock;
    options.host = &host;
    options.library_folder = playbook.pack + "/lib";
    Result<std::unique_ptr<lua::Sandbox>> sandbox = lua::Sandbox::Create(std::move(options));
    ended = sandbox.status();
    if (ended.ok()) ended = (*sandbox)->Load(playbook.source, playbook.path);
    if (ended.ok()) {
      on_sandbox(sandbox->get());
      Value run_object{{"$run", Value{{"target", std::move(target)}}}};
      std::vector<Value> arguments;
      arguments.push_back(std::move(run_object));
      arguments.push_back(std::move(*resolved));
      Result<Value> returned = co_await (*sandbox)->Call("check", std::move(arguments), limits);
      ended = returned.status();
      records = (*sandbox)->TakeRecords();
      on_sandbox(nullptr);
    }
  }
  FillOutcome(playbook.head, std::move(records), ended, subject, redactor, outcome);
  outcome.finished = clock.Now();
  co_return outcome;
}

struct Executor::Impl {
  io::Reactor& reactor;
  const Clock& clock;
  const Redactor& redactor;
  ModuleMaker maker;
  ExecutorOptions options;
  std::map<std::size_t, std::pair<Running, lua::Sandbox*>> running;
  std::size_t next_running = 0;

  Task<void> Prepare(Look& look, const std::vector<Pair>& pairs, Limits limits);
  Task<void> RunLook(Look& look, const std::vector<Pair>& pairs, const Progress& progress,
                     std::vector<PairOutcome>& outcomes, const PastOfPair& past, Limits limits);
  Task<void> RunPair(const Look& look, const Pair& pair, const Progress& progress, PairOutcome& out,
                     const PastOfPair& past, Limits limits);
};

Task<void> Executor::Impl::Prepare(Look& look, const std::vector<Pair>& pairs, Limits limits) {
  Result<Modules> modules = co_await maker(*look.target, limits);
  if (!modules.ok()) {
    look.made = modules.status();
    co_return;
  }
  look.modules = std::move(*modules);
  std::vector<const checks::Head*> heads;
  for (const std::size_t position : look.pairs) heads.push_back(&pairs[position].playbook->head);
  for (const auto& module : look.modules) {
    std::vector<Need> needs = UnionOfNeeds(heads, module->name());
    if (needs.empty()) continue;
    std::vector<Status> statuses = co_await module->Prepare(needs, limits);
    for (std::size_t i = 0; i < needs.size() && i < statuses.size(); ++i) {
      look.needs.insert_or_assign(needs[i].ToString(), statuses[i]);
    }
  }
}

Task<void> Executor::Impl::RunPair(const Look& look, const Pair& pair, const Progress& progress,
                                   PairOutcome& out, const PastOfPair& past, Limits limits) {
  const std::size_t id = next_running++;
  if (progress.started) progress.started(pair);
  running[id] = {Running{pair.playbook->head.id, pair.target->name, "", clock.Now()}, nullptr};

  const checks::Subject subject = SubjectOfTarget(*pair.target);
  Status stopped = look.made.ok() ? MissingNeed(pair.playbook->head, look) : look.made;
  if (limits.cancel.cancelled()) stopped = Status(Code::kCancelled, "the run was cancelled");
  if (!stopped.ok()) {
    out.outcome.playbook = pair.playbook->head.id;
    out.outcome.target = pair.target->name;
    out.outcome.definition = pair.playbook->head.definition;
    out.outcome.started = out.outcome.finished = clock.Now();
    if (!FillAbsent(pair.playbook->head, *pair.target, stopped, subject, out.outcome)) {
      FillOutcome(pair.playbook->head, {}, stopped, subject, redactor, out.outcome);
    }
  } else {
    LiveHost live(pair.playbook->head, look.modules, clock, past ? past(pair) : Past{});
    RecordingHost recording(live, redactor);
    lua::Host& host = options.record ? static_cast<lua::Host&>(recording) : live;
    Limits own = limits.Within(options.playbook_deadline);
    Value target = TargetForPlaybook(*pair.target);
    const std::uint64_t seed = SeedOf(options.seed, pair.playbook->head.id, pair.target->name);
    std::function<void(lua::Sandbox*)> on_sandbox = [this, id](lua::Sandbox* sandbox) {
      running[id].second = sandbox;
    };
    out.outcome = co_await RunPlaybook(*pair.playbook, std::move(target), subject, pair.params, host,
                                       clock, redactor, options.budget, seed, own, on_sandbox);
    if (options.record) out.calls = recording.calls();
  }
  running.erase(id);
  if (progress.finished) progress.finished(pair, out.outcome);
}

Task<void> Executor::Impl::RunLook(Look& look, const std::vector<Pair>& pairs,
                                   const Progress& progress, std::vector<PairOutcome>& outcomes,
                                   const PastOfPair& past, Limits limits) {
  // A server that logs in and then stops answering must not hold the run: what prepares has no
  // longer than a playbook, and each playbook after it has a deadline of its own.
  co_await Prepare(look, pairs, limits.Within(options.playbook_deadline));
  // Playbooks on one target wait side by side; each lane takes the next one when it is free.
  std::size_t next = 0;
  std::vector<Task<void>> lanes;
  const auto lane = [&](std::size_t& position) -> Task<void> {
    while (position < look.pairs.size()) {
      const std::size_t mine = look.pairs[position++];
      co_await RunPair(look, pairs[mine], progress, outcomes[mine], past, limits);
    }
  };
  const std::size_t count =
      std::min(look.pairs.size(), static_cast<std::size_t>(std::max(1, options.at_once)));
  for (std::size_t i = 0; i < count; ++i) lanes.push_back(lane(next));
  co_await WhenAll(std::move(lanes));
}

Executor::Executor(io::Reactor& reactor, const Clock& clock, const Redactor& redactor,
                   ModuleMaker maker, ExecutorOptions options)
    : impl_(new Impl{reactor, clock, redactor, std::move(maker), options, {}, 0}) {}

Executor::~Executor() = default;

Task<std::vector<PairOutcome>> Executor::Run(std::vector<Pair> pairs, Progress progress,
                                             Limits limits, PastOfPair past) {
  std::vector<PairOutcome> outcomes(pairs.size());
  // A deque keeps each look in place while tasks refer to it.
  std::deque<Look> looks;
  std::map<const Target*, Look*> by_target;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    Look*& look = by_target[pairs[i].target];
    if (look == nullptr) {
      look = &looks.emplace_back();
      look->target = pairs[i].target;
    }
    look->pairs.push_back(i);
  }
  std::vector<Task<void>> tasks;
  for (Look& look : looks) {
    tasks.push_back(impl_->RunLook(look, pairs, progress, outcomes, past, limits));
  }
  co_await WhenAll(std::move(tasks));
  co_return outcomes;
}

std::vector<Running> Executor::running() const {
  std::vector<Running> all;
  for (const auto& [id, entry] : impl_->running) {
    all.push_back(entry.first);
    if (entry.second != nullptr) all.back().waiting_for = entry.second->waiting_for();
  }
  return all;
}

}  // namespace upkeep::run
