// SPDX-License-Identifier: Apache-2.0
#include "checks/redis/module.h"

#include <gtest/gtest.h>

#include "tests/checks/environment.h"

namespace upkeep::redis {
namespace {

using checks::Environment;
using std::chrono::milliseconds;

class RedisModuleTest : public testing::Test {
 protected:
  RedisModuleTest() : reactor_(*io::Reactor::Create()), secrets_(*reactor_, redactor_) {}

  checks::Target TargetAt(const std::string& host, const std::string& user = "upkeep") {
    checks::Target target;
    target.name = "cache";
    target.kind = checks::TargetKind::kRedis;
    target.host = host;
    target.port = 6379;
    target.user = user;
    target.password.file = Environment(user == "noinfo" ? "REDIS_NOINFO_PASSWORD_FILE" : "REDIS_UPKEEP_PASSWORD_FILE");
    target.tls.mode = "disable";
    return target;
  }
  checks::Target Primary() { return TargetAt(Environment("REDIS_PRIMARY_HOST")); }
  checks::Target OverTls() {
    checks::Target target = TargetAt(Environment("REDIS_TLS_HOST"));
    target.tls.mode = "verify-full";
    target.tls.ca_file = Environment("CA_FILE");
    return target;
  }
  Result<Value> Call(const checks::Target& target, const char* function, Value arguments = Value::array(),
                     milliseconds at_most = milliseconds(20'000)) {
    auto module = MakeRedisModule(*reactor_, target, secrets_);
    Result<lua::Answer> answer =
        reactor_->RunUntilDone(module->Call(function, std::move(arguments), Limits().Within(at_most)));
    if (!answer.ok()) return answer.status();
    return std::move(answer->value);
  }
  std::vector<Status> Prepare(const checks::Target& target, const std::vector<const char*>& texts) {
    auto module = MakeRedisModule(*reactor_, target, secrets_);
    std::vector<checks::Need> needs;
    for (const char* text : texts) needs.push_back(*checks::ParseNeed(text));
    return reactor_->RunUntilDone(module->Prepare(needs, Limits().Within(milliseconds(20'000))));
  }

  Redactor redactor_;
  std::unique_ptr<io::Reactor> reactor_;
  checks::Secrets secrets_;
};

TEST_F(RedisModuleTest, InfoPingAndCommand) {
  const Result<Value> info = Call(Primary(), "info");
  ASSERT_TRUE(info.ok()) << info.status().message();
  EXPECT_EQ("master", info->at("replication").at("role"));
  EXPECT_EQ(32 << 20, info->at("memory").at("maxmemory"));
  EXPECT_TRUE(info->at("clients").at("maxclients").is_number());
  EXPECT_EQ(1U, Call(Primary(), "info", Value::array({"memory"}))->size());
  EXPECT_GT(Call(Primary(), "ping")->get<double>(), 0.0);
  EXPECT_EQ("master", Call(Primary(), "command", Value::array({"ROLE"}))->at(0));
  EXPECT_EQ("slave", Call(TargetAt(Environment("REDIS_REPLICA_HOST")), "info")->at("replication").at("role"));
}

TEST_F(RedisModuleTest, AMissingCommandIsSaidUpFrontWithItsRule) {
  for (const Status& status : Prepare(Primary(), {"redis:command:PING", "redis:command:INFO", "redis:command:SLOWLOG|GET"})) {
    EXPECT_TRUE(status.ok()) << status.message();
  }
  const checks::Target limited = TargetAt(Environment("REDIS_PRIMARY_HOST"), "noinfo");
  const std::vector<Status> statuses = Prepare(limited, {"redis:command:PING", "redis:command:INFO", "redis:command:SET"});
  ASSERT_EQ(3U, statuses.size());
  EXPECT_TRUE(statuses[0].ok());
  EXPECT_EQ(Code::kNotPermitted, statuses[1].code());
  EXPECT_NE(std::string::npos, statuses[1].message().find("redis:command:INFO"));
  EXPECT_EQ("ACL SETUSER noinfo +info", statuses[1].hint());
  EXPECT_EQ(Code::kInvalid, statuses[2].code());
  EXPECT_EQ(Code::kNotPermitted, Call(limited, "info").status().code());
}

TEST_F(RedisModuleTest, TlsIsVerifiedUnlessTheInventorySaysNotTo) {
  EXPECT_TRUE(Call(OverTls(), "ping").ok()) << Call(OverTls(), "ping").status().message();
  checks::Target target = OverTls();
  target.tls.server_name = "other.example.test";
  EXPECT_EQ(Code::kUnreachable, Call(target, "ping").status().code());
  target.tls.mode = "verify-ca";
  EXPECT_TRUE(Call(target, "ping").ok()) << Call(target, "ping").status().message();
  target.tls.ca_file.clear();
  EXPECT_EQ(Code::kUnreachable, Call(target, "ping").status().code());
  target.tls.mode = "require";
  EXPECT_TRUE(Call(target, "ping").ok());
  target.tls.mode = "disable";
  EXPECT_FALSE(Call(target, "ping").ok());
}

TEST_F(RedisModuleTest, LoginsThatFailSayWhy) {
  checks::Target wrong = Primary();
  wrong.user = "admin";
  EXPECT_EQ(Code::kNotPermitted, Call(wrong, "ping").status().code());
  checks::Target none = Primary();
  none.user.clear();
  none.password = {};
  EXPECT_EQ(Code::kNotPermitted, Call(none, "ping").status().code());
  checks::Target missing = Primary();
  missing.password.file += ".missing";
  EXPECT_EQ(Code::kConfig, Call(missing, "ping").status().code());
}

TEST_F(RedisModuleTest, ServersThatDoNotAnswerAreUnknownInTime) {
  EXPECT_EQ(Code::kUnreachable, Call(TargetAt(Environment("REFUSED_HOST")), "ping").status().code());
  EXPECT_EQ(Code::kTimeout, Call(TargetAt(Environment("NEVER_HOST")), "ping", Value::array(), milliseconds(700)).status().code());
  const Code cut = Call(TargetAt(Environment("CUT_HOST")), "info").status().code();
  EXPECT_TRUE(cut == Code::kTruncated || cut == Code::kUnreachable) << CodeName(cut);
}

TEST_F(RedisModuleTest, OneLookTakesNoLongerThanTheTargetsTimeLimit) {
  checks::Target never = TargetAt(Environment("NEVER_HOST"));
  never.time_limit = milliseconds(500);
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_EQ(Code::kTimeout, Call(never, "ping", Value::array(), milliseconds(60'000)).status().code());
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(9));   // A login's usual time is 10 s.
}

TEST_F(RedisModuleTest, NeedsFollowTheCommand) {
  auto module = MakeRedisModule(*reactor_, checks::Target(), secrets_);
  EXPECT_EQ("redis:command:SLOWLOG|GET", module->NeedOf("command", Value::array({"slowlog", "get"}))->ToString());
  EXPECT_EQ("redis:command:INFO", module->NeedOf("info", Value::array({"memory"}))->ToString());
  EXPECT_EQ("redis:command:PING", module->NeedOf("ping", Value::array())->ToString());
  EXPECT_EQ(Code::kInvalid, module->NeedOf("command", Value::array({"SET", "a", "b"})).status().code());
  EXPECT_EQ(Code::kInvalid, module->NeedOf("info", Value::array({7})).status().code());
  EXPECT_EQ(Code::kInvalid, module->NeedOf("flush", Value::array()).status().code());
}

}  // namespace
}  // namespace upkeep::redis
