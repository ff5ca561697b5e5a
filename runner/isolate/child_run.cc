// SPDX-License-Identifier: Apache-2.0
#include "runner/isolate/child_run.h"

#include <utility>

#include "base/lua/sandbox.h"
#include "runner/isolate/ask_host.h"
#include "runner/isolate/message.h"

namespace upkeep::isolate {
namespace {

lua::Budget BudgetOf(const Value& start) {
  lua::Budget budget;
  budget.memory_bytes = static_cast<std::size_t>(IntegerAt(start, "memory_bytes"));
  budget.cpu = std::chrono::milliseconds(IntegerAt(start, "cpu_ms"));
  budget.turn = std::chrono::milliseconds(IntegerAt(start, "turn_ms"));
  budget.instructions_per_look = static_cast<int>(IntegerAt(start, "instructions_per_look"));
  return budget;
}

Result<Value> RunPlaybook(const Value& start, AskHost& host, const Clock& clock) {
  lua::SandboxOptions options;
  options.budget = BudgetOf(start);
  options.seed = start.value("seed", std::uint64_t{0});
  options.clock = &clock;
  if (start.value("has_host", false)) options.host = &host;
  if (start.value("has_modules", false)) {
    options.read_module = [&host](const std::string& name) { return host.ReadModule(name); };
  }
  Result<std::unique_ptr<lua::Sandbox>> sandbox = lua::Sandbox::Create(std::move(options));
  if (!sandbox.ok()) return sandbox.status();
  UPKEEP_RETURN_IF_ERROR((*sandbox)->Load(StringAt(start, "source"), StringAt(start, "file")));
  const std::string function = StringAt(start, "function");
  if (function.empty()) return (*sandbox)->Head();
  Limits limits;
  // The steady clock is the machine's, so a deadline is the same moment in every process.
  if (start.contains("deadline")) limits.deadline = SteadyInstant(SteadyInstant::duration(IntegerAt(start, "deadline")));
  limits.cancel = host.cancel();
  host.set_sandbox(sandbox->get());
  Result<Value> returned =
      host.Drive((*sandbox)->Call(function, start.value("arguments", std::vector<Value>()), limits));
  host.SendRecords();
  host.set_sandbox(nullptr);
  return returned;
}

}  // namespace

Value RunStarted(const Value& start, ChildLink& link) {
  FakeClock told(Instant(Instant::duration(IntegerAt(start, "now"))));
  const SystemClock running;
  const Clock& clock = start.value("clock_runs", false) ? static_cast<const Clock&>(running) : told;
  AskHost host(link, told);
  Result<Value> returned = RunPlaybook(start, host, clock);
  Value end{{"op", "end"}, {"status", ToValue(returned.status())}};
  if (returned.ok()) end["value"] = *std::move(returned);
  return end;
}

}  // namespace upkeep::isolate
