// SPDX-License-Identifier: Apache-2.0
//
// A name server that does not answer must hold nobody back: neither the one who asked and gave
// up, nor anybody else on the reactor's thread.
#include <dlfcn.h>
#include <gtest/gtest.h>
#include <netdb.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include "base/io/reactor.h"
#include "base/io/stream.h"

namespace {
std::atomic<int> still_resolving{0};
}

// Takes the C library's place in this program, libcurl included: one name takes two seconds.
extern "C" int getaddrinfo(const char* node, const char* service, const addrinfo* hints,
                           addrinfo** found) {
  if (node != nullptr && std::string_view(node) == "slow.invalid") {
    ++still_resolving;
    std::this_thread::sleep_for(std::chrono::seconds(2));
    --still_resolving;
    return EAI_AGAIN;
  }
  using Real = int (*)(const char*, const char*, const addrinfo*, addrinfo**);
  static const Real real = reinterpret_cast<Real>(dlsym(RTLD_NEXT, "getaddrinfo"));
  return real(node, service, hints, found);
}

namespace upkeep::io {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Steady = std::chrono::steady_clock;

class SlowResolverTest : public testing::Test {
 protected:
  SlowResolverTest() : reactor_(*Reactor::Create()) {}
  ~SlowResolverTest() override {
    reactor_.reset();
    while (still_resolving > 0) std::this_thread::sleep_for(milliseconds(20));
    std::this_thread::sleep_for(milliseconds(50));  // The thread ends; sanitizers look on.
  }
  std::unique_ptr<Reactor> reactor_;
};

TEST_F(SlowResolverTest, ATransferGivesUpInTime) {
  TransferRequest request;
  request.url = "http://slow.invalid/";
  const Limits soon = Limits().Within(milliseconds(100));
  const auto start = Steady::now();
  const auto answer = reactor_->RunUntilDone(reactor_->Transfer(request, soon));
  EXPECT_EQ(Code::kTimeout, answer.status().code());
  EXPECT_EQ("http://slow.invalid:80: the deadline passed before connecting",
            answer.status().message());
  EXPECT_LT(Steady::now() - start, milliseconds(1500));
  EXPECT_EQ(1, still_resolving);
}

TEST_F(SlowResolverTest, AStreamGivesUpInTimeAndOthersGoOn) {
  const Limits soon = Limits().Within(milliseconds(100));
  const auto start = Steady::now();
  int turns = 0;
  const auto tick = [&]() -> Task<void> {
    const Limits forever;
    while (Steady::now() < start + milliseconds(90)) {
      const SteadyInstant next = Steady::now() + milliseconds(5);
      static_cast<void>(co_await reactor_->SleepUntil(next, forever));
      ++turns;
    }
  };
  reactor_->Spawn(tick());
  const auto answer =
      reactor_->RunUntilDone(Stream::Connect(*reactor_, "slow.invalid", 80, soon));
  EXPECT_EQ(Code::kTimeout, answer.status().code());
  EXPECT_NE(std::string::npos, answer.status().message().find("resolving the name"));
  EXPECT_LT(Steady::now() - start, milliseconds(1500));
  EXPECT_GT(turns, 3);
}

TEST_F(SlowResolverTest, WhenItFailsInTheEndItSaysSo) {
  const Limits patient = Limits().Within(seconds(20));
  const auto answer =
      reactor_->RunUntilDone(Resolve(*reactor_, "slow.invalid", patient));
  EXPECT_EQ(Code::kUnreachable, answer.status().code());
  EXPECT_NE(std::string::npos, answer.status().message().find("no name server answered"));
}

}  // namespace
}  // namespace upkeep::io
