// SPDX-License-Identifier: Apache-2.0
#include "runner/isolate/isolate.h"

#include <utility>

#include "runner/isolate/process.h"
#include "runner/isolate/session.h"

namespace upkeep::isolate {
namespace {

constexpr std::chrono::seconds kDying{1};   // A process that closed its socket is on its way out.

}  // namespace

Task<Ended> Run(io::Reactor& reactor, Request request, Limits limits, Activity& activity) {
  if (limits.cancel.cancelled()) co_return Ended{Status(Code::kCancelled, "the run was cancelled"), {}};
  Result<std::unique_ptr<Process>> process = Process::Start();
  if (!process.ok()) co_return Ended{process.status(), {}};
  Session session(reactor, (*process)->socket(), request, limits, activity);
  Result<Value> returned = co_await session.Talk();
  co_await session.Close();
  const bool gone = returned.status().code() == Code::kUnreachable;
  const int status = co_await (*process)->End(reactor, gone ? kDying : std::chrono::seconds(0));
  co_return Ended{gone ? DescribeEnd(status, request.budget) : std::move(returned), session.TakeRecords()};
}

Result<Value> ReadHead(const std::string& source, const std::string& file, const lua::ModuleReader& read_module,
                       std::chrono::milliseconds at_most) {
  Result<std::unique_ptr<io::Reactor>> reactor = io::Reactor::Create();
  if (!reactor.ok()) return reactor.status();
  const SystemClock clock;
  Request request;
  request.source = source;
  request.file = file;
  request.clock = &clock;
  request.read_module = read_module;
  Activity activity;
  const Limits limits = Limits{}.Within(at_most);
  return (*reactor)->RunUntilDone(Run(**reactor, std::move(request), limits, activity)).returned;
}

}  // namespace upkeep::isolate
