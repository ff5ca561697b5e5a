// SPDX-License-Identifier: Apache-2.0
// A store, a clock that the test moves, an inventory of hosts, the selftest playbooks, and
// schedules written as their files are.
#ifndef UPKEEP_TESTS_RUNNER_DAEMON_FIXTURE_H_
#define UPKEEP_TESTS_RUNNER_DAEMON_FIXTURE_H_

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "base/io/reactor.h"
#include "runner/daemon/journal.h"
#include "runner/daemon/slot_planner.h"
#include "runner/daemon/slot_taker.h"
#include "runner/daemon/tick.h"
#include "runner/daemon/world.h"
#include "runner/run/session.h"
#include "runner/store/store.h"
#include "tests/source_folder.h"

namespace upkeep::daemon {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using store::SlotState;

inline const store::Actor kDaemonActor{"daemon", "upkeep", "daemon"};

/// Modules of a target that has none: what the selftest playbooks need.
inline run::ModuleMaker NoModules() {
  return [](const checks::Target&, Limits) -> Task<Result<run::Modules>> {
    co_return run::Modules();
  };
}

inline checks::Inventory Hosts(const std::vector<std::string>& names) {
  checks::Inventory inventory;
  for (const std::string& name : names) {
    checks::Target target;
    target.name = name;
    // One that a playbook for hosts is not for.
    target.kind = name == "vault" ? checks::TargetKind::kHttp : checks::TargetKind::kHost;
    target.host = "localhost";
    inventory.targets.push_back(std::move(target));
  }
  return inventory;
}

class DaemonTest : public testing::Test {
 protected:
  DaemonTest() {
    std::string name = (std::filesystem::temp_directory_path() / "upkeep-daemon-XXXXXX").string();
    folder_ = mkdtemp(name.data());
    std::filesystem::create_directories(folder_ + "/schedules");
    std::filesystem::create_directories(folder_ + "/pack");
    std::filesystem::copy(SourceFolder() + "/playbooks/selftest", folder_ + "/pack/selftest");
    Open();
  }
  ~DaemonTest() override {
    store_.reset();
    std::filesystem::remove_all(folder_);
  }

  static Instant At(const std::string& text) { return *ParseRfc3339(text); }
  void Open() {
    store_ = OpenAnother();
    ASSERT_NE(store_, nullptr);
  }
  std::unique_ptr<store::Store> OpenAnother(const Clock* clock = nullptr) {
    store::OpenOptions options;
    options.clock = clock == nullptr ? &clock_ : clock;
    auto opened = store::OpenSqliteStore(folder_ + "/upkeep.db", options);
    EXPECT_TRUE(opened.ok()) << opened.status().Describe();
    return opened.ok() ? std::move(*opened) : nullptr;
  }

  /// One schedule, "s", of the keys in `yaml` (each on a line of four blanks).
  schedules::Schedule ScheduleOf(const std::string& yaml) {
    auto file = schedules::ReadScheduleText(FileOf(yaml), "test.yaml", clock_.Now());
    EXPECT_TRUE(file.ok()) << file.status().Describe();
    EXPECT_TRUE(file->Errors().ok()) << file->Errors().Describe();
    return file->schedules.front();
  }
  /// Each second of this hour and the next: 35 whole days of 86,400 instants each are written down
  /// ahead in a third of a second, and under sanitizers in half a minute.
  static std::string EverySecond() {
    const auto hour = std::chrono::floor<std::chrono::hours>(std::chrono::system_clock::now()).time_since_epoch().count() % 24;
    return "    cron: \"* * " + std::to_string(hour) + "," + std::to_string((hour + 1) % 24) + " * * *\"\n";
  }
  static std::string FileOf(const std::string& yaml) {
    return "apiVersion: upkeep/v1\nschedules:\n  - id: s\n" + yaml;
  }
  void WriteSchedules(const std::string& yaml) {
    std::ofstream(folder_ + "/schedules/test.yaml") << FileOf(yaml);
  }
  Places PlacesOf(std::vector<std::string> hosts) {
    Places places;
    places.schedules = folder_ + "/schedules";
    places.packs = {folder_ + "/pack"};
    places.inventory = [hosts] { return Result<checks::Inventory>(Hosts(hosts)); };
    places.modules = [](const checks::Inventory&) { return NoModules(); };
    return places;
  }

  RunnerParts PartsOf(store::Store& store, io::Reactor& reactor, const Clock& clock,
                      const std::string& holder) {
    return {reactor, store, clock, redactor_, journal_, kDaemonActor, holder,
            folder_ + "/reports", "en", {}};
  }
  Result<TickOutcome> TickNow(const std::string& holder = "") {
    auto world = ReadWorld(PlacesOf(hosts_), clock_.Now());
    if (!world.ok()) return world.status();
    auto reactor = io::Reactor::Create();
    if (!reactor.ok()) return reactor.status();
    RunnerParts parts = PartsOf(*store_, **reactor, clock_,
                                holder.empty() ? run::ProcessHolder() : holder);
    return (*reactor)->RunUntilDone(Tick(*world, "s", parts, Limits()));
  }

  /// A plan for `target` whose process died after its changes: applied, and verified by nobody.
  store::PlanId LeaveAPlan(const std::string& target, const Clock& clock, double verify_after_seconds = 0) {
    auto store = OpenAnother(&clock);
    store::Plan plan;
    plan.playbook = "selftest.ok";
    plan.target = target;
    plan.subject = "Host/" + target;
    plan.remedy = "restart";
    plan.risk = "low";
    plan.hash = "of " + target;
    plan.document = {{"changes", Value::array({Value::object()})}, {"verify_after_seconds", verify_after_seconds}};
    plan.requester = {"jin", "os", "uid:4001"};
    plan.expires = clock.Now() + hours(1);
    const auto id = store->AddPlan(plan);
    EXPECT_TRUE(id.ok()) << id.status().Describe();
    store::Approval approval{*id, plan.hash, {"mina", "os", "uid:4002"}, true, "agreed", {}, ""};
    EXPECT_TRUE(store->Approve(approval).ok());
    EXPECT_TRUE(store->MovePlan(*id, store::PlanState::kApplying, {}, plan.requester).ok());
    return *id;
  }

  SlotState StateOf(const std::string& planned, const std::string& target = "a") {
    auto slot = store_->FindSlot({"s", target, At(planned)});
    EXPECT_TRUE(slot.ok()) << slot.status().Describe();
    return slot.ok() ? slot->state : SlotState::kPlanned;
  }
  std::string ReasonOf(const std::string& planned, const std::string& target = "a") {
    auto slot = store_->FindSlot({"s", target, At(planned)});
    return slot.ok() ? slot->reason : "no slot";
  }
  reports::SlotTotals Totals() {
    auto totals = store_->CountSlots(Instant{}, clock_.Now() + hours(24 * 400), clock_.Now());
    EXPECT_TRUE(totals.ok());
    EXPECT_TRUE(totals->balanced());
    return *totals;
  }
  void ExpectWhole() {
    auto faults = store_->CheckIntegrity();
    ASSERT_TRUE(faults.ok()) << faults.status().Describe();
    for (const store::IntegrityFault& fault : *faults) ADD_FAILURE() << fault.what;
    EXPECT_TRUE(Totals().balanced());
  }

  std::string folder_;
  std::vector<std::string> hosts_ = {"a"};
  FakeClock clock_{At("2026-11-01T00:00:00Z")};
  Redactor redactor_;
  std::ostringstream log_;
  Journal journal_{log_, LogFormat::kText, clock_, redactor_};
  std::unique_ptr<store::Store> store_;
};

}  // namespace upkeep::daemon

#endif  // UPKEEP_TESTS_RUNNER_DAEMON_FIXTURE_H_
