// SPDX-License-Identifier: Apache-2.0
//
// Sixty runs at once of the shipped playbooks against the real cluster, PostgreSQL, Redis and
// nginx, beside endpoints that refuse or never answer.
#include "tests/checks/environment.h"
#include "tests/runner/daemon/many_runs.h"
#include "tests/source_folder.h"

namespace upkeep::daemon {
namespace {

using checks::Environment;
using checks::State;
using checks::Target;
using checks::TargetKind;
using store::RunState;

constexpr int kNever = 4;

class ManyRunsServers : public ManyRunsTest {
 protected:
  ManyRunsServers() {
    packs_ = {SourceFolder() + "/playbooks"};
    const char* const kubeconfig = std::getenv("KUBECONFIG");
    EXPECT_NE(kubeconfig, nullptr) << "start the cluster and read its env";
    Named("cluster", TargetKind::kKubernetes).kubeconfig = kubeconfig == nullptr ? "" : kubeconfig;
    for (const char* name : {"nodes", "pods", "pod_memory", "node_usage", "filesystems",
                             "volume_state", "volume_usage"}) {
      Add(4, std::string("kubernetes.") + name, "cluster");
    }
    for (const char* const who : {"PRIMARY", "STANDBY"}) {
      const std::string name = who == std::string("PRIMARY") ? "primary" : "standby";
      Target& target = Database(name, TargetKind::kPostgres, Environment(std::string("PG_") + who + "_HOST"), 5432,
                                Environment("PG_UPKEEP_PASSWORD_FILE"));
      target.database = "app";
      target.tls.ca_file = Environment("CA_FILE");
      Add(4, "postgres.connectivity", name);
      Add(4, "postgres.sessions", name);
    }
    const std::string redis = Environment("REDIS_UPKEEP_PASSWORD_FILE");
    Database("cache", TargetKind::kRedis, Environment("REDIS_PRIMARY_HOST"), 6379, redis).tls.mode = "disable";
    Database("replica", TargetKind::kRedis, Environment("REDIS_REPLICA_HOST"), 6379, redis).tls.mode = "disable";
    Add(3, "redis.health", "cache");
    Add(3, "redis.health", "replica");
    Endpoint("web", Environment("HTTP_URL") + "/health");
    Endpoint("gone", "http://" + Environment("REFUSED_HOST") + "/");
    Endpoint("never", "http://" + Environment("NEVER_HOST") + "/");
    Add(3, "http.endpoint", "web");
    Add(3, "http.endpoint", "gone");
    Add(kNever, "http.endpoint", "never");
  }

  Target& Named(const std::string& name, TargetKind kind) {
    Target& target = inventory_.targets.emplace_back();
    target.name = name;
    target.kind = kind;
    target.time_limit = std::chrono::minutes(5);   // Of patience: a sanitizer is slow.
    return target;
  }
  Target& Database(const std::string& name, TargetKind kind, const std::string& host, int port,
                   const std::string& password_file) {
    Target& target = Named(name, kind);
    target.host = host;
    target.port = port;
    target.user = "upkeep";
    target.password.file = password_file;
    return target;
  }
  Target& Endpoint(const std::string& name, const std::string& url) {
    Target& target = Named(name, TargetKind::kHttp);
    target.url = url;
    return target;
  }
  void Add(int count, const std::string& playbook, const std::string& target) {
    for (int i = 0; i < count; ++i) {
      std::string id = target + "-" + playbook + "-" + std::to_string(i);
      std::replace_if(id.begin(), id.end(), [](char c) { return c == '.' || c == '_'; }, '-');
      AddSchedule(id, playbook, target);
      asked_[id] = {playbook, target};
    }
  }
  std::map<std::string, std::pair<std::string, std::string>> asked_;   ///< Playbook and target, by schedule.
};

TEST_F(ManyRunsServers, OfTheShippedPlaybooksAreEachRecordedWithTheirOwnResults) {
  WriteAndPlan();
  bool ended = false;
  int waiting = 0;
  const int count = static_cast<int>(ids_.size());
  RunDaemon({"cluster-kubernetes-nodes-0", "primary-postgres-sessions-0"}, [&] {
    ended = Await([&](store::Store& store) { return Count(store, "", RunState::kFinished) == count - kNever; },
                  seconds(150));
    if (auto now = OpenToRead(); now.ok()) waiting = Count(**now, "never-", RunState::kRunning);
  });
  EXPECT_TRUE(ended) << "who waits for the endpoint that never answers?";
  EXPECT_EQ(waiting, kNever);
  ExpectRecordedOnce();
  EXPECT_GE(most_at_once_, 50);

  std::set<std::set<std::string>> nodes;   // As each run saw them.
  for (const auto& [id, asked] : asked_) {
    const auto outcomes = *store_->Outcomes(run_of_[id].id);
    ASSERT_EQ(outcomes.size(), 1U) << id;
    EXPECT_EQ(outcomes[0].playbook, asked.first) << id;
    EXPECT_EQ(outcomes[0].target, asked.second) << id;
    const auto results = *store_->Results(run_of_[id].id);
    EXPECT_FALSE(results.empty()) << id;
    std::set<std::string> subjects;
    for (const store::StoredResult& one : results) {
      EXPECT_EQ(one.playbook, asked.first) << id;
      EXPECT_EQ(one.target, asked.second) << id;
      subjects.insert(one.result.subject.Key());
      const bool answers = asked.second != "never" && asked.second != "gone";
      if (answers) {
        for (const char* reason : {"error", "timeout", "unreachable", "cancelled", "budget"}) {
          EXPECT_NE(one.result.reason, reason) << id << " " << CanonicalJson(ToValue(one.result));
        }
      }
    }
    if (asked.first == "kubernetes.nodes") nodes.insert(subjects);
    if (asked.second == "gone") {
      EXPECT_EQ(results.at(0).result.reason, "unreachable") << id;
    }
    if (asked.second == "never") {
      EXPECT_EQ(results.at(0).result.reason, "cancelled") << id;
    }
    if (asked.second == "web") {
      EXPECT_NE(results.back().result.state, State::kUnknown) << id;
    }
  }
  EXPECT_EQ(nodes.size(), 1U);
}

}  // namespace
}  // namespace upkeep::daemon
