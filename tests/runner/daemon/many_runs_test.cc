// SPDX-License-Identifier: Apache-2.0
//
// Sixty-eight runs at once in one process: fast and slow targets, targets that never answer, runs
// out of time, out of memory, out of processor time, and cancelled ones. Made for ThreadSanitizer;
// it says as much about what is recorded without it.
#include "tests/runner/daemon/many_runs.h"

#include <condition_variable>
#include <mutex>

#include "tests/base/io/local_server.h"

namespace upkeep::daemon {
namespace {

using checks::State;
using store::RunState;
using testing_io::HttpRequest;
using testing_io::Peer;

// The first three have all the time they want: more than fifty, whatever the others do.
constexpr int kFast = 26, kSlow = 18, kCancelled = 8, kDeaf = 4, kLate = 4;
constexpr int kNames = 4, kHoard = 2, kSpin = 2;
constexpr int kAll = kFast + kSlow + kCancelled + kDeaf + kLate + kNames + kHoard + kSpin;
constexpr int kAtOnce = 50;
constexpr int kItems = 3;

// `runs` would be 2 if two runs shared a Lua state.
constexpr const char* kFetch = R"(
  local http = require 'upkeep.http'
  run:log('I am %s', run.target.name)
  local answer = http.get()
  run:coverage { attempted = 3, observed = 3 }
  for i = 1, 3 do
    local subject = { kind = 'Item', name = run.target.name .. '-' .. i }
    run:result { subject = subject, state = i == 3 and 'critical' or 'ok', message = 'seen',
      values = { what = answer.body }, data = { body = answer.body, runs = runs } }
    run:metric { name = 'size', subject = subject, value = #run.target.name * 10 + i, unit = '1' }
  end)";
constexpr const char* kResolve = R"(
  local dns = require 'upkeep.dns'
  local found = dns.resolve()
  run:coverage { attempted = 1, observed = 1 }
  run:ok { message = 'seen', values = { what = found.name }, data = { found = #found.addresses > 0 } })";

class ManyRuns : public ManyRunsTest {
 protected:
  ManyRuns() {
    AddPlaybook("fetch", "http", "'http:get'", kFetch);
    AddPlaybook("resolve", "dns", "'dns:resolve'", kResolve);
    AddPlaybook("spin", "any", "", "while true do end");
    AddPlaybook("hoard", "any", "", "local all = {} while true do all[#all + 1] = ('x'):rep(2^16) .. #all end");
    Add(kFast, "fast", "fetch");
    Add(kSlow, "slow", "fetch");
    Add(kDeaf, "deaf", "fetch");
    Add(kLate, "late", "fetch", "    deadline: 4s\n");
    Add(kCancelled, "cancelled", "fetch");
    Add(kNames, "names", "resolve");
    Add(kHoard, "hoard", "hoard");
    Add(kSpin, "spin", "spin");
  }
  ~ManyRuns() override { LetSlowOnesGo(); }

  void Add(int count, const std::string& kind, const std::string& playbook,
           const std::string& more = "") {
    for (int i = 0; i < count; ++i) {
      checks::Target target;
      target.name = kind + "-" + std::to_string(i);
      target.host = "localhost";
      target.kind = playbook == "fetch"     ? checks::TargetKind::kHttp
                    : playbook == "resolve" ? checks::TargetKind::kDns
                                            : checks::TargetKind::kHost;
      // By name: the transfer's own resolver threads have work as well.
      target.url = "http://localhost:" + std::to_string(server_.port()) + "/" + target.name;
      target.time_limit = kind == "deaf" ? seconds(3) : seconds(300);
      inventory_.targets.push_back(target);
      const bool report = kind == "fast" && i < 3;
      AddSchedule(target.name, "many." + playbook, target.name,
                  more + (report ? "    report: [json, html]\n" : ""));
    }
  }

  bool Serve(Peer& peer, const HttpRequest& request) {
    const auto wait = [&](const std::function<bool()>& over) {
      std::unique_lock lock(mutex_);
      while (!over()) {
        lock.unlock();
        if (!peer.Pause(milliseconds(20))) return false;   // The server is being stopped.
        lock.lock();
      }
      return true;
    };
    {
      const std::lock_guard lock(mutex_);
      most_inside_ = std::max(most_inside_, ++inside_);
    }
    // Nobody is answered before fifty have asked: that many runs wait at the same moment.
    bool go = wait([this] { return most_inside_ >= kAtOnce; });
    if (go && request.path.starts_with("/slow-")) go = wait([this] { return slow_may_go_; });
    const bool silent = request.path.starts_with("/deaf-") || request.path.starts_with("/late-") ||
                        request.path.starts_with("/cancelled-");
    if (go && silent) go = peer.Pause(seconds(600));
    {
      const std::lock_guard lock(mutex_);
      --inside_;
    }
    return go && peer.Answer(200, "answer to " + request.path);
  }
  void LetSlowOnesGo() {
    const std::lock_guard lock(mutex_);
    slow_may_go_ = true;
  }
  int most_inside() {
    const std::lock_guard lock(mutex_);
    return most_inside_;
  }

  /// The results of a schedule's run, of which there must be `count`.
  std::vector<store::StoredResult> ResultsOf(const std::string& id, std::size_t count) {
    auto results = *store_->Results(run_of_[id].id);
    EXPECT_EQ(results.size(), count) << id;
    for (const store::StoredResult& one : results) EXPECT_EQ(one.target, id);
    return results;
  }
  void ExpectUnknown(const std::string& kind, int count, const std::string& reason,
                     RunState state = RunState::kFinished) {
    for (int i = 0; i < count; ++i) {
      const std::string id = kind + "-" + std::to_string(i);
      EXPECT_EQ(run_of_[id].state, state) << id;
      for (const store::StoredResult& one : ResultsOf(id, 1)) {
        EXPECT_EQ(one.result.state, State::kUnknown) << id;
        EXPECT_EQ(one.result.reason, reason) << id << " " << CanonicalJson(one.result.data);
      }
    }
  }
  /// What a run found is what its own target answered.
  void ExpectFetched(const std::string& id) {
    EXPECT_EQ(run_of_[id].state, RunState::kFinished) << id;
    std::set<std::string> subjects;
    for (const store::StoredResult& one : ResultsOf(id, kItems)) {
      const std::string key = one.result.subject.Key();
      subjects.insert(key);
      EXPECT_EQ(one.result.state, key.ends_with("-3") ? State::kCritical : State::kOk) << key;
      const Value expected = {{"body", "answer to /" + id}, {"runs", 1}};
      EXPECT_EQ(one.result.data, expected) << key;
      EXPECT_EQ(one.result.summary.en, "seen answer to /" + id) << key;
      EXPECT_EQ(one.change, key.ends_with("-3") ? "new" : "") << key;
    }
    std::set<std::string> expected;
    for (int i = 1; i <= kItems; ++i) expected.insert("Item/" + id + "-" + std::to_string(i));
    EXPECT_EQ(subjects, expected) << id;
    const auto metrics = *store_->Metrics(run_of_[id].id, "many.fetch", id);
    EXPECT_EQ(metrics.size(), expected.size()) << id;
    for (const checks::Metric& metric : metrics) {
      EXPECT_TRUE(expected.contains(metric.subject)) << id << ": " << metric.subject;
      EXPECT_EQ(metric.value, static_cast<double>(id.size() * 10) + metric.subject.back() - '0');
    }
    const auto outcomes = *store_->Outcomes(run_of_[id].id);
    ASSERT_EQ(outcomes.size(), 1U) << id;
    EXPECT_EQ(outcomes[0].log, std::vector<std::string>{"I am " + id});
  }

  std::mutex mutex_;
  int inside_ = 0, most_inside_ = 0;
  bool slow_may_go_ = false;
  testing_io::LocalServer server_{testing_io::Http(
      [this](Peer& peer, const HttpRequest& request) { return Serve(peer, request); })};
};

TEST_F(ManyRuns, AtOnceAreEachRecordedOnceWithTheirOwnResults) {
  WriteAndPlan();
  bool fast_ended = false, slow_ended = false;
  int slow_still_running = 0;
  RunDaemon({"fast-0", "fast-1", "fast-2", "fast-3"}, [&] {
    // A slow target never delays another run: these end while those wait, and none of those
    // can end before it is let go below.
    fast_ended = Await([](store::Store& store) {
      return Count(store, "fast-", RunState::kFinished) == kFast &&
             Count(store, "names-", RunState::kFinished) == kNames;
    });
    if (auto now = OpenToRead(); now.ok()) slow_still_running = Count(**now, "slow-", RunState::kRunning);
    LetSlowOnesGo();
    slow_ended = Await([](store::Store& store) {
      return Count(store, "", RunState::kFinished) == kAll - kCancelled;
    });
  });
  EXPECT_TRUE(fast_ended) << "the fast runs waited for somebody";
  EXPECT_EQ(slow_still_running, kSlow);
  EXPECT_TRUE(slow_ended);

  ExpectRecordedOnce();
  EXPECT_GE(most_inside(), kAtOnce);
  EXPECT_GE(most_at_once_, kAtOnce);
  EXPECT_GT(pages_, 0);
  for (int i = 0; i < kFast; ++i) ExpectFetched("fast-" + std::to_string(i));
  for (int i = 0; i < kSlow; ++i) ExpectFetched("slow-" + std::to_string(i));
  ExpectUnknown("deaf", kDeaf, "timeout");
  ExpectUnknown("late", kLate, "timeout");
  ExpectUnknown("spin", kSpin, "budget");
  ExpectUnknown("hoard", kHoard, "budget");
  ExpectUnknown("cancelled", kCancelled, "cancelled", RunState::kCancelled);
  for (int i = 0; i < kNames; ++i) {
    const std::string id = "names-" + std::to_string(i);
    for (const store::StoredResult& one : ResultsOf(id, 1)) EXPECT_EQ(one.result.state, State::kOk) << id;
  }
  EXPECT_EQ(store_->CountSlots(Instant{}, system_.Now(), system_.Now())->cancelled, kCancelled);
  EXPECT_EQ(store_->Findings({"many.fetch", "", "", true, 1000})->size(),
            static_cast<std::size_t>(kFast + kSlow));
}

}  // namespace
}  // namespace upkeep::daemon
