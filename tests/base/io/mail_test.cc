// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <string>
#include <vector>

#include "base/io/reactor.h"
#include "tests/base/io/local_server.h"

namespace upkeep::io {
namespace {

using std::chrono::seconds;
using testing_io::Identity;
using testing_io::LocalServer;
using testing_io::MakeCertificate;
using testing_io::Peer;

/// A small SMTP receiver: enough of RFC 5321 for libcurl, with STARTTLS when it has an identity.
class MailTest : public testing::Test {
 protected:
  MailTest() : reactor_(*Reactor::Create()) {}

  void Serve(Peer& peer) {
    bool secured = false;
    std::string line;
    peer.Send("220 test\r\n");
    while (peer.ReadLine(line)) {
      if (line.starts_with("EHLO")) {
        peer.Send(offers_tls_ && !secured ? "250-test\r\n250 STARTTLS\r\n" : "250 test\r\n");
      } else if (line == "STARTTLS") {
        peer.Send("220 go\r\n");
        if (!peer.StartTls(identity_)) return;
        secured = true;
      } else if (line.starts_with("RCPT") && line.find("nobody") != std::string::npos) {
        peer.Send("550 no such mailbox\r\n");
      } else if (line == "DATA") {
        peer.Send("354 go\r\n");
        std::string text;
        while (peer.ReadLine(line) && line != ".") text += line + "\n";
        const std::lock_guard lock(mutex_);
        mail_ = text;
        was_secured_ = secured;
        peer.Send("250 taken\r\n");
      } else if (line == "QUIT") {
        peer.Send("221 bye\r\n");
        return;
      } else {
        peer.Send("250 ok\r\n");
      }
    }
  }

  Result<TransferResponse> Send(const std::string& to, bool require_tls, bool trust = true) {
    return Send(std::vector<std::string>{"one@example.org", to}, require_tls, trust);
  }
  Result<TransferResponse> Send(std::vector<std::string> to, bool require_tls = true, bool trust = true) {
    TransferRequest request;
    request.url = "smtp://127.0.0.1:" + std::to_string(server_.port());
    request.mail = {"upkeep@example.org", std::move(to)};
    request.body = "Subject: hello\n\nfirst\n.second\n";
    request.require_tls = require_tls;
    if (trust) request.tls.ca_pem = identity_.certificate_pem;
    const Limits limits = Limits().Within(seconds(20));
    return reactor_->RunUntilDone(reactor_->Transfer(std::move(request), limits));
  }

  const Identity identity_ = MakeCertificate({});
  std::atomic<bool> offers_tls_{true};
  std::mutex mutex_;
  std::string mail_;
  bool was_secured_ = false;
  LocalServer server_{[this](Peer& peer) { Serve(peer); }};
  std::unique_ptr<Reactor> reactor_;
};

TEST_F(MailTest, GoesThroughStartTls) {
  const auto answer = Send("two@example.org", true);
  ASSERT_TRUE(answer.ok()) << answer.status().message();
  EXPECT_EQ(250, answer->status);
  const std::lock_guard lock(mutex_);
  EXPECT_TRUE(was_secured_);
  EXPECT_EQ("Subject: hello\n\nfirst\n..second\n", mail_);
}

TEST_F(MailTest, RefusesToGoOnInClearText) {
  offers_tls_ = false;
  const auto answer = Send("two@example.org", true);
  EXPECT_EQ(Code::kUnreachable, answer.status().code()) << answer.status().message();
  EXPECT_EQ("", mail_);
  EXPECT_TRUE(Send("two@example.org", false).ok());
}

TEST_F(MailTest, DoesNotTrustAStranger) {
  const auto answer = Send("two@example.org", true, false);
  EXPECT_EQ(Code::kUnreachable, answer.status().code());
  EXPECT_NE(std::string::npos, answer.status().message().find("TLS failed"));
}

TEST_F(MailTest, ARefusedRecipientKeepsTheMailFromNobodyElse) {
  const auto answer = Send("nobody@example.org", true);
  ASSERT_TRUE(answer.ok()) << answer.status().message();
  EXPECT_EQ(250, answer->status);
  EXPECT_EQ((std::vector<int>{250, 550}), answer->recipients);
  EXPECT_NE("", mail_);
}

TEST_F(MailTest, WithNobodyLeftARefusalIsAnError) {
  for (const std::vector<std::string>& to : {std::vector<std::string>{"nobody@example.org"},
                                             std::vector<std::string>{"nobody@example.org", "nobody@example.com"}}) {
    const auto answer = Send(to);
    EXPECT_EQ(Code::kError, answer.status().code());
    EXPECT_NE(std::string::npos, answer.status().message().find("550")) << answer.status().message();
    EXPECT_EQ("", mail_);
  }
}

TEST_F(MailTest, AnAddressCannotSmuggleACommand) {
  EXPECT_EQ(Code::kInvalid, Send("a@b>\r\nDATA", true).status().code());
}

}  // namespace
}  // namespace upkeep::io
