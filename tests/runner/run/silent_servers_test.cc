// SPDX-License-Identifier: Apache-2.0
//
// A real PostgreSQL that takes a login and then never answers: a proxy in front of it stops
// passing bytes on. The run ends all the same, and the other target of it is looked at.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include "runner/run/modules.h"
#include "tests/base/io/local_server.h"
#include "tests/checks/environment.h"
#include "tests/source_folder.h"

namespace upkeep::run {
namespace {

using checks::Environment;
using std::chrono::milliseconds;

constexpr std::uint16_t kPort = 5432;

int ConnectTo(const std::string& address) {
  sockaddr_in server{};
  server.sin_family = AF_INET;
  server.sin_port = htons(kPort);
  EXPECT_EQ(1, inet_pton(AF_INET, address.c_str(), &server.sin_addr));
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  EXPECT_EQ(0, connect(fd, reinterpret_cast<const sockaddr*>(&server), sizeof server));
  return fd;
}

/// True once the server has said for the first time that it is ready for a query: its messages are
/// a letter, and a length that counts itself.
bool HasLoggedIn(std::string_view said) {
  for (std::size_t at = 0; at + 5 <= said.size();) {
    if (said[at] == 'Z') return true;
    std::uint32_t length = 0;
    for (std::size_t i = 1; i <= 4; ++i) length = length << 8 | static_cast<unsigned char>(said[at + i]);
    at += 1 + length;
  }
  return false;
}

/// Passes bytes both ways until the login is done, then takes what comes and answers nothing.
void Fall(testing_io::Peer& peer) {
  const int server = ConnectTo(Environment("PG_PRIMARY_HOST"));
  std::thread up([&peer, server] {
    for (std::string bytes = peer.Read(); !bytes.empty(); bytes = peer.Read()) {
      (void)send(server, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    }
    shutdown(server, SHUT_RDWR);
  });
  std::string said;
  char bytes[4096];
  for (ssize_t length = 1; length > 0;) {
    length = recv(server, bytes, sizeof bytes, 0);
    if (length <= 0 || HasLoggedIn(said)) continue;
    said.append(bytes, static_cast<std::size_t>(length));
    peer.Send({bytes, static_cast<std::size_t>(length)});
  }
  up.join();
  close(server);
}

checks::Target Database(const std::string& name, const std::string& host, int port) {
  checks::Target target;
  target.name = name;
  target.kind = checks::TargetKind::kPostgres;
  target.host = host;
  target.port = port;
  target.database = "app";
  target.user = "upkeep";
  target.password.file = Environment("PG_UPKEEP_PASSWORD_FILE");
  target.tls.mode = "disable";
  target.time_limit = std::chrono::hours(1);   // So that only the run's own bound is left.
  return target;
}

TEST(SilentServersTest, ADatabaseThatStopsAnsweringAfterItsLoginIsUnknownAndHoldsNobody) {
  testing_io::LocalServer proxy(Fall);
  checks::Inventory inventory;
  inventory.targets.push_back(Database("silent", "127.0.0.1", proxy.port()));
  inventory.targets.push_back(Database("orders", Environment("PG_PRIMARY_HOST"), kPort));
  const Result<Playbook> playbook = Catalog({SourceFolder() + "/playbooks"}).Find("postgres.sessions");
  ASSERT_TRUE(playbook.ok()) << playbook.status().Describe();

  const auto reactor = *io::Reactor::Create();
  const SystemClock clock;
  Redactor redactor;
  const ModuleFactory factory(*reactor, clock, redactor, inventory);
  ExecutorOptions options;
  options.playbook_deadline = milliseconds(8000);
  Executor executor(*reactor, clock, redactor, factory.maker(), options);
  std::vector<Pair> pairs(2);
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    pairs[i].playbook = &*playbook;
    pairs[i].target = &inventory.targets[i];
  }
  const auto outcomes = reactor->RunUntilDone(executor.Run(std::move(pairs), {}, Limits()));
  ASSERT_EQ(2U, outcomes.size());
  // One for the login, and at most one more: libpq's request to cancel connects anew. It is not
  // logged in to again.
  EXPECT_GE(proxy.accepted(), 1);
  EXPECT_LE(proxy.accepted(), 2);
  ASSERT_EQ(1U, outcomes[0].outcome.results.size());
  EXPECT_EQ(checks::State::kUnknown, outcomes[0].outcome.results[0].state);
  EXPECT_EQ("timeout", outcomes[0].outcome.results[0].reason);
  for (const checks::CheckResult& result : outcomes[1].outcome.results) {
    EXPECT_NE(checks::State::kUnknown, result.state) << result.summary.en;
  }
}

}  // namespace
}  // namespace upkeep::run
