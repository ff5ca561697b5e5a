// SPDX-License-Identifier: Apache-2.0
#include "base/io/stream.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <algorithm>
#include <chrono>
#include <string>

#include "base/io/connect.h"
#include "tests/base/io/local_server.h"

namespace upkeep::io {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing_io::DeadPort;
using testing_io::Identity;
using testing_io::LocalServer;
using testing_io::MakeCertificate;
using testing_io::Peer;
using Steady = std::chrono::steady_clock;

void Echo(Peer& peer) {
  for (std::string bytes = peer.Read(); !bytes.empty(); bytes = peer.Read()) {
    if (!peer.Send(bytes)) return;
  }
}

class StreamTest : public testing::Test {
 protected:
  StreamTest() : reactor_(*Reactor::Create()) {}

  static Limits Soon() { return Limits().Within(seconds(20)); }

  Result<std::unique_ptr<Stream>> Connect(int port, const std::string& host = "127.0.0.1") {
    return reactor_->RunUntilDone(Stream::Connect(*reactor_, host, port, Soon()));
  }
  Status StartTls(Stream& stream, TlsOptions tls, const std::string& host = "127.0.0.1") {
    return reactor_->RunUntilDone(stream.StartTls(std::move(tls), host, Soon()));
  }
  /// Writes `bytes` and reads as many back, both at once.
  std::string RoundTrip(Stream& stream, const std::string& bytes) {
    const auto send = [](Stream& out, std::string what) -> Task<void> {
      const Limits limits = Soon();
      const Status written = co_await out.Write(std::move(what), limits);
      EXPECT_TRUE(written.ok()) << written.message();
    };
    const auto receive = [](Stream& in, std::size_t count) -> Task<std::string> {
      const Limits limits = Soon();
      std::string all;
      while (all.size() < count) {
        const Result<std::string> piece = co_await in.Read(100'000, limits);
        if (!piece.ok() || (*piece).empty()) break;
        all += *piece;
      }
      co_return all;
    };
    reactor_->Spawn(send(stream, bytes));
    return reactor_->RunUntilDone(receive(stream, bytes.size()));
  }

  std::unique_ptr<Reactor> reactor_;
};

TEST_F(StreamTest, CarriesBytesBothWays) {
  LocalServer server(&Echo);
  auto stream = Connect(server.port());
  ASSERT_TRUE(stream.ok()) << stream.status().message();
  EXPECT_EQ("127.0.0.1", (*stream)->address());
  EXPECT_EQ("", (*stream)->tls_version());
  EXPECT_TRUE((*stream)->PeerChain().empty());
  const std::string large(3'000'000, 'q');
  EXPECT_EQ(large, RoundTrip(**stream, large));
}

TEST_F(StreamTest, ResolvesNamesAndFallsBackToTheAddressThatAnswers) {
  LocalServer server(&Echo);  // On IPv4 only; "localhost" may give ::1 first.
  auto stream = Connect(server.port(), "localhost");
  ASSERT_TRUE(stream.ok()) << stream.status().message();
  EXPECT_EQ("127.0.0.1", (*stream)->address());
}

TEST_F(StreamTest, ARefusalDoesNotDelayTheNextAddress) {
  LocalServer server(&Echo);
  const auto start = Steady::now();
  const auto connected = reactor_->RunUntilDone(ConnectToAny(
      *reactor_, {"127.0.0.99", "::1", "127.0.0.1"}, server.port(), Soon()));
  ASSERT_TRUE(connected.ok()) << connected.status().message();
  EXPECT_EQ("127.0.0.1", connected->address);
  EXPECT_LT(Steady::now() - start, seconds(5));
}

TEST_F(StreamTest, SaysWhyThereIsNoConnection) {
  const int port = DeadPort();
  const auto refused = Connect(port);
  EXPECT_EQ(Code::kUnreachable, refused.status().code());
  EXPECT_EQ("127.0.0.1:" + std::to_string(port) + ": connection refused",
            refused.status().message());
  const auto unnamed = Connect(80, "no-such-name.invalid");
  EXPECT_EQ(Code::kUnreachable, unnamed.status().code());
  EXPECT_NE(std::string::npos, unnamed.status().message().find("does not resolve"));
  EXPECT_EQ(Code::kInvalid, Connect(70'000).status().code());
}

TEST_F(StreamTest, AnOrderlyEndIsAnEmptyRead) {
  LocalServer server([](Peer& peer) { peer.Send("bye"); });
  auto stream = Connect(server.port());
  ASSERT_TRUE(stream.ok());
  EXPECT_EQ("bye", *reactor_->RunUntilDone((*stream)->Read(100, Soon())));
  EXPECT_EQ("", *reactor_->RunUntilDone((*stream)->Read(100, Soon())));
}

TEST_F(StreamTest, ReadsEndWithTheirDeadline) {
  LocalServer server([](Peer& peer) { peer.Pause(seconds(60)); });
  auto stream = Connect(server.port());
  ASSERT_TRUE(stream.ok());
  const Limits soon = Limits().Within(milliseconds(50));
  const auto answer = reactor_->RunUntilDone((*stream)->Read(100, soon));
  EXPECT_EQ(Code::kTimeout, answer.status().code());
  EXPECT_NE(std::string::npos, answer.status().message().find("waiting for its answer"));
}

TEST_F(StreamTest, WritingToAPeerThatIsGoneIsAnError) {
  // The first bytes show that the connection stood: a reset before that would fail connecting.
  LocalServer server([](Peer& peer) {
    peer.Read();
    peer.Reset();
  });
  auto stream = Connect(server.port());
  ASSERT_TRUE(stream.ok());
  Status status;
  for (int i = 0; i < 100 && status.ok(); ++i) {
    status = reactor_->RunUntilDone((*stream)->Write(std::string(100'000, 'x'), Soon()));
  }
  EXPECT_EQ(Code::kUnreachable, status.code());
}

TEST_F(StreamTest, TlsCarriesBytesAndShowsTheChain) {
  const Identity authority = MakeCertificate(
      {.common_name = "Test CA", .alternative_names = "", .authority = true});
  Identity leaf = MakeCertificate({.common_name = "Größe"}, &authority);
  leaf.certificate_pem += authority.certificate_pem;
  LocalServer server([&](Peer& peer) {
    if (peer.StartTls(leaf)) Echo(peer);
  });
  auto stream = Connect(server.port());
  ASSERT_TRUE(stream.ok());
  TlsOptions tls;
  tls.ca_pem = authority.certificate_pem;
  const Status started = StartTls(**stream, tls);
  ASSERT_TRUE(started.ok()) << started.message();
  EXPECT_EQ("TLSv1.3", (*stream)->tls_version());
  EXPECT_EQ("", (*stream)->verify_error());
  EXPECT_TRUE((*stream)->name_matches());
  const std::string large(1'000'000, 'w');
  EXPECT_EQ(large, RoundTrip(**stream, large));

  const auto chain = (*stream)->PeerChain();
  ASSERT_EQ(2u, chain.size());
  EXPECT_EQ("CN=Größe", chain[0].subject);
  EXPECT_EQ("CN=Test CA", chain[0].issuer);
  EXPECT_EQ(std::vector<std::string>{"localhost"}, chain[0].dns_names);
  EXPECT_EQ(std::vector<std::string>{"127.0.0.1"}, chain[0].ip_addresses);
  EXPECT_EQ("EC", chain[0].key_type);
  EXPECT_EQ(256, chain[0].key_bits);
  EXPECT_EQ("ecdsa-with-SHA256", chain[0].signature_algorithm);
  EXPECT_EQ(64u, chain[0].sha256.size());
  EXPECT_FALSE(chain[0].serial.empty());
  const Instant now = SystemClock().Now();
  EXPECT_EQ(30 * 24, std::chrono::round<hours>(chain[0].not_after - now).count());
  EXPECT_LT(chain[0].not_before, now);
}

TEST_F(StreamTest, TlsVerifiesUnlessToldNotTo) {
  const Identity expired = MakeCertificate(
      {.alternative_names = "DNS:other.example", .starts = hours(-48), .ends = hours(-1)});
  LocalServer server([&](Peer& peer) {
    if (peer.StartTls(expired)) Echo(peer);
  });
  auto stream = Connect(server.port());
  ASSERT_TRUE(stream.ok());
  TlsOptions tls;
  tls.ca_pem = expired.certificate_pem;
  const Status refused = StartTls(**stream, tls);
  EXPECT_EQ(Code::kUnreachable, refused.code());
  EXPECT_NE(std::string::npos, refused.message().find("IP address mismatch"));
  stream = Connect(server.port());
  ASSERT_TRUE(stream.ok());
  tls.server_name = "other.example";
  const Status old = StartTls(**stream, tls);
  EXPECT_NE(std::string::npos, old.message().find("TLS failed: certificate has expired"));

  tls.server_name.clear();
  stream = Connect(server.port());
  ASSERT_TRUE(stream.ok());
  tls.verify = false;
  ASSERT_TRUE(StartTls(**stream, tls).ok());
  EXPECT_EQ("certificate has expired", (*stream)->verify_error());
  EXPECT_FALSE((*stream)->name_matches());
  EXPECT_EQ("ping", RoundTrip(**stream, "ping"));
}

TEST_F(StreamTest, TlsWithSomethingElse) {
  LocalServer server([](Peer& peer) { peer.Send("-ERR not TLS\r\n"); });
  auto stream = Connect(server.port());
  ASSERT_TRUE(stream.ok());
  const Status status = StartTls(**stream, TlsOptions());
  EXPECT_EQ(Code::kUnreachable, status.code());
  EXPECT_NE(std::string::npos, status.message().find("TLS failed: wrong version number"))
      << status.message();
  LocalServer silent([](Peer& peer) { peer.Pause(seconds(60)); });
  stream = Connect(silent.port());
  ASSERT_TRUE(stream.ok());
  const Limits soon = Limits().Within(milliseconds(50));
  const Status late = reactor_->RunUntilDone((*stream)->StartTls(TlsOptions(), "x", soon));
  EXPECT_EQ(Code::kTimeout, late.code());
}

TEST_F(StreamTest, ATlsConnectionCutOffIsTruncated) {
  const Identity identity = MakeCertificate({});
  LocalServer server([&](Peer& peer) {
    if (peer.StartTls(identity)) shutdown(peer.fd(), SHUT_WR);
  });
  auto stream = Connect(server.port());
  ASSERT_TRUE(stream.ok());
  TlsOptions tls;
  tls.ca_pem = identity.certificate_pem;
  ASSERT_TRUE(StartTls(**stream, tls).ok());
  const auto answer = reactor_->RunUntilDone((*stream)->Read(100, Soon()));
  EXPECT_EQ(Code::kTruncated, answer.status().code());
}

TEST_F(StreamTest, ABadPemIsOurFault) {
  LocalServer server(&Echo);
  auto stream = Connect(server.port());
  ASSERT_TRUE(stream.ok());
  TlsOptions tls;
  tls.ca_pem = "nothing";
  EXPECT_EQ(Code::kConfig, StartTls(**stream, tls).code());
  stream = Connect(server.port());
  const Identity one = MakeCertificate({}), two = MakeCertificate({});
  tls.ca_pem = one.certificate_pem;
  tls.certificate_pem = one.certificate_pem;
  tls.private_key_pem = two.key_pem;
  EXPECT_EQ(Code::kConfig, StartTls(**stream, tls).code());
}

TEST_F(StreamTest, ResolveGivesNumericAddresses) {
  const auto numeric = reactor_->RunUntilDone(Resolve(*reactor_, "::1", Soon()));
  EXPECT_EQ(std::vector<std::string>{"::1"}, *numeric);
  const auto local = reactor_->RunUntilDone(Resolve(*reactor_, "localhost", Soon()));
  ASSERT_TRUE(local.ok());
  EXPECT_NE(local->end(), std::find(local->begin(), local->end(), "127.0.0.1"));
  const auto empty = reactor_->RunUntilDone(Resolve(*reactor_, "", Soon()));
  EXPECT_EQ(Code::kInvalid, empty.status().code());
}

}  // namespace
}  // namespace upkeep::io
