// SPDX-License-Identifier: Apache-2.0
#include "runner/cli/manifest.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <functional>
#include <sstream>

#include "base/yaml/yaml.h"
#include "runner/cli/command.h"
#include "runner/cli/manifest_check.h"
#include "runner/cli/manifest_deliveries.h"
#include "runner/cli/manifest_inventory.h"
#include "runner/cli/manifest_pod.h"
#include "schedules/file.h"
#include "tests/source_folder.h"

namespace upkeep::cli {
namespace {

std::string FileText(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

void UseInventory(ManifestOptions& options, const std::string& text) {
  Result<checks::Inventory> read = checks::ParseInventory(text, "inventory.yaml");
  ASSERT_TRUE(read.ok()) << read.status().Describe();
  options.inventory = *read;
  options.config_files = {{"inventory.yaml", text}};
}

ManifestOptions Options(const std::string& schedules) {
  ManifestOptions options;
  options.image = "upkeep:1";
  const std::string text = "apiVersion: upkeep/v1\nschedules:\n" + schedules;
  Result<schedules::ScheduleFile> file =
      schedules::ReadScheduleText(text, "schedules.yaml", *ParseRfc3339("2026-11-21T00:00:00Z"));
  EXPECT_TRUE(file.ok() && file->Errors().ok()) << file.status().Describe();
  options.schedules = file->schedules;
  options.schedule_files = {{"schedules.yaml", text}};
  UseInventory(options, InClusterInventory());
  return options;
}

/// The documents of a manifest, each read by the one YAML reader.
std::vector<yaml::Document> Documents(const std::string& text) {
  std::vector<yaml::Document> documents;
  for (std::size_t at = text.find("---\n"); at != std::string::npos;) {
    const std::size_t next = text.find("\n---\n", at);
    Result<yaml::Document> read =
        yaml::Read(text.substr(at + 4, next == std::string::npos ? next : next - at - 3), "manifest");
    EXPECT_TRUE(read.ok()) << read.status().Describe();
    if (read.ok()) documents.push_back(std::move(*read));
    at = next == std::string::npos ? next : next + 1;
  }
  return documents;
}

/// The scalar at a path of keys; a number takes an item.
std::string At(const yaml::Node& root, std::initializer_list<const char*> path) {
  const yaml::Node* node = &root;
  for (const char* const key : path) {
    if (node->kind == yaml::Kind::kSequence) {
      const std::size_t index = std::stoul(key);
      if (index >= node->items.size()) return "(none)";
      node = &node->items[index];
    } else {
      node = node->Find(key);
      if (node == nullptr) return "(none)";
    }
  }
  return node->scalar;
}

const yaml::Node* Find(const std::vector<yaml::Document>& documents, const std::string& kind,
                       const std::string& name) {
  for (const yaml::Document& document : documents) {
    if (At(document.root, {"kind"}) == kind && At(document.root, {"metadata", "name"}) == name) return &document.root;
  }
  ADD_FAILURE() << "no " << kind << " " << name;
  return nullptr;
}

constexpr const char* kDaily =
    "  - {id: Daily_one, cron: '0 9 * * *', timeZone: Asia/Seoul, playbooks: ['cadence:daily'], grace: 30m}\n";

TEST(ManifestsTest, ACronJobOfASchedule) {
  const Result<std::string> text = Manifests(Options(kDaily));
  ASSERT_TRUE(text.ok()) << text.status().Describe();
  const auto documents = Documents(text.value());
  const yaml::Node* const job = Find(documents, "CronJob", "upkeep-daily-one");
  ASSERT_NE(nullptr, job);
  EXPECT_EQ("0 9 * * *", At(*job, {"spec", "schedule"}));
  EXPECT_EQ("Asia/Seoul", At(*job, {"spec", "timeZone"}));
  EXPECT_EQ("Forbid", At(*job, {"spec", "concurrencyPolicy"}));
  EXPECT_EQ("1800", At(*job, {"spec", "startingDeadlineSeconds"}));
  const yaml::Node& spec = *job->Find("spec")->Find("jobTemplate")->Find("spec");
  EXPECT_EQ("0", At(spec, {"backoffLimit"}));
  const yaml::Node& pod = *spec.Find("template")->Find("spec");
  EXPECT_EQ("Never", At(pod, {"restartPolicy"}));
  EXPECT_EQ("upkeep", At(pod, {"serviceAccountName"}));
  EXPECT_EQ("10001", At(pod, {"securityContext", "runAsUser"}));
  EXPECT_EQ("true", At(pod, {"securityContext", "runAsNonRoot"}));
  EXPECT_EQ("RuntimeDefault", At(pod, {"securityContext", "seccompProfile", "type"}));
  EXPECT_EQ("true", At(pod, {"containers", "0", "securityContext", "readOnlyRootFilesystem"}));
  EXPECT_EQ("false", At(pod, {"containers", "0", "securityContext", "allowPrivilegeEscalation"}));
  EXPECT_EQ("ALL", At(pod, {"containers", "0", "securityContext", "capabilities", "drop", "0"}));
  EXPECT_EQ("tick", At(pod, {"containers", "0", "args", "0"}));
  EXPECT_EQ("Daily_one", At(pod, {"containers", "0", "args", "2"}));
}

// Somebody who only reads, or looks at no cluster, gives no right that nobody asked for.
TEST(ManifestsTest, EachRightIsThereForATargetThatAsksForIt) {
  ManifestOptions options = Options(kDaily);
  const std::string whole = Manifests(options).value();
  EXPECT_NE(std::string::npos, whole.find("name: upkeep-write-token"));
  UseInventory(options, "apiVersion: upkeep/v1\ntargets:\n  - {name: here, kind: kubernetes, inCluster: true}\n");
  const std::string reads = Manifests(options).value();
  EXPECT_EQ(std::string::npos, reads.find("upkeep-write"));
  EXPECT_NE(std::string::npos, reads.find("kind: ClusterRole\n"));
  UseInventory(options, "apiVersion: upkeep/v1\ntargets:\n  - {name: web, kind: http, url: \"https://h/\"}\n");
  const std::string endpoint = Manifests(options).value();
  EXPECT_EQ(std::string::npos, endpoint.find("kind: ClusterRole"));
  Find(Documents(endpoint), "ServiceAccount", "upkeep");
}

TEST(ManifestsTest, TheSecretsThatTheInventoryNamesMayBeReadAndNoOthers) {
  ManifestOptions options = Options(kDaily);
  UseInventory(options, "apiVersion: upkeep/v1\ntargets:\n  - {name: here, kind: kubernetes, inCluster: true}\n"
                        "  - {name: cache, kind: redis, host: h, password: {secret: {cluster: here, namespace: shop, name: redis, key: p}}}\n");
  checks::SecretSource token;
  token.cluster = "here";
  token.secret_namespace = "shop";
  token.secret_name = "hook";
  options.delivery_secrets = {token, checks::SecretSource()};
  const auto documents = Documents(Manifests(options).value());
  const yaml::Node* const role = Find(documents, "Role", "upkeep-secrets");
  ASSERT_NE(nullptr, role);
  EXPECT_EQ("shop", At(*role, {"metadata", "namespace"}));
  const yaml::Node& rule = role->Find("rules")->items[0];
  EXPECT_EQ("hook", At(rule, {"resourceNames", "0"}));
  EXPECT_EQ("redis", At(rule, {"resourceNames", "1"}));
  EXPECT_EQ(2U, rule.Find("resourceNames")->items.size());
  EXPECT_EQ("get", At(rule, {"verbs", "0"}));
  EXPECT_EQ("upkeep", At(*Find(documents, "RoleBinding", "upkeep-secrets"), {"subjects", "0", "namespace"}));
}

TEST(ManifestsTest, WhatNoPodHasIsSaidAtItsTarget) {
  ManifestOptions options;
  UseInventory(options, "apiVersion: upkeep/v1\ntargets:\n  - {name: prod, kind: kubernetes, kubeconfig: /home/jin/.kube/config}\n"
                        "  - {name: a, kind: redis, host: h, password: {file: secrets/a}, tls: {caFile: pki/ca.crt}}\n"
                        "  - {name: b, kind: redis, host: h, password: {environment: REDIS_PW}}\n"
                        "  - {name: c, kind: redis, host: h, password: {exec: [vault, read]}}\n");
  std::vector<std::string> said;
  for (const Status& warning : NotInPods(options.inventory)) {
    said.push_back(std::to_string(warning.place()->line) + " " + warning.message());
  }
  EXPECT_EQ((std::vector<std::string>{"3 no pod has the file /home/jin/.kube/config", "4 no pod has the file pki/ca.crt",
                                      "5 no pod has the variable REDIS_PW", "6 no pod has the program vault"}), said);
}

TEST(ManifestsTest, ANameThatIsNoneIsRefused) {
  for (const std::vector<const char*>& words :
       {std::vector<const char*>{"upkeep", "manifests", "--namespace", "Bad_NS"}, {"upkeep", "manifests", "--image", ""},
        {"upkeep", "manifests", "--image", "a b"}}) {
    std::ostringstream out, err;
    EXPECT_EQ(64, Main(static_cast<int>(words.size()), words.data(), out, err)) << err.str();
    EXPECT_EQ("", out.str());
  }
}

TEST(ManifestsTest, WhatReadsAsANumberOrAYesStaysAName) {
  ManifestOptions options = Options(kDaily);
  options.space = "123";
  options.storage_class = "true";
  options.storage = "1e9";
  options.schedule_files[0].first = "0x1f";
  options.calendar_files = {{"null", "kind: Calendar\n"}};
  UseInventory(options, "apiVersion: upkeep/v1\ntargets:\n  - {name: here, kind: kubernetes, inCluster: true}\n"
                        "  - {name: cache, kind: redis, host: h, password: {secret: {cluster: here, namespace: '7', name: '456', key: p}}}\n");
  ASSERT_TRUE(CheckManifest(options, "false").ok()) << CheckManifest(options, "false").Describe();
  for (const int replicas : {0, 2}) {
    options.replicas = replicas;
    const std::string text = Manifests(options).value() + JobYaml(options, {{"apply", "1"}, false, "false"});
    for (const char* quoted : {"namespace: \"123\"", "name: \"123\"", "storageClassName: \"true\"", "storage: \"1e9\"",
                               "\"0x1f\": |2", "{key: \"null\", path: \"calendars/null\"}", "namespace: \"7\"",
                               "resourceNames: [\"456\"]", "secretName: \"false\""}) {
      EXPECT_NE(std::string::npos, text.find(quoted)) << quoted;
    }
    for (const char* plain : {": 123\n", ": 123}", ": 7\n", "[456]", ": true\n  resources"}) {
      EXPECT_EQ(std::string::npos, text.find(plain)) << plain;
    }
  }
}

TEST(ManifestsTest, WhatTheApiServerWouldRefuseIsRefusedHere) {
  const auto refused = [](const std::function<void(ManifestOptions&)>& change, const std::string& approver = "") {
    ManifestOptions options = Options(kDaily);
    change(options);
    return CheckManifest(options, approver);
  };
  EXPECT_TRUE(refused([](ManifestOptions&) {}).ok());
  for (const char* storage : {"abc", "1Gi}", "-1", "0", ""}) {
    EXPECT_EQ(Code::kUsage, refused([&](ManifestOptions& o) { o.storage = storage; }).code()) << storage;
  }
  EXPECT_EQ(Code::kUsage, refused([](ManifestOptions& o) { o.storage_class = "Fast Disk"; }).code());
  EXPECT_EQ(Code::kUsage, refused([](ManifestOptions&) {}, "x, foo: {bar").code());
  for (const char* name : {"team a.yaml", "일일.yaml"}) {
    const Status file = refused([&](ManifestOptions& o) { o.schedule_files[0].first = name; });
    EXPECT_EQ(Code::kInvalid, file.code()) << name;
    EXPECT_NE("", file.hint());
    EXPECT_EQ(Code::kInvalid, refused([&](ManifestOptions& o) { o.calendar_files = {{name, ""}}; }).code()) << name;
  }
  checks::SecretSource secret;
  secret.cluster = "this-cluster";
  secret.secret_namespace = "shop";
  secret.secret_name = "My Secret";
  EXPECT_EQ(Code::kInvalid, refused([&](ManifestOptions& o) { o.delivery_secrets = {secret}; }).code());
  secret.secret_name = "mine";
  secret.secret_namespace = "a.b";
  EXPECT_EQ(Code::kInvalid, refused([&](ManifestOptions& o) { o.delivery_secrets = {secret}; }).code());
}

TEST(ManifestsTest, AJobHasTimeForItsDeliveries) {
  const auto active = [](const ManifestOptions& options) {
    const auto documents = Documents(Manifests(options).value());
    return std::stol(At(*Find(documents, "CronJob", "upkeep-s"), {"spec", "jobTemplate", "spec", "activeDeadlineSeconds"}));
  };
  ManifestOptions options = Options("  - {id: s, cron: '0 9 * * *', playbooks: [x], deliver: [hook, mail]}\n");
  const long alone = active(options);
  const Result<notify::Deliveries> deliveries = notify::ParseDeliveries(
      "apiVersion: upkeep/v1\ndeliveries:\n"
      "  - {name: hook, kind: webhook, url: 'https://h/', timeLimit: 20s, retry: {attempts: 3, cap: 30m}}\n"
      "  - {name: mail, kind: webhook, url: 'https://h/', timeLimit: 1m, retry: {attempts: 1}}\n"
      "  - {name: other, kind: webhook, url: 'https://h/', timeLimit: 1m, retry: {attempts: 9}}\n", "deliveries.yaml");
  ASSERT_TRUE(deliveries.ok()) << deliveries.status().Describe();
  TakeAlong(*deliveries, options);
  EXPECT_EQ(alone + 3 * 20 + 2 * 1800, active(options)) << "side by side: that of the longest";
}

TEST(ManifestsTest, WhatNoPodHasIsSaidAtItsDelivery) {
  const Result<notify::Deliveries> deliveries = notify::ParseDeliveries(
      "apiVersion: upkeep/v1\ndeliveries:\n"
      "  - {name: a, kind: webhook, url: 'https://h/', secret: {environment: HOOK}, token: {file: secrets/token}}\n"
      "  - {name: b, kind: webhook, url: 'https://h/', token: {exec: [vault, read]}, tls: {caFile: pki/ca.crt}}\n", "deliveries.yaml");
  ASSERT_TRUE(deliveries.ok()) << deliveries.status().Describe();
  std::vector<std::string> said;
  for (const Status& warning : NotInPods(*deliveries)) {
    said.push_back(std::to_string(warning.place()->line) + " " + warning.message());
  }
  EXPECT_EQ((std::vector<std::string>{"3 no pod has the variable HOOK", "4 no pod has the program vault",
                                      "4 no pod has the file pki/ca.crt"}), said);
}

TEST(ManifestsTest, ReplicasOfTheDaemonWithTheLeastRightsForTheirLease) {
  ManifestOptions options = Options(kDaily);
  options.replicas = 2;
  const std::string text = Manifests(options).value();
  const auto documents = Documents(text);
  const yaml::Node* const role = Find(documents, "Role", "upkeep-daemon");
  const yaml::Node* const binding = Find(documents, "RoleBinding", "upkeep-daemon");
  const yaml::Node* const deployment = Find(documents, "Deployment", "upkeep-daemon");
  ASSERT_TRUE(role != nullptr && binding != nullptr && deployment != nullptr);
  ASSERT_EQ(2U, role->Find("rules")->items.size());
  EXPECT_EQ(std::string::npos, text.find("kind: CronJob"));
  const yaml::Node &create = role->Find("rules")->items[0], &one = role->Find("rules")->items[1];
  EXPECT_EQ("leases", At(create, {"resources", "0"}));
  EXPECT_EQ(1U, create.Find("verbs")->items.size());
  EXPECT_EQ("create", At(create, {"verbs", "0"}));
  EXPECT_EQ("upkeep-daemon", At(one, {"resourceNames", "0"}));
  EXPECT_EQ(2U, one.Find("verbs")->items.size());
  EXPECT_EQ("get", At(one, {"verbs", "0"}));
  EXPECT_EQ("update", At(one, {"verbs", "1"}));
  EXPECT_EQ("upkeep", At(*binding, {"subjects", "0", "name"}));
  EXPECT_EQ("2", At(*deployment, {"spec", "replicas"}));
  const yaml::Node& pod = *deployment->Find("spec")->Find("template")->Find("spec");
  EXPECT_EQ("Always", At(pod, {"restartPolicy"}));
  EXPECT_EQ("upkeep", At(pod, {"serviceAccountName"}));
  EXPECT_EQ("daemon", At(pod, {"containers", "0", "args", "0"}));
  EXPECT_EQ("--lease", At(pod, {"containers", "0", "args", "1"}));
  EXPECT_EQ("upkeep-daemon", At(pod, {"containers", "0", "args", "2"}));
  EXPECT_EQ("daemon", At(*deployment, {"spec", "selector", "matchLabels", "app.kubernetes.io/component"}));
  EXPECT_EQ("daemon", At(*deployment, {"spec", "template", "metadata", "labels", "app.kubernetes.io/component"}));
  EXPECT_EQ(std::string::npos, Manifests(Options(kDaily)).value().find("kind: Role\n")) << "only when asked for";
}

TEST(ManifestsTest, FilesComeThroughAsTheyAre) {
  ManifestOptions options = Options(kDaily);
  const std::string odd = "  begins with blanks: {a: \"b\"}\n\n# and a line without end";
  options.config_files.emplace_back("deliveries.yaml", odd);
  const auto documents = Documents(Manifests(options).value());
  const yaml::Node* const config = Find(documents, "ConfigMap", "upkeep-config");
  EXPECT_EQ(odd, At(*config, {"data", "deliveries.yaml"}));
  EXPECT_EQ(InClusterInventory(), At(*config, {"data", "inventory.yaml"}));
  EXPECT_EQ(options.schedule_files[0].second,
            At(*Find(documents, "ConfigMap", "upkeep-schedules"), {"data", "schedules.yaml"}));
}

TEST(ManifestsTest, CalendarsGoAlongInAFolderOfTheirOwn) {
  ManifestOptions options = Options(kDaily);
  EXPECT_EQ(std::string::npos, Manifests(options).value().find("upkeep-calendars"));
  options.calendar_files = {{"kr.yaml", "kind: Calendar\n"}};
  const auto documents = Documents(Manifests(options).value());
  EXPECT_EQ("kind: Calendar\n",
            At(*Find(documents, "ConfigMap", "upkeep-calendars"), {"data", "kr.yaml"}));
  const yaml::Node& job = *Find(documents, "CronJob", "upkeep-daily-one");
  const yaml::Node& volumes = *job.Find("spec")->Find("jobTemplate")->Find("spec")->Find("template")
                                   ->Find("spec")->Find("volumes");
  std::string path;
  for (const yaml::Node& volume : volumes.items) {
    if (At(volume, {"name"}) == "schedules") {
      path = At(volume, {"projected", "sources", "1", "configMap", "items", "0", "path"});
    }
  }
  EXPECT_EQ("calendars/kr.yaml", path);
}

TEST(ManifestsTest, OnlyAJobThatMayWriteSeesTheWriteIdentity) {
  const ManifestOptions options = Options(kDaily);
  EXPECT_EQ(std::string::npos, JobYaml(options, {{"report", "daily"}, false}).find("upkeep-write"));
  const std::string job = JobYaml(options, {{"apply", "3"}, true});
  EXPECT_NE(std::string::npos, job.find("upkeep-write-token"));
  EXPECT_NE(std::string::npos, job.find("args: [\"apply\", \"3\"]"));
  const std::string all = Manifests(options).value();
  EXPECT_EQ(std::string::npos, all.substr(all.find("kind: CronJob")).find("upkeep-write"));
}

TEST(ManifestsTest, NamesThatMeetAreAnError) {
  const Result<std::string> text = Manifests(
      Options("  - {id: a_b, cron: '0 9 * * *', playbooks: [x]}\n  - {id: a.b, cron: '0 9 * * *', playbooks: [x]}\n"));
  EXPECT_EQ(Code::kInvalid, text.status().code());
  EXPECT_NE(std::string::npos, text.status().message().find("upkeep-a-b"));
}

TEST(ManifestsTest, HostileTextStaysText) {
  EXPECT_EQ("\"a\\\"b: c\\n\"", Quoted("a\"b: c\n"));
}

/// deploy/manifests.yaml is what the shipped playbooks and schedules give.
TEST(ManifestsTest, TheCommittedManifestsAreTheGeneratedOnes) {
  const std::string source = SourceFolder();
  const std::string playbooks = source + "/playbooks", schedules = source + "/schedules";
  const char* const arguments[] = {"upkeep", "manifests", "--playbooks", playbooks.c_str(),
                                   "--schedules", schedules.c_str()};
  unsetenv("UPKEEP_INVENTORY");
  std::ostringstream out, err;
  ASSERT_EQ(0, Main(6, arguments, out, err)) << err.str();
  EXPECT_EQ(FileText(source + "/deploy/manifests.yaml"), out.str())
      << "make it anew: upkeep manifests > deploy/manifests.yaml";
  EXPECT_GT(Documents(out.str()).size(), 12U);
}

}  // namespace
}  // namespace upkeep::cli
