// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/io/reactor.h"
#include "tests/base/io/local_server.h"

namespace upkeep::io {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing_io::DeadPort;
using testing_io::Http;
using testing_io::HttpRequest;
using testing_io::LocalServer;
using testing_io::Peer;

class TransferTest : public testing::Test {
 protected:
  TransferTest() : reactor_(*Reactor::Create()) {}

  static bool Serve(Peer& peer, const HttpRequest& request) {
    const std::string& path = request.path;
    if (path == "/hello") return peer.Answer(200, "hello", "X-Thing:  Blue \r\n");
    if (path == "/echo") {
      return peer.Answer(200, request.method + " " + request.body, "Content-Type: text/plain\r\n");
    }
    if (path.starts_with("/header/")) {
      const auto found = request.headers.find(path.substr(8));
      return peer.Answer(200, found == request.headers.end() ? "(none)" : found->second);
    }
    if (path == "/429") return peer.Answer(429, "later", "Retry-After: 7\r\n");
    if (path == "/large") return peer.Answer(200, std::string(100'000, 'x'));
    if (path == "/endless") {
      peer.Send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
      while (peer.Send("400\r\n" + std::string(1024, 'y') + "\r\n")) {
      }
      return false;
    }
    if (path == "/headers") {
      peer.Send("HTTP/1.1 200 OK\r\n");
      while (peer.Send("X-Long: " + std::string(1000, 'z') + "\r\n")) {
      }
      return false;
    }
    if (path == "/cut") {
      peer.Send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf");
      return false;
    }
    if (path == "/slow-body") {
      peer.Send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf");
      return peer.Pause(seconds(60));
    }
    if (path == "/cut-chunk") {
      peer.Send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n64\r\nhalf");
      return false;
    }
    if (path == "/nothing") return false;
    if (path == "/reset") {
      peer.Reset();
      return false;
    }
    if (path == "/silent") return peer.Pause(seconds(60));
    if (path == "/loop") return peer.Answer(302, "", "Location: /loop\r\n");
    if (path == "/file") return peer.Answer(302, "", "Location: file:///etc/passwd\r\n");
    if (path == "/moved") return peer.Answer(301, "moved", "Location: hello?x=1\r\n");
    if (path == "/hello?x=1") return peer.Answer(200, "there");
    return peer.Answer(404, "no " + path);
  }

  Result<TransferResponse> Get(const std::string& path) {
    TransferRequest request;
    request.url = server_.Url(path);
    return Ask(std::move(request));
  }
  Result<TransferResponse> Ask(TransferRequest request) {
    const Limits limits = Limits().Within(seconds(20));
    return reactor_->RunUntilDone(reactor_->Transfer(std::move(request), limits));
  }

  LocalServer server_{Http(&TransferTest::Serve)};
  std::unique_ptr<Reactor> reactor_;
};

TEST_F(TransferTest, GivesStatusHeadersBodyAndTimes) {
  const auto answer = Get("/hello");
  ASSERT_TRUE(answer.ok()) << answer.status().message();
  EXPECT_EQ(200, answer->status);
  EXPECT_EQ("hello", answer->body);
  EXPECT_EQ("Blue", answer->Header("x-thing"));
  EXPECT_EQ(server_.Url("/hello"), answer->effective_url);
  EXPECT_EQ(5u, answer->bytes_received);
  EXPECT_GT(answer->connect.count(), 0);
  EXPECT_EQ(0, answer->tls_handshake.count());
  EXPECT_GT(answer->first_byte.count(), 0);
  EXPECT_GE(answer->total, answer->connect + answer->first_byte);
}

TEST_F(TransferTest, KeepsConnectionsAlive) {
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(Get("/hello").ok());
  EXPECT_EQ(1, server_.accepted());
  const auto again = Get("/hello");
  EXPECT_LT(again->connect, milliseconds(5));
}

TEST_F(TransferTest, EachMethodIsSentAsAsked) {
  for (const char* method : {"POST", "PUT", "PATCH", "DELETE"}) {
    TransferRequest request;
    request.url = server_.Url("/echo");
    request.method = method;
    request.body = std::string("body\0with nul", 13);
    const auto answer = Ask(std::move(request));
    ASSERT_TRUE(answer.ok());
    EXPECT_EQ(std::string(method) + " " + std::string("body\0with nul", 13), answer->body);
  }
  TransferRequest head;
  head.url = server_.Url("/silent");
  head.method = "OPTIONS";
  head.url = server_.Url("/echo");
  EXPECT_EQ("OPTIONS ", Ask(head)->body);
  TransferRequest empty;
  empty.url = server_.Url("/header/content-length");
  empty.method = "PUT";
  EXPECT_EQ("0", Ask(empty)->body);
}

TEST_F(TransferTest, NoHeaderThatNobodyAskedFor) {
  TransferRequest request;
  request.method = "POST";
  request.body = std::string(2000, 'b');
  request.url = server_.Url("/header/content-type");
  EXPECT_EQ("(none)", Ask(request)->body);
  request.url = server_.Url("/header/expect");
  EXPECT_EQ("(none)", Ask(request)->body);
  request.url = server_.Url("/header/x-empty");
  request.headers = {{"X-Empty", ""}};
  EXPECT_EQ("", Ask(request)->body);
}

TEST_F(TransferTest, CredentialsAndSignatures) {
  TransferRequest request;
  request.url = server_.Url("/header/authorization");
  request.user = "u";
  request.password = "p";
  EXPECT_EQ("Basic dTpw", Ask(request)->body);
  request.aws_sigv4 = "aws:amz:us-east-1:s3";
  EXPECT_TRUE(Ask(request)->body.starts_with("AWS4-HMAC-SHA256 Credential=u/"));
}

TEST_F(TransferTest, ALineFeedCannotSmuggleAHeader) {
  TransferRequest request;
  request.url = server_.Url("/hello");
  request.headers = {{"X-Name", "a\r\nX-Evil: b"}};
  EXPECT_EQ(Code::kInvalid, Ask(request).status().code());
  request.headers = {{"X Name", "a"}};
  EXPECT_EQ(Code::kInvalid, Ask(request).status().code());
  request.headers.clear();
  request.method = "GET /x HTTP/1.1\r\n";
  EXPECT_EQ(Code::kInvalid, Ask(request).status().code());
}

TEST_F(TransferTest, OnlyHttpAndMailUrls) {
  for (const char* url : {"file:///etc/passwd", "ftp://127.0.0.1/", "gopher://x/", "http://",
                          "not a url", ""}) {
    TransferRequest request;
    request.url = url;
    EXPECT_EQ(Code::kInvalid, Ask(request).status().code()) << url;
  }
}

TEST_F(TransferTest, AnyStatusIsAnAnswer) {
  const auto answer = Get("/429");
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(429, answer->status);
  EXPECT_EQ("7", answer->Header("retry-after"));
  EXPECT_EQ("later", answer->body);
}

TEST_F(TransferTest, ABodyOverItsBoundIsTruncated) {
  TransferRequest request;
  request.url = server_.Url("/large");
  request.max_response_bytes = 100'000;
  EXPECT_TRUE(Ask(request).ok());
  request.max_response_bytes = 99'999;
  const auto answer = Ask(request);
  EXPECT_EQ(Code::kTruncated, answer.status().code());
  EXPECT_NE(std::string::npos, answer.status().message().find("99999 bytes"));
  request.url = server_.Url("/endless");
  EXPECT_EQ(Code::kTruncated, Ask(request).status().code());
}

TEST_F(TransferTest, WhereTheStatusIsEnoughNothingThatFollowsItIsAnError) {
  for (const char* path : {"/large", "/endless", "/cut", "/cut-chunk", "/hello"}) {
    TransferRequest request;
    request.url = server_.Url(path);
    request.max_response_bytes = 1000;
    request.status_is_enough = true;
    const auto answer = Ask(std::move(request));
    ASSERT_TRUE(answer.ok()) << path << ": " << answer.status().message();
    EXPECT_EQ(200, answer->status) << path;
    EXPECT_LE(answer->body.size(), 1000U) << path;
    EXPECT_FALSE(answer->body.empty()) << path;
  }
  for (const char* path : {"/nothing", "/reset"}) {
    TransferRequest request;
    request.url = server_.Url(path);
    request.status_is_enough = true;
    EXPECT_EQ(Code::kUnreachable, Ask(std::move(request)).status().code()) << path;
  }
}

TEST_F(TransferTest, WhereTheStatusIsEnoughABodyThatNeverEndsIsCutByTheDeadline) {
  for (const char* path : {"/slow-body", "/silent"}) {
    TransferRequest request;
    request.url = server_.Url(path);
    request.status_is_enough = true;
    const Limits limits = Limits().Within(milliseconds(300));
    const auto answer = reactor_->RunUntilDone(reactor_->Transfer(std::move(request), limits));
    EXPECT_EQ(std::string_view(path) == "/slow-body", answer.ok()) << path;
    if (answer.ok()) {
      EXPECT_EQ(200, answer->status);
    }
  }
}

TEST_F(TransferTest, EndlessHeadersAreTruncated) {
  EXPECT_EQ(Code::kTruncated, Get("/headers").status().code());
}

TEST_F(TransferTest, AnAnswerCutOffIsTruncated) {
  EXPECT_EQ(Code::kTruncated, Get("/cut").status().code());
  EXPECT_EQ(Code::kTruncated, Get("/cut-chunk").status().code());
}

TEST_F(TransferTest, NoAnswerAtAllIsUnreachable) {
  const auto nothing = Get("/nothing");
  EXPECT_EQ(Code::kUnreachable, nothing.status().code());
  EXPECT_NE(std::string::npos, nothing.status().message().find("without an answer"));
  EXPECT_EQ(Code::kUnreachable, Get("/reset").status().code());
}

TEST_F(TransferTest, SaysWhichWayItIsUnreachable) {
  TransferRequest request;
  const std::string port = std::to_string(DeadPort());
  request.url = "http://127.0.0.1:" + port + "/?token=secret";
  const auto refused = Ask(request);
  EXPECT_EQ(Code::kUnreachable, refused.status().code());
  EXPECT_EQ("http://127.0.0.1:" + port + ": connection refused", refused.status().message());
  request.url = "http://no-such-name.invalid/";
  const auto unnamed = Ask(request);
  EXPECT_EQ(Code::kUnreachable, unnamed.status().code());
  EXPECT_EQ("http://no-such-name.invalid:80: the name does not resolve",
            unnamed.status().message());
  LocalServer clear([](Peer& peer) { peer.Send("220 not TLS\r\n"); });
  request.url = "https://127.0.0.1:" + std::to_string(clear.port());
  const auto no_tls = Ask(request);
  EXPECT_EQ(Code::kUnreachable, no_tls.status().code());
  EXPECT_NE(std::string::npos, no_tls.status().message().find("TLS failed"));
}

TEST_F(TransferTest, TheDeadlineSaysWhereItStood) {
  TransferRequest request;
  request.url = server_.Url("/silent");
  const Limits soon = Limits().Within(milliseconds(200));
  const auto answer = reactor_->RunUntilDone(reactor_->Transfer(request, soon));
  EXPECT_EQ(Code::kTimeout, answer.status().code());
  EXPECT_EQ("http://127.0.0.1:" + std::to_string(server_.port()) +
                ": the deadline passed before the answer began",
            answer.status().message());
}

TEST_F(TransferTest, RedirectsAreFollowedOnlyWhenAskedAndOnlySoFar) {
  const auto plain = Get("/moved");
  EXPECT_EQ(301, plain->status);
  EXPECT_EQ("moved", plain->body);
  EXPECT_EQ(server_.Url("/hello?x=1"), plain->redirect_url);
  TransferRequest request;
  request.follow_redirects = true;
  request.url = server_.Url("/moved");
  const auto followed = Ask(request);
  EXPECT_EQ(200, followed->status);
  EXPECT_EQ("there", followed->body);
  EXPECT_EQ(1, followed->redirects);
  EXPECT_EQ(server_.Url("/hello?x=1"), followed->effective_url);
  EXPECT_EQ("", followed->Header("location"));
  request.url = server_.Url("/loop");
  EXPECT_EQ(Code::kError, Ask(request).status().code());
  request.url = server_.Url("/file");
  const auto file = Ask(request);
  EXPECT_EQ(Code::kError, file.status().code());
  EXPECT_NE(std::string::npos, file.status().message().find("not http(s)"));
}

TEST_F(TransferTest, StreamsTheBodyOfGoodAnswersOnly) {
  std::string seen;
  TransferRequest request;
  request.on_data = [&](std::string_view piece) {
    seen += piece;
    return true;
  };
  request.url = server_.Url("/large");
  const auto good = Ask(request);
  ASSERT_TRUE(good.ok());
  EXPECT_EQ(100'000u, seen.size());
  EXPECT_EQ("", good->body);
  seen.clear();
  request.url = server_.Url("/429");
  EXPECT_EQ("later", Ask(request)->body);
  EXPECT_EQ("", seen);
  request.url = server_.Url("/endless");
  request.on_data = [&](std::string_view piece) { return (seen += piece).size() < 5000; };
  EXPECT_EQ(Code::kTruncated, Ask(request).status().code());
}

TEST_F(TransferTest, IgnoresTheProxyOfTheEnvironmentUnlessAsked) {
  const std::string proxy = "http://127.0.0.1:" + std::to_string(DeadPort());
  setenv("http_proxy", proxy.c_str(), 1);
  TransferRequest request;
  request.url = server_.Url("/hello");
  EXPECT_TRUE(Ask(request).ok());
  request.proxy_from_environment = true;
  EXPECT_EQ(Code::kUnreachable, Ask(request).status().code());
  unsetenv("http_proxy");
}

TEST_F(TransferTest, FiveHundredAtOnce) {
  testing_io::RaiseDescriptorLimit();
  LocalServer slow(Http([](Peer& peer, const HttpRequest& request) {
    return peer.Pause(milliseconds(50)) && peer.Answer(200, request.path);
  }));
  auto reactor = *Reactor::Create();
  int right = 0;
  const auto ask = [&](int i) -> Task<void> {
    TransferRequest request;
    request.url = slow.Url("/" + std::to_string(i));
    const Limits limits = Limits().Within(seconds(40));
    const auto answer = co_await reactor->Transfer(std::move(request), limits);
    EXPECT_TRUE(answer.ok()) << answer.status().message();
    if (answer.ok() && answer->body == "/" + std::to_string(i)) ++right;
  };
  for (int i = 0; i < 500; ++i) reactor->Spawn(ask(i));
  while (reactor->pending() > 0) reactor->RunOnce(seconds(1));
  EXPECT_EQ(500, right);
  EXPECT_GT(slow.accepted(), 100);  // They really went side by side.
}

}  // namespace
}  // namespace upkeep::io
