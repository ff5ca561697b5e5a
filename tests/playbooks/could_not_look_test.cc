// SPDX-License-Identifier: Apache-2.0
//
// Could not look is never fine: the shipped playbooks on their recorded healthy cases, with one
// answer taken out. What a real server would not do on demand is done to its recorded answer here.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "runner/run/case.h"
#include "runner/run/case_reader.h"
#include "runner/run/catalog.h"
#include "tests/source_folder.h"

namespace upkeep::run {
namespace {

class CouldNotLookTest : public testing::Test {
 protected:
  CouldNotLookTest() : reactor_(*io::Reactor::Create()) {}

  /// The case `name` of `playbook`, as recorded.
  void Take(const std::string& playbook, const std::string& name) {
    const Catalog catalog({SourceFolder() + "/playbooks"});
    Result<Playbook> found = catalog.Find(playbook);
    ASSERT_TRUE(found.ok()) << found.status().Describe();
    playbook_ = std::move(*found);
    Result<CaseFile> file = ReadCaseFile(CasePathOf(playbook_));
    ASSERT_TRUE(file.ok()) << file.status().Describe();
    const auto at = std::find_if(file->cases.begin(), file->cases.end(),
                                 [&](const Case& one) { return one.name == name; });
    ASSERT_NE(file->cases.end(), at) << name;
    case_ = *at;
  }

  /// Changes the answer of every recorded `call` whose arguments hold `word`.
  void Change(const std::string& call, const std::string& word, const std::function<void(Value&)>& change) {
    int changed = 0;
    for (RecordedCall& recorded : case_.calls) {
      if (recorded.call != call || CanonicalJson(recorded.arguments).find(word) == std::string::npos) continue;
      change(recorded.answer);
      ++changed;
    }
    ASSERT_GT(changed, 0) << call << " " << word;
  }

  checks::PlaybookOutcome Run() {
    ReplayHost host(playbook_.head, case_.calls);
    const FakeClock clock(case_.now);
    const Redactor redactor;
    checks::Subject subject;
    subject.kind = "Target";
    subject.name = "it";
    const std::function<void(lua::Sandbox*)> ignore = [](lua::Sandbox*) {};
    return reactor_->RunUntilDone(RunPlaybook(*reactor_, playbook_, case_.target, subject, case_.params, host, clock,
                                              redactor, lua::Budget{}, 1, Limits{}, ignore));
  }

  /// "" when the outcome has `wanted` ("key state reason"), says nowhere that all is well, and was
  /// not whole; else what it said.
  static std::string Judge(const checks::PlaybookOutcome& outcome, const std::string& wanted) {
    std::string said;
    bool there = false, fine = false;
    for (const checks::CheckResult& result : outcome.results) {
      const std::string line =
          result.subject.Key() + " " + std::string(checks::StateName(result.state)) + " " + result.reason;
      said += line + "\n";
      there = there || line == wanted;
      fine = fine || result.state == checks::State::kOk;
    }
    if (!there || fine) return said;
    return outcome.coverage.observed < outcome.coverage.attempted ? "" : said + "coverage is whole";
  }

  std::unique_ptr<io::Reactor> reactor_;
  Playbook playbook_;
  Case case_;
};

TEST_F(CouldNotLookTest, ANodeWithoutAReadyConditionIsUnknownAndNotAllNodesAreReady) {
  Take("kubernetes.nodes", "healthy");
  std::string node;
  Change("kubernetes.list", "nodes", [&](Value& nodes) {
    nodes[0]["status"]["conditions"] = Value::array();
    node = nodes[0]["metadata"]["name"];
  });
  EXPECT_EQ("", Judge(Run(), "Node/" + node + " unknown no_data"));
}

TEST_F(CouldNotLookTest, APodWhoseNodeIsLostIsUnknownAndNotAllPodsAreHealthy) {
  Take("kubernetes.pods", "healthy");
  std::string pod;
  Change("kubernetes.list", "pods", [&](Value& pods) {
    pods[0]["status"]["phase"] = "Unknown";
    pod = pods[0]["metadata"]["namespace"].get<std::string>() + "/Pod/" + pods[0]["metadata"]["name"].get<std::string>();
  });
  EXPECT_EQ("", Judge(Run(), pod + " unknown unreachable"));
}

TEST_F(CouldNotLookTest, VolumesThatNobodyMountsHaveNoRoom) {
  Take("kubernetes.volume_usage", "healthy");
  std::string claim;
  Change("kubernetes.list", "persistentvolumeclaims", [&](Value& claims) {
    claim = claims[0]["metadata"]["namespace"].get<std::string>() + "/PersistentVolumeClaim/" +
            claims[0]["metadata"]["name"].get<std::string>();
  });
  Change("kubernetes.node_stats", "node-", [](Value& stats) {
    for (Value& pod : stats["pods"]) pod.erase("volume");
  });
  EXPECT_EQ("", Judge(Run(), claim + " skipped not_mounted"));
}

TEST_F(CouldNotLookTest, AVolumeThatIsNotBoundIsSaidAndNotCounted) {
  Take("kubernetes.volume_usage", "healthy");
  std::string claim;
  Change("kubernetes.list", "persistentvolumeclaims", [&](Value& claims) {
    claims[0]["status"]["phase"] = "Pending";
    claim = claims[0]["metadata"]["namespace"].get<std::string>() + "/PersistentVolumeClaim/" +
            claims[0]["metadata"]["name"].get<std::string>();
  });
  Change("kubernetes.node_stats", "node-", [](Value& stats) {
    for (Value& pod : stats["pods"]) pod.erase("volume");
  });
  EXPECT_EQ("", Judge(Run(), claim + " skipped not_bound"));
}

TEST_F(CouldNotLookTest, AVolumeBehindASilentKubeletIsUnknown) {
  Take("kubernetes.volume_usage", "healthy");
  std::string claim;
  Change("kubernetes.list", "persistentvolumeclaims", [&](Value& claims) {
    claim = claims[0]["metadata"]["namespace"].get<std::string>() + "/PersistentVolumeClaim/" +
            claims[0]["metadata"]["name"].get<std::string>();
  });
  for (RecordedCall& call : case_.calls) {
    if (call.call != "kubernetes.node_stats") continue;
    call.reason = "timeout";
    call.message = "no answer";
  }
  EXPECT_EQ("", Judge(Run(), claim + " unknown no_data"));
}

TEST_F(CouldNotLookTest, AStandbyWhoseLagNobodyTellsIsUnknown) {
  Take("postgres.connectivity", "healthy standby");
  Change("postgres.query", "pg_stat_wal_receiver", [](Value& rows) { rows[0].erase("lag_bytes"); });
  EXPECT_EQ("", Judge(Run(), "Replication/orders-standby unknown no_data"));
}

TEST_F(CouldNotLookTest, AStandbyWithoutAPositionSeenFromItsPrimaryIsUnknown) {
  Take("postgres.connectivity", "healthy");
  Change("postgres.query", "pg_stat_replication", [](Value& rows) {
    ASSERT_FALSE(rows.empty());
    rows[0].erase("lag_bytes");
    rows[0]["name"] = "away";
  });
  EXPECT_EQ("", Judge(Run(), "orders-db/Standby/away unknown no_data"));
}

TEST_F(CouldNotLookTest, RedisWithoutAKnownLimitOfMemoryIsNotWhole) {
  Take("redis.health", "healthy");
  Change("redis.info", "", [](Value& info) {
    info["memory"]["maxmemory"] = 0;
    info["memory"].erase("total_system_memory");
  });
  EXPECT_EQ("", Judge(Run(), "Memory/cache unknown no_data"));
}

TEST_F(CouldNotLookTest, RedisWithoutAKnownLimitOfClientsIsNotWhole) {
  Take("redis.health", "healthy");
  Change("redis.info", "", [](Value& info) { info["clients"].erase("maxclients"); });
  EXPECT_EQ("", Judge(Run(), "Clients/cache unknown no_data"));
}

TEST_F(CouldNotLookTest, ARedisClusterThatMayNotBeAskedIsUnknown) {
  Take("redis.health", "healthy in a cluster");
  for (RecordedCall& call : case_.calls) {
    if (call.call != "redis.command") continue;
    call.reason = "not_permitted";
    call.message = "may not run CLUSTER INFO";
  }
  const std::string name = StringAt(case_.target, "name");
  EXPECT_EQ("", Judge(Run(), "Slots/" + name + " unknown not_permitted"));
}

}  // namespace
}  // namespace upkeep::run
