// SPDX-License-Identifier: Apache-2.0
//
// Whatever ends a wait, nothing stays behind: no descriptor, no callback, no coroutine.
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/io/reactor.h"
#include "base/io/stream.h"
#include "tests/base/io/local_server.h"

namespace upkeep::io {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing_io::Http;
using testing_io::HttpRequest;
using testing_io::LocalServer;
using testing_io::OpenDescriptors;
using testing_io::Peer;
using Steady = std::chrono::steady_clock;

const Limits kNoEnd;

/// Sets a flag when it is destroyed: whether a coroutine's variables were.
struct Witness {
  bool* destroyed;
  ~Witness() { *destroyed = true; }
};

/// Serves /drip: a byte each few milliseconds, for ever.
bool Drip(Peer& peer, const HttpRequest& request) {
  if (request.path != "/drip") return peer.Pause(seconds(60));
  peer.Send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
  while (peer.Send("x") && peer.Pause(milliseconds(5))) {
  }
  return false;
}

class LifetimeTest : public testing::Test {
 protected:
  LifetimeTest() : reactor_(*Reactor::Create()) {}

  Limits Cancellable() {
    Limits limits;
    limits.cancel = source_.token();
    return limits;
  }
  /// Runs the loop until `condition` holds, at most ten seconds.
  bool RunUntil(const std::function<bool()>& condition) {
    const auto give_up = Steady::now() + seconds(10);
    while (!condition() && Steady::now() < give_up) reactor_->RunOnce(milliseconds(20));
    return condition();
  }
  void Start(TransferRequest request) {
    const auto ask = [](Reactor& reactor, TransferRequest what, Limits limits,
                        std::optional<Status>& out) -> Task<void> {
      const auto answer = co_await reactor.Transfer(std::move(what), std::move(limits));
      out = answer.status();
    };
    reactor_->Spawn(ask(*reactor_, std::move(request), Cancellable(), status_));
  }

  LocalServer server_{Http(&Drip)};
  std::unique_ptr<Reactor> reactor_;
  CancelSource source_;
  std::optional<Status> status_;
};

TEST_F(LifetimeTest, CancelBeforeTheTransferBegins) {
  source_.Cancel();
  TransferRequest request;
  request.url = server_.Url("/drip");
  Start(request);
  ASSERT_TRUE(status_.has_value());
  EXPECT_EQ(Code::kCancelled, status_->code());
  EXPECT_EQ(0, server_.accepted());
}

TEST_F(LifetimeTest, CancelWhileConnecting) {
  // A listener whose backlog is full lets nobody in, and refuses nobody either.
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_storage address{};
  address.ss_family = AF_INET;
  socklen_t length = sizeof address;
  ASSERT_EQ(0, listen(listener, 0));
  ASSERT_EQ(0, getsockname(listener, reinterpret_cast<sockaddr*>(&address), &length));
  const auto* in = reinterpret_cast<const sockaddr_in*>(&address);
  const std::string number = std::to_string(ntohs(in->sin_port));
  std::vector<int> fillers;
  for (int i = 0; i < 4; ++i) {
    fillers.push_back(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
    static_cast<void>(connect(fillers.back(), reinterpret_cast<sockaddr*>(&address), length));
  }
  TransferRequest request;
  request.url = "http://127.0.0.1:" + number + "/";
  Start(request);
  for (int i = 0; i < 5; ++i) reactor_->RunOnce(milliseconds(20));
  EXPECT_FALSE(status_.has_value());
  source_.Cancel();
  ASSERT_TRUE(RunUntil([&] { return status_.has_value(); }));
  EXPECT_EQ(Code::kCancelled, status_->code());

  status_.reset();
  request.connect_timeout = milliseconds(100);
  const auto late = reactor_->RunUntilDone(reactor_->Transfer(request, Limits()));
  EXPECT_EQ(Code::kUnreachable, late.status().code());
  EXPECT_NE(std::string::npos, late.status().message().find("while connecting"));
  for (const int fd : fillers) close(fd);
  close(listener);
}

TEST_F(LifetimeTest, CancelWhileTheAnswerIsAwaitedHangsUpAtOnce) {
  const int before = OpenDescriptors();
  TransferRequest request;
  request.url = server_.Url("/silent");
  Start(request);
  ASSERT_TRUE(RunUntil([&] { return server_.open() == 1; }));
  reactor_->RunOnce(milliseconds(50));
  source_.Cancel();
  ASSERT_TRUE(RunUntil([&] { return status_.has_value(); }));
  EXPECT_EQ(Code::kCancelled, status_->code());
  // libcurl keeps its own few; the connection's is gone: only the server's end is left.
  EXPECT_LE(OpenDescriptors(), before + 4);
}

TEST_F(LifetimeTest, CancelInTheMiddleOfTheBody) {
  TransferRequest request;
  request.url = server_.Url("/drip");
  std::size_t bytes = 0;
  request.on_data = [&](std::string_view piece) {
    bytes += piece.size();
    return true;
  };
  Start(request);
  ASSERT_TRUE(RunUntil([&] { return bytes > 3; }));
  source_.Cancel();
  ASSERT_TRUE(RunUntil([&] { return status_.has_value(); }));
  EXPECT_EQ(Code::kCancelled, status_->code());
  // The server finds that out when it writes.
  EXPECT_TRUE(RunUntil([&] { return server_.open() == 0; }));
}

TEST_F(LifetimeTest, CancelFromInsideTheBodyCallback) {
  TransferRequest request;
  request.url = server_.Url("/drip");
  int calls = 0;
  request.on_data = [&](std::string_view) {
    ++calls;
    source_.Cancel();
    return true;
  };
  Start(request);
  ASSERT_TRUE(RunUntil([&] { return status_.has_value(); }));
  EXPECT_EQ(Code::kCancelled, status_->code());
  EXPECT_EQ(1, calls);
  EXPECT_TRUE(RunUntil([&] { return server_.open() == 0; }));
}

TEST_F(LifetimeTest, ATaskDestroyedInTheMiddleOfATransferHangsUp) {
  bool destroyed = false;
  {
    TransferRequest request;
    request.url = server_.Url("/drip");
    const auto ask = [](Reactor& reactor, TransferRequest what, bool* flag) -> Task<void> {
      const Witness witness{flag};
      static_cast<void>(co_await reactor.Transfer(std::move(what), kNoEnd));
    };
    Task<void> task = ask(*reactor_, request, &destroyed);
    task.handle().resume();
    ASSERT_TRUE(RunUntil([&] { return server_.open() == 1; }));
    reactor_->RunOnce(milliseconds(20));
  }
  EXPECT_TRUE(destroyed);
  EXPECT_TRUE(RunUntil([&] { return server_.open() == 0; }));
}

TEST_F(LifetimeTest, ATaskDestroyedBetweenItsEndAndItsResumptionIsNotResumed) {
  int ends[2];
  ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
  bool destroyed = false, resumed = false;
  std::optional<Task<void>> victim;
  const auto kill = [&]() -> Task<void> {
    static_cast<void>(co_await reactor_->WaitReadable(ends[0], kNoEnd));
    victim.reset();
  };
  const auto suffer = [&]() -> Task<void> {
    const Witness witness{&destroyed};
    static_cast<void>(co_await reactor_->WaitReadable(ends[0], kNoEnd));
    resumed = true;
  };
  Task<void> killer = kill();
  killer.handle().resume();
  victim.emplace(suffer());
  victim->handle().resume();
  ASSERT_EQ(1, write(ends[1], "x", 1));
  reactor_->RunOnce(seconds(1));  // Both are ready; the first destroys the second.
  EXPECT_TRUE(killer.done());
  EXPECT_TRUE(destroyed);
  EXPECT_FALSE(resumed);
  reactor_->RunOnce(milliseconds(1));
  close(ends[0]);
  close(ends[1]);
}

TEST_F(LifetimeTest, TheReactorDestroysWhatIsPendingInEveryKindOfWait) {
  int ends[2];
  ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
  const int before = OpenDescriptors();
  bool gone[5] = {};
  const auto transfer = [](Reactor& reactor, std::string url, bool* flag) -> Task<void> {
    const Witness witness{flag};
    TransferRequest request;
    request.url = std::move(url);
    static_cast<void>(co_await reactor.Transfer(std::move(request), kNoEnd));
  };
  const auto sleep = [](Reactor& reactor, bool* flag) -> Task<void> {
    const Witness witness{flag};
    static_cast<void>(co_await reactor.SleepUntil(Steady::now() + seconds(60), kNoEnd));
  };
  const auto wait = [](Reactor& reactor, int fd, Limits limits, bool* flag) -> Task<void> {
    const Witness witness{flag};
    static_cast<void>(co_await reactor.WaitReadable(fd, limits));
  };
  const auto offload = [](Reactor& reactor, bool* flag) -> Task<void> {
    const Witness witness{flag};
    auto work = [] {
      std::this_thread::sleep_for(milliseconds(50));
      return 1;
    };
    static_cast<void>(co_await reactor.Offload(work, kNoEnd));
  };
  reactor_->Spawn(transfer(*reactor_, server_.Url("/drip"), &gone[0]));
  reactor_->Spawn(transfer(*reactor_, server_.Url("/silent"), &gone[1]));
  reactor_->Spawn(sleep(*reactor_, &gone[2]));
  reactor_->Spawn(wait(*reactor_, ends[0], Cancellable(), &gone[3]));
  reactor_->Spawn(offload(*reactor_, &gone[4]));
  for (int i = 0; i < 5; ++i) reactor_->RunOnce(milliseconds(10));
  EXPECT_EQ(5, reactor_->pending());
  reactor_.reset();
  for (const bool destroyed : gone) EXPECT_TRUE(destroyed);
  source_.Cancel();  // Finds nobody.
  const auto give_up = Steady::now() + seconds(10);
  while (OpenDescriptors() > before && Steady::now() < give_up) {
    std::this_thread::sleep_for(milliseconds(20));
  }
  EXPECT_LE(OpenDescriptors(), before);
  close(ends[0]);
  close(ends[1]);
}

TEST_F(LifetimeTest, ATransferThatEndsLeavesNoListenerOnItsToken) {
  for (int i = 0; i < 3; ++i) {
    Limits limits = Cancellable().Within(milliseconds(20));
    TransferRequest request;
    request.url = server_.Url("/silent");
    const auto answer = reactor_->RunUntilDone(reactor_->Transfer(request, limits));
    EXPECT_EQ(Code::kTimeout, answer.status().code());
  }
  source_.Cancel();
  reactor_->RunOnce(milliseconds(10));
}

}  // namespace
}  // namespace upkeep::io
