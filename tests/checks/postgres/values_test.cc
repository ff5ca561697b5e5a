// SPDX-License-Identifier: Apache-2.0
#include "checks/postgres/values.h"

#include <gtest/gtest.h>

namespace upkeep::postgres {
namespace {

TEST(ValuesTest, TypesComeFromTheServersTypeIds) {
  EXPECT_EQ(Value(true), FromText(16, "t"));
  EXPECT_EQ(Value(-7), FromText(23, "-7"));
  EXPECT_EQ(Value(9007199254740993), FromText(20, "9007199254740993"));
  EXPECT_EQ(Value(0.25), FromText(1700, "0.25"));
  EXPECT_EQ(Value(3), FromText(1700, "3"));
  EXPECT_EQ(Value("NaN"), FromText(701, "NaN"));
  EXPECT_EQ(Value("Infinity"), FromText(701, "Infinity"));
  EXPECT_EQ((Value{{"a", 1}}), FromText(3802, "{\"a\": 1}"));
  EXPECT_EQ(Value("12"), FromText(25, "12"));
}

TEST(ValuesTest, ParametersAreScalars) {
  const Result<Parameters> parameters = ParametersOf({1, 2.0, 2.5, true, "x", nullptr});
  ASSERT_TRUE(parameters.ok());
  EXPECT_EQ((Parameters{"1", "2", "2.5", "true", "x", std::nullopt}), *parameters);
  EXPECT_TRUE(ParametersOf(Value::object())->empty());
  EXPECT_FALSE(ParametersOf("x").ok());
  EXPECT_FALSE(ParametersOf(Value::array({Value::array()})).ok());
  EXPECT_FALSE(ParametersOf(Value::array({std::string("a\0b", 3)})).ok());
}

}  // namespace
}  // namespace upkeep::postgres
