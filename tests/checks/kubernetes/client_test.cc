// SPDX-License-Identifier: Apache-2.0
#include "checks/kubernetes/client.h"

#include <gtest/gtest.h>

#include <atomic>
#include <string>

#include "base/when_all.h"
#include "tests/checks/kubernetes/fake_api.h"

namespace upkeep::kubernetes {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

std::string ListOf(int first, int count, const std::string& next = "") {
  Value list{{"kind", "PodList"}, {"metadata", {{"resourceVersion", "7"}}}, {"items", Value::array()}};
  if (!next.empty()) list["metadata"]["continue"] = next;
  for (int i = first; i < first + count; ++i) {
    list["items"].push_back({{"metadata", {{"name", "pod-" + std::to_string(i)}, {"namespace", "a"}}}});
  }
  return list.dump();
}

FakeReply Refuse(int status, const std::string& reason, const std::string& message, Value details = Value::object()) {
  FakeReply reply;
  reply.status = status;
  reply.body = Value{{"kind", "Status"}, {"reason", reason}, {"message", message}, {"details", details}}.dump();
  return reply;
}

class ClientTest : public testing::Test {
 protected:
  void Serve(FakeApi::Handler handler, Access access = {}) {
    fake_ = std::make_unique<FakeApi>(std::move(handler));
    reactor_ = *io::Reactor::Create(2);
    access.server = fake_->url();
    ClientOptions options;
    options.first_pause = milliseconds(5);
    options.request_time = request_time_;
    options.longest_retry_after = milliseconds(1500);
    client_ = std::make_unique<KubernetesClient>(*reactor_, std::move(access), redactor_, options);
  }
  Limits Soon() const { return Limits().Within(seconds(20)); }
  Result<ObjectList> List(ListQuery query = {.resource = "pods"}) {
    return reactor_->RunUntilDone(client_->List(std::move(query), Soon()));
  }
  Result<Value> Get() { return reactor_->RunUntilDone(client_->Get("pods", "a", "x", Soon())); }

  milliseconds request_time_{400};
  Redactor redactor_;
  std::unique_ptr<FakeApi> fake_;
  std::unique_ptr<io::Reactor> reactor_;
  std::unique_ptr<KubernetesClient> client_;
};

TEST_F(ClientTest, FollowsContinueTokensToTheEnd) {
  Serve([](const FakeRequest& request) {
    FakeReply reply;
    reply.body = request.target.ends_with("continue=n%2F1") ? ListOf(3, 2) : ListOf(0, 3, "n/1");
    return reply;
  });
  const Result<ObjectList> list = List();
  ASSERT_TRUE(list.ok()) << list.status().message();
  EXPECT_EQ(5U, list->documents->size());
  EXPECT_EQ(2, list->pages);
  EXPECT_EQ("7", list->resource_version);
  EXPECT_EQ((std::vector<std::string>{"GET /api/v1/pods?limit=500",
                                      "GET /api/v1/pods?limit=500&continue=n%2F1"}),
            fake_->requests());
}

// As built-in kinds say it: the token stands before the items.
std::string EarlyListOf(int first, int count, const std::string& next) {
  const Value items = Value::parse(ListOf(first, count))["items"];
  return R"({"kind":"PodList","metadata":{"resourceVersion":"7","continue":")" + next +
         R"("},"items":)" + items.dump() + "}";
}

TEST_F(ClientTest, TheNextPageIsAskedForWhileThisOneArrives) {
  Serve([](const FakeRequest& request) {
    FakeReply reply;
    reply.pause = milliseconds(20);
    reply.body = request.target.ends_with("=n1")   ? EarlyListOf(10, 10, "n2")
                 : request.target.ends_with("=n2") ? EarlyListOf(20, 5, "")
                                                   : EarlyListOf(0, 10, "n1");
    return reply;
  });
  const Result<ObjectList> list = List();
  ASSERT_TRUE(list.ok()) << list.status().message();
  ASSERT_EQ(3, list->pages);
  const Value all = list->documents->ToValue();
  ASSERT_EQ(25U, all.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ("pod-" + std::to_string(i), all[i]["metadata"]["name"]) << "in order";
  }
  EXPECT_GE(fake_->most_at_once(), 2);
}

TEST_F(ClientTest, AFirstPageReadAgainBeginsTheListAgain) {
  Serve([](const FakeRequest& request) {
    FakeReply reply;
    const bool first = request.target.find("continue") == std::string::npos;
    reply.body = first ? EarlyListOf(0, 50, "n1") : EarlyListOf(50, 5, "");
    if (request.number == 1) {
      reply.cut_after = reply.body.size() / 2;
      reply.pause = milliseconds(5);
    }
    return reply;
  });
  const Result<ObjectList> list = List();
  ASSERT_TRUE(list.ok()) << list.status().message();
  EXPECT_EQ(55U, list->documents->size());
  int firsts = 0;
  for (const std::string& request : fake_->requests()) {
    if (request.find("continue") == std::string::npos) ++firsts;
  }
  EXPECT_GE(firsts, 3) << "the cut one, its second try, and the list begun again";
}

TEST_F(ClientTest, AnExpiredContinueTokenBeginsTheListAgain) {
  Serve([](const FakeRequest& request) {
    if (request.number == 2) return Refuse(410, "Expired", "too old");
    FakeReply reply;
    reply.body = request.target.find("continue") != std::string::npos ? ListOf(3, 2) : ListOf(0, 3, "n");
    return reply;
  });
  const Result<ObjectList> list = List();
  ASSERT_TRUE(list.ok()) << list.status().message();
  EXPECT_EQ(5U, list->documents->size()) << "no object twice";
  EXPECT_EQ(4U, fake_->requests().size());
}

TEST_F(ClientTest, AListThatAlwaysExpiresIsAnError) {
  Serve([](const FakeRequest& request) {
    if (request.target.find("continue") != std::string::npos) return Refuse(410, "Expired", "too old");
    FakeReply reply;
    reply.body = ListOf(0, 1, "n");
    return reply;
  });
  EXPECT_EQ(Code::kError, List().status().code());
  EXPECT_EQ(8U, fake_->requests().size());
}

TEST_F(ClientTest, ObeysRetryAfter) {
  Serve([](const FakeRequest& request) {
    FakeReply reply;
    if (request.number == 1) {
      reply = Refuse(429, "TooManyRequests", "slow down");
      reply.headers = {{"Retry-After", "1"}};
    } else {
      reply.body = ListOf(0, 1);
    }
    return reply;
  });
  const auto before = std::chrono::steady_clock::now();
  EXPECT_TRUE(List().ok());
  EXPECT_GE(std::chrono::steady_clock::now() - before, seconds(1));
}

TEST_F(ClientTest, ALongRetryAfterIsGivenBackAtOnce) {
  Serve([](const FakeRequest&) {
    FakeReply reply = Refuse(429, "TooManyRequests", "slow down");
    reply.headers = {{"Retry-After", "60"}};
    return reply;
  });
  EXPECT_EQ(Code::kBusy, List().status().code());
  EXPECT_EQ(1U, fake_->requests().size());
}

TEST_F(ClientTest, ServerFaultsAreTriedAgainAFewTimes) {
  Serve([](const FakeRequest&) { return Refuse(503, "ServiceUnavailable", "no backend"); });
  EXPECT_EQ(Code::kUnreachable, List().status().code());
  EXPECT_EQ(4U, fake_->requests().size());
}

TEST_F(ClientTest, APageCutInHalfIsReadAgainAndNeverHalfAList) {
  bool always = false;
  Serve([&always](const FakeRequest& request) {
    FakeReply reply;
    reply.body = ListOf(0, 50);
    if (always || request.number == 1) reply.cut_after = reply.body.size() / 2;
    return reply;
  });
  Result<ObjectList> list = List();
  ASSERT_TRUE(list.ok()) << list.status().message();
  EXPECT_EQ(50U, list->documents->size());
  always = true;
  EXPECT_EQ(Code::kTruncated, List().status().code());
}

TEST_F(ClientTest, AWholeAnswerWithHalfAPageIsTruncated) {
  Serve([](const FakeRequest&) {
    FakeReply reply;
    reply.body = ListOf(0, 50);
    reply.body.resize(reply.body.size() / 2);
    return reply;
  });
  EXPECT_EQ(Code::kTruncated, List().status().code());
}

TEST_F(ClientTest, ASlowPageIsATimeout) {
  Serve([](const FakeRequest&) {
    FakeReply reply;
    reply.body = ListOf(0, 100);
    reply.pause = milliseconds(50);
    return reply;
  });
  const Limits limits = Limits().Within(milliseconds(700));
  const auto before = std::chrono::steady_clock::now();
  const auto list = reactor_->RunUntilDone(client_->List({.resource = "pods"}, limits));
  EXPECT_EQ(Code::kTimeout, list.status().code()) << list.status().message();
  EXPECT_LT(std::chrono::steady_clock::now() - before, seconds(3));
}

TEST_F(ClientTest, GarbageIsAnErrorAndNotTriedAgain) {
  Serve([](const FakeRequest&) {
    FakeReply reply;
    reply.body = "<html>a proxy's page</html>";
    return reply;
  });
  EXPECT_EQ(Code::kError, List().status().code());
  EXPECT_EQ(Code::kError, Get().status().code());
  EXPECT_EQ(2U, fake_->requests().size());
}

TEST_F(ClientTest, AnObjectOverItsBoundIsTruncated) {
  request_time_ = milliseconds(20'000);   // For 17 MiB, under a sanitizer.
  Serve([](const FakeRequest&) {
    FakeReply reply;
    reply.body = "{\"a\":\"" + std::string(std::size_t{17} << 20, 'x') + "\"}";
    return reply;
  });
  EXPECT_EQ(Code::kTruncated, Get().status().code());
}

TEST_F(ClientTest, ARefusalNamesTheNeedAndTheRuleThatGrantsIt) {
  Serve([](const FakeRequest&) {
    return Refuse(403, "Forbidden", "User \"u\" cannot list resource \"deployments\"");
  });
  const Status refused = List({.resource = "deployments", .space = "shop"}).status();
  EXPECT_EQ(Code::kNotPermitted, refused.code());
  EXPECT_NE(std::string::npos, refused.message().find("kubernetes:list:deployments")) << refused.message();
  EXPECT_NE(std::string::npos, refused.message().find("\"shop\"")) << refused.message();
  EXPECT_NE(std::string::npos,
            refused.hint().find("{apiGroups: [apps], resources: [deployments], verbs: [list]}"))
      << refused.hint();
  EXPECT_EQ(1U, fake_->requests().size());
}

TEST_F(ClientTest, ARefusalToSayWhatIsServedNamesThatNeed) {
  Serve([](const FakeRequest&) { return Refuse(403, "Forbidden", "cannot get path \"/apis/velero.io\""); });
  const Status refused = reactor_->RunUntilDone(client_->Serves("velero.io", Soon())).status();
  EXPECT_EQ(Code::kNotPermitted, refused.code());
  EXPECT_NE(std::string::npos, refused.message().find("kubernetes:get:apis")) << refused.message();
  EXPECT_NE(std::string::npos, refused.hint().find("system:discovery")) << refused.hint();
}

TEST_F(ClientTest, TellsAMissingObjectFromAGroupThatIsNotServed) {
  Serve([](const FakeRequest& request) {
    if (request.target.starts_with("/api/v1")) {
      return Refuse(404, "NotFound", "pods \"x\" not found", {{"name", "x"}, {"kind", "pods"}});
    }
    FakeReply reply;
    reply.status = 404;
    reply.body = "404 page not found\n";
    return reply;
  });
  EXPECT_EQ(Code::kNotFound, Get().status().code());
  const Status backups = List({.resource = "backups.velero.io"}).status();
  EXPECT_EQ(Code::kNoData, backups.code());
  EXPECT_NE(std::string::npos, backups.message().find("not installed")) << backups.message();
  const auto served = reactor_->RunUntilDone(client_->Serves("velero.io", Soon()));
  ASSERT_TRUE(served.ok());
  EXPECT_FALSE(*served);
}

TEST_F(ClientTest, DiscoversWhereACustomResourceIsServedOnce) {
  Serve([](const FakeRequest& request) {
    FakeReply reply;
    if (request.target == "/apis/velero.io") {
      reply.body = R"({"preferredVersion":{"version":"v2"},"versions":[{"version":"v2"},{"version":"v1"}]})";
    } else if (request.target == "/apis/velero.io/v2") {
      reply.body = R"({"resources":[{"name":"others","namespaced":true}]})";
    } else if (request.target == "/apis/velero.io/v1") {
      reply.body = R"({"resources":[{"name":"backups","namespaced":true}]})";
    } else {
      reply.body = ListOf(0, 1);
    }
    return reply;
  });
  EXPECT_TRUE(List({.resource = "backups.velero.io"}).ok());
  EXPECT_TRUE(List({.resource = "backups.velero.io", .space = "velero"}).ok());
  EXPECT_EQ((std::vector<std::string>{"GET /apis/velero.io", "GET /apis/velero.io/v2",
                                      "GET /apis/velero.io/v1", "GET /apis/velero.io/v1/backups?limit=500",
                                      "GET /apis/velero.io/v1/namespaces/velero/backups?limit=500"}),
            fake_->requests());
}

TEST_F(ClientTest, AListThatIsNearlyAlwaysAtOnePlaceIsAskedForThereAtOnce) {
  Serve([](const FakeRequest&) {
    FakeReply reply;
    reply.body = ListOf(0, 1);
    return reply;
  });
  EXPECT_TRUE(List({.resource = "pods.metrics.k8s.io"}).ok());
  EXPECT_TRUE(List({.resource = "pods.metrics.k8s.io", .space = "a"}).ok());
  EXPECT_EQ((std::vector<std::string>{"GET /apis/metrics.k8s.io/v1beta1/pods?limit=500",
                                      "GET /apis/metrics.k8s.io/v1beta1/namespaces/a/pods?limit=500"}),
            fake_->requests());
}

TEST_F(ClientTest, AListThatIsNotAtItsUsualPlaceIsDiscovered) {
  Serve([](const FakeRequest& request) {
    FakeReply reply;
    if (request.target == "/apis/metrics.k8s.io") {
      reply.body = R"({"preferredVersion":{"version":"v1"}})";
    } else if (request.target == "/apis/metrics.k8s.io/v1") {
      reply.body = R"({"resources":[{"name":"nodes","namespaced":false}]})";
    } else if (request.target.starts_with("/apis/metrics.k8s.io/v1/nodes")) {
      reply.body = ListOf(0, 2);
    } else {
      return Refuse(404, "NotFound", "the server could not find the requested resource");
    }
    return reply;
  });
  const Result<ObjectList> list = List({.resource = "nodes.metrics.k8s.io"});
  ASSERT_TRUE(list.ok()) << list.status().message();
  EXPECT_EQ(2U, list->documents->size());
}

// An API server asks about rights before it looks whether it serves the path at all.
TEST_F(ClientTest, ARefusalAtTheUsualPlaceIsNotInstalledWhereTheGroupIsNotServed) {
  std::atomic<bool> served{false};
  Serve([&served](const FakeRequest& request) {
    if (request.target.find("limit=") != std::string::npos) {
      return Refuse(403, "Forbidden", "nodes.metrics.k8s.io is forbidden");
    }
    if (!served) return Refuse(404, "NotFound", "not found");
    FakeReply reply;
    reply.body = request.target == "/apis/metrics.k8s.io"
                     ? R"({"preferredVersion":{"version":"v1beta1"}})"
                     : R"({"resources":[{"name":"nodes","namespaced":false}]})";
    return reply;
  });
  const Status absent = List({.resource = "nodes.metrics.k8s.io"}).status();
  EXPECT_EQ(Code::kNoData, absent.code());
  EXPECT_NE(std::string::npos, absent.message().find("not installed")) << absent.message();
  served = true;
  const Status refused = List({.resource = "nodes.metrics.k8s.io"}).status();
  EXPECT_EQ(Code::kNotPermitted, refused.code());
  EXPECT_NE(std::string::npos, refused.message().find("kubernetes:list:nodes.metrics.k8s.io"))
      << refused.message();
}

TEST_F(ClientTest, BadCredentialsAreNotPermitted) {
  Serve([](const FakeRequest&) { return Refuse(401, "Unauthorized", "Unauthorized"); });
  EXPECT_EQ(Code::kNotPermitted, Get().status().code());
  EXPECT_EQ(1U, fake_->requests().size());
}

TEST_F(ClientTest, ChangesAreSentOnceEvenWhenTheAnswerIsLost) {
  Serve([](const FakeRequest&) {
    FakeReply reply;
    reply.body = "{}";
    reply.cut_after = 0;
    return reply;
  });
  EXPECT_FALSE(reactor_->RunUntilDone(client_->Delete("pods", "a", "x", {}, Soon())).ok());
  EXPECT_EQ(1U, fake_->requests().size());
}

TEST_F(ClientTest, OnlyAClearRefusalSaysThatAChangeWasNotMade) {
  int status = 0;
  std::string body;
  Serve([&](const FakeRequest&) {
    FakeReply reply = Refuse(status, "", "etcdserver: request timed out");
    if (!body.empty()) reply.body = body;
    return reply;
  });
  const auto remove = [&](int answered) {
    status = answered;
    return reactor_->RunUntilDone(client_->Delete("pods", "a", "x", {}, Soon())).status().code();
  };
  EXPECT_EQ(Code::kInvalid, remove(400));
  EXPECT_EQ(Code::kInvalid, remove(422));
  EXPECT_EQ(Code::kStale, remove(409));
  EXPECT_EQ(Code::kError, remove(500));
  EXPECT_EQ(Code::kError, remove(502));
  body = "<html>ok</html>";
  EXPECT_EQ(Code::kError, remove(200));
  // A look that the server does not understand is an error, as ever.
  status = 400;
  EXPECT_EQ(Code::kError, Get().status().code());
}

TEST_F(ClientTest, ADeletionCarriesItsPreconditions) {
  std::string body, type;
  Serve([&](const FakeRequest& request) {
    body = request.body;
    type = request.headers.at("content-type");
    FakeReply reply;
    reply.body = "{}";
    return reply;
  });
  WriteOptions options;
  options.uid = "u-1";
  options.resource_version = "42";
  options.dry_run = true;
  ASSERT_TRUE(reactor_->RunUntilDone(client_->Delete("pods", "a", "x", options, Soon())).ok());
  EXPECT_EQ(Value::parse(R"({"apiVersion":"v1","kind":"DeleteOptions","dryRun":["All"],
                             "preconditions":{"uid":"u-1","resourceVersion":"42"}})"),
            Value::parse(body));
  EXPECT_EQ("application/json", type);
  EXPECT_EQ("DELETE /api/v1/namespaces/a/pods/x", fake_->requests().back());
  options.patch_type = "json";
  const Value patch = Value::parse(R"([{"op":"remove","path":"/spec/a"}])");
  ASSERT_TRUE(reactor_->RunUntilDone(client_->Patch("pods", "a", "x", patch, options, Soon())).ok());
  EXPECT_EQ(3U, Value::parse(body).size());
  EXPECT_EQ("PATCH /api/v1/namespaces/a/pods/x?fieldManager=upkeep&dryRun=All", fake_->requests().back());
}

TEST_F(ClientTest, NamesThatWouldLeaveThePathAreRefusedUnsent) {
  Serve([](const FakeRequest&) { return FakeReply(); });
  for (const std::string name : {"..", ".", "a/b", "%2e%2e", "a b", ""}) {
    const auto got = reactor_->RunUntilDone(client_->Get("pods", "a", name, Soon()));
    EXPECT_EQ(Code::kInvalid, got.status().code()) << name;
  }
  EXPECT_EQ(Code::kInvalid, List({.resource = "pods", .space = "../nodes"}).status().code());
  EXPECT_TRUE(fake_->requests().empty());
}

TEST_F(ClientTest, AtMostEightRequestsAtOnce) {
  Serve([](const FakeRequest&) {
    FakeReply reply;
    reply.body = ListOf(0, 1);
    reply.delay = milliseconds(30);
    return reply;
  });
  int whole = 0;
  const auto one = [&](std::string space) -> Task<void> {
    ListQuery query;
    query.resource = "pods";
    query.space = std::move(space);
    const Limits limits = Soon();
    const Result<ObjectList> list = co_await client_->List(std::move(query), limits);
    if (list.ok()) ++whole;
  };
  std::vector<Task<void>> tasks;
  for (int i = 0; i < 30; ++i) tasks.push_back(one("n" + std::to_string(i)));
  reactor_->RunUntilDone(WhenAll(std::move(tasks)));
  EXPECT_EQ(30, whole);
  EXPECT_LE(fake_->most_at_once(), 8);
  EXPECT_GE(fake_->most_at_once(), 4);
}

TEST_F(ClientTest, NobodyThereIsUnreachable) {
  Serve([](const FakeRequest&) { return FakeReply(); });
  fake_.reset();
  EXPECT_EQ(Code::kUnreachable, List().status().code());
}

TEST_F(ClientTest, TellsTheServersTime) {
  Serve([](const FakeRequest&) {
    FakeReply reply;
    reply.body = "{}";
    reply.headers = {{"Date", "Sat, 21 Nov 2020 09:00:00 GMT"}};
    return reply;
  });
  const auto time = reactor_->RunUntilDone(client_->Time(Soon()));
  ASSERT_TRUE(time.ok()) << time.status().message();
  EXPECT_EQ("2020-11-21T09:00:00Z", FormatRfc3339(time->server));
  EXPECT_LT(time->skew_seconds, -86400.0);
  EXPECT_GE(time->uncertainty_seconds, 0.5);
}

}  // namespace
}  // namespace upkeep::kubernetes
