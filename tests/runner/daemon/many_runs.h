// SPDX-License-Identifier: Apache-2.0
// Many schedules that come due in one second, each with a run of its own, under the daemon as it
// is in production: its loop, the threads of its server, its offload threads, its journal, and
// ticks that want the same slots, each on a thread with a store of its own.
#ifndef UPKEEP_TESTS_RUNNER_DAEMON_MANY_RUNS_H_
#define UPKEEP_TESTS_RUNNER_DAEMON_MANY_RUNS_H_

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <map>
#include <set>
#include <thread>
#include <utility>

#include "runner/daemon/daemon.h"
#include "runner/daemon/server.h"
#include "runner/run/modules.h"
#include "tests/runner/daemon/fixture.h"

namespace upkeep::daemon {

using std::chrono::milliseconds;

class ManyRunsTest : public DaemonTest {
 protected:
  ManyRunsTest() {
    store_.reset();   // It is opened again with the system's clock, by each thread for itself.
    due_ = std::chrono::floor<seconds>(system_.Now()) + seconds(2);
  }

  /// A schedule of its own id that comes due once, with every other one.
  void AddSchedule(const std::string& id, const std::string& playbook, const std::string& target,
                   const std::string& more = "") {
    const std::string t = FormatRfc3339(due_);   // 2026-11-21T09:00:00Z
    const std::string cron = t.substr(17, 2) + " " + t.substr(14, 2) + " " + t.substr(11, 2) + " " +
                             t.substr(8, 2) + " " + t.substr(5, 2) + " *";
    schedules_ += "  - id: " + id + "\n    cron: \"" + cron + "\"\n    playbooks: [" + playbook +
                  "]\n    targets: [" + target + "]\n    grace: 10m\n" + more;
    ids_.push_back(id);
  }
  void AddPlaybook(const std::string& name, const std::string& kind, const std::string& needs,
                   const std::string& body) {
    std::filesystem::create_directories(folder_ + "/pack/many");
    std::ofstream(folder_ + "/pack/many/" + name + ".lua")
        << "local upkeep = require 'upkeep'\nlocal runs = 0\nreturn upkeep.playbook {\n"
           "  format = 1, id = 'many." << name << "', title = { en = 't', ko = 't' },\n"
           "  cadence = 'on_demand', covers = {}, owner = 'team', runbook = 'docs/x.md',\n"
           "  fix = { en = 'f', ko = 'f' }, target = '" << kind << "', needs = {" << needs << "},\n"
           "  messages = { seen = { en = 'seen {what}', ko = '확인: {what}' } },\n"
           "  check = function(run, params)\nruns = runs + 1\n" << body << "\nend,\n}\n";
  }

  /// As upkeep's own commands make them; each caller's thread has its own.
  struct Own {
    Redactor redactor;
    std::unique_ptr<store::Store> store;
    std::unique_ptr<io::Reactor> reactor;
  };
  std::unique_ptr<Own> MakeOwn() {
    auto own = std::make_unique<Own>();
    store::OpenOptions options;
    options.clock = &system_;
    options.redactor = &own->redactor;
    options.busy_timeout = milliseconds(20'000);   // Ten threads write, under a sanitizer.
    auto store = store::OpenSqliteStore(folder_ + "/upkeep.db", options);
    EXPECT_TRUE(store.ok()) << store.status().Describe();
    own->store = std::move(*store);
    own->reactor = *io::Reactor::Create();
    return own;
  }
  Places PlacesFor(Own& own) {
    Places places;
    places.schedules = folder_ + "/schedules";
    places.packs = packs_.empty() ? std::vector<std::string>{folder_ + "/pack"} : packs_;
    places.inventory = [this] { return Result<checks::Inventory>(inventory_); };
    places.modules = [this, &own](const checks::Inventory& inventory) -> run::ModuleMaker {
      auto factory = std::make_shared<run::ModuleFactory>(*own.reactor, system_, own.redactor, inventory);
      return [factory, make = factory->maker()](const checks::Target& target, Limits limits) {
        return make(target, limits);
      };
    };
    return places;
  }
  RunnerParts PartsFor(Own& own, const std::string& holder) {
    return {*own.reactor, *own.store, system_, own.redactor, journal_of_all_, kDaemonActor,
            holder, folder_ + "/reports", "en", {}};
  }

  /// Writes the schedules' file and their slots, as a daemon did that ran before.
  void WriteAndPlan() {
    std::ofstream(folder_ + "/schedules/test.yaml")
        << "apiVersion: upkeep/v1\nschedules:\n" << schedules_;
    auto own = MakeOwn();
    auto world = ReadWorld(PlacesFor(*own), due_ - seconds(30));
    ASSERT_TRUE(world.ok()) << world.status().Describe();
    ASSERT_TRUE((*world)->schedules.Errors().ok()) << (*world)->schedules.Errors().Describe();
    for (const Status& error : (*world)->playbooks.errors) ADD_FAILURE() << error.Describe();
    FakeClock before(due_ - seconds(30));
    SlotPlanner planner(*own->store, before);
    for (const schedules::Schedule& schedule : (*world)->schedules.schedules) {
      PlanRequest plan;
      plan.targets = schedule.targets;
      plan.horizon_instants = 1;
      const auto planned = planner.Plan(schedule, plan);
      ASSERT_TRUE(planned.ok()) << planned.status().Describe();
      ASSERT_EQ(planned->added, 1) << schedule.id;
    }
  }

  /// Runs the daemon with its server, and a tick for each of `ticked`, while `meanwhile` runs;
  /// then SIGTERM, as the system's service manager sends it. Ends when all threads have.
  void RunDaemon(const std::vector<std::string>& ticked, const std::function<void()>& meanwhile) {
    auto own = MakeOwn();
    ServerOptions serve;
    serve.port = 0;
    serve.open_store = [this] { return OpenToRead(); };
    auto server = Server::Listen(std::move(serve));
    ASSERT_TRUE(server.ok()) << server.status().Describe();
    std::thread serving([&] { (*server)->Run(); });

    DaemonOptions options;
    options.look_every = milliseconds(200);
    options.drain = milliseconds(300);
    Daemon daemon(PlacesFor(*own), PartsFor(*own, run::ProcessHolder()), options);
    Status ended(Code::kInternal, "it did not run");
    std::thread looping([&] { ended = daemon.Run(); });
    std::vector<std::thread> others;
    for (const std::string& id : ticked) others.emplace_back([this, id] { TickWhenDue(id); });
    std::atomic<bool> over = false;
    others.emplace_back([&] { Browse((*server)->port(), over); });

    meanwhile();
    kill(getpid(), SIGTERM);
    looping.join();
    over = true;
    for (std::thread& other : others) other.join();
    (*server)->Stop();
    serving.join();
    EXPECT_TRUE(ended.ok()) << ended.Describe();
  }

  Result<std::unique_ptr<store::Store>> OpenToRead() const {
    store::OpenOptions options;
    options.clock = &system_;
    options.read_only = true;
    options.create = false;
    return store::OpenSqliteStore(folder_ + "/upkeep.db", options);
  }

  /// Until `done` says so of a fresh look at the store; false when that takes too long.
  bool Await(const std::function<bool(store::Store&)>& done, seconds at_most = seconds(100)) const {
    const auto end = std::chrono::steady_clock::now() + at_most;
    auto store = OpenToRead();
    while (store.ok() && std::chrono::steady_clock::now() < end) {
      if (done(**store)) return true;
      std::this_thread::sleep_for(milliseconds(50));
    }
    return false;
  }
  /// How many schedules whose id begins so have a run in `state`.
  static int Count(store::Store& store, const std::string& prefix, store::RunState state) {
    int count = 0;
    const auto runs = store.Runs({"", "", "", state, {}, {}, 1000});
    EXPECT_TRUE(runs.ok()) << runs.status().Describe();
    if (!runs.ok()) return -1;
    for (const store::RunRecord& run : *runs) count += run.schedule.starts_with(prefix) ? 1 : 0;
    return count;
  }

  /// Each schedule has one run, nothing is open, the store is whole and its books balance.
  void ExpectRecordedOnce() {
    auto opened = OpenToRead();
    ASSERT_TRUE(opened.ok()) << opened.status().Describe();
    store_ = std::move(*opened);
    std::map<std::string, int> runs;
    std::vector<std::pair<Instant, int>> edges;
    for (const store::RunRecord& run : *store_->Runs({"", "", "", {}, {}, {}, 1000})) {
      ++runs[run.schedule];
      run_of_[run.schedule] = run;
      EXPECT_NE(run.state, store::RunState::kRunning) << run.schedule;
      EXPECT_NE(run.state, store::RunState::kInterrupted) << run.schedule << ": " << run.reason;
      ASSERT_TRUE(run.finished) << run.schedule;
      edges.emplace_back(run.started, 1);
      edges.emplace_back(*run.finished, -1);
    }
    for (const std::string& id : ids_) EXPECT_EQ(runs[id], 1) << id;
    EXPECT_EQ(runs.size(), ids_.size());
    std::sort(edges.begin(), edges.end());
    int at_once = 0;
    for (const auto& [when, step] : edges) most_at_once_ = std::max(most_at_once_, at_once += step);

    const std::int64_t count = static_cast<std::int64_t>(ids_.size());
    const auto totals = *store_->CountSlots(Instant{}, system_.Now(), system_.Now());
    EXPECT_TRUE(totals.balanced());
    EXPECT_EQ(totals.due, count);
    EXPECT_EQ(totals.on_time + totals.late + totals.cancelled, count);
    EXPECT_TRUE(store_->OpenAttempts()->empty());
    for (const store::Slot& slot : *store_->Slots({"", "", {}, {}, system_.Now(), 1000})) {
      EXPECT_EQ(slot.attempts, 1) << slot.key.schedule;
    }
    const auto faults = store_->CheckIntegrity();
    ASSERT_TRUE(faults.ok()) << faults.status().Describe();
    for (const store::IntegrityFault& fault : *faults) ADD_FAILURE() << fault.what;
    EXPECT_TRUE(store_->VerifyLedger()->ok());
  }

  const SystemClock system_;
  Instant due_{};
  checks::Inventory inventory_;
  std::vector<std::string> packs_;   ///< Instead of the test's own.
  std::vector<std::string> ids_;
  std::map<std::string, store::RunRecord> run_of_;   ///< By schedule.
  int most_at_once_ = 0;                             ///< Runs, by their recorded times.
  std::atomic<int> pages_ = 0;                       ///< That the server gave meanwhile.

 private:
  void TickWhenDue(const std::string& id) {
    std::this_thread::sleep_for(std::max(due_ - system_.Now(), std::chrono::microseconds(0)));
    auto own = MakeOwn();
    auto world = ReadWorld(PlacesFor(*own), system_.Now());
    ASSERT_TRUE(world.ok()) << world.status().Describe();
    // A process of its own it would be, on this machine or another.
    const RunnerParts parts = PartsFor(*own, "elsewhere/boot/1/" + id);
    auto outcome = own->reactor->RunUntilDone(Tick(*world, id, parts, Limits()));
    ASSERT_TRUE(outcome.ok()) << outcome.status().Describe();
    EXPECT_TRUE(outcome->status.ok()) << outcome->status.Describe();
  }
  /// Somebody looks at the pages all the time.
  void Browse(int port, const std::atomic<bool>& over) {
    auto reactor = *io::Reactor::Create();
    const std::string server = "http://127.0.0.1:" + std::to_string(port);
    while (!over) {
      for (const char* page : {"/readyz", "/metrics", "/runs", "/report/daily?lang=ko"}) {
        io::TransferRequest request;
        request.url = server + page;
        const Limits limits = Limits().Within(seconds(30));
        const auto answer = reactor->RunUntilDone(reactor->Transfer(std::move(request), limits));
        ASSERT_TRUE(answer.ok()) << page << ": " << answer.status().Describe();
        EXPECT_EQ(answer->status, 200) << page << ": " << answer->body;
        ++pages_;
      }
    }
  }

  std::string schedules_;
  std::ostringstream log_of_all_;
  Journal journal_of_all_{log_of_all_, LogFormat::kJson, system_, redactor_};
};

}  // namespace upkeep::daemon

#endif  // UPKEEP_TESTS_RUNNER_DAEMON_MANY_RUNS_H_
