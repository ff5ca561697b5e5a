// SPDX-License-Identifier: Apache-2.0
// Heartbeats against a server of the test's own: what is sent, when it is tried again, what is
// written down, and that the address is nowhere.
#include "runner/daemon/heartbeat.h"

#include <atomic>
#include <mutex>

#include "tests/base/io/local_server.h"
#include "tests/runner/daemon/fixture.h"

namespace upkeep::daemon {
namespace {

using testing_io::HttpRequest;
using testing_io::Peer;

constexpr const char* kKey = "0b7d9c52-1f7e-4c8e-9f0a-5a3f6c1e2d4b";

class HeartbeatTest : public DaemonTest {
 protected:
  HeartbeatTest()
      : server_(testing_io::Http([this](Peer& peer, const HttpRequest& request) {
          int status = 200;
          {
            const std::lock_guard lock(mutex_);
            requests_.push_back(request);
            if (failures_ > 0) status = (--failures_, failure_);
          }
          return peer.Answer(status, echo_ ? "Cannot POST " + request.path : "OK");
        })),
        reactor_(*io::Reactor::Create()),
        secrets_(*reactor_, redactor_) {
    // The fixture's store does not know the redactor.
    store_.reset();
    store::OpenOptions options;
    options.clock = &clock_;
    options.redactor = &redactor_;
    store_ = std::move(*store::OpenSqliteStore(folder_ + "/upkeep.db", options));
  }

  std::string Url() const { return server_.Url("/ping/" + std::string(kKey)); }
  Beat MakeBeat(const std::string& signal) {
    Beat beat;
    beat.to.url = Url();
    beat.schedule = "daily";
    beat.id = NewUuid();
    beat.signal = signal;
    beat.body = "run 3: ok 4";
    return beat;
  }
  Status Send(Beat beat) {
    Heartbeats heartbeats(*reactor_, *store_, secrets_, clock_, run::ProcessHolder());
    return reactor_->RunUntilDone(heartbeats.Send(std::move(beat), Limits().Within(seconds(30))));
  }
  std::vector<HttpRequest> Requests() {
    const std::lock_guard lock(mutex_);
    return requests_;
  }
  Result<TickOutcome> TickWith(const std::string& yaml, const std::string& playbooks) {
    WriteSchedules("    cron: \"0 9 * * *\"\n    playbooks: " + playbooks + "\n" + yaml);
    clock_.SetWall(At("2026-11-01T09:00:03Z"));
    auto world = ReadWorld(PlacesOf(hosts_), clock_.Now());
    if (!world.ok()) return world.status();
    Heartbeats heartbeats(*reactor_, *store_, secrets_, clock_, run::ProcessHolder());
    RunnerParts parts = PartsOf(*store_, *reactor_, clock_, run::ProcessHolder());
    parts.heartbeats = &heartbeats;
    return reactor_->RunUntilDone(Tick(*world, "s", parts, Limits()));
  }
  void ExpectSecretNowhere() {
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
      if (!entry.is_regular_file()) continue;
      std::ifstream in(entry.path(), std::ios::binary);
      const std::string bytes{std::istreambuf_iterator<char>(in), {}};
      EXPECT_EQ(bytes.find(kKey), std::string::npos) << entry.path();
    }
    EXPECT_EQ(redactor_.Redact(log_.str()).find(kKey), std::string::npos);
  }

  std::mutex mutex_;
  std::vector<HttpRequest> requests_;
  int failures_ = 0, failure_ = 503;
  std::atomic<bool> echo_{false};   ///< The service repeats the address that it was asked for.
  testing_io::LocalServer server_;
  std::unique_ptr<io::Reactor> reactor_;
  checks::Secrets secrets_;
};

TEST(BeatUrl, SignalsArePathsAndTheRunIsAQuery) {
  EXPECT_EQ(BeatUrl("https://hc/ping/k", "success", "u"), "https://hc/ping/k?rid=u");
  EXPECT_EQ(BeatUrl("https://hc/ping/k/", "start", "u"), "https://hc/ping/k/start?rid=u");
  EXPECT_EQ(BeatUrl("https://hc/ping/k?create=1", "69", "u"), "https://hc/ping/k/69?create=1&rid=u");
}

TEST(SignalOf, TheScheduleSaysWhatCounts) {
  reports::StateTotals totals;
  totals.ok = 3;
  EXPECT_EQ(SignalOf(totals, false, "unknown"), "success");
  totals.unknown = 1;
  EXPECT_EQ(SignalOf(totals, false, "warning"), "success");
  EXPECT_EQ(SignalOf(totals, false, "unknown"), "3");
  totals.warning = 1;
  EXPECT_EQ(SignalOf(totals, false, "critical"), "success");
  EXPECT_EQ(SignalOf(totals, false, "warning"), "1");
  totals.critical = 1;
  EXPECT_EQ(SignalOf(totals, false, "critical"), "2");
  EXPECT_EQ(SignalOf(totals, false, "never"), "success");
  EXPECT_EQ(SignalOf(totals, true, "critical"), "69");
}

TEST(NewUuid, IsRandomAndOfVersion4) {
  const std::string id = NewUuid();
  ASSERT_EQ(id.size(), 36U);
  EXPECT_EQ(id[14], '4');
  EXPECT_NE(std::string("89ab").find(id[19]), std::string::npos) << id;
  EXPECT_NE(id, NewUuid());
}

TEST_F(HeartbeatTest, IsPostedAndWrittenDownAsSent) {
  Beat beat = MakeBeat("2");
  const std::string id = beat.id;
  const Status sent = Send(std::move(beat));
  ASSERT_TRUE(sent.ok()) << sent.Describe();
  ASSERT_EQ(Requests().size(), 1U);
  EXPECT_EQ(Requests()[0].method, "POST");
  EXPECT_EQ(Requests()[0].path, "/ping/" + std::string(kKey) + "/2?rid=" + id);
  EXPECT_EQ(Requests()[0].body, "run 3: ok 4");
  const auto deliveries = *store_->Deliveries({});
  ASSERT_EQ(deliveries.size(), 1U);
  EXPECT_EQ(deliveries[0].channel, "heartbeat");
  EXPECT_EQ(deliveries[0].subject, "heartbeat 2 of daily");
  EXPECT_EQ(deliveries[0].destination, "127.0.0.1:" + std::to_string(server_.port()));
  EXPECT_EQ(deliveries[0].state, store::DeliveryState::kSent);
  ExpectSecretNowhere();
}

TEST_F(HeartbeatTest, WhatMayPassIsTriedAgain) {
  failures_ = 1;
  EXPECT_TRUE(Send(MakeBeat("success")).ok());
  EXPECT_EQ(Requests().size(), 2U);
  EXPECT_EQ(store_->Deliveries({})->at(0).attempts, 2);
}

TEST_F(HeartbeatTest, ARefusalIsNotAndIsWrittenDownAsFailed) {
  failures_ = 9;
  failure_ = 404;
  const Status sent = Send(MakeBeat("success"));
  EXPECT_EQ(sent.code(), Code::kOutput);
  EXPECT_EQ(Requests().size(), 1U);
  EXPECT_EQ(store_->Deliveries({})->at(0).state, store::DeliveryState::kFailed);
  EXPECT_EQ(sent.message().find(kKey), std::string::npos) << sent.message();
  ExpectSecretNowhere();
}

TEST_F(HeartbeatTest, AServiceThatRepeatsAShortAddressIsQuotedWithoutIt) {
  failures_ = 9;
  failure_ = 404;
  echo_ = true;
  Beat beat = MakeBeat("start");
  beat.to.url = server_.Url("/ping/k42k?token=QSECRET2");
  const Status sent = Send(std::move(beat));
  const std::string detail = store_->Deliveries({})->at(0).detail;
  EXPECT_NE(detail.find("Cannot POST [redacted]/start"), std::string::npos) << detail;
  for (const std::string& said : {detail, sent.message()}) {
    EXPECT_EQ(said.find("k42k"), std::string::npos) << said;
    EXPECT_EQ(said.find("QSECRET2"), std::string::npos) << said;
  }
}

TEST_F(HeartbeatTest, ALongBodyIsCutBetweenCharacters) {
  Beat beat = MakeBeat("success");
  beat.body.clear();
  for (int i = 0; i < 5000; ++i) beat.body += "가";
  ASSERT_TRUE(Send(std::move(beat)).ok());
  const std::string body = Requests()[0].body;
  EXPECT_LE(body.size(), Heartbeats::kMaxBody);
  EXPECT_EQ(body.size() % 3, 0U);
}

TEST_F(HeartbeatTest, TheAddressMayBeASecretOfAFile) {
  std::ofstream(folder_ + "/schedules/address") << Url() << "\n";
  Beat beat = MakeBeat("success");
  beat.to.url.clear();
  beat.to.file = folder_ + "/schedules/address";
  EXPECT_TRUE(Send(std::move(beat)).ok());
  EXPECT_EQ(Requests().size(), 1U);
  ExpectSecretNowhere();
}

TEST_F(HeartbeatTest, AnAddressThatCannotBeReadIsAFailedDelivery) {
  Beat beat = MakeBeat("success");
  beat.to.url.clear();
  beat.to.file = folder_ + "/nowhere";
  EXPECT_FALSE(Send(std::move(beat)).ok());
  EXPECT_EQ(store_->Deliveries({})->at(0).state, store::DeliveryState::kFailed);
}

TEST_F(HeartbeatTest, ARunSaysThatItBeginsAndHowItEnded) {
  const auto outcome = TickWith("    heartbeat: " + Url() + "\n", "[selftest.ok, selftest.crit]");
  ASSERT_TRUE(outcome.ok()) << outcome.status().Describe();
  ASSERT_EQ(Requests().size(), 2U);
  const std::string base = "/ping/" + std::string(kKey);
  EXPECT_TRUE(Requests()[0].path.starts_with(base + "/start?rid=")) << Requests()[0].path;
  EXPECT_TRUE(Requests()[1].path.starts_with(base + "/2?rid=")) << Requests()[1].path;
  EXPECT_EQ(Requests()[0].path.substr(Requests()[0].path.find('?')),
            Requests()[1].path.substr(Requests()[1].path.find('?')));
  EXPECT_NE(Requests()[1].body.find("critical 1"), std::string::npos) << Requests()[1].body;
  EXPECT_NE(Requests()[1].body.find("selftest.crit"), std::string::npos) << Requests()[1].body;
  ExpectSecretNowhere();
}

TEST_F(HeartbeatTest, AServiceThatIsDownChangesNothingOfTheRun) {
  const std::string dead = "http://127.0.0.1:" + std::to_string(testing_io::DeadPort()) + "/ping/x";
  const auto outcome =
      TickWith("    heartbeat: {url: " + dead + ", start: false, attempts: 1}\n", "[selftest.ok]");
  ASSERT_TRUE(outcome.ok()) << outcome.status().Describe();
  EXPECT_EQ(outcome->runs, 1);
  EXPECT_TRUE(outcome->problems.empty());
  EXPECT_EQ(StateOf("2026-11-01T09:00:00Z"), SlotState::kOnTime);
  EXPECT_EQ(store_->Deliveries({})->at(0).state, store::DeliveryState::kFailed);
  EXPECT_NE(log_.str().find("heartbeat.failed"), std::string::npos);
}

TEST_F(HeartbeatTest, OnlyOneThatFailedIsNewsInAReport) {
  ASSERT_TRUE(TickWith("    heartbeat: {url: " + Url() + ", start: false}\n", "[selftest.ok]").ok());
  store::ReportQuery query;
  query.kind = reports::ReportKind::kRun;
  query.run = store_->Runs({})->front().id;
  EXPECT_TRUE(store_->FillReport(query)->deliveries.empty());
  EXPECT_EQ(store_->Deliveries({})->size(), 1U);
}

}  // namespace
}  // namespace upkeep::daemon
