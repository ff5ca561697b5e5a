// SPDX-License-Identifier: Apache-2.0
#include "checks/http/module.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "tests/base/io/local_server.h"

namespace upkeep::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing_io::Http;
using testing_io::HttpRequest;
using testing_io::LocalServer;
using testing_io::Peer;

class HttpModuleTest : public testing::Test {
 protected:
  HttpModuleTest() : reactor_(*io::Reactor::Create()) {
    endpoint_.url = server_.Url("/health");
  }

  bool Serve(Peer& peer, const HttpRequest& request) {
    const auto user = request.headers.find("authorization");
    const std::string who = user == request.headers.end() ? "nobody" : user->second;
    if (request.path == "/health") {
      return peer.Answer(200, request.method == "HEAD" ? "" : "{\"status\":\"ok\"}",
                         "X-One: 1\r\nX-One: 2\r\n");
    }
    if (request.path == "/who") return peer.Answer(200, who);
    if (request.path == "/500") return peer.Answer(500, "broken");
    if (request.path == "/to-health") return peer.Answer(302, "", "Location: /health\r\n");
    if (request.path == "/twice") return peer.Answer(301, "", "Location: /to-health\r\n");
    if (request.path == "/loop") return peer.Answer(302, "", "Location: /loop\r\n");
    if (request.path == "/file") return peer.Answer(302, "", "Location: file:///etc/passwd\r\n");
    if (request.path == "/away") return peer.Answer(302, "", "Location: " + other_ + "\r\n");
    if (request.path == "/large") return peer.Answer(200, std::string(100'000, 'x') + "needle");
    if (request.path == "/slow") return peer.Pause(seconds(60));
    return peer.Answer(404, "");
  }

  Result<Value> Call(const std::string& function, const Value& arguments) {
    const auto module = MakeHttpModule(*reactor_, endpoint_);
    const Limits limits = Limits().Within(seconds(20));
    auto answer = reactor_->RunUntilDone(module->Call(function, arguments, limits));
    if (!answer.ok()) return answer.status();
    return answer->value;
  }
  Result<Value> Get(const char* path) { return Call("get", Value::array({path})); }

  std::string other_;
  LocalServer server_{
      Http([this](Peer& peer, const HttpRequest& request) { return Serve(peer, request); })};
  std::unique_ptr<io::Reactor> reactor_;
  Endpoint endpoint_;
};

TEST_F(HttpModuleTest, TellsStatusBodyHeadersAndTimes) {
  const Value options = {{"contains", "\"ok\""}};
  const auto answer = Call("get", Value::array({nullptr, options}));
  ASSERT_TRUE(answer.ok()) << answer.status().message();
  const Value& value = *answer;
  EXPECT_EQ(200, value["status"]);
  EXPECT_EQ(server_.Url("/health"), value["url"]);
  EXPECT_EQ("{\"status\":\"ok\"}", value["body"]);
  EXPECT_EQ(15, value["body_bytes"]);
  EXPECT_EQ(true, value["contains"]);
  EXPECT_EQ("1, 2", value["headers"]["x-one"]);
  EXPECT_TRUE(value["redirects"].is_array());
  EXPECT_TRUE(value["redirects"].empty());
  EXPECT_GT(value["milliseconds"]["total"].get<double>(), 0);
  EXPECT_EQ(0, value["milliseconds"]["tls"]);
  EXPECT_EQ(false, value["tls_verified"]);
  const Value wrong = {{"contains", "degraded"}};
  EXPECT_EQ(false, (*Call("get", Value::array({"/health", wrong})))["contains"]);
  EXPECT_FALSE((*Get("/health")).contains("contains"));
}

TEST_F(HttpModuleTest, AnErrorStatusIsAnAnswer) {
  const auto answer = Get("/500");
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(500, (*answer)["status"]);
  EXPECT_EQ("broken", (*answer)["body"]);
}

TEST_F(HttpModuleTest, HeadHasNoBody) {
  const auto answer = Call("head", Value::array());
  ASSERT_TRUE(answer.ok()) << answer.status().message();
  EXPECT_EQ(200, (*answer)["status"]);
  EXPECT_EQ("", (*answer)["body"]);
}

TEST_F(HttpModuleTest, KeepsTheRedirectChain) {
  const auto answer = Get("/twice");
  ASSERT_TRUE(answer.ok()) << answer.status().message();
  EXPECT_EQ(200, (*answer)["status"]);
  EXPECT_EQ(server_.Url("/health"), (*answer)["url"]);
  const Value expected = Value::array(
      {{{"url", server_.Url("/twice")}, {"status", 301}, {"location", server_.Url("/to-health")}},
       {{"url", server_.Url("/to-health")},
        {"status", 302},
        {"location", server_.Url("/health")}}});
  EXPECT_EQ(expected, (*answer)["redirects"]);
  EXPECT_EQ(Code::kError, Get("/loop").status().code());
  const auto file = Get("/file");
  EXPECT_EQ(Code::kError, file.status().code());
  EXPECT_NE(std::string::npos, file.status().message().find("not an http(s) URL"));
}

TEST_F(HttpModuleTest, CredentialsStayAtTheirOrigin) {
  endpoint_.user = "u";
  endpoint_.password = "p";
  EXPECT_EQ("Basic dTpw", (*Get("/who"))["body"]);
  LocalServer other(Http([](Peer& peer, const HttpRequest& request) {
    return peer.Answer(200, request.headers.count("authorization") == 0 ? "none" : "leaked");
  }));
  other_ = other.Url("/");
  EXPECT_EQ("none", (*Get("/away"))["body"]);
}

TEST_F(HttpModuleTest, LooksInTheWholeBodyAndShowsItsBeginning) {
  const Value options = {{"contains", "needle"}};
  const auto answer = Call("get", Value::array({"/large", options}));
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(true, (*answer)["contains"]);
  EXPECT_EQ(100'006, (*answer)["body_bytes"]);
  EXPECT_EQ(65'536u, (*answer)["body"].get<std::string>().size());
  endpoint_.max_body_bytes = 1000;
  EXPECT_EQ(Code::kTruncated, Get("/large").status().code());
}

TEST_F(HttpModuleTest, TheTimeLimitIsTheEndpoints) {
  endpoint_.time_limit = milliseconds(100);
  EXPECT_EQ(Code::kTimeout, Get("/slow").status().code());
}

TEST_F(HttpModuleTest, NobodyThere) {
  endpoint_.url = "http://127.0.0.1:" + std::to_string(testing_io::DeadPort());
  EXPECT_EQ(Code::kUnreachable, Call("get", Value::array()).status().code());
}

TEST_F(HttpModuleTest, NamesItsNeedsAndRefusesWrongCalls) {
  const auto module = MakeHttpModule(*reactor_, endpoint_);
  EXPECT_EQ("http", module->name());
  EXPECT_EQ("http:get", module->NeedOf("get", Value::array())->ToString());
  EXPECT_EQ("http:head", module->NeedOf("head", Value::array({"/x"}))->ToString());
  const Value wrong[] = {Value::array({1}), Value::array({"x"}), Value::array({"//evil/"}),
                         Value::array({"/", "x"}), Value::array({"/", {{"other", "x"}}}),
                         Value::array({"/", {{"contains", 1}}}), Value::array({"/", {}, 1})};
  for (const Value& arguments : wrong) {
    EXPECT_EQ(Code::kInvalid, module->NeedOf("get", arguments).status().code()) << arguments;
  }
  EXPECT_EQ(Code::kInvalid, module->NeedOf("post", Value::array()).status().code());
  const auto prepared = reactor_->RunUntilDone(module->Prepare({checks::Need(), {}}, Limits()));
  ASSERT_EQ(2u, prepared.size());
  EXPECT_TRUE(prepared[0].ok());
}

}  // namespace
}  // namespace upkeep::http
