// SPDX-License-Identifier: Apache-2.0
#include "runner/run/executor.h"

#include <algorithm>
#include <deque>
#include <map>
#include <utility>

#include "base/io/turnstile.h"
#include "base/when_all.h"
#include "runner/isolate/isolate.h"
#include "runner/run/look.h"
#include "runner/run/outcome.h"

namespace upkeep::run {
namespace {

using checks::HostModule;
using checks::Need;
using checks::PlaybookOutcome;
using checks::Target;

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

namespace {

/// A playbook in a sandbox of its own, ready to check; or why it is not. One that runs in a process of
/// its own has no sandbox here, but what starts it.
struct Opened {
  Status status;
  const lua::Host* host = nullptr;
  Value params;
  std::unique_ptr<lua::Sandbox> sandbox;
  isolate::Request request;
};

/// Where a running playbook can be asked what it waits for: one of both, or neither.
struct Watched {
  const lua::Sandbox* sandbox = nullptr;
  const isolate::Activity* activity = nullptr;
};

/// What one call of a playbook left behind.
struct Called {
  Status ended;
  std::vector<Value> records;
};

Opened OpenPlaybook(const Playbook& playbook, const Value& params, lua::Host& host,
                    const Clock& clock, lua::Budget budget, std::uint64_t seed) {
  Opened opened;
  opened.host = &host;
  Result<Value> resolved = checks::ResolveParameters(playbook.head, params);
  opened.status = resolved.status();
  if (!resolved.ok()) return opened;
  opened.params = *std::move(resolved);
  if (playbook.isolate) {
    opened.request.source = playbook.source;
    opened.request.file = playbook.path;
    opened.request.budget = budget;
    opened.request.seed = seed;
    opened.request.clock = &clock;
    opened.request.host = &host;
    opened.request.read_module = playbook.read_module;
    return opened;
  }
  lua::SandboxOptions options;
  options.budget = budget;
  options.seed = seed;
  options.clock = &clock;
  options.host = &host;
  options.read_module = playbook.read_module;
  Result<std::unique_ptr<lua::Sandbox>> sandbox = lua::Sandbox::Create(std::move(options));
  opened.status = sandbox.status();
  if (!sandbox.ok()) return opened;
  opened.sandbox = *std::move(sandbox);
  opened.status = opened.sandbox->Load(playbook.source, playbook.path);
  return opened;
}

Task<Called> CallCheck(io::Reactor& reactor, Opened& opened, std::vector<Value> arguments, Limits limits,
                       const std::function<void(Watched)>& on_running) {
  Called called;
  isolate::Activity activity;
  if (opened.sandbox != nullptr) {
    on_running({opened.sandbox.get(), nullptr});
    Result<Value> returned = co_await opened.sandbox->Call("check", std::move(arguments), limits);
    called.ended = returned.status();
    called.records = opened.sandbox->TakeRecords();
  } else {
    on_running({nullptr, &activity});
    opened.request.function = "check";
    opened.request.arguments = std::move(arguments);
    isolate::Ended ended = co_await isolate::Run(reactor, std::move(opened.request), limits, activity);
    called.ended = ended.returned.status();
    called.records = std::move(ended.records);
  }
  on_running({});
  co_return called;
}

Task<PlaybookOutcome> Check(io::Reactor& reactor, const Playbook& playbook, Opened opened, Value target,
                            checks::Subject subject, const Clock& clock, const Redactor& redactor,
                            std::uint64_t seed, Limits limits,
                            std::function<void(Watched)> on_running) {
  PlaybookOutcome outcome;
  outcome.playbook = playbook.head.id;
  outcome.target = StringAt(target, "name");
  outcome.definition = playbook.head.definition;
  outcome.params = opened.params;
  outcome.started = clock.Now();
  outcome.seed = seed;

  Status ended = opened.status;
  std::vector<Value> records;
  if (ended.ok()) {
    Value run_object{{"$run", Value{{"target", std::move(target)}}}};
    std::vector<Value> arguments;
    arguments.push_back(std::move(run_object));
    arguments.push_back(std::move(opened.params));
    Called called = co_await CallCheck(reactor, opened, std::move(arguments), limits, on_running);
    ended = called.ended;
    // An error may be caught; that the playbook tried stands all the same.
    if (ended.ok()) ended = opened.host->Refused();
    records = std::move(called.records);
  }
  FillOutcome(playbook.head, std::move(records), ended, subject, redactor, outcome);
  outcome.finished = clock.Now();
  co_return outcome;
}

}  // namespace

Task<PlaybookOutcome> RunPlaybook(io::Reactor& reactor, const Playbook& playbook, Value target,
                                  checks::Subject subject, Value params, lua::Host& host, const Clock& clock,
                                  const Redactor& redactor, lua::Budget budget, std::uint64_t seed,
                                  Limits limits, std::function<void(lua::Sandbox*)> on_sandbox) {
  Opened opened = OpenPlaybook(playbook, params, host, clock, budget, seed);
  lua::Sandbox* const sandbox = opened.sandbox.get();
  std::function<void(Watched)> on_running = [sandbox, told = std::move(on_sandbox)](Watched watched) {
    if (sandbox != nullptr) told(watched.sandbox == nullptr ? nullptr : sandbox);
  };
  return Check(reactor, playbook, std::move(opened), std::move(target), std::move(subject), clock, redactor,
               seed, std::move(limits), std::move(on_running));
}

struct Executor::Impl {
  io::Reactor& reactor;
  const Clock& clock;
  const Redactor& redactor;
  ModuleMaker maker;
  ExecutorOptions options;
  std::map<std::size_t, std::pair<Running, Watched>> running;
  std::size_t next_running = 0;

  io::Turnstile opening{};

  Task<void> Prepare(Look& look, const std::vector<Pair>& pairs, Limits limits);
  Task<void> RunLook(Look& look, const std::vector<Pair>& pairs, const Progress& progress,
                     std::vector<PairOutcome>& outcomes, const PastOfPair& past, Limits limits);
  Task<void> RunPair(Look& look, const Pair& pair, const Progress& progress, PairOutcome& out,
                     const PastOfPair& past, Limits limits);
  Task<Opened> OpenInTurn(const Pair& pair, lua::Host& host, std::uint64_t seed, Limits limits);
};

Task<void> Executor::Impl::Prepare(Look& look, const std::vector<Pair>& pairs, Limits limits) {
  Result<Modules> modules = co_await maker(*look.target, limits);
  look.SetModules(std::move(modules));
  std::vector<const checks::Head*> heads;
  for (const std::size_t position : look.pairs) heads.push_back(&pairs[position].playbook->head);
  for (const auto& module : look.modules()) {
    const std::vector<Need> needs = UnionOfNeeds(heads, module->name());
    if (needs.empty()) continue;
    HostModule::NeedKnown known = [&look, &needs](std::size_t need, const Status& status) {
      look.SetNeed(needs[need], status);
    };
    std::vector<Status> statuses = co_await module->PrepareAndTell(needs, std::move(known), limits);
    for (std::size_t i = 0; i < needs.size() && i < statuses.size(); ++i) {
      look.SetNeed(needs[i], statuses[i]);
    }
  }
  look.SetPrepared();
}

/// One sandbox in each turn of the reactor's loop: what the target sends meanwhile is not kept
/// waiting for all of them.
Task<Opened> Executor::Impl::OpenInTurn(const Pair& pair, lua::Host& host, std::uint64_t seed,
                                        Limits limits) {
  const Result<io::Turnstile::Turn> turn = co_await opening.Enter(reactor, limits);
  Opened opened;
  opened.status = turn.status();
  if (!turn.ok()) co_return opened;
  opened.status = co_await reactor.SleepUntil(std::chrono::steady_clock::now(), limits);
  if (!opened.status.ok()) co_return opened;
  co_return OpenPlaybook(*pair.playbook, pair.params, host, clock, options.budget, seed);
}

Task<void> Executor::Impl::RunPair(Look& look, const Pair& pair, const Progress& progress,
                                   PairOutcome& out, const PastOfPair& past, Limits limits) {
  const std::size_t id = next_running++;
  if (progress.started) progress.started(pair);
  running[id] = {Running{pair.playbook->head.id, pair.target->name, "", {}, clock.Now()}, Watched{}};

  const checks::Head& head = pair.playbook->head;
  const std::uint64_t seed = SeedOf(options.seed, head.id, pair.target->name);
  LiveHost live(head, look.modules(), reactor, clock, past ? past(pair) : Past{});
  RecordingHost recording(live, redactor);
  lua::Host& host = options.record ? static_cast<lua::Host&>(recording) : live;
  // What can be done before the target has answered is done while it answers.
  co_await look.WaitForModules(reactor, limits.cancel);
  Opened opened;
  if (look.made().ok() && !look.Knows(head)) {
    opened = co_await OpenInTurn(pair, host, seed, limits);
  } else if (look.made().ok()) {
    opened = OpenPlaybook(*pair.playbook, pair.params, host, clock, options.budget, seed);
  }
  co_await look.WaitForNeeds(reactor, head, limits.cancel);

  const checks::Subject subject = SubjectOfTarget(*pair.target);
  Status stopped = look.made();
  if (limits.cancel.cancelled()) {
    stopped = Status(Code::kCancelled, "the run was cancelled");
  } else if (stopped.ok()) {
    stopped = look.MissingNeed(head);
  }
  if (!stopped.ok()) {
    out.outcome.playbook = head.id;
    out.outcome.target = pair.target->name;
    out.outcome.definition = head.definition;
    out.outcome.started = out.outcome.finished = clock.Now();
    if (!FillAbsent(head, *pair.target, stopped, subject, out.outcome)) {
      FillOutcome(head, {}, stopped, subject, redactor, out.outcome);
    }
  } else {
    Limits own = limits.Within(options.playbook_deadline);
    Value target = TargetForPlaybook(*pair.target);
    std::function<void(Watched)> on_running = [this, id](Watched watched) { running[id].second = watched; };
    out.outcome = co_await Check(reactor, *pair.playbook, std::move(opened), std::move(target), subject,
                                 clock, redactor, seed, own, on_running);
    if (options.record) out.calls = recording.calls();
  }
  running.erase(id);
  if (progress.finished) progress.finished(pair, out.outcome);
}

Task<void> Executor::Impl::RunLook(Look& look, const std::vector<Pair>& pairs,
                                   const Progress& progress, std::vector<PairOutcome>& outcomes,
                                   const PastOfPair& past, Limits limits) {
  std::vector<Task<void>> tasks;
  // A server that logs in and then stops answering must not hold the run: what prepares has no
  // longer than a playbook, and each playbook after it has a deadline of its own.
  tasks.push_back(Prepare(look, pairs, limits.Within(options.playbook_deadline)));
  // Playbooks on one target wait side by side; each lane takes the next one when it is free.
  std::size_t next = 0;
  const auto lane = [&](std::size_t& position) -> Task<void> {
    while (position < look.pairs.size()) {
      const std::size_t mine = look.pairs[position++];
      co_await RunPair(look, pairs[mine], progress, outcomes[mine], past, limits);
    }
  };
  const std::size_t count =
      std::min(look.pairs.size(), static_cast<std::size_t>(std::max(1, options.at_once)));
  for (std::size_t i = 0; i < count; ++i) tasks.push_back(lane(next));
  co_await WhenAll(std::move(tasks));
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
    Running& one = all.back();
    if (entry.second.sandbox != nullptr) {
      one.waiting_for = entry.second.sandbox->waiting_for();
      one.waiting = entry.second.sandbox->waiting_time();
    } else if (entry.second.activity != nullptr) {
      one.waiting_for = entry.second.activity->waiting_for();
      one.waiting = entry.second.activity->waiting_time();
    } else {
      one.waiting_for = "its preparation";   // Of its target: credentials, lists, needs.
      one.waiting = impl_->clock.Now() - one.since;
    }
  }
  return all;
}

}  // namespace upkeep::run
