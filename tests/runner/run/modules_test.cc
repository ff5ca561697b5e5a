// SPDX-License-Identifier: Apache-2.0
//
// What a target's own files say before it is looked at: whether TLS is verified, what is wrong in
// a kubeconfig; and how long one look of a cluster may take.
#include "runner/run/modules.h"

#include <gtest/gtest.h>

#include "tests/checks/kubernetes/fake_api.h"
#include "tests/runner/run/pack.h"

namespace upkeep::run {
namespace {

class ModulesTest : public PackTest {
 protected:
  /// A kubeconfig whose cluster has these further keys.
  std::string Kubeconfig(const std::string& name, const std::string& cluster,
                         const std::string& server = "https://127.0.0.1:1") {
    return Write(name, "apiVersion: v1\nkind: Config\ncurrent-context: here\n"
                       "contexts: [{name: here, context: {cluster: c, user: u}}]\n"
                       "users: [{name: u, user: {token: t}}]\n"
                       "clusters:\n- name: c\n  cluster:\n    server: " + server + "\n" + cluster);
  }
  checks::Target Cluster(const std::string& kubeconfig) {
    checks::Target target;
    target.name = "cluster";
    target.kind = checks::TargetKind::kKubernetes;
    target.kubeconfig = kubeconfig;
    return target;
  }
};

TEST_F(ModulesTest, TlsOfAClusterIsWhatItsKubeconfigsSay) {
  const std::string verified = Kubeconfig("verified", "");
  const std::string insecure = Kubeconfig("insecure", "    insecure-skip-tls-verify: true\n");
  EXPECT_TRUE(TlsIsVerified(Cluster(verified)));
  EXPECT_FALSE(TlsIsVerified(Cluster(insecure)));
  checks::Target writes = Cluster(verified);
  writes.write_kubeconfig = insecure;
  EXPECT_FALSE(TlsIsVerified(writes));
  checks::Target pod = Cluster("");
  pod.in_cluster = true;
  EXPECT_TRUE(TlsIsVerified(pod));
  checks::Target database;
  database.kind = checks::TargetKind::kPostgres;
  EXPECT_TRUE(TlsIsVerified(database));
  database.tls.mode = "require";
  EXPECT_FALSE(TlsIsVerified(database));
}

TEST_F(ModulesTest, ABadKubeconfigHasItsPlaceAndAnAbsentOneIsNoFault) {
  Redactor redactor;
  EXPECT_TRUE(CheckKubeconfig(Cluster(Kubeconfig("good", "")), redactor).ok());
  const Status bad =
      CheckKubeconfig(Cluster(Kubeconfig("bad", "    insecure-skip-tls-verify: maybe\n")), redactor);
  EXPECT_EQ(Code::kConfig, bad.code());
  ASSERT_TRUE(bad.place());
  EXPECT_EQ(10, bad.place()->line);
  EXPECT_EQ(31, bad.place()->column);
  EXPECT_TRUE(CheckKubeconfig(Cluster(pack_ + "/absent"), redactor).ok());
  checks::Target database;
  database.kind = checks::TargetKind::kPostgres;
  EXPECT_TRUE(CheckKubeconfig(database, redactor).ok());
}

TEST_F(ModulesTest, OneRequestToAClusterTakesNoLongerThanTheTargetsTimeLimit) {
  kubernetes::FakeApi api([](const kubernetes::FakeRequest&) {
    kubernetes::FakeReply reply;
    reply.body = "{\"items\":[]}";
    reply.delay = std::chrono::milliseconds(2000);
    return reply;
  });
  checks::Inventory inventory;
  inventory.targets.push_back(Cluster(Kubeconfig("slow", "", api.url())));
  inventory.targets[0].time_limit = std::chrono::milliseconds(100);
  const auto reactor = *io::Reactor::Create();
  const SystemClock clock;
  Redactor redactor;
  const ModuleFactory factory(*reactor, clock, redactor, inventory);
  const auto modules = reactor->RunUntilDone(factory.maker()(inventory.targets[0], Limits()));
  ASSERT_TRUE(modules.ok()) << modules.status().Describe();
  const auto statuses = reactor->RunUntilDone(
      modules->at(0)->Prepare({*checks::ParseNeed("kubernetes:list:pods")}, Limits()));
  EXPECT_EQ(Code::kTimeout, statuses.at(0).code()) << statuses[0].message();
}

}  // namespace
}  // namespace upkeep::run
