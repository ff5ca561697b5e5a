// SPDX-License-Identifier: Apache-2.0
#include "checks/kubernetes/module.h"

#include <map>
#include <utility>

#include "base/when_all.h"
#include "checks/kubernetes/encoding.h"

namespace upkeep::kubernetes {
namespace {

Status NoWriter() {
  return Status(Code::kDenied, "this target has no write identity")
      .WithHint("name one in the inventory: write_kubeconfig, with its write_context");
}

}  // namespace

Result<checks::Need> KubernetesModule::NeedOf(std::string_view function,
                                              const Value& arguments) const {
  Result<kubernetes::Call> call = ReadCall(function, arguments);
  if (!call.ok()) return call.status();
  return call->need;
}

struct KubernetesModule::Preparing {
  std::vector<checks::Need> needs;
  NeedKnown known;
  std::vector<Status> statuses = std::vector<Status>(needs.size());

  void Tell(std::size_t need) {
    if (known) known(need, statuses[need]);
  }
};

Task<void> KubernetesModule::Try(Preparing& preparing, std::size_t at, Limits limits) {
  const checks::Need& need = preparing.needs[at];
  Status& status = preparing.statuses[at];
  if (KubernetesClient* const client = need.writes() ? writer_.get() : reader_.get()) {
    Result<Permission> permission = co_await client->Can(need, "", limits);
    status = permission.status();
    if (permission.ok() && !permission->allowed) status = Refused(need, "", permission->reason);
  } else {
    status = NoWriter();
  }
  preparing.Tell(at);
}

Task<std::vector<Status>> KubernetesModule::PrepareAndTell(std::vector<checks::Need> needs,
                                                           NeedKnown known, Limits limits) {
  Preparing preparing{std::move(needs), std::move(known)};
  std::multimap<std::string, std::size_t> lists;
  std::vector<Task<void>> tries;
  for (std::size_t i = 0; i < preparing.needs.size(); ++i) {
    const checks::Need& need = preparing.needs[i];
    // Of a cluster's many events a check reads those of single objects: only the right is tried.
    if (need.verb != "list" || need.object == "events") {
      tries.push_back(Try(preparing, i, limits));
    } else if (Result<Resource> known_kind = ParseResource(need.object); !known_kind.ok()) {
      preparing.statuses[i] = known_kind.status();
      preparing.Tell(i);
    } else {
      snapshot_.Want(need.object, need.fields);
      lists.emplace(known_kind->Name(), i);
    }
  }
  const Snapshot::Listed listed = [&](const std::string& resource) {
    for (auto [at, end] = lists.equal_range(resource); at != end; ++at) {
      preparing.statuses[at->second] = snapshot_.StatusOf(resource);
      preparing.Tell(at->second);
    }
  };
  // The lists first: they take longest.
  std::vector<Task<void>> tasks;
  tasks.push_back(snapshot_.Take(listed, limits));
  for (Task<void>& attempt : tries) tasks.push_back(std::move(attempt));
  co_await WhenAll(std::move(tasks));
  co_return std::move(preparing.statuses);
}

Task<Result<lua::Answer>> KubernetesModule::Call(std::string function, Value arguments,
                                                 Limits limits) {
  Result<kubernetes::Call> call = ReadCall(function, arguments);
  if (!call.ok()) co_return call.status();
  if (!call->need.writes()) co_return co_await Look(*std::move(call), limits);
  Result<Value> changed = co_await Change(*std::move(call), limits);
  if (!changed.ok()) co_return changed.status();
  lua::Answer answer;
  answer.value = *std::move(changed);
  co_return answer;
}

Task<Result<lua::Answer>> KubernetesModule::Look(kubernetes::Call call, Limits limits) {
  lua::Answer answer;
  if (call.function == Function::kList || call.function == Function::kEvents) {
    auto documents = co_await snapshot_.List(std::move(call.query), limits);
    if (!documents.ok()) co_return documents.status();
    answer.documents = *std::move(documents);
    co_return answer;
  }
  Result<Value> value = co_await LookForValue(std::move(call), limits);
  if (!value.ok()) co_return value.status();
  answer.value = *std::move(value);
  co_return answer;
}

Task<Result<Value>> KubernetesModule::LookForValue(kubernetes::Call call, Limits limits) {
  switch (call.function) {
    case Function::kGet:
      co_return co_await reader_->Get(call.resource, call.space, call.name, limits);
    case Function::kNodeStats: {
      Asked asked{"get", *ParseResource("nodes/proxy"), "", call.name, ""};
      std::string path = asked.resource.Path("", call.name) + "/stats/summary";
      co_return co_await reader_->GetPath(std::move(path), std::move(asked), limits);
    }
    case Function::kLog: {
      Result<std::string> log = co_await reader_->Log(call.space, call.name, call.log, limits);
      if (!log.ok()) co_return log.status();
      co_return Value(PrintableText(*log));
    }
    case Function::kVersion: {
      Asked asked{"get", {}, "", "", "/version"};
      co_return co_await reader_->GetPath("/version", std::move(asked), limits);
    }
    case Function::kServerTime: {
      Result<ServerTime> time = co_await reader_->Time(limits);
      if (!time.ok()) co_return time.status();
      co_return Value{{"server", FormatRfc3339(time->server)},
                      {"skew_seconds", time->skew_seconds},
                      {"uncertainty_seconds", time->uncertainty_seconds}};
    }
    case Function::kInstalled: {
      Result<bool> served = co_await reader_->Serves(call.group, limits);
      if (!served.ok()) co_return served.status();
      co_return Value(*served);
    }
    case Function::kCan: {
      // About a change, the identity that would make it is asked.
      KubernetesClient* const client = call.asked.writes() ? writer_.get() : reader_.get();
      if (client == nullptr) co_return NoWriter();
      Result<Permission> permission = co_await client->Can(call.asked, call.space, limits);
      if (!permission.ok()) co_return permission.status();
      co_return Value{{"allowed", permission->allowed}, {"reason", permission->reason}};
    }
    default:
      co_return Status(Code::kInternal, "a call without an answer");
  }
}

Task<Result<Value>> KubernetesModule::Change(kubernetes::Call call, Limits limits) {
  if (!writer_) co_return NoWriter();
  switch (call.function) {
    case Function::kDelete:
      co_return co_await writer_->Delete(call.resource, call.space, call.name, call.write, limits);
    case Function::kPatch:
      co_return co_await writer_->Patch(call.resource, call.space, call.name, call.object,
                                        call.write, limits);
    default:
      co_return co_await writer_->Create(call.resource, call.space, call.object, call.write,
                                         limits);
  }
}

}  // namespace upkeep::kubernetes
