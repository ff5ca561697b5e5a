// SPDX-License-Identifier: Apache-2.0
#include "checks/redis/errors.h"

#include <gtest/gtest.h>

#include "checks/redis/commands.h"

namespace upkeep::redis {
namespace {

Status Of(const char* error, const char* command = "INFO", const char* user = "upkeep") {
  return StatusOf(error, command, user, "cache:6379");
}

TEST(ErrorsTest, AMissingRightComesWithItsRule) {
  const Status denied = Of("NOPERM this user has no permissions to run the 'slowlog|get' command", "SLOWLOG|GET");
  EXPECT_EQ(Code::kNotPermitted, denied.code());
  EXPECT_NE(std::string::npos, denied.message().find("redis:command:SLOWLOG|GET"));
  EXPECT_EQ("ACL SETUSER upkeep +slowlog|get", denied.hint());
  EXPECT_EQ("ACL SETUSER default %R~PATTERN",
            Of("NOPERM this user has no permissions to access one of the keys used as arguments", "TTL", "").hint());
}

TEST(ErrorsTest, EachErrorHasItsReason) {
  EXPECT_EQ(Code::kNotPermitted, Of("WRONGPASS invalid username-password pair or user is disabled.").code());
  EXPECT_EQ(Code::kNotPermitted, Of("NOAUTH Authentication required.").code());
  EXPECT_EQ(Code::kNotPermitted, Of("DENIED Redis is running in protected mode").code());
  for (const char* error : {"LOADING Redis is loading the dataset in memory", "OOM command not allowed",
                            "MOVED 3999 10.0.0.2:6379", "MASTERDOWN Link with MASTER is down",
                            "ERR max number of clients reached", "ERR unknown command 'INFO'"}) {
    const Status status = Of(error);
    EXPECT_EQ(Code::kError, status.code());
    EXPECT_NE(std::string::npos, status.message().find(error)) << status.message();
  }
  EXPECT_NE(std::string::npos, Of("ERR max number of clients reached").message().find("no connection is free"));
}

TEST(CommandsTest, OnlyCommandsThatLookAreLetThrough) {
  EXPECT_EQ("SLOWLOG|GET", ReadCommandLine({"slowlog", "get", 10})->name);
  EXPECT_EQ("INFO", ReadCommandLine({"info"})->name);
  for (const Value& refused :
       {Value::array({"SET", "a", "b"}), Value::array({"CONFIG", "SET", "a", "b"}), Value::array({"CONFIG"}),
        Value::array({"FLUSHALL"}), Value::array({"EVAL", "x", 0}), Value::array({"GET", "a"}), Value::array(),
        Value::array({true}), Value::array({"DEBUG", "SLEEP", 5})}) {
    EXPECT_EQ(Code::kInvalid, ReadCommandLine(refused).status().code()) << refused;
  }
  EXPECT_EQ("did you mean 'INFO'?", ReadCommandLine({"INFOO"}).status().hint());
  EXPECT_EQ((std::vector<std::string>{"SLOWLOG", "GET", "0"}), ProbeOf("SLOWLOG|GET"));
  EXPECT_TRUE(ProbeOf("SET").empty());
}

TEST(CommandsTest, PasswordsInSettingsAreTakenOut) {
  EXPECT_EQ((Value::array({"requirepass", "[redacted]", "maxmemory", "0", "masterauth", ""})),
            WithoutPasswords("CONFIG|GET", Value::array({"requirepass", "hunter22", "maxmemory", "0", "masterauth", ""})));
}

}  // namespace
}  // namespace upkeep::redis
