// SPDX-License-Identifier: Apache-2.0
//
// upkeep.http against the real nginx of tests/servers, and against hosts that misbehave.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include "checks/http/module.h"

namespace upkeep::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class HttpServersTest : public testing::Test {
 protected:
  void SetUp() override {
    reactor_ = *io::Reactor::Create();
    std::ostringstream pem;
    pem << std::ifstream(Setting("CA_FILE")).rdbuf();
    endpoint_.url = Setting("HTTPS_URL") + "/health";
    endpoint_.tls.ca_pem = pem.str();
  }

  /// What `tests/servers/servers env` says. Without the servers this test fails, it never skips.
  static std::string Setting(const std::string& name) {
    const char* value = std::getenv(("UPKEEP_TEST_" + name).c_str());
    EXPECT_NE(nullptr, value) << "no UPKEEP_TEST_" << name << ": are the servers up?";
    return value == nullptr ? "" : value;
  }
  Result<Value> Call(const std::string& function, const Value& arguments) {
    const auto module = MakeHttpModule(*reactor_, endpoint_);
    const Limits limits = Limits().Within(seconds(30));
    auto answer = reactor_->RunUntilDone(module->Call(function, arguments, limits));
    if (!answer.ok()) return answer.status();
    return answer->value;
  }
  Result<Value> Get(const char* path) { return Call("get", Value::array({path})); }

  std::unique_ptr<io::Reactor> reactor_;
  Endpoint endpoint_;
};

TEST_F(HttpServersTest, AHealthyEndpoint) {
  const Value options = {{"contains", "\"ok\""}};
  const auto answer = Call("get", Value::array({nullptr, options}));
  ASSERT_TRUE(answer.ok()) << answer.status().message();
  EXPECT_EQ(200, (*answer)["status"]);
  EXPECT_EQ(true, (*answer)["contains"]);
  EXPECT_EQ(true, (*answer)["tls_verified"]);
  EXPECT_GT((*answer)["milliseconds"]["tls"].get<double>(), 0);
  const auto head = Call("head", Value::array());
  ASSERT_TRUE(head.ok()) << head.status().message();
  EXPECT_EQ(200, (*head)["status"]);
  EXPECT_EQ("", (*head)["body"]);
}

TEST_F(HttpServersTest, TheNameMayBeGivenApartFromTheAddress) {
  endpoint_.tls.server_name = Setting("HTTPS_NAME");
  const auto answer = Get("/health");
  ASSERT_TRUE(answer.ok()) << answer.status().message();
  EXPECT_EQ(200, (*answer)["status"]);
}

TEST_F(HttpServersTest, RedirectsAndErrors) {
  const auto redirected = Get("/redirect");
  ASSERT_TRUE(redirected.ok()) << redirected.status().message();
  EXPECT_EQ(200, (*redirected)["status"]);
  ASSERT_EQ(1u, (*redirected)["redirects"].size());
  EXPECT_EQ(302, (*redirected)["redirects"][0]["status"]);
  EXPECT_EQ(Code::kError, Get("/redirect-loop").status().code());
  EXPECT_EQ(500, (*Get("/500"))["status"]);
  const auto busy = Get("/429");
  EXPECT_EQ(429, (*busy)["status"]);
  EXPECT_EQ("1", (*busy)["headers"]["retry-after"]);
}

TEST_F(HttpServersTest, TooLargeCutOffAndSilent) {
  EXPECT_EQ(Code::kTruncated, Get("/big").status().code());
  endpoint_.time_limit = milliseconds(300);
  EXPECT_EQ(Code::kTimeout, Get("/never").status().code());
  endpoint_.url = "http://" + Setting("NEVER_HOST") + "/";
  EXPECT_EQ(Code::kTimeout, Call("get", Value::array()).status().code());
  endpoint_.url = "http://" + Setting("CUT_HOST") + "/";
  const Code cut = Call("get", Value::array()).status().code();
  EXPECT_TRUE(cut == Code::kTruncated || cut == Code::kUnreachable) << CodeName(cut);
  endpoint_.url = "http://" + Setting("REFUSED_HOST") + "/";
  const auto refused = Call("get", Value::array());
  EXPECT_EQ(Code::kUnreachable, refused.status().code());
  EXPECT_NE(std::string::npos, refused.status().message().find("connection refused"));
}

TEST_F(HttpServersTest, ABadCertificateIsUnreachableUnlessTheInventorySaysSo) {
  for (const char* which : {"EXPIRED", "WRONG_NAME", "SELF_SIGNED"}) {
    endpoint_.url = "https://" + Setting(std::string("HTTPS_") + which + "_HOST") + "/health";
    endpoint_.tls.verify = true;
    endpoint_.tls.check_name = true;
    const auto refused = Call("get", Value::array());
    EXPECT_EQ(Code::kUnreachable, refused.status().code()) << which;
    EXPECT_NE(std::string::npos, refused.status().message().find("TLS failed")) << which;
    endpoint_.tls.check_name = false;
    EXPECT_EQ(std::string_view(which) == "WRONG_NAME", Call("get", Value::array()).ok()) << which;
    endpoint_.tls.verify = false;
    const auto looked = Call("get", Value::array());
    ASSERT_TRUE(looked.ok()) << looked.status().message();
    EXPECT_EQ(false, (*looked)["tls_verified"]);
  }
}

}  // namespace
}  // namespace upkeep::http
