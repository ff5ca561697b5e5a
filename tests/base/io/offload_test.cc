// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

#include "base/io/reactor.h"

namespace upkeep::io {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Steady = std::chrono::steady_clock;

const Limits kAnyTime;

std::unique_ptr<Reactor> ReactorToOffload(int threads = 4) {
  auto made = Reactor::Create(threads);
  EXPECT_TRUE(made.ok()) << made.status().message();
  return std::move(*made);
}

TEST(OffloadTest, RunsOnAnotherThreadAndBringsTheAnswerBack) {
  auto reactor = ReactorToOffload();
  const auto here = std::this_thread::get_id();
  std::thread::id resumed;
  const auto ask = [&]() -> Task<Result<std::thread::id>> {
    auto work = [] { return std::this_thread::get_id(); };
    auto answer = co_await reactor->Offload(work, kAnyTime);
    resumed = std::this_thread::get_id();
    co_return answer;
  };
  const Result<std::thread::id> there = reactor->RunUntilDone(ask());
  ASSERT_TRUE(there.ok());
  EXPECT_NE(here, *there);
  EXPECT_EQ(here, resumed);
}

TEST(OffloadTest, NeverMoreThreadsThanAllowed) {
  auto reactor = ReactorToOffload(2);
  auto now = std::make_shared<std::atomic<int>>(0);
  auto most = std::make_shared<std::atomic<int>>(0);
  int done = 0;
  const auto ask = [&]() -> Task<void> {
    auto work = [now, most] {
      const int running = ++*now;
      int seen = *most;
      while (running > seen && !most->compare_exchange_weak(seen, running)) {
      }
      std::this_thread::sleep_for(milliseconds(5));
      --*now;
      return 1;
    };
    const Result<int> answer = co_await reactor->Offload(work, kAnyTime);
    EXPECT_TRUE(answer.ok());
    ++done;
  };
  for (int i = 0; i < 20; ++i) reactor->Spawn(ask());
  while (reactor->pending() > 0) reactor->RunOnce(seconds(1));
  EXPECT_EQ(20, done);
  EXPECT_EQ(2, *most);
}

TEST(OffloadTest, AnExceptionBecomesAStatus) {
  auto reactor = ReactorToOffload();
  const auto ask = [&]() -> Task<Result<int>> {
    auto work = []() -> int { throw std::runtime_error("the disk is on fire"); };
    co_return co_await reactor->Offload(work, kAnyTime);
  };
  const Result<int> answer = reactor->RunUntilDone(ask());
  EXPECT_EQ(Code::kInternal, answer.status().code());
  EXPECT_NE(std::string::npos, answer.status().message().find("the disk is on fire"));
}

TEST(OffloadTest, WorkMayOutliveItsWaiterAndItsAnswerIsThrownAway) {
  auto reactor = ReactorToOffload();
  auto finished = std::make_shared<std::atomic<bool>>(false);
  const auto ask = [&]() -> Task<Result<std::string>> {
    auto work = [finished] {
      std::this_thread::sleep_for(milliseconds(100));
      *finished = true;
      return std::string(1000, 'x');
    };
    const Limits soon = Limits().Within(milliseconds(10));
    co_return co_await reactor->Offload(work, soon);
  };
  EXPECT_EQ(Code::kTimeout, reactor->RunUntilDone(ask()).status().code());
  EXPECT_FALSE(*finished);
  const auto give_up = Steady::now() + seconds(10);
  while (!*finished && Steady::now() < give_up) reactor->RunOnce(milliseconds(10));
  EXPECT_TRUE(*finished);
  reactor->RunOnce(milliseconds(20));  // Its letter arrives, and finds nobody.
}

TEST(OffloadTest, CancelledWorkThatHasNotBegunNeverRuns) {
  auto reactor = ReactorToOffload(1);
  auto ran = std::make_shared<std::atomic<int>>(0);
  CancelSource source;
  Limits limits;
  limits.cancel = source.token();
  int cancelled = 0;
  const auto ask = [&](bool first) -> Task<void> {
    auto work = [ran, first] {
      if (first) std::this_thread::sleep_for(milliseconds(50));
      return ++*ran;
    };
    const Limits own = first ? Limits() : limits;
    const Result<int> answer = co_await reactor->Offload(work, own);
    if (answer.status().code() == Code::kCancelled) ++cancelled;
  };
  reactor->Spawn(ask(true));
  for (int i = 0; i < 10; ++i) reactor->Spawn(ask(false));
  source.Cancel();
  while (reactor->pending() > 0) reactor->RunOnce(seconds(1));
  EXPECT_EQ(10, cancelled);
  EXPECT_EQ(1, *ran);
}

TEST(OffloadTest, TheReactorMayGoWhileWorkGoesOn) {
  auto finished = std::make_shared<std::atomic<bool>>(false);
  {
    auto reactor = ReactorToOffload();
    const auto ask = [&]() -> Task<void> {
      auto work = [finished] {
        std::this_thread::sleep_for(milliseconds(100));
        return *finished = true;
      };
      static_cast<void>(co_await reactor->Offload(work, kAnyTime));
      ADD_FAILURE() << "nobody is left to be resumed";
    };
    reactor->Spawn(ask());
    std::this_thread::sleep_for(milliseconds(20));
  }
  EXPECT_TRUE(*finished);  // Short work is waited for.
}

TEST(OffloadTest, ABlockedThreadDoesNotHoldTheReactorBack) {
  auto finished = std::make_shared<std::atomic<bool>>(false);
  const auto start = Steady::now();
  {
    auto reactor = ReactorToOffload();
    const auto ask = [&]() -> Task<void> {
      auto work = [finished] {
        std::this_thread::sleep_for(milliseconds(2500));
        return *finished = true;
      };
      static_cast<void>(co_await reactor->Offload(work, kAnyTime));
    };
    reactor->Spawn(ask());
    std::this_thread::sleep_for(milliseconds(20));
  }
  EXPECT_FALSE(*finished);
  EXPECT_LT(Steady::now() - start, milliseconds(2400));
  while (!*finished) std::this_thread::sleep_for(milliseconds(20));
  std::this_thread::sleep_for(milliseconds(50));  // The thread ends; sanitizers look on.
}

}  // namespace
}  // namespace upkeep::io
