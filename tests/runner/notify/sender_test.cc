// SPDX-License-Identifier: Apache-2.0
//
// How a receiver with bad manners is treated, and what the store is told. Real sockets; the real
// MinIO, SMTP server and receiver are in tests/e2e/delivery.sh.
#include "runner/notify/sender.h"

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <mutex>

#include "base/value.h"
#include "base/when_all.h"
#include "runner/notify/encoding.h"
#include "tests/base/io/local_server.h"

namespace upkeep::notify {
namespace {

using std::chrono::milliseconds;
using testing_io::HttpRequest;
using testing_io::LocalServer;
using testing_io::Peer;

/// Keeps deliveries in memory, and fails when told to.
class MemoryDeliveries final : public store::DeliveryStore {
 public:
  Result<std::int64_t> AddDelivery(const store::Delivery& delivery) override {
    if (fail_adding) return Status(Code::kStore, "the disk is full");
    added.push_back(delivery);
    return static_cast<std::int64_t>(added.size());
  }
  Status RecordDeliveryAttempt(std::int64_t delivery, const store::DeliveryAttempt& attempt) override {
    if (fail_recording) return Status(Code::kStore, "the disk is full");
    EXPECT_LE(delivery, static_cast<std::int64_t>(added.size()));
    attempts.push_back(attempt);
    return Status::Ok();
  }
  Status EndDelivery(std::int64_t, const std::string& why) override {
    ended.push_back(why);
    return Status::Ok();
  }
  Result<std::vector<store::Delivery>> Deliveries(const store::DeliveryFilter&) override { return added; }

  /// "pending pending sent"
  std::string States() const {
    std::string text;
    for (const auto& attempt : attempts) {
      text += (text.empty() ? "" : " ") +
              std::string(attempt.state == store::DeliveryState::kSent      ? "sent"
                          : attempt.state == store::DeliveryState::kPending ? "pending"
                                                                            : "failed");
    }
    return text;
  }

  std::vector<store::Delivery> added;
  std::vector<store::DeliveryAttempt> attempts;
  std::vector<std::string> ended;
  bool fail_adding = false, fail_recording = false;
};

class SenderTest : public testing::Test {
 protected:
  SenderTest() : reactor_(*io::Reactor::Create()) {
    channel_.name = "hook";
    channel_.url = server_.Url("/hook");
    channel_.retry = {4, milliseconds(20), milliseconds(40)};
    channel_.time_limit = std::chrono::seconds(5);
    message_.subject = "report daily";
    message_.body = "{\"one\": 1}\n";
    message_.content_type = "application/json";
    message_.idempotency_key = "0123456789abcdef";
  }

  SendOutcome Send(Limits limits = {}) {
    return reactor_->RunUntilDone(sender_.Send(channel_, message_, limits));
  }
  SendOutcome SendAndCancelAfter(milliseconds time) {
    CancelSource source;
    Limits limits;
    limits.cancel = source.token();
    std::vector<Task<void>> tasks;
    SendOutcome outcome;
    tasks.push_back([](Sender& sender, Channel to, Message what, Limits until, SendOutcome& end) -> Task<void> {
      end = co_await sender.Send(std::move(to), std::move(what), until);
    }(sender_, channel_, message_, limits, outcome));
    tasks.push_back([](io::Reactor& reactor, SteadyInstant at, CancelSource& cancel) -> Task<void> {
      const Limits unlimited;
      const Status slept = co_await reactor.SleepUntil(at, unlimited);
      EXPECT_TRUE(slept.ok());
      cancel.Cancel();
    }(*reactor_, std::chrono::steady_clock::now() + time, source));
    reactor_->RunUntilDone(WhenAll(std::move(tasks)));
    return outcome;
  }
  std::vector<HttpRequest> requests() {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

  std::mutex mutex_;
  std::vector<HttpRequest> requests_;
  std::vector<std::pair<int, std::string>> answers_;   ///< The next ones; then 200.
  std::function<std::string(const HttpRequest&)> words_;   ///< What the receiver says; else "words".
  std::atomic<bool> silent_{false};                        ///< The receiver never answers.
  LocalServer server_{testing_io::Http([this](Peer& peer, const HttpRequest& request) {
    std::pair<int, std::string> answer{200, ""};
    {
      const std::lock_guard lock(mutex_);
      if (requests_.size() < answers_.size()) answer = answers_[requests_.size()];
      requests_.push_back(request);
    }
    if (silent_) return peer.Pause(std::chrono::seconds(60));
    return peer.Answer(answer.first, words_ ? words_(request) : "words", answer.second);
  })};
  std::unique_ptr<io::Reactor> reactor_;
  MemoryDeliveries store_;
  Redactor redactor_;
  SystemClock clock_;
  checks::Secrets secrets_{*reactor_, redactor_};
  Sender sender_{*reactor_, store_, secrets_, clock_, "here/boot/1/2"};
  Channel channel_;
  Message message_;
};

TEST_F(SenderTest, TheBytesTheSignatureAndTheKeyArrive) {
  setenv("UPKEEP_NOTIFY_TEST_SECRET", "a-secret-of-the-test", 1);
  channel_.secret.environment = "UPKEEP_NOTIFY_TEST_SECRET";
  const SendOutcome outcome = Send();
  EXPECT_TRUE(outcome.status.ok()) << outcome.status.Describe();
  ASSERT_EQ(1U, requests().size());
  HttpRequest request = requests()[0];
  EXPECT_EQ("POST", request.method);
  EXPECT_EQ(message_.body, request.body);
  EXPECT_EQ("application/json", request.headers["content-type"]);
  EXPECT_EQ(message_.idempotency_key, request.headers["idempotency-key"]);
  EXPECT_EQ(message_.idempotency_key, request.headers["webhook-id"]);
  EXPECT_EQ(WebhookSignature("a-secret-of-the-test", request.headers["webhook-id"],
                             request.headers["webhook-timestamp"], request.body)
                .value(),
            request.headers["webhook-signature"]);
  EXPECT_EQ("sent", store_.States());
  EXPECT_EQ("HTTP 200", store_.attempts[0].detail);
  EXPECT_EQ(Sha256Hex(message_.body), store_.added[0].content_hash);
  EXPECT_EQ("webhook", store_.added[0].channel);
}

TEST_F(SenderTest, WithoutASecretNothingIsSigned) {
  EXPECT_TRUE(Send().status.ok());
  EXPECT_EQ(0U, requests()[0].headers.count("webhook-signature"));
  EXPECT_EQ(0U, requests()[0].headers.count("authorization"));
}

TEST_F(SenderTest, AReceiverThatRepeatsTheSecretIsQuotedWithoutIt) {
  setenv("UPKEEP_NOTIFY_TEST_TOKEN", "T0KEN-of-the-test", 1);
  channel_.token.environment = "UPKEEP_NOTIFY_TEST_TOKEN";
  answers_ = {{401, ""}};
  words_ = [](HttpRequest request) { return "bad token: " + request.headers["authorization"]; };
  const SendOutcome outcome = Send();
  ASSERT_EQ("Bearer T0KEN-of-the-test", requests()[0].headers["authorization"]);
  EXPECT_EQ("HTTP 401: bad token: Bearer [redacted]", outcome.detail);
  EXPECT_EQ("HTTP 401: bad token: Bearer [redacted]", store_.attempts[0].detail);
  EXPECT_EQ(std::string::npos, outcome.status.Describe().find("T0KEN")) << outcome.status.Describe();
}

TEST_F(SenderTest, AReceiverThatRepeatsItsAddressIsQuotedWithoutIt) {
  channel_.url = server_.Url("/services/T00/PATHSECRET42?token=QSECRET2");
  answers_ = {{404, ""}};
  words_ = [](const HttpRequest& request) { return "Cannot POST " + request.path; };
  const SendOutcome outcome = Send();
  EXPECT_EQ("HTTP 404: Cannot POST [redacted]", outcome.detail);
  EXPECT_EQ(outcome.detail, store_.attempts[0].detail);
  EXPECT_EQ("hook (" + server_.Url("") + ")", store_.added[0].destination);
  EXPECT_EQ(std::string::npos, outcome.status.Describe().find("SECRET")) << outcome.status.Describe();
}

TEST_F(SenderTest, TwoFaultsThenTaken) {
  answers_ = {{500, ""}, {503, ""}};
  const SendOutcome outcome = Send();
  EXPECT_TRUE(outcome.status.ok());
  EXPECT_EQ(3, outcome.attempts);
  EXPECT_EQ("pending pending sent", store_.States());
  EXPECT_EQ("HTTP 500: words", store_.attempts[0].detail);
  // The same bytes under the same key each time.
  for (HttpRequest request : requests()) {
    EXPECT_EQ(message_.body, request.body);
    EXPECT_EQ(message_.idempotency_key, request.headers["idempotency-key"]);
  }
}

TEST_F(SenderTest, AfterTheLastTryItHasFailed) {
  answers_ = {{500, ""}, {500, ""}, {500, ""}, {502, ""}, {500, ""}};
  const SendOutcome outcome = Send();
  EXPECT_EQ(Code::kOutput, outcome.status.code());
  EXPECT_NE(std::string::npos, outcome.status.message().find("HTTP 502")) << outcome.status.message();
  EXPECT_EQ("pending pending pending failed", store_.States());
  EXPECT_EQ(4U, requests().size());
}

TEST_F(SenderTest, ARefusalIsNotRepeated) {
  answers_ = {{403, ""}};
  EXPECT_EQ(Code::kOutput, Send().status.code());
  EXPECT_EQ("failed", store_.States());
  EXPECT_EQ(1U, requests().size());
}

TEST_F(SenderTest, RetryAfterIsObeyed) {
  answers_ = {{429, "Retry-After: 1\r\n"}};
  const auto start = std::chrono::steady_clock::now();
  EXPECT_TRUE(Send().status.ok());
  EXPECT_GE(std::chrono::steady_clock::now() - start, milliseconds(1000));
  EXPECT_EQ("pending sent", store_.States());
}

TEST_F(SenderTest, NobodyListens) {
  channel_.url = "http://127.0.0.1:" + std::to_string(testing_io::DeadPort()) + "/";
  EXPECT_EQ(Code::kOutput, Send().status.code());
  EXPECT_EQ("pending pending pending failed", store_.States());
  EXPECT_TRUE(store_.attempts[0].detail.starts_with("unreachable: ")) << store_.attempts[0].detail;
}

TEST_F(SenderTest, AMissingSecretIsNotTriedAgain) {
  channel_.secret.file = "/nowhere/secret";
  EXPECT_EQ(Code::kOutput, Send().status.code());
  EXPECT_EQ("failed", store_.States());
  EXPECT_NE(std::string::npos, store_.attempts[0].detail.find("/nowhere/secret"));
  EXPECT_EQ(0U, requests().size());
}

TEST_F(SenderTest, CancellingWhileItWaitsLeavesItFailedAndCountsNoTry) {
  answers_ = {{500, ""}};
  channel_.retry = {4, std::chrono::seconds(30), std::chrono::seconds(30)};
  const SendOutcome outcome = SendAndCancelAfter(milliseconds(300));
  EXPECT_EQ(Code::kOutput, outcome.status.code());
  EXPECT_EQ("pending", store_.States());
  ASSERT_EQ(1U, store_.ended.size());
  EXPECT_EQ("given up, since upkeep was told to stop; before that: HTTP 500: words", store_.ended[0]);
  EXPECT_EQ(store_.ended[0], outcome.detail);
  EXPECT_EQ(1, outcome.attempts);
}

TEST_F(SenderTest, CancellingBeforeTheAnswerSaysThatNobodyKnows) {
  silent_ = true;
  const SendOutcome outcome = SendAndCancelAfter(milliseconds(300));
  EXPECT_EQ(Code::kOutput, outcome.status.code());
  EXPECT_EQ("failed", store_.States());
  EXPECT_NE(std::string::npos, outcome.detail.find("not known whether it arrived")) << outcome.detail;
}

TEST_F(SenderTest, WhatIsStoppedBeforeItBeganIsNotSent) {
  CancelSource source;
  source.Cancel();
  Limits limits;
  limits.cancel = source.token();
  const SendOutcome outcome = Send(limits);
  EXPECT_EQ(Code::kOutput, outcome.status.code());
  EXPECT_EQ(0, outcome.attempts);
  EXPECT_EQ("", store_.States());
  ASSERT_EQ(1U, store_.ended.size());
  EXPECT_EQ("upkeep was told to stop before it was sent", store_.ended[0]);
}

TEST_F(SenderTest, WithoutTimeForAnotherTryItIsGivenUpAtOnce) {
  answers_ = {{500, ""}};
  channel_.retry = {4, std::chrono::seconds(30), std::chrono::seconds(30)};
  const auto start = std::chrono::steady_clock::now();
  const SendOutcome outcome = Send(Limits().Within(std::chrono::seconds(20)));
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10));
  EXPECT_EQ(Code::kOutput, outcome.status.code());
  EXPECT_EQ("pending", store_.States());
  ASSERT_EQ(1U, store_.ended.size());
  EXPECT_EQ("given up, since no time was left for another try; before that: HTTP 500: words", store_.ended[0]);
}

TEST_F(SenderTest, HoweverLateItIsTriedOnce) {
  const SendOutcome outcome = Send(Limits().Within(milliseconds(0)));
  EXPECT_TRUE(outcome.status.ok()) << outcome.status.Describe();
  EXPECT_EQ("sent", store_.States());
}

TEST_F(SenderTest, WhatWasTakenIsNotSentAgainForWhatIsSaidAboutIt) {
  words_ = [](const HttpRequest&) { return std::string(200'000, 'x'); };
  EXPECT_TRUE(Send().status.ok());
  EXPECT_EQ("sent", store_.States());
  EXPECT_EQ(1U, requests().size());
}

TEST_F(SenderTest, ACertificateThatDoesNotVerifyIsNotTriedAgain) {
  LocalServer expired(testing_io::Https(testing_io::MakeCertificate({.starts = std::chrono::hours(-48),
                                                                     .ends = std::chrono::hours(-1)}),
                                        [](Peer& peer, const HttpRequest&) { return peer.Answer(200, ""); }));
  channel_.url = "https://127.0.0.1:" + std::to_string(expired.port()) + "/hook";
  const SendOutcome outcome = Send();
  EXPECT_EQ("failed", store_.States());
  EXPECT_NE(std::string::npos, outcome.detail.find("TLS failed")) << outcome.detail;
}

TEST_F(SenderTest, AMailReachesTheOthersAndIsTriedAgainForWhomIsToComeLater) {
  std::vector<std::string> asked;   // Each RCPT, as it came.
  int later = 1;
  LocalServer mail([&](Peer& peer) {
    std::string line;
    peer.Send("220 test\r\n");
    while (peer.ReadLine(line)) {
      std::string answer = "250 ok\r\n";
      if (line.starts_with("RCPT")) {
        const std::lock_guard lock(mutex_);
        asked.push_back(line.substr(0, line.find('@')));
        if (line.find("gone") != std::string::npos) answer = "550 no such mailbox\r\n";
        if (line.find("later") != std::string::npos && later-- > 0) answer = "451 later\r\n";
      } else if (line == "DATA") {
        peer.Send("354 go\r\n");
        while (peer.ReadLine(line) && line != ".") {
        }
      } else if (line == "QUIT") {
        answer = "221 bye\r\n";
      }
      peer.Send(answer);
    }
  });
  channel_.kind = ChannelKind::kSmtp;
  channel_.host = "127.0.0.1";
  channel_.port = mail.port();
  channel_.security = MailSecurity::kNone;
  channel_.from = "upkeep@example.org";
  channel_.to = {"one@example.org", "gone@example.org", "later@example.org"};
  const SendOutcome outcome = Send();
  EXPECT_EQ(Code::kOutput, outcome.status.code());
  EXPECT_EQ("pending failed", store_.States());
  EXPECT_EQ("sent to 1 of 3; refused by number: 2 (SMTP 550), 3 (SMTP 451)", store_.attempts[0].detail);
  EXPECT_EQ("sent to 2 of 3; refused by number: 2 (SMTP 550)", outcome.detail);
  const std::lock_guard lock(mutex_);
  EXPECT_EQ((std::vector<std::string>{"RCPT TO:<one", "RCPT TO:<gone", "RCPT TO:<later", "RCPT TO:<later"}), asked);
}

TEST_F(SenderTest, NothingIsSentThatCannotBeWrittenDown) {
  store_.fail_adding = true;
  EXPECT_EQ(Code::kStore, Send().status.code());
  EXPECT_EQ(0U, requests().size());
  store_.fail_adding = false;
  store_.fail_recording = true;
  EXPECT_EQ(Code::kStore, Send().status.code()) << "sent, but not known to be";
}

TEST_F(SenderTest, AReportGoesToEachNameAndAnUnknownOneIsAnError) {
  reports::ReportModel model;
  model.period_start = "2026-11-21T00:00:00Z";
  Deliveries deliveries;
  deliveries.file = "deliveries.yaml";
  deliveries.channels = {channel_};
  const std::vector<std::string> names = {"hook", "hok"};
  const auto outcomes =
      reactor_->RunUntilDone(sender_.SendReport(deliveries, names, model, "en", Limits{}));
  ASSERT_EQ(2U, outcomes.size());
  EXPECT_TRUE(outcomes[0].status.ok()) << outcomes[0].status.Describe();
  EXPECT_EQ(Code::kConfig, outcomes[1].status.code());
  EXPECT_EQ("did you mean 'hook'?", outcomes[1].status.hint());
  // What never began is in the store all the same.
  ASSERT_EQ(2U, store_.added.size());
  EXPECT_EQ(outcomes[1].delivery, store_.added[0].destination == "hok" ? 1 : 2);
  const store::Delivery& never = store_.added[static_cast<std::size_t>(outcomes[1].delivery - 1)];
  EXPECT_EQ("hok", never.destination);
  EXPECT_EQ("report daily", never.subject);
  ASSERT_EQ(1U, store_.ended.size());
  EXPECT_EQ("deliveries.yaml has no delivery called 'hok'", store_.ended[0]);
  EXPECT_EQ("here/boot/1/2", store_.added[static_cast<std::size_t>(outcomes[0].delivery - 1)].holder);
  EXPECT_EQ(1U, requests().size());
}

}  // namespace
}  // namespace upkeep::notify
