// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "base/io/reactor.h"
#include "tests/base/io/local_server.h"

namespace upkeep::io {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing_io::Https;
using testing_io::HttpRequest;
using testing_io::Identity;
using testing_io::LocalServer;
using testing_io::MakeCertificate;
using testing_io::Peer;

class TransferTlsTest : public testing::Test {
 protected:
  TransferTlsTest() : reactor_(*Reactor::Create()) {}

  LocalServer::Handler Serve(const Identity& identity) {
    return Https(identity, [](Peer& peer, const HttpRequest& request) {
      return peer.Answer(200, request.headers.at("host"));
    });
  }
  Result<TransferResponse> Ask(const LocalServer& server, TlsOptions tls,
                               const std::string& host = "127.0.0.1") {
    TransferRequest request;
    request.url = "https://" + host + ":" + std::to_string(server.port()) + "/";
    request.tls = std::move(tls);
    const Limits limits = Limits().Within(seconds(20));
    return reactor_->RunUntilDone(reactor_->Transfer(std::move(request), limits));
  }
  TlsOptions Trusting() const {
    TlsOptions tls;
    tls.ca_pem = authority_.certificate_pem;
    return tls;
  }

  const Identity authority_ =
      MakeCertificate({.common_name = "Test CA", .alternative_names = "", .authority = true});
  std::unique_ptr<Reactor> reactor_;
};

TEST_F(TransferTlsTest, VerifiesAgainstTheGivenAuthority) {
  LocalServer server(Serve(MakeCertificate({}, &authority_)));
  const auto answer = Ask(server, Trusting());
  ASSERT_TRUE(answer.ok()) << answer.status().message();
  EXPECT_GT(answer->tls_handshake.count(), 0);
  const auto stranger = Ask(server, TlsOptions());
  EXPECT_EQ(Code::kUnreachable, stranger.status().code());
  EXPECT_NE(std::string::npos, stranger.status().message().find("unable to get local issuer"))
      << stranger.status().message();
}

TEST_F(TransferTlsTest, NamesTheCauseOfARefusal) {
  LocalServer expired(Serve(MakeCertificate({.starts = hours(-48), .ends = hours(-1)},
                                            &authority_)));
  EXPECT_NE(std::string::npos,
            Ask(expired, Trusting()).status().message().find("certificate has expired"));
  LocalServer other(Serve(MakeCertificate({.common_name = "other",
                                           .alternative_names = "DNS:other.example"},
                                          &authority_)));
  const auto mismatch = Ask(other, Trusting());
  EXPECT_EQ(Code::kUnreachable, mismatch.status().code());
  EXPECT_NE(std::string::npos, mismatch.status().message().find("no alternative certificate subject name"))
      << mismatch.status().message();
}

TEST_F(TransferTlsTest, WhoWantsToKnowHasAWordOfItsOwnForACertificateThatDoesNotVerify) {
  LocalServer expired(Serve(MakeCertificate({.starts = hours(-48), .ends = hours(-1)}, &authority_)));
  LocalServer silent([](Peer&) {});
  for (const LocalServer* server : {&expired, &silent}) {
    TransferRequest request;
    request.url = "https://127.0.0.1:" + std::to_string(server->port()) + "/";
    request.tls = Trusting();
    request.unverified = Code::kError;
    const Limits limits = Limits().Within(seconds(20));
    const auto answer = reactor_->RunUntilDone(reactor_->Transfer(std::move(request), limits));
    EXPECT_EQ(server == &expired ? Code::kError : Code::kUnreachable, answer.status().code())
        << answer.status().message();
  }
}

TEST_F(TransferTlsTest, UnverifiedOnlyWhenAsked) {
  LocalServer server(Serve(MakeCertificate({.ends = hours(-1)})));
  TlsOptions tls;
  tls.verify = false;
  EXPECT_TRUE(Ask(server, tls).ok());
}

TEST_F(TransferTlsTest, AnUnverifiedConnectionIsNotReusedForAVerifiedTransfer) {
  LocalServer server(Serve(MakeCertificate({})));
  TlsOptions tls;
  tls.verify = false;
  ASSERT_TRUE(Ask(server, tls).ok());
  tls.verify = true;
  EXPECT_EQ(Code::kUnreachable, Ask(server, tls).status().code());
}

TEST_F(TransferTlsTest, VerifiesAnotherNameThanTheUrls) {
  LocalServer server(Serve(MakeCertificate(
      {.common_name = "kubernetes", .alternative_names = "DNS:kubernetes.default"},
      &authority_)));
  TlsOptions tls = Trusting();
  EXPECT_EQ(Code::kUnreachable, Ask(server, tls).status().code());
  tls.check_name = false;
  EXPECT_TRUE(Ask(server, tls).ok());
  TlsOptions untrusting;   // The system's authorities, of which it is none.
  untrusting.check_name = false;
  EXPECT_EQ(Code::kUnreachable, Ask(server, untrusting).status().code());
  tls.check_name = true;
  tls.server_name = "kubernetes.default";
  const auto answer = Ask(server, tls);
  ASSERT_TRUE(answer.ok()) << answer.status().message();
  EXPECT_EQ("127.0.0.1:" + std::to_string(server.port()), answer->body);  // The Host header.
  EXPECT_EQ("https://127.0.0.1:" + std::to_string(server.port()) + "/", answer->effective_url);
}

TEST_F(TransferTlsTest, ABadPemIsOurFaultNotThePeers) {
  LocalServer server(Serve(MakeCertificate({}, &authority_)));
  TlsOptions tls = Trusting();
  tls.certificate_pem = "no certificate";
  tls.private_key_pem = "no key";
  EXPECT_EQ(Code::kConfig, Ask(server, tls).status().code());
}

TEST_F(TransferTlsTest, AServerThatNeverShakesHandsIsATimeout) {
  LocalServer silent([](Peer& peer) { peer.Pause(seconds(60)); });
  TransferRequest request;
  request.url = "https://127.0.0.1:" + std::to_string(silent.port()) + "/";
  request.connect_timeout = milliseconds(200);
  const auto answer = reactor_->RunUntilDone(reactor_->Transfer(request, Limits()));
  EXPECT_EQ(Code::kTimeout, answer.status().code());
  EXPECT_NE(std::string::npos, answer.status().message().find("handshake"))
      << answer.status().message();
  const Limits soon = Limits().Within(milliseconds(200));
  request.connect_timeout = seconds(20);
  const auto late = reactor_->RunUntilDone(reactor_->Transfer(request, soon));
  EXPECT_EQ(Code::kTimeout, late.status().code());
  EXPECT_NE(std::string::npos, late.status().message().find("handshake"))
      << late.status().message();
}

}  // namespace
}  // namespace upkeep::io
