// SPDX-License-Identifier: Apache-2.0
#include "runner/cli/kubernetes_names.h"

#include <gtest/gtest.h>

#include <string>

namespace upkeep::cli {
namespace {

TEST(KubernetesNamesTest, Labels) {
  for (const char* good : {"upkeep", "123", "1e3", "a-b", "true"}) EXPECT_TRUE(IsDnsLabel(good)) << good;
  for (const char* bad : {"", "-a", "a-", "A", "a.b", "a b", "a_b", "일"}) EXPECT_FALSE(IsDnsLabel(bad)) << bad;
  EXPECT_TRUE(IsDnsLabel(std::string(63, 'a')));
  EXPECT_FALSE(IsDnsLabel(std::string(64, 'a')));
}

TEST(KubernetesNamesTest, Subdomains) {
  for (const char* good : {"redis", "456", "true", "fast.example.com"}) EXPECT_TRUE(IsDnsSubdomain(good)) << good;
  for (const char* bad : {"", ".", "a..b", "a.", "Fast Disk", "x, foo: {bar", "a/b"}) EXPECT_FALSE(IsDnsSubdomain(bad)) << bad;
  EXPECT_TRUE(IsDnsSubdomain(std::string(253, 'a'))) << "the API server bounds the whole, not a part";
  EXPECT_FALSE(IsDnsSubdomain(std::string(254, 'a')));
}

TEST(KubernetesNamesTest, KeysOfAConfigMap) {
  for (const char* good : {"daily.yaml", "Team_A-1.yaml", ".hidden"}) EXPECT_TRUE(IsConfigMapKey(good)) << good;
  for (const char* bad : {"", ".", "..", "..a", "team a.yaml", "일일.yaml", "a/b"}) EXPECT_FALSE(IsConfigMapKey(bad)) << bad;
}

TEST(KubernetesNamesTest, Sizes) {
  for (const char* good : {"1Gi", "1.5Ti", "500M", "1e9", "1E", "2E+3", "1000", "0.5Gi", "1."}) EXPECT_TRUE(IsSize(good)) << good;
  for (const char* bad : {"", "abc", "1Gi}", "-1", "0", "0.0Gi", "1gi", "1 Gi", "Gi", ".5Gi", "1.2.3", "1e", "1e-9", "1m", "0x1f", "true"}) {
    EXPECT_FALSE(IsSize(bad)) << bad;
  }
}

}  // namespace
}  // namespace upkeep::cli
