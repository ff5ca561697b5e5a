// SPDX-License-Identifier: Apache-2.0
#include "checks/targets/inventory.h"
#include "checks/targets/target_reader.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "checks/targets/tls_files.h"
#include "tests/checks/targets/folder.h"
#include "tests/source_folder.h"

namespace upkeep::checks {
namespace {

constexpr const char* kWhole = R"(apiVersion: upkeep/v1
targets:
  - name: production
    kind: kubernetes
    kubeconfig: kube/config
    context: prod
    owner: platform
    labels: {site: icn, tier: "1"}
    expects: [velero, metrics-server]
    write: {kubeconfig: kube/write, context: prod-write}
  - name: edge
    kind: kubernetes
    inCluster: true
  - name: orders-db
    kind: postgres
    host: db.example.test
    database: orders
    user: upkeep
    role: primary
    password: {file: secrets/orders}
    tls: {caFile: pki/ca.crt}
    write: {user: upkeep_write, password: {exec: [./bin/secret, orders]}}
  - name: cache
    kind: redis
    host: 127.0.0.1
    port: 6380
    role: any
    password: {secret: {cluster: production, namespace: web, name: redis, key: password}}
    tls: {mode: disable}
  - name: shop
    kind: http
    url: https://shop.example.test/health
    expectStatus: 204
    timeLimit: 3s
    user: probe
    password: {environment: SHOP_PASSWORD}
  - {name: shop-cert, kind: tls, host: shop.example.test, tls: {serverName: shop}}
  - {name: shop-name, kind: dns, host: shop.example.test}
  - {name: ledger, kind: mysql, host: 10.0.0.9, user: upkeep, role: replica}
)";

std::string Refused(const std::string& text) {
  const Result<Inventory> inventory = ParseInventory(text, "inventory.yaml");
  EXPECT_FALSE(inventory.ok()) << text;
  if (inventory.ok()) return "";
  EXPECT_EQ(Code::kConfig, inventory.status().code());
  return inventory.status().Describe();
}

std::string RefusedTarget(const std::string& keys) {
  return Refused("apiVersion: upkeep/v1\ntargets:\n  - " + keys + "\n");
}

TEST(InventoryTest, EveryKindReadsWithItsDefaults) {
  const Result<Inventory> inventory = ParseInventory(kWhole, "/etc/upkeep/inventory.yaml");
  ASSERT_TRUE(inventory.ok()) << inventory.status().Describe();
  ASSERT_EQ(8U, inventory->targets.size());

  const Target* const cluster = inventory->Find("production");
  ASSERT_NE(nullptr, cluster);
  EXPECT_EQ("/etc/upkeep/kube/config", cluster->kubeconfig);
  EXPECT_EQ("/etc/upkeep/kube/write", cluster->write_kubeconfig);
  EXPECT_EQ("1", cluster->labels.at("tier"));
  EXPECT_EQ((std::vector<std::string>{"velero", "metrics-server"}), cluster->expects);
  EXPECT_EQ(3, cluster->place.line);
  EXPECT_TRUE(inventory->Find("edge")->in_cluster);

  const Target* const database = inventory->Find("orders-db");
  EXPECT_EQ(5432, database->port);
  EXPECT_EQ("primary", database->role);
  EXPECT_EQ("/etc/upkeep/secrets/orders", database->password.file);
  EXPECT_EQ("verify-full", database->tls.mode);
  EXPECT_EQ("/etc/upkeep/pki/ca.crt", database->tls.ca_file);
  EXPECT_EQ("upkeep_write", database->write_user);
  EXPECT_EQ((std::vector<std::string>{"/etc/upkeep/bin/secret", "orders"}), database->write_password.exec);

  const Target* const cache = inventory->Find("cache");
  EXPECT_EQ("", cache->role);
  EXPECT_EQ("redis", cache->password.secret_name);
  EXPECT_TRUE(cache->password.set());
  EXPECT_FALSE(cache->tls.verified());

  const Target* const shop = inventory->Find("shop");
  EXPECT_EQ(204, shop->expect_status);
  EXPECT_EQ(std::chrono::seconds(3), shop->time_limit);
  EXPECT_EQ("SHOP_PASSWORD", shop->password.environment);
  EXPECT_EQ(443, inventory->Find("shop-cert")->port);
  EXPECT_EQ(std::chrono::seconds(10), inventory->Find("shop-name")->time_limit);
  EXPECT_EQ(std::chrono::seconds(10), inventory->Find("cache")->time_limit);
  EXPECT_EQ(std::chrono::seconds(30), inventory->Find("orders-db")->time_limit);
  EXPECT_EQ(std::chrono::seconds(30), cluster->time_limit);
  EXPECT_EQ(3306, inventory->Find("ledger")->port);
  EXPECT_EQ(nullptr, inventory->Find("nobody"));
}

TEST(InventoryTest, AllErrorsComeAtOnceWithPlaceCaretAndHint) {
  const std::string text = Refused(R"(apiVersion: upkeep/v1
targets:
  - name: Orders
    kind: postgres
    hots: db
    user: upkeep
    port: 70000
  - name: cache
    kind: reddis
)");
  EXPECT_NE(std::string::npos, text.find("inventory.yaml:3:11: 'Orders' is no name for a target\n"
                                         "    - name: Orders\n"
                                         "            ^\n")) << text;
  EXPECT_NE(std::string::npos, text.find("inventory.yaml:5:5: a postgres target has no key 'hots'\n"
                                         "      hots: db\n"
                                         "      ^\n"
                                         "  hint: did you mean 'host'?")) << text;
  EXPECT_NE(std::string::npos, text.find("needs the key 'host'")) << text;
  EXPECT_NE(std::string::npos, text.find("'port' is from 1 to 65535")) << text;
  EXPECT_NE(std::string::npos, text.find("inventory.yaml:9:11: 'kind' must be one of kubernetes, ")) << text;
  EXPECT_NE(std::string::npos, text.find("did you mean 'redis'?")) << text;
}

TEST(InventoryTest, TheFrameIsChecked) {
  EXPECT_NE(std::string::npos, Refused("targets: []\n").find("needs the key 'apiVersion'"));
  EXPECT_NE(std::string::npos, Refused("apiVersion: upkeep/v2\ntargets: []\n").find("must be upkeep/v1"));
  EXPECT_NE(std::string::npos, Refused("apiVersion: upkeep/v1\n").find("needs the key 'targets'"));
  EXPECT_NE(std::string::npos, Refused("apiVersion: upkeep/v1\ntargets: []\n").find("at least one target"));
  EXPECT_NE(std::string::npos, Refused("- a\n").find("an inventory must be a mapping"));
  EXPECT_NE(std::string::npos, Refused("a: [\n").find("inventory.yaml:"));
  EXPECT_NE(std::string::npos, RefusedTarget("just-a-word").find("a target must be a mapping"));
  EXPECT_NE(std::string::npos, RefusedTarget("{name: a}").find("needs the key 'kind'"));
  EXPECT_EQ(Code::kConfig, ReadInventory("/nowhere/inventory.yaml").status().code());
}

TEST(InventoryTest, NamesAreUniqueAndClustersOfSecretsExist) {
  const std::string text = Refused(R"(apiVersion: upkeep/v1
targets:
  - {name: a, kind: dns, host: x}
  - {name: a, kind: dns, host: y}
  - name: db
    kind: redis
    host: z
    password: {secret: {cluster: prod, namespace: n, name: s, key: k}}
)");
  EXPECT_NE(std::string::npos, text.find("inventory.yaml:4:5: the name 'a' is taken by the target at line 3"))
      << text;
  EXPECT_NE(std::string::npos, text.find("no kubernetes target is called 'prod'")) << text;
}

TEST(InventoryTest, WhatContradictsItselfIsRefused) {
  const auto refused = [](const std::string& keys, const std::string& message) {
    const std::string text = RefusedTarget(keys);
    EXPECT_NE(std::string::npos, text.find(message)) << text;
  };
  refused("{name: a, kind: kubernetes}", "needs a kubeconfig or inCluster: true");
  refused("{name: a, kind: kubernetes, kubeconfig: x, inCluster: true}", "not both");
  refused("{name: a, kind: http, url: ftp://x}", "must begin with http:// or https://");
  refused("{name: a, kind: http, url: https://x, tls: {mode: disable}}", "cannot have tls mode: disable");
  refused("{name: a, kind: http, url: http://x, method: HEAD, expectBody: y}", "no body to expect");
  refused("{name: a, kind: redis, host: x, tls: {certificateFile: c}}", "needs both certificateFile and keyFile");
  refused("{name: a, kind: redis, host: x, tls: {mode: require, caFile: c}}", "caFile is not used");
  refused("{name: a, kind: redis, host: x, password: {}}", "this secret has no source");
  refused("{name: a, kind: redis, host: x, password: {file: a, environment: b}}", "more than one source");
  refused("{name: a, kind: postgres, host: x, user: u, write: {user: u}}", "must not be the one that reads");
  refused("{name: a, kind: dns, host: x, timeLimit: 0s}", "must be more than nothing");
  refused("{name: a, kind: dns, host: x, timeLimit: -5s}", "'timeLimit' must be");
}

TEST(InventoryTest, ASecretInTheFileIsRefusedAndNotShown) {
  for (const char* keys : {"{name: a, kind: postgres, host: x, user: u, password: hunter22}",
                           "{name: a, kind: postgres, host: x, user: u, pasword: hunter22}",
                           "{name: a, kind: postgres, host: x, user: u, dsn: \"postgres://u:hunter22@x\"}",
                           "{name: a, kind: postgres, host: x, user: u, uri: postgres://u:hunter22@x/db}",
                           "{name: a, kind: http, url: \"https://u:hunter22@x/\"}",
                           "{name: a, kind: http, url: \"https://x\", token: 'hunter22}"}) {
    const std::string text = RefusedTarget(keys);
    EXPECT_EQ(std::string::npos, text.find("hunter22")) << text;
  }
}

TEST(InventoryTest, PluginsHaveAPathAndArguments) {
  const Result<Inventory> inventory = ParseInventory(
      "apiVersion: upkeep/v1\ntargets:\n  - name: web-1\n    kind: host\n    host: web\n    plugins:\n"
      "      check_load: [/usr/lib/nagios/plugins/check_load, -w, \"5,4,3\"]\n      own: ./bin/check_own\n",
      "conf/inventory.yaml");
  ASSERT_TRUE(inventory.ok()) << inventory.status().Describe();
  const auto& plugins = inventory->targets[0].plugins;
  EXPECT_EQ((std::vector<std::string>{"/usr/lib/nagios/plugins/check_load", "-w", "5,4,3"}), plugins.at("check_load"));
  EXPECT_EQ("conf/bin/check_own", plugins.at("own").at(0));
  for (const char* wrong : {"{a: check_load}", "{a: []}", "{\"a b\": [/x]}", "{a: {b: c}}"}) {
    const std::string said = RefusedTarget(std::string("{name: web, kind: host, host: web, plugins: ") + wrong + "}");
    EXPECT_NE(std::string::npos, said.find("inventory.yaml:3:")) << said;
  }
}

TEST(InventoryTest, TheExampleOfTheDocumentationReads) {
  std::ifstream in(SourceFolder() + "/docs/inventory.md");
  const std::string page((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  const std::size_t first = page.find("```yaml\n");
  ASSERT_NE(std::string::npos, first);
  const std::string example = page.substr(first + 8, page.find("```", first + 8) - first - 8);
  const Result<Inventory> inventory = ParseInventory(example, "docs/inventory.md");
  ASSERT_TRUE(inventory.ok()) << inventory.status().Describe();
  EXPECT_EQ(4U, inventory->targets.size());
}

TEST(TlsFilesTest, FilesAreReadAndTheKeyIsHidden) {
  const Folder folder;
  TlsSettings settings;
  settings.ca_file = folder.Write("ca", "-----BEGIN CERTIFICATE-----\nMIIB\n");
  settings.certificate_file = folder.Write("crt", "-----BEGIN CERTIFICATE-----\nMIIC\n");
  settings.key_file = folder.Write("key", "-----BEGIN PRIVATE KEY-----\nc2VjcmV0a2V5\n-----END PRIVATE KEY-----\n");
  settings.server_name = "db";
  Redactor redactor;
  const Result<io::TlsOptions> options = ReadTlsFiles(settings, redactor);
  ASSERT_TRUE(options.ok()) << options.status().message();
  EXPECT_TRUE(options->verify);
  EXPECT_EQ("db", options->server_name);
  EXPECT_EQ("bad line [redacted]", redactor.Redact(std::string("bad line c2VjcmV0a2V5")));

  settings.mode = "require";
  EXPECT_FALSE(ReadTlsFiles(settings, redactor)->verify);
  settings.ca_file = folder.Write("no-pem", "hello");
  EXPECT_NE(std::string::npos, ReadTlsFiles(settings, redactor).status().message().find("holds no PEM text"));
  settings.ca_file = folder.Path("missing");
  EXPECT_EQ(Code::kConfig, ReadTlsFiles(settings, redactor).status().code());
}

TEST(WithoutSecretsTest, HidesWhatFollowsASecretsNameInWhateverBrackets) {
  EXPECT_EQ("token: [redacted]", WithoutSecrets("token: hunter22"));
  EXPECT_EQ("users: [{name: u, user: {token: [redacted]", WithoutSecrets("users: [{name: u, user: {token: [hunter22, a: \"b\"]}}]"));
  EXPECT_EQ("password: [redacted]", WithoutSecrets("password: {hunter22}"));
  EXPECT_EQ("password: {fiel: secrets/db}", WithoutSecrets("password: {fiel: secrets/db}"));
}

}  // namespace
}  // namespace upkeep::checks
