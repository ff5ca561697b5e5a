// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "checks/targets/inventory.h"
#include "tests/checks/targets/folder.h"

namespace upkeep::checks {
namespace {

constexpr const char* kKubeconfig = R"(apiVersion: v1
kind: Config
current-context: Admin@Prod.example
contexts:
  - {name: Admin@Prod.example, context: {cluster: a, user: b}}
  - {name: "//", context: {cluster: a, user: b}}
  - {name: arn:aws:eks:ap-northeast-2:123456789012:cluster/a-rather-long-name-of-a-cluster, context: {}}
)";

TEST(KubeconfigTargetTest, TheCurrentContextIsOneCluster) {
  const Folder folder;
  const std::string path = folder.Write("config", kKubeconfig);
  const Result<Inventory> inventory = InventoryOfKubeconfig(path, "");
  ASSERT_TRUE(inventory.ok()) << inventory.status().message();
  ASSERT_EQ(1U, inventory->targets.size());
  EXPECT_EQ("admin-prod-example", inventory->targets[0].name);
  EXPECT_EQ("Admin@Prod.example", inventory->targets[0].context);
  EXPECT_EQ(path, inventory->targets[0].kubeconfig);
}

TEST(KubeconfigTargetTest, AnyContextMakesAValidName) {
  const Folder folder;
  const std::string path = folder.Write("config", kKubeconfig);
  EXPECT_EQ("cluster", InventoryOfKubeconfig(path, "//")->targets[0].name);
  const std::string name =
      InventoryOfKubeconfig(path, "arn:aws:eks:ap-northeast-2:123456789012:cluster/a-rather-long-name-of-a-cluster")
          ->targets[0].name;
  EXPECT_LE(name.size(), 63U);
  EXPECT_TRUE(name.ends_with("a-rather-long-name-of-a-cluster"));
}

TEST(KubeconfigTargetTest, WhatIsNotThereIsNamed) {
  const Folder folder;
  const std::string path = folder.Write("config", kKubeconfig);
  const Status unknown = InventoryOfKubeconfig(path, "Admin@Prod.exampel").status();
  EXPECT_EQ(Code::kConfig, unknown.code());
  EXPECT_EQ("did you mean 'Admin@Prod.example'?", unknown.hint());
  EXPECT_EQ(Code::kConfig, InventoryOfKubeconfig(folder.Write("empty", "kind: Config\n"), "").status().code());
  EXPECT_EQ(Code::kConfig, InventoryOfKubeconfig(folder.Path("missing"), "").status().code());
  const Status broken =
      InventoryOfKubeconfig(folder.Write("broken", "users:\n  - token: \"hunter22\n"), "").status();
  EXPECT_EQ(Code::kConfig, broken.code());
  EXPECT_EQ(std::string::npos, broken.Describe().find("hunter22")) << broken.Describe();
}

}  // namespace
}  // namespace upkeep::checks
