// SPDX-License-Identifier: Apache-2.0
#include "checks/model/need.h"

#include <gtest/gtest.h>

namespace upkeep::checks {
namespace {

Status Refused(const Value& value) {
  const Result<Need> need = ParseNeed(value);
  EXPECT_FALSE(need.ok()) << value;
  EXPECT_EQ(Code::kInvalid, need.status().code());
  return need.status();
}

TEST(NeedTest, EveryFormOfTheGrammarReadsAndSpellsItselfAgain) {
  for (const char* text :
       {"kubernetes:list:pods", "kubernetes:list:pods.metrics.k8s.io", "kubernetes:get:nodes/proxy",
        "kubernetes:delete:pods", "kubernetes:patch:nodes", "kubernetes:create:jobs.batch",
        "postgres:query", "postgres:role:pg_monitor", "postgres:function:pg_terminate_backend",
        "redis:command:INFO", "redis:command:SLOWLOG|GET", "http:get", "http:head", "tls:connect",
        "dns:resolve", "plugin:run:check_disk", "plugin:run:*"}) {
    const Result<Need> need = ParseNeed(text);
    ASSERT_TRUE(need.ok()) << text << ": " << need.status().message();
    EXPECT_EQ(text, need->ToString());
  }
}

TEST(NeedTest, OnlyWhatChangesSomethingWrites) {
  EXPECT_FALSE(ParseNeed("kubernetes:list:pods")->writes());
  EXPECT_FALSE(ParseNeed("postgres:query")->writes());
  EXPECT_TRUE(ParseNeed("kubernetes:delete:pods")->writes());
  EXPECT_TRUE(ParseNeed("postgres:function:pg_terminate_backend")->writes());
  EXPECT_TRUE((Need{"kubernetes", "escalate", "pods", {}, false}).writes());
}

TEST(NeedTest, AnyPluginCoversOneAndNothingElse) {
  const Need any = *ParseNeed("plugin:run:*"), one = *ParseNeed("plugin:run:check_disk");
  EXPECT_TRUE(any.Covers(one));
  EXPECT_TRUE(one.Covers(one));
  EXPECT_FALSE(one.Covers(any));
  EXPECT_FALSE(any.Covers(*ParseNeed("http:get")));
  EXPECT_FALSE(any.writes());
  (void)Refused("plugin:run");
  (void)Refused("plugin:run:a b");
  (void)Refused("redis:command:*");
}

TEST(NeedTest, RedisCommandsAreTheSameInAnyCase) {
  EXPECT_TRUE(ParseNeed("redis:command:info")->Matches(*ParseNeed("redis:command:INFO")));
}

TEST(NeedTest, MatchingLooksAtThePermissionAndNotAtItsFields) {
  const Value table{{"1", "kubernetes:list:pods"}, {"fields", {"metadata.name"}}};
  EXPECT_TRUE(ParseNeed(table)->Matches(*ParseNeed("kubernetes:list:pods")));
  EXPECT_FALSE(ParseNeed(table)->Matches(*ParseNeed("kubernetes:list:nodes")));
  EXPECT_FALSE(ParseNeed(table)->Matches(*ParseNeed("kubernetes:get:pods")));
}

TEST(NeedTest, TheTableFormHasFieldsAndOptional) {
  const Result<Need> need =
      ParseNeed({{"1", "kubernetes:list:pods"}, {"fields", {"metadata.name", "status"}}, {"optional", true}});
  ASSERT_TRUE(need.ok());
  EXPECT_EQ((std::vector<std::string>{"metadata.name", "status"}), need->fields);
  EXPECT_TRUE(need->optional);
  EXPECT_TRUE(ParseNeed({{"need", "postgres:query"}}).ok());
}

TEST(NeedTest, EachWrongPartIsNamedWithWhatWasExpected) {
  EXPECT_EQ("did you mean 'kubernetes'?", Refused("kubernets:list:pods").hint());
  EXPECT_EQ("did you mean 'list'?", Refused("kubernetes:lst:pods").hint());
  EXPECT_NE(std::string::npos, Refused("postgres").message().find("names no verb"));
  EXPECT_NE(std::string::npos, Refused("kubernetes:list").message().find("needs an object"));
  EXPECT_NE(std::string::npos, Refused("kubernetes:list:").message().find("ends in a colon"));
  EXPECT_NE(std::string::npos, Refused("kubernetes:list:Pods").message().find("is no resource"));
  EXPECT_NE(std::string::npos, Refused("kubernetes:list:pods.").message().find("is no resource"));
  EXPECT_NE(std::string::npos, Refused("postgres:query:x").message().find("takes no object"));
  EXPECT_NE(std::string::npos, Refused("postgres:role:a b").message().find("is no name"));
  (void)Refused("");
  (void)Refused(12);
  (void)Refused(Value::object());
}

TEST(NeedTest, FieldsBelongToListsAndMustBePaths) {
  (void)Refused({{"1", "postgres:query"}, {"fields", {"a"}}});
  (void)Refused({{"1", "kubernetes:list:pods"}, {"fields", "metadata.name"}});
  (void)Refused({{"1", "kubernetes:list:pods"}, {"fields", Value::array()}});
  (void)Refused({{"1", "kubernetes:list:pods"}, {"fields", {"a..b"}}});
  (void)Refused({{"1", "kubernetes:list:pods"}, {"fields", {7}}});
  (void)Refused({{"1", "kubernetes:list:pods"}, {"optional", "yes"}});
  EXPECT_EQ("did you mean 'fields'?", Refused({{"1", "kubernetes:list:pods"}, {"field", {"a"}}}).hint());
}

}  // namespace
}  // namespace upkeep::checks
