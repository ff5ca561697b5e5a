// SPDX-License-Identifier: Apache-2.0
//
// 500 playbooks wait on slow HTTP servers at once, on one loop thread: what that costs in memory, how
// much longer than the slowest server it takes, and whether each says what it waits for.
//
//   waiting_bench PLAYBOOK-FOLDER [COUNT [SECONDS]]
//
// Prints "wall_ms slowest_ms peak_kb waiting threads"; exits 1 when a playbook did not end ok, when
// not all of them waited at once, or when one of those did not name its wait.
#include <fstream>
#include <iostream>
#include <set>
#include <string>

#include "base/clock.h"
#include "base/io/reactor.h"
#include "base/text.h"
#include "runner/run/executor.h"
#include "runner/run/modules.h"
#include "tests/bench/waiting/slow_servers.h"

namespace {

using namespace upkeep;  // NOLINT: a program of one file.
using std::chrono::milliseconds;

/// The number at `name` in /proc/self/status: VmHWM in KiB, Threads.
long OfStatus(const std::string& name) {
  std::ifstream in("/proc/self/status");
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with(name + ":")) return std::stol(line.substr(name.size() + 1));
  }
  return -1;
}

struct Seen {
  std::size_t waiting = 0, named = 0;
  long threads = 0;
};

/// Looks, half way, at what `upkeep ps` would show.
Task<void> LookAtPs(io::Reactor& reactor, const run::Executor& executor, milliseconds half, Seen& seen) {
  (void)co_await reactor.SleepUntil(std::chrono::steady_clock::now() + half, Limits());
  for (const run::Running& one : executor.running()) {
    ++seen.waiting;
    if (one.waiting_for.starts_with("http.get") && one.waiting.count() > 0) ++seen.named;
  }
  seen.threads = OfStatus("Threads");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return 64;
  const int count = argc > 2 ? std::stoi(argv[2]) : 500;
  const milliseconds slowest(argc > 3 ? std::stoi(argv[3]) * 1000 : 6000);
  const bench::SlowServers servers(count, slowest);
  if (servers.urls().empty()) {
    std::cerr << "waiting_bench: the servers cannot be started\n";
    return 2;
  }
  checks::Inventory inventory;
  for (int i = 0; i < count; ++i) {
    checks::Target target;
    target.name = "slow-" + std::to_string(i);
    target.kind = checks::TargetKind::kHttp;
    target.url = servers.urls()[static_cast<std::size_t>(i)];
    target.time_limit = slowest + std::chrono::seconds(30);
    inventory.targets.push_back(std::move(target));
  }
  const Result<run::Playbook> playbook = run::Catalog({argv[1]}).Find("http.endpoint");
  if (!playbook.ok()) {
    std::cerr << playbook.status().Describe() << "\n";
    return 2;
  }
  SystemClock clock;
  Redactor redactor;
  auto reactor = io::Reactor::Create();
  if (!reactor.ok()) return 2;
  run::ModuleFactory modules(**reactor, clock, redactor, inventory);
  run::ExecutorOptions options;
  options.seed = 1;
  run::Executor executor(**reactor, clock, redactor, modules.maker(), options);
  std::vector<run::Pair> pairs;
  for (const checks::Target& target : inventory.targets) {
    run::Pair pair;
    pair.playbook = &*playbook;
    pair.target = &target;
    // A slow answer is what is asked for here.
    pair.params = {{"slow_warning_ms", 3600000}};
    pairs.push_back(std::move(pair));
  }

  Seen seen;
  const auto start = std::chrono::steady_clock::now();
  (*reactor)->Spawn(LookAtPs(**reactor, executor, slowest * 3 / 4, seen));
  const auto outcomes = (*reactor)->RunUntilDone(executor.Run(std::move(pairs), {}, Limits()));
  const auto wall = std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - start);

  int failed = 0;
  for (const run::PairOutcome& outcome : outcomes) {
    for (const checks::CheckResult& result : outcome.outcome.results) {
      if (result.state == checks::State::kOk) continue;
      if (++failed < 4) std::cerr << outcome.outcome.target << ": " << result.summary.en << "\n";
    }
    if (outcome.outcome.results.empty()) ++failed;
  }
  std::cout << wall.count() << " " << slowest.count() << " " << OfStatus("VmHWM") << " " << seen.waiting << " "
            << seen.threads << "\n";
  const auto all = static_cast<std::size_t>(count);
  if (failed > 0 || outcomes.size() != all || seen.waiting != all || seen.named != all) {
    std::cerr << "waiting_bench: " << failed << " failed, " << seen.waiting << " waited, " << seen.named
              << " said for what\n";
    return 1;
  }
  return 0;
}
