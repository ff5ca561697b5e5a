// SPDX-License-Identifier: Apache-2.0
//
// What a real server does not show on demand, by a server of canned replies in this process.
#include "checks/redis/client.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

namespace upkeep::redis {
namespace {

/// Takes one connection; answers the n-th piece of input with the n-th reply, then hangs up.
class CannedServer {
 public:
  explicit CannedServer(std::vector<std::string> replies) : listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(0, bind(listener_, reinterpret_cast<sockaddr*>(&address), size));
    EXPECT_EQ(0, listen(listener_, 1));
    EXPECT_EQ(0, getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size));
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this, replies = std::move(replies)] {
      const int peer = accept(listener_, nullptr, nullptr);
      char input[4096];
      for (const std::string& reply : replies) {
        if (recv(peer, input, sizeof input, 0) <= 0) break;
        if (send(peer, reply.data(), reply.size(), MSG_NOSIGNAL) < 0) break;
      }
      close(peer);
    });
  }
  ~CannedServer() {
    shutdown(listener_, SHUT_RDWR);
    thread_.join();
    close(listener_);
  }
  int port() const { return port_; }

 private:
  int listener_;
  int port_ = 0;
  std::thread thread_;
};

Result<Value> AskOnce(std::vector<std::string> replies, const char* command) {
  auto reactor = *io::Reactor::Create();
  const CannedServer server(std::move(replies));
  Login login;
  login.host = "127.0.0.1";
  login.port = server.port();
  login.use_tls = false;
  const Limits limits = Limits().Within(std::chrono::seconds(5));
  Result<std::unique_ptr<Client>> client = reactor->RunUntilDone(Client::Connect(*reactor, login, limits));
  if (!client.ok()) return client.status();
  return reactor->RunUntilDone((*client)->Command(*ReadCommandLine(Value::array({command})), limits));
}

constexpr const char* kNamed = "+OK\r\n";

TEST(ClientTest, ErrorsThatAServerRarelyGives) {
  EXPECT_EQ("PONG", *AskOnce({kNamed, "+PONG\r\n"}, "PING"));
  EXPECT_EQ(Code::kError, AskOnce({kNamed, "-LOADING Redis is loading the dataset in memory\r\n"}, "DBSIZE").status().code());
  EXPECT_EQ(Code::kError, AskOnce({kNamed, "-MOVED 1 10.0.0.2:6379\r\n"}, "DBSIZE").status().code());
  EXPECT_EQ(Code::kError, AskOnce({"-ERR max number of clients reached\r\n"}, "PING").status().code());
  EXPECT_EQ(Code::kNotPermitted, AskOnce({"-DENIED Redis is running in protected mode\r\n"}, "PING").status().code());
}

TEST(ClientTest, AReplyCutInHalfIsTruncated) {
  EXPECT_EQ(Code::kTruncated, AskOnce({kNamed, "$100\r\nhalf"}, "INFO").status().code());
  EXPECT_EQ(Code::kError, AskOnce({kNamed, "<html>\r\n"}, "INFO").status().code());
  EXPECT_EQ(Code::kTruncated, AskOnce({kNamed, "$9000000\r\n" + std::string(5 << 20, 'x')}, "INFO").status().code());
}

}  // namespace
}  // namespace upkeep::redis
