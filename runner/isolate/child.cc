// SPDX-License-Identifier: Apache-2.0
#include "runner/isolate/child.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cstring>
#include <new>

#include "runner/isolate/child_link.h"
#include "runner/isolate/child_run.h"
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
  const Status confined = Confine(start);
  link.Send(confined.ok() ? RunStarted(start, link) : Value{{"op", "end"}, {"status", ToValue(confined)}});
  // What runs at a normal exit may want more than the filter lets through, and has nothing to save.
  _exit(0);
}

}  // namespace upkeep::isolate
