// SPDX-License-Identifier: Apache-2.0
// Who leads, against an API server that keeps one Lease as a real one does (resourceVersion, 409),
// and fails as the test says. Time is the test's: each candidate has clocks of its own.
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <random>

#include "checks/kubernetes/lease_elector.h"
#include "tests/checks/kubernetes/fake_api.h"

namespace upkeep::kubernetes {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr const char* kLeasePath = "/apis/coordination.k8s.io/v1/namespaces/ops/leases/upkeep";

FakeReply Refuse(int status, const std::string& reason) {
  FakeReply reply;
  reply.status = status;
  reply.body = Value{{"kind", "Status"}, {"reason", reason}, {"message", reason},
                     {"details", {{"name", "upkeep"}}}}.dump();
  return reply;
}

/// One Lease. All but the handler is called between requests, from the test's thread.
class LeaseApi {
 public:
  FakeReply Answer(const FakeRequest& request) {
    if (away) return Refuse(503, "ServiceUnavailable");
    if (forbidden) return Refuse(403, "Forbidden");
    FakeReply reply;
    if (request.method == "GET") {
      if (lease.is_null()) return Refuse(404, "NotFound");
      reply.body = lease.dump();
      return reply;
    }
    if (before_write) std::exchange(before_write, nullptr)();
    const Value sent = Value::parse(request.body);
    if (request.method == "POST") {
      if (!lease.is_null()) return Refuse(409, "AlreadyExists");
    } else {
      if (lease.is_null()) return Refuse(404, "NotFound");
      if (sent["metadata"]["resourceVersion"] != lease["metadata"]["resourceVersion"]) {
        return Refuse(409, "Conflict");
      }
    }
    Keep(sent);
    reply.body = lease.dump();
    if (std::exchange(lose_answer, false)) reply.cut_after = 10;
    return reply;
  }
  void Keep(Value object) {
    lease = std::move(object);
    lease["metadata"]["resourceVersion"] = std::to_string(++version);
  }
  LeaseRecord record() const { return ReadLease(lease); }

  Value lease;
  int version = 100;
  bool away = false, forbidden = false, lose_answer = false;
  std::function<void()> before_write;   ///< Somebody else is faster.
};

class LeaseTest : public testing::Test {
 protected:
  struct Candidate {
    FakeClock clock;
    std::unique_ptr<KubernetesClient> client;
    std::unique_ptr<LeaseElector> elector;
  };

  LeaseTest() : fake_([this](const FakeRequest& request) { return api_.Answer(request); }) {
    reactor_ = *io::Reactor::Create(1);
  }
  /// A process on a machine whose clock is off by `skew`.
  Candidate& Add(const std::string& name, std::chrono::microseconds skew = seconds(0)) {
    Candidate& one = candidates_.try_emplace(name, Candidate{FakeClock(now_ + skew), {}, {}}).first->second;
    Access access;
    access.server = fake_.url();
    ClientOptions quick;
    quick.attempts = 1;
    one.client = std::make_unique<KubernetesClient>(*reactor_, access, redactor_, quick);
    one.elector = std::make_unique<LeaseElector>(*one.client, one.clock,
                                                 LeaseOptions{"ops", "upkeep", name, seconds(15)});
    return one;
  }
  Result<bool> Step(const std::string& name, std::int64_t above = 0) {
    return reactor_->RunUntilDone(candidates_.at(name).elector->Step(above, Limits().Within(seconds(20))));
  }
  bool Leads(const std::string& name) { return candidates_.at(name).elector->Leads(); }
  void Pass(std::chrono::microseconds time) {
    for (auto& [name, one] : candidates_) one.clock.Advance(time);
  }
  Status Release(const std::string& name) {
    return reactor_->RunUntilDone(candidates_.at(name).elector->Release(Limits().Within(seconds(20))));
  }

  Instant now_ = *ParseRfc3339("2026-11-26T09:00:00Z");
  LeaseApi api_;
  FakeApi fake_;
  Redactor redactor_;
  std::unique_ptr<io::Reactor> reactor_;
  std::map<std::string, Candidate> candidates_;
};

TEST_F(LeaseTest, MakesTheLeaseAndRenewsItAfterAThird) {
  Candidate& a = Add("a");
  ASSERT_TRUE(*Step("a"));
  EXPECT_EQ("a", api_.record().holder);
  EXPECT_EQ(seconds(15), api_.record().duration);
  EXPECT_EQ("2026-11-26T09:00:00.000000Z", api_.record().renewed);
  EXPECT_EQ(1, api_.record().transitions);
  EXPECT_EQ("ops", api_.lease["metadata"]["namespace"]);
  EXPECT_EQ(seconds(5), a.elector->UntilNext());
  Pass(milliseconds(5000) + std::chrono::microseconds(42));
  ASSERT_TRUE(*Step("a"));
  EXPECT_EQ("2026-11-26T09:00:05.000042Z", api_.record().renewed);
  EXPECT_EQ("2026-11-26T09:00:00.000000Z", api_.record().acquired);
  EXPECT_EQ(1, a.elector->transitions());
  EXPECT_EQ((std::vector<std::string>{
                std::string("GET ") + kLeasePath,
                "POST /apis/coordination.k8s.io/v1/namespaces/ops/leases?fieldManager=upkeep",
                std::string("PUT ") + kLeasePath + "?fieldManager=upkeep"}),
            fake_.requests()) << "a renewal needs no look before it";
}

TEST_F(LeaseTest, ACandidateTrustsNoClockButItsOwn) {
  for (const char* renewed : {"2020-01-01T00:00:00.000000Z", "2099-01-01T00:00:00.000000Z"}) {
    candidates_.clear();
    Add("b");
    Value object{{"metadata", {{"name", "upkeep"}}}};
    WriteLease({"x", seconds(15), renewed, renewed, 4}, object);
    api_.Keep(object);
    EXPECT_FALSE(*Step("b"));
    Pass(seconds(14));
    EXPECT_FALSE(*Step("b")) << "its time runs from when this process saw it, not from " << renewed;
    EXPECT_EQ(seconds(1), candidates_.at("b").elector->UntilNext());
    Pass(seconds(1));
    EXPECT_TRUE(*Step("b"));
    EXPECT_EQ(5, api_.record().transitions);
  }
}

TEST_F(LeaseTest, ALeaseThatIsRenewedIsNeverTakenHoweverFarItsClockIsOff) {
  Add("a", -hours(30));
  Add("b", hours(30));
  ASSERT_TRUE(*Step("a"));
  for (int i = 0; i < 20; ++i) {
    ASSERT_FALSE(*Step("b"));
    Pass(seconds(5));
    ASSERT_TRUE(*Step("a"));
  }
  EXPECT_EQ(1, api_.record().transitions);
}

TEST_F(LeaseTest, OfTwoThatTakeItAtOnceOneIsRefused) {
  Add("a");
  Add("b");
  Value object{{"metadata", {{"name", "upkeep"}}}};
  WriteLease({"gone", seconds(15), "t", "t", 1}, object);
  api_.Keep(object);
  EXPECT_FALSE(*Step("a"));
  EXPECT_FALSE(*Step("b"));
  Pass(seconds(15));
  api_.before_write = [this] {   // The server serves a's write before b's, which is on its way.
    Value lease = api_.lease;
    WriteLease({"a", seconds(15), "u", "u", 2}, lease);
    api_.Keep(lease);
  };
  const Result<bool> b = Step("b");
  ASSERT_TRUE(b.ok()) << b.status().message();
  EXPECT_FALSE(*b);
  EXPECT_FALSE(Leads("b"));
  EXPECT_EQ("a", api_.record().holder);
  EXPECT_EQ("a", candidates_.at("b").elector->holder());
}

TEST_F(LeaseTest, OfTwoThatMakeItAtOnceOneIsRefused) {
  Add("b");
  api_.before_write = [this] {
    Value lease{{"metadata", {{"name", "upkeep"}}}};
    WriteLease({"a", seconds(15), "u", "u", 1}, lease);
    api_.Keep(lease);
  };
  const Result<bool> b = Step("b");
  ASSERT_TRUE(b.ok()) << b.status().message();
  EXPECT_FALSE(*b);
  EXPECT_EQ("a", api_.record().holder);
}

TEST_F(LeaseTest, SomebodyElsesEditIsNoLossOfTheLease) {
  Add("a");
  ASSERT_TRUE(*Step("a"));
  Pass(seconds(5));
  api_.before_write = [this] {
    Value lease = api_.lease;
    lease["metadata"]["labels"]["team"] = "ops";
    lease["spec"]["strategy"] = "OldestEmulationVersion";
    api_.Keep(lease);
  };
  EXPECT_TRUE(*Step("a"));
  EXPECT_EQ(1, api_.record().transitions);
  EXPECT_EQ("ops", api_.lease["metadata"]["labels"]["team"]);
  EXPECT_EQ("OldestEmulationVersion", api_.lease["spec"]["strategy"]) << "what is not ours stays";
}

TEST_F(LeaseTest, WithoutAnApiServerTheLeaderStopsBeforeAnybodyElseCanBegin) {
  Candidate& a = Add("a");
  Add("b");
  ASSERT_TRUE(*Step("a"));
  ASSERT_FALSE(*Step("b"));
  api_.away = true;
  Pass(seconds(9));
  const Result<bool> renewed = Step("a");
  EXPECT_EQ(Code::kUnreachable, renewed.status().code());
  EXPECT_TRUE(Leads("a")) << "one failure is none yet";
  EXPECT_LE(a.elector->UntilNext(), seconds(1)) << "and looks at itself when its time is over";
  Pass(seconds(1));
  EXPECT_FALSE(Leads("a"));
  EXPECT_FALSE(Step("b").ok());
  api_.away = false;
  EXPECT_FALSE(*Step("b")) << "five seconds are left";
  Pass(seconds(5));
  EXPECT_TRUE(*Step("b"));
}

TEST_F(LeaseTest, ALeaderThatWasStoppedDoesNotLeadWhenItWakesUp) {
  Candidate& a = Add("a");
  Candidate& b = Add("b");
  ASSERT_TRUE(*Step("a"));
  ASSERT_FALSE(*Step("b"));
  Pass(seconds(15));
  ASSERT_TRUE(*Step("b"));
  EXPECT_FALSE(Leads("a")) << "by its own clock, before it asked anybody";
  EXPECT_FALSE(*Step("a"));
  EXPECT_EQ("b", a.elector->holder());
  EXPECT_EQ(2, b.elector->transitions());
}

TEST_F(LeaseTest, WhatWasGivenUpAndIsStillOursBeginsAnew) {
  Candidate& a = Add("a");
  ASSERT_TRUE(*Step("a"));
  Pass(seconds(11));
  ASSERT_FALSE(Leads("a"));
  ASSERT_TRUE(*Step("a"));
  EXPECT_EQ(2, a.elector->transitions()) << "so that what ran before is told apart";
}

TEST_F(LeaseTest, AReleasedLeaseIsTakenAtOnce) {
  Add("a");
  Add("b");
  ASSERT_TRUE(*Step("a"));
  ASSERT_FALSE(*Step("b"));
  ASSERT_TRUE(Release("a").ok());
  EXPECT_FALSE(Leads("a"));
  EXPECT_FALSE(api_.lease["spec"].contains("holderIdentity"));
  EXPECT_TRUE(*Step("b"));
  EXPECT_EQ(2, api_.record().transitions);
}

TEST_F(LeaseTest, ReleasingWhatSomebodyElseHoldsTakesNothingAway) {
  Add("a");
  Add("b");
  ASSERT_TRUE(*Step("a"));
  ASSERT_FALSE(*Step("b"));
  Pass(seconds(15));
  ASSERT_TRUE(*Step("b"));
  EXPECT_TRUE(Release("a").ok());
  EXPECT_EQ("b", api_.record().holder);
}

TEST_F(LeaseTest, TheNumberGrowsOverALeaseThatWasDeleted) {
  Candidate& a = Add("a");
  ASSERT_TRUE(*Step("a", 7));
  EXPECT_EQ(8, a.elector->transitions());
  EXPECT_EQ(8, api_.record().transitions);
  api_.lease = Value();
  Pass(seconds(5));
  ASSERT_TRUE(*Step("a", 8));
  EXPECT_EQ(9, a.elector->transitions());
}

TEST_F(LeaseTest, ARenewalWhoseAnswerWasLostIsOurs) {
  Candidate& a = Add("a");
  ASSERT_TRUE(*Step("a"));
  Pass(seconds(5));
  api_.lose_answer = true;
  ASSERT_TRUE(*Step("a"));
  EXPECT_EQ(1, a.elector->transitions());
}

TEST_F(LeaseTest, AMissingRightNamesTheRule) {
  Add("a");
  api_.forbidden = true;
  const Result<bool> refused = Step("a");
  EXPECT_EQ(Code::kNotPermitted, refused.status().code());
  EXPECT_NE(refused.status().hint().find("resources: [leases], verbs: [get]"), std::string::npos)
      << refused.status().hint();
}

// Machines fail to reach the server, are stopped, and have clocks that are off, in every order: at
// no moment do two of them lead, and no number is led with by two.
TEST_F(LeaseTest, NeverTwoAtOnce) {
  std::mt19937 random(20261126);
  const std::vector<std::string> names = {"a", "b", "c"};
  for (const std::string& name : names) {
    Add(name, hours(static_cast<int>(random() % 100)) - hours(50));
  }
  std::map<std::string, int> stopped;
  std::map<std::int64_t, std::string> led;
  for (int i = 0; i < 1500; ++i) {
    Pass(milliseconds(100 + static_cast<int>(random() % 1900)));
    int leaders = 0;
    for (const std::string& name : names) {
      if (stopped[name] == 0 && random() % 40 == 0) stopped[name] = static_cast<int>(random() % 20);
      if (stopped[name] > 0) {
        --stopped[name];
      } else if (random() % 400 == 0) {
        ASSERT_TRUE(Release(name).ok());
      } else {
        api_.away = random() % 5 == 0;
        api_.lose_answer = random() % 20 == 0;
        (void)Step(name).ok();
        api_.away = api_.lose_answer = false;
      }
      leaders = 0;
      for (const std::string& other : names) {
        if (!Leads(other)) continue;
        ++leaders;
        const std::int64_t number = candidates_.at(other).elector->transitions();
        ASSERT_EQ(led.try_emplace(number, other).first->second, other) << number;
      }
      ASSERT_LE(leaders, 1) << i;
    }
  }
  EXPECT_GT(led.size(), 10U) << "it changed hands";
}

}  // namespace
}  // namespace upkeep::kubernetes
