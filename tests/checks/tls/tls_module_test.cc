// SPDX-License-Identifier: Apache-2.0
#include "checks/tls/module.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "tests/base/io/local_server.h"

namespace upkeep::tls {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing_io::Identity;
using testing_io::LocalServer;
using testing_io::MakeCertificate;
using testing_io::Peer;

class TlsModuleTest : public testing::Test {
 protected:
  TlsModuleTest() : reactor_(*io::Reactor::Create()) {
    endpoint_.host = "127.0.0.1";
    endpoint_.tls.ca_pem = authority_.certificate_pem;
  }

  /// What the module says of a server that shows `identity`.
  Result<Value> Look(const Identity& identity) {
    LocalServer server([&](Peer& peer) {
      if (peer.StartTls(identity)) peer.Read();
    });
    return LookAt(server.port());
  }
  Result<Value> LookAt(int port) {
    endpoint_.port = port;
    const auto module = MakeTlsModule(*reactor_, endpoint_, clock_);
    const Limits limits = Limits().Within(seconds(20));
    auto answer = reactor_->RunUntilDone(module->Call("connect", Value::array(), limits));
    if (!answer.ok()) return answer.status();
    return answer->value;
  }

  const Identity authority_ = MakeCertificate({.common_name = "Test CA",
                                               .alternative_names = "",
                                               .ends = hours(24 * 365),
                                               .authority = true});
  FakeClock clock_{SystemClock().Now()};
  std::unique_ptr<io::Reactor> reactor_;
  Endpoint endpoint_;
};

TEST_F(TlsModuleTest, DescribesAGoodChain) {
  Identity leaf = MakeCertificate({}, &authority_);
  leaf.certificate_pem += authority_.certificate_pem;
  const auto answer = Look(leaf);
  ASSERT_TRUE(answer.ok()) << answer.status().message();
  const Value& facts = *answer;
  EXPECT_EQ(true, facts["trusted"]);
  EXPECT_EQ("", facts["verify_error"]);
  EXPECT_EQ(true, facts["name_matches"]);
  EXPECT_EQ("127.0.0.1", facts["server_name"]);
  EXPECT_EQ("127.0.0.1", facts["address"]);
  EXPECT_EQ("TLSv1.3", facts["version"]);
  EXPECT_NEAR(30.0, facts["days_left"].get<double>(), 0.1);
  EXPECT_GT(facts["milliseconds"].get<double>(), 0);
  ASSERT_EQ(2u, facts["chain"].size());
  EXPECT_EQ("CN=localhost", facts["chain"][0]["subject"]);
  EXPECT_EQ("CN=Test CA", facts["chain"][0]["issuer"]);
  EXPECT_EQ(false, facts["chain"][0]["self_signed"]);
  EXPECT_EQ(true, facts["chain"][1]["self_signed"]);
  EXPECT_NEAR(365.0, facts["chain"][1]["days_left"].get<double>(), 0.1);
}

TEST_F(TlsModuleTest, DaysAreCountedByTheClock) {
  clock_.Advance(hours(24 * 20));
  const auto answer = Look(MakeCertificate({}, &authority_));
  ASSERT_TRUE(answer.ok());
  EXPECT_NEAR(10.0, (*answer)["days_left"].get<double>(), 0.1);
}

TEST_F(TlsModuleTest, TheFirstCertificateToExpireCounts) {
  const Identity authority = MakeCertificate(
      {.common_name = "Old CA", .alternative_names = "", .ends = hours(48), .authority = true});
  Identity leaf = MakeCertificate({}, &authority);
  leaf.certificate_pem += authority.certificate_pem;
  endpoint_.tls.ca_pem = authority.certificate_pem;
  const auto answer = Look(leaf);
  ASSERT_TRUE(answer.ok());
  EXPECT_NEAR(2.0, (*answer)["days_left"].get<double>(), 0.1);
}

TEST_F(TlsModuleTest, SaysWhatIsWrongWithABadOne) {
  const auto expired =
      Look(MakeCertificate({.starts = hours(-72), .ends = hours(-24)}, &authority_));
  ASSERT_TRUE(expired.ok()) << expired.status().message();
  EXPECT_EQ(false, (*expired)["trusted"]);
  EXPECT_EQ("certificate has expired", (*expired)["verify_error"]);
  EXPECT_EQ(true, (*expired)["name_matches"]);
  EXPECT_NEAR(-1.0, (*expired)["days_left"].get<double>(), 0.1);

  const auto other = Look(MakeCertificate({.alternative_names = "DNS:other.example"},
                                          &authority_));
  ASSERT_TRUE(other.ok());
  EXPECT_EQ(false, (*other)["trusted"]);
  EXPECT_EQ(false, (*other)["name_matches"]);
  EXPECT_EQ("the certificate is not for '127.0.0.1'", (*other)["verify_error"]);

  const auto own = Look(MakeCertificate({}));
  ASSERT_TRUE(own.ok());
  EXPECT_EQ(false, (*own)["trusted"]);
  EXPECT_EQ(true, (*own)["chain"][0]["self_signed"]);
  EXPECT_NE(std::string::npos, (*own)["verify_error"].get<std::string>().find("self-signed"));

  const auto early = Look(MakeCertificate({.starts = hours(24)}, &authority_));
  ASSERT_TRUE(early.ok());
  EXPECT_EQ("certificate is not yet valid", (*early)["verify_error"]);
}

TEST_F(TlsModuleTest, AsksForTheNameThatTheInventorySays) {
  endpoint_.tls.server_name = "api.example";
  const auto answer = Look(MakeCertificate({.alternative_names = "DNS:*.example"}, &authority_));
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ("api.example", (*answer)["server_name"]);
  EXPECT_EQ(false, (*answer)["name_matches"]);  // A wildcard needs two labels behind it.
  const auto exact = Look(MakeCertificate({.alternative_names = "DNS:api.example"}, &authority_));
  EXPECT_EQ(true, (*exact)["name_matches"]);
}

TEST_F(TlsModuleTest, NoHandshakeIsAnError) {
  EXPECT_EQ(Code::kUnreachable, LookAt(testing_io::DeadPort()).status().code());
  LocalServer clear([](Peer& peer) { peer.Send("220 hello\r\n"); });
  const auto answer = LookAt(clear.port());
  EXPECT_EQ(Code::kUnreachable, answer.status().code());
  EXPECT_NE(std::string::npos, answer.status().message().find("TLS failed"));
  LocalServer silent([](Peer& peer) { peer.Pause(seconds(60)); });
  endpoint_.time_limit = milliseconds(100);
  EXPECT_EQ(Code::kTimeout, LookAt(silent.port()).status().code());
}

TEST_F(TlsModuleTest, NamesItsNeedAndRefusesWrongCalls) {
  const auto module = MakeTlsModule(*reactor_, endpoint_, clock_);
  EXPECT_EQ("tls:connect", module->NeedOf("connect", Value::array())->ToString());
  EXPECT_EQ(Code::kInvalid, module->NeedOf("connect", Value::array({"x"})).status().code());
  EXPECT_EQ(Code::kInvalid, module->NeedOf("listen", Value::array()).status().code());
}

}  // namespace
}  // namespace upkeep::tls
