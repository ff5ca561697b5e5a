// SPDX-License-Identifier: Apache-2.0
#include "runner/isolate/child.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cstring>
#include <new>
#include <utility>

#include "base/lua/sandbox.h"
#include "runner/isolate/ask_host.h"
#include "runner/isolate/child_link.h"
#include "runner/isolate/confine.h"
#include "runner/isolate/message.h"
#include "runner/isolate/process.h"

namespace upkeep::isolate {
namespace {

Status Confine(const Value& start) {
  ResourceLimits limits;
  limits.more_memory = static_cast<std::size_t>(IntegerAt(start, "more_memory"));
  limits.cpu = std::chrono::seconds(IntegerAt(start, "cpu_seconds"));
  UPKEEP_RETURN_IF_ERROR(LimitResources(limits));
  return FilterSystemCalls(kChildSocket);
}

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

void EndWhenOutOfMemory() {
  std::set_new_handler([] { _exit(kExitOutOfMemory); });
  // mimalloc asks no handler and aborts. Any other abort ends as one.
  struct sigaction on_abort {};
  on_abort.sa_handler = [](int) {
    constexpr std::size_t kPlenty = std::size_t{64} << 20;
    if (mmap(nullptr, kPlenty, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED) _exit(kExitOutOfMemory);
    raise(SIGABRT);
  };
  on_abort.sa_flags = static_cast<int>(SA_RESETHAND | SA_NODEFER);
  sigaction(SIGABRT, &on_abort, nullptr);
}

bool IsChild(int argc, const char* const* argv) { return argc == 2 && std::strcmp(argv[1], kChildArgument) == 0; }

int ChildMain() {
  prctl(PR_SET_NAME, "upkeep-playbook");   // Else ps shows "exe".
  EndWhenOutOfMemory();
  ChildLink link(kChildSocket);
  const Value start = link.Read();
  Value end{{"op", "end"}};
  Status confined = Confine(start);
  if (confined.ok()) {
    FakeClock told(Instant(Instant::duration(IntegerAt(start, "now"))));
    const SystemClock running;
    const Clock& clock = start.value("clock_runs", false) ? static_cast<const Clock&>(running) : told;
    AskHost host(link, told);
    Result<Value> returned = RunPlaybook(start, host, clock);
    end["status"] = ToValue(returned.status());
    if (returned.ok()) end["value"] = *std::move(returned);
  } else {
    end["status"] = ToValue(confined);
  }
  link.Send(end);
  // What runs at a normal exit may want more than the filter lets through, and has nothing to save.
  _exit(0);
}

}  // namespace upkeep::isolate
