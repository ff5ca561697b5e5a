// SPDX-License-Identifier: Apache-2.0
#include "base/io/reactor.h"

#include <dirent.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <algorithm>
#include <chrono>
#include <csignal>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace upkeep::io {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Steady = std::chrono::steady_clock;

const Limits kForever;

std::unique_ptr<Reactor> MakeReactor() {
  auto made = Reactor::Create();
  EXPECT_TRUE(made.ok()) << made.status().message();
  return std::move(*made);
}

int Threads() {
  DIR* const folder = opendir("/proc/self/task");
  int count = 0;
  while (const dirent* entry = readdir(folder)) count += entry->d_name[0] != '.' ? 1 : 0;
  closedir(folder);
  return count;
}

struct Pair {
  Pair() { EXPECT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, ends)); }
  ~Pair() {
    close(ends[0]);
    if (ends[1] >= 0) close(ends[1]);
  }
  int ends[2];
};

// Sanitizers and a busy machine slow every call down, so the best of many is measured.
TEST(ReactorTest, CostsNothingBeforeItIsUsed) {
  const int threads_before = Threads();
  Steady::duration best = seconds(1);
  for (int i = 0; i < 50; ++i) {
    const auto start = Steady::now();
    auto reactor = Reactor::Create();
    ASSERT_TRUE(reactor.ok());
    reactor->reset();
    best = std::min(best, Steady::now() - start);
  }
  EXPECT_LT(best, milliseconds(1));
  EXPECT_EQ(threads_before, Threads());
}

TEST(ReactorTest, BrokenPipesAreErrorsNotTheEnd) {
  auto reactor = MakeReactor();
  struct sigaction now {};
  ASSERT_EQ(0, sigaction(SIGPIPE, nullptr, &now));
  EXPECT_EQ(SIG_IGN, now.sa_handler);
}

TEST(ReactorTest, SleepsInOrderOfTime) {
  auto reactor = MakeReactor();
  std::string order;
  const auto start = Steady::now();
  const auto sleep = [&](char name, milliseconds time) -> Task<void> {
    const Status slept = co_await reactor->SleepUntil(start + time, kForever);
    EXPECT_TRUE(slept.ok());
    EXPECT_GE(Steady::now(), start + time);
    order += name;
  };
  reactor->Spawn(sleep('c', milliseconds(60)));
  reactor->Spawn(sleep('a', milliseconds(20)));
  reactor->Spawn(sleep('b', milliseconds(40)));
  EXPECT_EQ(3, reactor->pending());
  while (reactor->pending() > 0) reactor->RunOnce(seconds(1));
  EXPECT_EQ("abc", order);
}

TEST(ReactorTest, SleepEndsWithItsDeadline) {
  auto reactor = MakeReactor();
  const Limits limits = Limits().Within(milliseconds(20));
  const Status slept =
      reactor->RunUntilDone(reactor->SleepUntil(Steady::now() + seconds(60), limits));
  EXPECT_EQ(Code::kTimeout, slept.code());
}

TEST(ReactorTest, SleepUntilThePastEndsAtOnceAndWell) {
  auto reactor = MakeReactor();
  const Status slept =
      reactor->RunUntilDone(reactor->SleepUntil(Steady::now() - seconds(1), Limits()));
  EXPECT_TRUE(slept.ok());
}

TEST(ReactorTest, CancelEndsASleepAndOneThatComesLater) {
  auto reactor = MakeReactor();
  CancelSource source;
  Limits limits;
  limits.cancel = source.token();
  reactor->Post([&] { source.Cancel(); });
  const auto far = Steady::now() + seconds(60);
  EXPECT_EQ(Code::kCancelled, reactor->RunUntilDone(reactor->SleepUntil(far, limits)).code());
  EXPECT_EQ(Code::kCancelled, reactor->RunUntilDone(reactor->SleepUntil(far, limits)).code());
}

TEST(ReactorTest, WaitsForADescriptorBothWays) {
  auto reactor = MakeReactor();
  Pair pair;
  EXPECT_TRUE(reactor->RunUntilDone(reactor->WaitWritable(pair.ends[0], Limits())).ok());
  const Limits soon = Limits().Within(milliseconds(20));
  EXPECT_EQ(Code::kTimeout,
            reactor->RunUntilDone(reactor->WaitReadable(pair.ends[0], soon)).code());
  reactor->Post([&] { EXPECT_EQ(1, write(pair.ends[1], "x", 1)); });
  EXPECT_TRUE(reactor->RunUntilDone(reactor->WaitReadable(pair.ends[0], Limits())).ok());
}

TEST(ReactorTest, AHangUpWakesTheReader) {
  auto reactor = MakeReactor();
  int ends[2];
  ASSERT_EQ(0, pipe(ends));  // A pipe's reader gets POLLHUP alone, without POLLIN.
  reactor->Post([&] { close(ends[1]); });
  const Limits soon = Limits().Within(seconds(5));
  EXPECT_TRUE(reactor->RunUntilDone(reactor->WaitReadable(ends[0], soon)).ok());
  close(ends[0]);
}

TEST(ReactorTest, AClosedDescriptorIsAnErrorNotAWait) {
  auto reactor = MakeReactor();
  Pair pair;
  const int closed = pair.ends[1];
  close(closed);
  pair.ends[1] = -1;
  const Limits soon = Limits().Within(seconds(5));
  EXPECT_EQ(Code::kInternal, reactor->RunUntilDone(reactor->WaitReadable(closed, soon)).code());
}

TEST(ReactorTest, TwoMayWaitOnOneDescriptor) {
  auto reactor = MakeReactor();
  Pair pair;
  int woken = 0;
  const auto look = [&](bool reading) -> Task<void> {
    const Limits soon = Limits().Within(seconds(5));
    auto wait = reading ? reactor->WaitReadable(pair.ends[0], soon)
                        : reactor->WaitWritable(pair.ends[0], soon);
    const Status status = co_await std::move(wait);
    EXPECT_TRUE(status.ok());
    ++woken;
  };
  reactor->Spawn(look(true));
  reactor->Spawn(look(false));
  reactor->RunOnce(seconds(1));
  EXPECT_EQ(1, woken);
  ASSERT_EQ(1, write(pair.ends[1], "x", 1));
  reactor->RunOnce(seconds(1));
  EXPECT_EQ(2, woken);
}

TEST(ReactorTest, PostFromOtherThreadsArrivesWholeAndWakesTheLoop) {
  auto reactor = MakeReactor();
  constexpr int kThreads = 4, kEach = 500;
  int count = 0;  // Touched by the reactor's thread only.
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < kEach; ++j) reactor->Post([&] { ++count; });
    });
  }
  const auto give_up = Steady::now() + seconds(20);
  while (count < kThreads * kEach && Steady::now() < give_up) reactor->RunOnce(seconds(10));
  EXPECT_EQ(kThreads * kEach, count);
  for (std::thread& thread : threads) thread.join();
}

TEST(ReactorTest, RunReturnsWhenStoppedAndTheLastTaskIsDone) {
  auto reactor = MakeReactor();
  bool done = false;
  const auto work = [&]() -> Task<void> {
    static_cast<void>(co_await reactor->SleepUntil(Steady::now() + milliseconds(50), kForever));
    done = true;
  };
  reactor->Spawn(work());
  std::thread stopper([&] { reactor->Stop(); });
  reactor->Run();
  EXPECT_TRUE(done);
  EXPECT_EQ(0, reactor->pending());
  stopper.join();
}

TEST(ReactorTest, ATaskMaySpawnOthers) {
  auto reactor = MakeReactor();
  int done = 0;
  std::function<Task<void>(int)> tree = [&](int depth) -> Task<void> {
    for (int i = 0; depth > 0 && i < 3; ++i) reactor->Spawn(tree(depth - 1));
    static_cast<void>(co_await reactor->SleepUntil(Steady::now() + milliseconds(1), kForever));
    ++done;
  };
  reactor->Spawn(tree(4));
  while (reactor->pending() > 0) reactor->RunOnce(seconds(1));
  EXPECT_EQ(1 + 3 + 9 + 27 + 81, done);
}

}  // namespace
}  // namespace upkeep::io
