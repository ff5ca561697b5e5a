// SPDX-License-Identifier: Apache-2.0
#include "runner/run/json_place.h"

#include <gtest/gtest.h>

namespace upkeep::run {
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

TEST(JsonPlaceTest, FindsAKeyAndTheLastOfARepeatedOne) {
  constexpr std::string_view json = R"({"a": 1, "b": {"c": 2}, "a": [3]})";
  EXPECT_EQ(json.rfind("\"a\""), ByteOfJson(json, {"a"}, true));
  EXPECT_EQ(json.find("3"), ByteOfJson(json, {"a", "0"}));
  EXPECT_EQ(json.find("\"c\""), ByteOfJson(json, {"b", "c"}, true));
  EXPECT_EQ(json.find("{\"c\""), ByteOfJson(json, {"b", "d"}, true));
}

TEST(JsonPlaceTest, FindsRepeatedKeysWhereverTheyLie) {
  constexpr std::string_view json = R"([{"a": "a", "b": [{"a": 1, "\u0061": 2}]}, {"a": 1, "b": 2, "b": 3}])";
  const auto found = RepeatedKeys(json, 10);
  ASSERT_EQ(2U, found.size());
  EXPECT_EQ("a", found[0].key);
  EXPECT_EQ(json.find("\"\\u0061\""), found[0].at);
  EXPECT_EQ("b", found[1].key);
  EXPECT_EQ(json.rfind("\"b\""), found[1].at);
  EXPECT_EQ(1U, RepeatedKeys(json, 1).size());
}

}  // namespace
}  // namespace upkeep::run
