// SPDX-License-Identifier: Apache-2.0
// Against a real API server: KUBECONFIG names it, and a missing one is a failure.
#include <unistd.h>

#include <gtest/gtest.h>
#include <stdlib.h>

#include "checks/kubernetes/module.h"

namespace upkeep::kubernetes {
namespace {

class ClusterTest : public testing::Test {
 protected:
  void SetUp() override {
    const char* const path = getenv("KUBECONFIG");
    ASSERT_NE(nullptr, path) << "eval \"$(tests/cluster/cluster env)\" first";
    Result<Access> access = ReadKubeconfig(path, "", redactor_);
    ASSERT_TRUE(access.ok()) << access.status().Describe();
    access_ = *access;
    reactor_ = *io::Reactor::Create(2);
    client_ = std::make_unique<KubernetesClient>(*reactor_, access_, redactor_);
  }
  // Other tests of this file run at the same time: what one makes, only that one may delete.
  void TearDown() override {
    if (!client_ || made_.empty()) return;
    (void)reactor_->RunUntilDone(client_->Delete("configmaps", "default", made_, {}, Soon()));
  }
  Limits Soon() const { return Limits().Within(std::chrono::seconds(60)); }
  template <typename T>
  T Run(Task<T> task) {
    return reactor_->RunUntilDone(std::move(task));
  }
  Result<ObjectList> List(const std::string& resource, std::vector<std::string> fields = {}) {
    ListQuery query;
    query.resource = resource;
    query.fields = std::move(fields);
    return Run(client_->List(std::move(query), Soon()));
  }

  std::string made_;
  Redactor redactor_;
  Access access_;
  std::unique_ptr<io::Reactor> reactor_;
  std::unique_ptr<KubernetesClient> client_;
};

TEST_F(ClusterTest, ListsTheSameInSmallPagesAsInOne) {
  const Result<ObjectList> whole = List("clusterroles", {"metadata.name", "rules"});
  ASSERT_TRUE(whole.ok()) << whole.status().Describe();
  ASSERT_GT(whole->documents->size(), 20U);
  ClientOptions options;
  options.page_size = 7;
  KubernetesClient small(*reactor_, access_, redactor_, options);
  const Result<ObjectList> paged = Run(
      small.List({.resource = "clusterroles", .fields = {"metadata.name", "rules"}}, Soon()));
  ASSERT_TRUE(paged.ok()) << paged.status().Describe();
  EXPECT_GT(paged->pages, 2);
  EXPECT_EQ(whole->documents->ToValue(), paged->documents->ToValue());
  EXPECT_FALSE(paged->resource_version.empty());
}

TEST_F(ClusterTest, WhatAListKeepsIsWhatAGetGives) {
  const Result<ObjectList> pods = List("pods");
  ASSERT_TRUE(pods.ok()) << pods.status().Describe();
  const Value all = pods->documents->ToValue();
  ASSERT_FALSE(all.empty());
  const Value& pod = all[0];
  Result<Value> got = Run(client_->Get("pods", pod["metadata"]["namespace"], pod["metadata"]["name"], Soon()));
  ASSERT_TRUE(got.ok()) << got.status().Describe();
  EXPECT_EQ(pod["spec"], (*got)["spec"]);
  EXPECT_EQ(pod["metadata"]["uid"], (*got)["metadata"]["uid"]);
}

TEST_F(ClusterTest, DiscoversAggregatedAndCustomResources) {
  const Result<ObjectList> metrics = List("nodes.metrics.k8s.io");
  ASSERT_TRUE(metrics.ok()) << metrics.status().Describe();
  EXPECT_GE(metrics->documents->size(), 2U);
  const Result<ObjectList> missing = List("widgets.example.test");
  EXPECT_EQ(Code::kNoData, missing.status().code());
  EXPECT_TRUE(*Run(client_->Serves("metrics.k8s.io", Soon())));
  EXPECT_FALSE(*Run(client_->Serves("example.test", Soon())));
}

TEST_F(ClusterTest, ChangesAreGuardedAndDryRunsChangeNothing) {
  const std::string name = "upkeep-test-" + std::to_string(getpid());
  const Value map{{"metadata", {{"name", name}}}, {"data", {{"k", "1"}}}};
  const Result<Value> made = Run(client_->Create("configmaps", "default", map, {}, Soon()));
  ASSERT_TRUE(made.ok()) << made.status().Describe();
  made_ = name;
  WriteOptions dry;
  dry.dry_run = true;
  const Value patch{{"data", {{"k", "2"}}}};
  const Result<Value> would =
      Run(client_->Patch("configmaps", "default", name, patch, dry, Soon()));
  ASSERT_TRUE(would.ok()) << would.status().Describe();
  EXPECT_EQ("2", (*would)["data"]["k"]);
  EXPECT_EQ("1", (*Run(client_->Get("configmaps", "default", name, Soon())))["data"]["k"]);

  WriteOptions other;
  other.uid = "00000000-0000-0000-0000-000000000000";
  EXPECT_EQ(Code::kStale,
            Run(client_->Delete("configmaps", "default", name, other, Soon())).status().code());
  EXPECT_FALSE(Run(client_->Patch("configmaps", "default", name, patch, other, Soon())).ok());
  WriteOptions same;
  same.uid = (*made)["metadata"]["uid"];
  same.resource_version = (*made)["metadata"]["resourceVersion"];
  const Status deleted = Run(client_->Delete("configmaps", "default", name, same, Soon())).status();
  EXPECT_TRUE(deleted.ok()) << deleted.Describe();
  EXPECT_EQ(Code::kNotFound,
            Run(client_->Get("configmaps", "default", name, Soon())).status().code());
}

TEST_F(ClusterTest, AsksForRightsAndNamesMissingOnes) {
  const checks::Need need = *checks::ParseNeed("kubernetes:list:secrets");
  EXPECT_TRUE(Run(client_->Can(need, "", Soon()))->allowed);
  Access nobody = access_;
  nobody.impersonate_user = "system:serviceaccount:default:nobody";
  KubernetesClient poor(*reactor_, nobody, redactor_);
  EXPECT_FALSE(Run(poor.Can(need, "", Soon()))->allowed);
  const Status refused = Run(poor.List({.resource = "secrets"}, Soon())).status();
  EXPECT_EQ(Code::kNotPermitted, refused.code());
  EXPECT_NE(std::string::npos, refused.hint().find("{apiGroups: [\"\"], resources: [secrets], verbs: [list]}"))
      << refused.hint();
}

TEST_F(ClusterTest, LooksAtNodesLogsTimeAndVersion) {
  KubernetesModule module(std::make_unique<KubernetesClient>(*reactor_, access_, redactor_), nullptr);
  const auto call = [&](const std::string& function, Value arguments) {
    return Run(module.Call(function, std::move(arguments), Soon()));
  };
  const auto stats = call("node_stats", Value::array({"node-1"}));
  ASSERT_TRUE(stats.ok()) << stats.status().Describe();
  EXPECT_EQ("node-1", stats->value["node"]["nodeName"]);
  EXPECT_TRUE(stats->value["node"]["fs"]["capacityBytes"].is_number());

  const auto version = call("version", Value::array());
  ASSERT_TRUE(version.ok());
  EXPECT_EQ('v', version->value["gitVersion"].get<std::string>()[0]);
  const auto time = call("server_time", Value::array());
  ASSERT_TRUE(time.ok());
  EXPECT_LE(std::abs(time->value["skew_seconds"].get<double>()),
            time->value["uncertainty_seconds"].get<double>() + 0.1);

  const auto pods = call("list", {"pods", {{"namespace", "kube-system"}}});
  ASSERT_TRUE(pods.ok());
  ASSERT_GT(pods->documents->size(), 0U);
  const Value pod = pods->documents->pages()[0]->ToValue(pods->documents->pages()[0]->Root(0));
  const auto log = call("log", {"kube-system", pod["metadata"]["name"],
                                pod["spec"]["containers"][0]["name"], {{"tail_lines", 5}}});
  ASSERT_TRUE(log.ok()) << log.status().Describe();
  EXPECT_TRUE(log->value.is_string());
  const auto events = call("events", Value::array({{{"kind", "Node"}, {"name", "node-1"}}}));
  EXPECT_TRUE(events.ok()) << events.status().Describe();
}

TEST_F(ClusterTest, AServerOfAnotherAuthorityIsNotBelieved) {
  Access other = access_;
  other.tls.ca_pem.clear();
  KubernetesClient client(*reactor_, other, redactor_);
  EXPECT_EQ(Code::kUnreachable, Run(client.Time(Soon())).status().code());
}

}  // namespace
}  // namespace upkeep::kubernetes
