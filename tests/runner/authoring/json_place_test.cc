// SPDX-License-Identifier: Apache-2.0
#include "runner/authoring/json_place.h"

#include <gtest/gtest.h>

namespace upkeep::authoring {
namespace {

constexpr char kJson[] = R"({
  "cases": [
    {"name": "a \" } quote", "calls": [{"x": [1, {"y": 2}]}]},
    {
      "name": "b",
      "expect": {
        "results": [
          {"subject": "1"},
          {"subject": "2"}
        ]
      }
    }
  ],
  "format": 1
})";

TEST(JsonPlaceTest, FindsMembersAndElements) {
  EXPECT_EQ(1, LineOfJson(kJson, ""));
  EXPECT_EQ(3, LineOfJson(kJson, "cases/0"));
  EXPECT_EQ(3, LineOfJson(kJson, "cases/0/calls/0/x/1/y"));
  EXPECT_EQ(4, LineOfJson(kJson, "cases/1"));
  EXPECT_EQ(5, LineOfJson(kJson, "cases/1/name"));
  EXPECT_EQ(9, LineOfJson(kJson, "cases/1/expect/results/1"));
  EXPECT_EQ(14, LineOfJson(kJson, "format"));
}

TEST(JsonPlaceTest, WhatIsNotThereIsAtWhatIsAroundIt) {
  EXPECT_EQ(7, LineOfJson(kJson, "cases/1/expect/results/5"));
  EXPECT_EQ(6, LineOfJson(kJson, "cases/1/expect/metrics/0"));
  EXPECT_EQ(1, LineOfJson(kJson, "none"));
  EXPECT_EQ(14, LineOfJson(kJson, "format/1"));
  EXPECT_EQ(1, LineOfJson("", "a"));
  EXPECT_EQ(1, LineOfJson("{\"a\": [1, 2", "a/7"));
}

}  // namespace
}  // namespace upkeep::authoring
