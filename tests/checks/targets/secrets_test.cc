// SPDX-License-Identifier: Apache-2.0
#include "checks/targets/secrets.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>

#include "tests/checks/targets/folder.h"

namespace upkeep::checks {
namespace {

class OneSecret final : public SecretReader {
 public:
  Task<Result<std::string>> ReadSecretKey(std::string cluster, std::string secret_namespace, std::string name,
                                          std::string key, Limits) override {
    asked = cluster + "|" + secret_namespace + "|" + name + "|" + key;
    co_return std::string("from-the-cluster\n");
  }
  std::string asked;
};

class SecretsTest : public testing::Test {
 protected:
  SecretsTest() : reactor_(*io::Reactor::Create()), secrets_(*reactor_, redactor_, &cluster_) {}

  Result<std::string> Read(const SecretSource& source) {
    return reactor_->RunUntilDone(secrets_.Read(source, Limits().Within(std::chrono::seconds(10))));
  }
  Result<std::string> ReadFile(const std::string& path) {
    SecretSource source;
    source.file = path;
    return Read(source);
  }

  Folder folder_;
  Redactor redactor_;
  OneSecret cluster_;
  std::unique_ptr<io::Reactor> reactor_;
  Secrets secrets_;
};

TEST_F(SecretsTest, NoSourceIsNoSecret) { EXPECT_EQ("", *Read({})); }

TEST_F(SecretsTest, AFileIsReadAnewAndRedactedFromThenOn) {
  const std::string path = folder_.Write("password", "hunter22\n");
  EXPECT_EQ("hunter22", *ReadFile(path));
  EXPECT_EQ("it was [redacted]", redactor_.Redact(std::string("it was hunter22")));
  folder_.Write("password", "changed23");
  EXPECT_EQ("changed23", *ReadFile(path));
  EXPECT_EQ("[redacted]", redactor_.Redact(std::string("changed23")));
}

TEST_F(SecretsTest, TheOtherSources) {
  SecretSource environment;
  environment.environment = "UPKEEP_SECRETS_TEST";
  setenv("UPKEEP_SECRETS_TEST", "from-the-environment", 1);
  EXPECT_EQ("from-the-environment", *Read(environment));

  SecretSource exec;
  exec.exec = {"printf", "from-a-program\\r\\n"};
  EXPECT_EQ("from-a-program", *Read(exec));

  SecretSource secret;
  secret.cluster = "prod";
  secret.secret_namespace = "web";
  secret.secret_name = "redis";
  secret.secret_key = "password";
  EXPECT_EQ("from-the-cluster", *Read(secret));
  EXPECT_EQ("prod|web|redis|password", cluster_.asked);
  for (const char* value : {"from-the-environment", "from-a-program", "from-the-cluster"}) {
    EXPECT_EQ("[redacted]", redactor_.Redact(std::string(value)));
  }
  Secrets alone(*reactor_, redactor_);
  EXPECT_EQ(Code::kConfig, reactor_->RunUntilDone(alone.Read(secret, {})).status().code());
}

TEST_F(SecretsTest, WhatCannotBeReadIsNamed) {
  EXPECT_EQ(Code::kConfig, ReadFile(folder_.Path("missing")).status().code());
  EXPECT_EQ(Code::kConfig, ReadFile(folder_.Path(".")).status().code());
  EXPECT_EQ(Code::kNoData, ReadFile(folder_.Write("empty", "\n")).status().code());
  EXPECT_EQ(Code::kTruncated, ReadFile(folder_.Write("large", std::string(70'000, 'x'))).status().code());
  SecretSource environment;
  environment.environment = "UPKEEP_SECRETS_TEST_MISSING";
  EXPECT_EQ("the environment has no variable 'UPKEEP_SECRETS_TEST_MISSING'", Read(environment).status().message());
  SecretSource exec;
  exec.exec = {"false"};
  EXPECT_EQ(Code::kError, Read(exec).status().code());
}

TEST_F(SecretsTest, APipeThatNobodyWritesToStopsNothing) {
  const std::string path = folder_.Path("pipe");
  ASSERT_EQ(0, mkfifo(path.c_str(), 0600));
  EXPECT_EQ(Code::kNoData, ReadFile(path).status().code());
}

}  // namespace
}  // namespace upkeep::checks
