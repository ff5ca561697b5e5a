// SPDX-License-Identifier: Apache-2.0
//
// upkeep.tls against the certificates that the real nginx of tests/servers serves.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include "checks/tls/module.h"

namespace upkeep::tls {
namespace {

class TlsServersTest : public testing::Test {
 protected:
  void SetUp() override {
    reactor_ = *io::Reactor::Create();
    std::ostringstream pem;
    pem << std::ifstream(Setting("CA_FILE")).rdbuf();
    endpoint_.tls.ca_pem = pem.str();
  }

  /// What `tests/servers/servers env` says. Without the servers this test fails, it never skips.
  static std::string Setting(const std::string& name) {
    const char* value = std::getenv(("UPKEEP_TEST_" + name).c_str());
    EXPECT_NE(nullptr, value) << "no UPKEEP_TEST_" << name << ": are the servers up?";
    return value == nullptr ? "" : value;
  }
  Result<Value> Look(const std::string& which) {
    endpoint_.host = Setting(which + "_HOST");
    const auto module = MakeTlsModule(*reactor_, endpoint_, clock_);
    const Limits limits = Limits().Within(std::chrono::seconds(30));
    auto answer = reactor_->RunUntilDone(module->Call("connect", Value::array(), limits));
    if (!answer.ok()) return answer.status();
    return answer->value;
  }

  SystemClock clock_;
  std::unique_ptr<io::Reactor> reactor_;
  Endpoint endpoint_;
};

TEST_F(TlsServersTest, AGoodCertificateByAddressAndByName) {
  const auto by_address = Look("HTTPS");
  ASSERT_TRUE(by_address.ok()) << by_address.status().message();
  EXPECT_EQ(true, (*by_address)["trusted"]) << *by_address;
  EXPECT_GT((*by_address)["days_left"].get<double>(), 30);
  endpoint_.tls.server_name = Setting("HTTPS_NAME");
  const auto by_name = Look("HTTPS");
  ASSERT_TRUE(by_name.ok()) << by_name.status().message();
  EXPECT_EQ(true, (*by_name)["trusted"]) << *by_name;
  EXPECT_EQ("CN=" + Setting("HTTPS_NAME"), (*by_name)["chain"][0]["subject"]);
}

TEST_F(TlsServersTest, OneThatExpiresSoon) {
  const auto facts = Look("HTTPS_EXPIRING");
  ASSERT_TRUE(facts.ok()) << facts.status().message();
  EXPECT_EQ(true, (*facts)["trusted"]) << *facts;
  EXPECT_GT((*facts)["days_left"].get<double>(), 0);
  EXPECT_LT((*facts)["days_left"].get<double>(), 6);
}

TEST_F(TlsServersTest, EachBadOneForItsOwnReason) {
  const auto expired = Look("HTTPS_EXPIRED");
  ASSERT_TRUE(expired.ok()) << expired.status().message();
  EXPECT_EQ("certificate has expired", (*expired)["verify_error"]);
  EXPECT_LT((*expired)["days_left"].get<double>(), 0);
  const auto wrong = Look("HTTPS_WRONG_NAME");
  ASSERT_TRUE(wrong.ok()) << wrong.status().message();
  EXPECT_EQ(false, (*wrong)["name_matches"]);
  EXPECT_EQ(false, (*wrong)["trusted"]);
  const auto own = Look("HTTPS_SELF_SIGNED");
  ASSERT_TRUE(own.ok()) << own.status().message();
  EXPECT_EQ(true, (*own)["chain"][0]["self_signed"]);
  EXPECT_EQ(true, (*own)["name_matches"]);
  EXPECT_EQ(false, (*own)["trusted"]);
}

}  // namespace
}  // namespace upkeep::tls
