// SPDX-License-Identifier: Apache-2.0
#include "runner/daemon/server.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "base/io/transfer.h"
#include "runner/daemon/pages.h"
#include "tests/runner/daemon/fixture.h"

namespace upkeep::daemon {
namespace {

class ServerTest : public DaemonTest {
 protected:
  ServerTest() {
    ServerOptions options;
    options.port = 0;
    options.open_store = [path = folder_ + "/upkeep.db"] {
      store::OpenOptions open;
      open.read_only = true;
      open.create = false;
      return store::OpenSqliteStore(path, open);
    };
    auto server = Server::Listen(std::move(options));
    EXPECT_TRUE(server.ok()) << server.status().Describe();
    server_ = std::move(*server);
    thread_ = std::thread([this] { server_->Run(); });
    reactor_ = *io::Reactor::Create();
  }
  ~ServerTest() override {
    server_->Stop();
    thread_.join();
  }

  io::TransferResponse Ask(const std::string& path, const std::string& method = "GET",
                           const std::string& host = "") {
    io::TransferRequest request;
    request.method = method;
    request.url = "http://127.0.0.1:" + std::to_string(server_->port()) + path;
    if (!host.empty()) request.headers.emplace_back("Host", host);
    const Limits limits = Limits().Within(seconds(10));
    auto response = reactor_->RunUntilDone(reactor_->Transfer(std::move(request), limits));
    EXPECT_TRUE(response.ok()) << response.status().Describe();
    return response.ok() ? std::move(*response) : io::TransferResponse();
  }
  void RunOnce() {
    WriteSchedules("    cron: \"0 9 * * *\"\n    playbooks: [selftest.ok, selftest.crit]\n");
    clock_.SetWall(At("2026-11-01T09:00:00Z"));
    auto outcome = TickNow();
    ASSERT_TRUE(outcome.ok()) << outcome.status().Describe();
  }

  std::unique_ptr<Server> server_;
  std::thread thread_;
  std::unique_ptr<io::Reactor> reactor_;
};

TEST_F(ServerTest, APortBelongsToOneProcessAlone) {
  ServerOptions options;
  options.port = server_->port();
  const auto second = Server::Listen(std::move(options));
  ASSERT_FALSE(second.ok()) << "who asks one of two daemons would not know which";
  EXPECT_EQ(Code::kConfig, second.status().code());
  EXPECT_NE(std::string::npos, second.status().message().find("in use")) << second.status().message();
}

TEST_F(ServerTest, AnEmptyStoreSaysThatNothingHasRun) {
  const auto page = Ask("/?lang=ko");
  EXPECT_EQ(page.status, 200);
  EXPECT_NE(page.body.find("아직 실행된 점검이 없습니다."), std::string::npos);
}

TEST_F(ServerTest, TheLatestReportTheRunsAndOneRun) {
  RunOnce();
  const auto latest = Ask("/");
  EXPECT_EQ(latest.status, 200);
  EXPECT_NE(latest.body.find("always critical"), std::string::npos);
  const auto runs = Ask("/runs");
  EXPECT_NE(runs.body.find("<a href=\"/runs/1?lang=en\">1</a>"), std::string::npos);
  EXPECT_EQ(Ask("/runs/1").body, latest.body);
  EXPECT_NE(Ask("/runs/1?lang=ko").body.find("항상 심각 상태입니다"), std::string::npos);
}

TEST_F(ServerTest, WhatIsNotThereIsNotFound) {
  EXPECT_EQ(Ask("/runs/77").status, 404);
  EXPECT_EQ(Ask("/runs/99999999999999999999").status, 404);
  EXPECT_EQ(Ask("/report/hourly").status, 404);
  EXPECT_EQ(Ask("/etc/passwd").status, 404);
}

TEST_F(ServerTest, MetricsCountSlotsAndResults) {
  RunOnce();
  const auto metrics = Ask("/metrics");
  EXPECT_EQ(metrics.status, 200);
  EXPECT_NE(metrics.body.find("upkeep_last_run_results{schedule=\"s\",state=\"critical\"} 1\n"),
            std::string::npos);
  EXPECT_NE(metrics.body.find("# TYPE upkeep_slots gauge\n"), std::string::npos);
  EXPECT_NE(metrics.body.find("upkeep_open_attempts 0\n"), std::string::npos);
}

TEST_F(ServerTest, LivesEvenWithoutAStoreAndIsReadyOnlyWithOne) {
  EXPECT_EQ(Ask("/readyz").status, 200);
  store_.reset();
  std::filesystem::remove(folder_ + "/upkeep.db");
  EXPECT_EQ(Ask("/livez").status, 200);
  EXPECT_EQ(Ask("/readyz").status, 503);
  EXPECT_EQ(Ask("/runs").status, 503);
}

TEST_F(ServerTest, EndsAlsoWhenItIsStoppedBeforeItRuns) {
  const auto listen = [] {
    ServerOptions options;
    options.port = 0;
    return *Server::Listen(std::move(options));
  };
  const auto early = listen();
  early->Stop();
  early->Run();   // Returns, or the test's time limit ends it.
  for (int i = 0; i < 50; ++i) {
    const auto server = listen();
    std::thread run([&server] { server->Run(); });
    server->Stop();   // Before, while or after the loop begins.
    run.join();
  }
}

TEST_F(ServerTest, NothingButReadingAndNoOtherName) {
  for (const char* method : {"POST", "PUT", "DELETE", "PATCH", "OPTIONS"}) {
    EXPECT_EQ(Ask("/runs", method).status, 405) << method;
  }
  EXPECT_EQ(Ask("/runs", "GET", "attacker.example").status, 421);
  EXPECT_EQ(Ask("/runs", "GET", "localhost:9180").status, 200);
}

TEST_F(ServerTest, EveryAnswerCarriesTheHeaders) {
  for (const char* path : {"/", "/runs", "/nowhere", "/metrics"}) {
    const auto answer = Ask(path);
    std::string all;
    for (const auto& [name, value] : answer.headers) all += name + ": " + value + "\n";
    std::transform(all.begin(), all.end(), all.begin(), [](unsigned char c) { return std::tolower(c); });
    EXPECT_NE(all.find("default-src 'none'"), std::string::npos) << path << "\n" << all;
    EXPECT_NE(all.find("x-content-type-options: nosniff"), std::string::npos) << path;
    EXPECT_NE(all.find("cache-control: no-store"), std::string::npos) << path;
  }
}

/// Clients that have begun a request, send a byte now and then, and never come to its end.
class SlowClients {
 public:
  SlowClients(int port, int count) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    for (int i = 0; i < count; ++i) {
      const int one = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
      EXPECT_EQ(0, connect(one, reinterpret_cast<const sockaddr*>(&address), sizeof address));
      Send(one, "GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\n");
      sockets_.push_back(one);
    }
    dripping_ = std::thread([this] {
      while (!done_) {
        for (const int one : sockets_) Send(one, "X");
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
      }
    });
  }
  ~SlowClients() {
    done_ = true;
    dripping_.join();
    for (const int one : sockets_) close(one);
  }

  /// How many of them the server has closed, after `patience` at most when it is all.
  int Closed(std::chrono::milliseconds patience) const {
    const auto end = std::chrono::steady_clock::now() + patience;
    for (;;) {
      int closed = 0;
      for (const int one : sockets_) {
        pollfd asked{one, POLLIN | POLLRDHUP, 0};
        closed += poll(&asked, 1, 0) == 1 && (asked.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0 ? 1 : 0;
      }
      if (closed == static_cast<int>(sockets_.size()) || std::chrono::steady_clock::now() > end) return closed;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  }

 private:
  static void Send(int to, const std::string& text) { (void)send(to, text.data(), text.size(), MSG_NOSIGNAL); }

  std::vector<int> sockets_;
  std::atomic<bool> done_ = false;
  std::thread dripping_;
};

TEST_F(ServerTest, HealthAndPagesAreAnsweredWhateverSlowClientsDo) {
  RunOnce();
  for (const int count : {4, 40, 600}) {
    const SlowClients slow(server_->port(), count);
    const auto begin = std::chrono::steady_clock::now();
    for (const char* path : {"/livez", "/readyz", "/", "/metrics"}) EXPECT_EQ(Ask(path).status, 200) << path;
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(8)) << count << " slow clients";
  }
}

TEST_F(ServerTest, ARequestHasOneDeadlineHoweverItsBytesCome) {
  ServerOptions options;
  options.port = 0;
  options.request_deadline = std::chrono::seconds(1);
  const auto server = *Server::Listen(std::move(options));
  std::thread run([&server] { server->Run(); });
  {
    const SlowClients slow(server->port(), 4);
    EXPECT_EQ(0, slow.Closed(std::chrono::milliseconds(100))) << "not before the deadline";
    EXPECT_EQ(4, slow.Closed(std::chrono::seconds(8)));
  }
  server->Stop();
  run.join();
}

TEST_F(ServerTest, SlowClientsDoNotKeepItFromEnding) {
  ServerOptions options;
  options.port = 0;
  const auto server = *Server::Listen(std::move(options));
  std::thread run([&server] { server->Run(); });
  const SlowClients slow(server->port(), 40);
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  const auto begin = std::chrono::steady_clock::now();
  server->Stop();
  run.join();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(4));
}

TEST(PagesTest, HostileNamesStayText) {
  store::RunRecord run;
  run.id = 7;
  run.schedule = "<script>alert(1)</script>";
  run.targets = {{"\"><img src=x>", "host", true}};
  const std::string page = RunsPage({run}, "en");
  EXPECT_EQ(page.find("<script>"), std::string::npos);
  EXPECT_EQ(page.find("<img"), std::string::npos);
  EXPECT_NE(page.find("&lt;script&gt;"), std::string::npos);
}

}  // namespace
}  // namespace upkeep::daemon
