// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "checks/model/head.h"

namespace upkeep::checks {
namespace {

Head ThreeParameters() {
  Head head;
  head.id = "postgres.connections";
  Parameter percent;
  percent.name = "warn_percent";
  percent.default_value = 80;
  percent.min = 0;
  percent.max = 100;
  Parameter roles;
  roles.name = "ignore_roles";
  roles.default_value = Value::array({"backup"});
  Parameter strict;
  strict.name = "strict";
  strict.default_value = false;
  head.params = {percent, roles, strict};
  return head;
}

TEST(ParametersTest, DefaultsAreOverlaidWithWhatIsGiven) {
  const Head head = ThreeParameters();
  EXPECT_EQ((Value{{"warn_percent", 80}, {"ignore_roles", {"backup"}}, {"strict", false}}),
            *ResolveParameters(head, Value::object()));
  EXPECT_EQ((Value{{"warn_percent", 75.5}, {"ignore_roles", Value::array()}, {"strict", true}}),
            *ResolveParameters(head, {{"warn_percent", 75.5}, {"ignore_roles", Value::object()}, {"strict", true}}));
  EXPECT_TRUE(ResolveParameters(head, nullptr).ok());
}

TEST(ParametersTest, EverythingWrongIsNamedAtOnce) {
  const Result<Value> resolved = ResolveParameters(
      ThreeParameters(), {{"warn_precent", 70}, {"warn_percent", 120}, {"strict", "yes"}, {"ignore_roles", {1}}});
  ASSERT_FALSE(resolved.ok());
  EXPECT_EQ(Code::kInvalid, resolved.status().code());
  const std::string message = resolved.status().message();
  EXPECT_NE(std::string::npos, message.find("no parameter 'warn_precent'")) << message;
  EXPECT_NE(std::string::npos, message.find("'warn_percent' must be at most 100, and this is 120")) << message;
  EXPECT_NE(std::string::npos, message.find("'strict' must be true or false")) << message;
  EXPECT_NE(std::string::npos, message.find("'ignore_roles' must be a list of strings")) << message;
  EXPECT_EQ("did you mean 'warn_percent'?", resolved.status().hint());
}

TEST(ParametersTest, AValueBelowTheRangeAndNoObjectAtAllAreRefused) {
  EXPECT_FALSE(ResolveParameters(ThreeParameters(), {{"warn_percent", -1}}).ok());
  EXPECT_FALSE(ResolveParameters(ThreeParameters(), "warn_percent").ok());
}

}  // namespace
}  // namespace upkeep::checks
