// SPDX-License-Identifier: Apache-2.0
// A store in a folder of its own, a clock that the test moves, and short ways to make rows.
#ifndef UPKEEP_TESTS_RUNNER_STORE_FIXTURE_H_
#define UPKEEP_TESTS_RUNNER_STORE_FIXTURE_H_

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "runner/store/database.h"
#include "runner/store/store.h"

namespace upkeep::store {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

inline Instant At(const std::string& text) { return *ParseRfc3339(text); }
inline const Actor kJin{"jin", "os", "1000"};
inline const Actor kMina{"mina", "os", "1001"};
inline const Actor kDaemon{"daemon", "upkeep", "daemon"};

inline checks::CheckResult MakeResult(const std::string& name, checks::State state,
                                      const std::string& reason = "") {
  checks::CheckResult result;
  result.subject = {"Pod", "shop", name, "uid-" + name};
  result.state = state;
  result.reason = reason;
  result.summary = {name + " is " + std::string(checks::StateName(state)), name + " 상태"};
  result.severity = state == checks::State::kCritical ? checks::Severity::kP1
                                                      : checks::Severity::kP3;
  return result;
}

inline checks::PlaybookOutcome MakeOutcome(std::vector<checks::CheckResult> results,
                                           const std::string& playbook = "kubernetes.pods",
                                           const std::string& target = "prod") {
  checks::PlaybookOutcome outcome;
  outcome.playbook = playbook;
  outcome.target = target;
  outcome.definition = Sha256Hex(playbook);
  outcome.coverage = {static_cast<std::int64_t>(results.size()),
                      static_cast<std::int64_t>(results.size())};
  outcome.results = std::move(results);
  outcome.params = {{"limit", 80}};
  return outcome;
}

class StoreTest : public testing::Test {
 protected:
  StoreTest() {
    std::string name = (std::filesystem::temp_directory_path() / "upkeep-store-XXXXXX").string();
    folder_ = mkdtemp(name.data());
    path_ = folder_ + "/upkeep.db";
  }
  ~StoreTest() override {
    store_.reset();
    std::filesystem::remove_all(folder_);
  }

  OpenOptions Options() {
    OpenOptions options;
    options.clock = &clock_;
    options.redactor = &redactor_;
    return options;
  }
  Result<std::unique_ptr<Store>> TryOpen() { return OpenSqliteStore(path_, Options()); }
  Store& Open() {
    auto opened = TryOpen();
    EXPECT_TRUE(opened.ok()) << opened.status().Describe();
    store_ = std::move(*opened);
    return *store_;
  }

  RunId Start(const std::string& trigger = "schedule", std::vector<AttemptId> attempts = {}) {
    RunStart start;
    start.trigger = trigger;
    start.actor = kDaemon;
    start.version = "0.1.0";
    start.schedule = "daily";
    start.targets = {{"prod", "kubernetes", true}};
    start.playbooks = {"kubernetes.pods"};
    start.started = clock_.Now();
    start.attempts = std::move(attempts);
    start.holder = "host/1";
    auto run = store_->StartRun(start);
    EXPECT_TRUE(run.ok()) << run.status().Describe();
    return run.ok() ? *run : 0;
  }
  RunSummary Finish(RunId run, std::vector<checks::PlaybookOutcome> outcomes,
                    std::vector<AttemptEnd> attempts = {}) {
    clock_.Advance(seconds(5));
    RunFinish finish;
    finish.finished = clock_.Now();
    for (checks::PlaybookOutcome& outcome : outcomes) {
      outcome.started = clock_.Now() - seconds(4);
      outcome.finished = clock_.Now();
    }
    finish.outcomes = std::move(outcomes);
    finish.attempts = std::move(attempts);
    auto summary = store_->FinishRun(run, finish);
    EXPECT_TRUE(summary.ok()) << summary.status().Describe();
    return summary.ok() ? *summary : RunSummary();
  }
  /// A whole run of one check.
  RunSummary Look(std::vector<checks::CheckResult> results, const std::string& trigger = "schedule") {
    const RunId run = Start(trigger);
    RunSummary summary = Finish(run, {MakeOutcome(std::move(results))});
    clock_.Advance(minutes(10));
    return summary;
  }

  SlotPlan PlanOf(std::vector<Instant> planned, const std::string& schedule = "daily") {
    SlotPlan plan;
    plan.schedule = schedule;
    plan.definition = "definition-1";
    plan.from = At("2026-10-01T00:00:00Z");
    plan.until = At("2027-01-01T00:00:00Z");
    for (const Instant at : planned) plan.slots.push_back({schedule, "prod", at});
    return plan;
  }

  /// A number straight from the file, past the store.
  std::int64_t Sql(const std::string& sql) {
    auto database = Database::Open(path_, {});
    if (!database.ok()) return -1;
    const std::int64_t number = (*database)->Number(-1, sql);
    const Status status = (*database)->TakeStatus();
    EXPECT_TRUE(status.ok()) << status.Describe() << " in " << sql;
    return number;
  }
  /// Whether the file lets somebody do this past the store.
  bool Execute(const std::string& sql) {
    auto database = Database::Open(path_, {});
    return database.ok() && (*database)->Execute(sql.c_str());
  }
  void ExpectWhole() {
    auto faults = store_->CheckIntegrity();
    ASSERT_TRUE(faults.ok()) << faults.status().Describe();
    for (const IntegrityFault& fault : *faults) ADD_FAILURE() << fault.what;
  }

  std::string folder_, path_;
  FakeClock clock_{At("2026-11-01T00:00:00Z")};
  Redactor redactor_;
  std::unique_ptr<Store> store_;
};

}  // namespace upkeep::store

#endif  // UPKEEP_TESTS_RUNNER_STORE_FIXTURE_H_
