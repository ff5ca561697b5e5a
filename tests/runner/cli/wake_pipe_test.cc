// SPDX-License-Identifier: Apache-2.0
#include "runner/cli/wake_pipe.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>

#include <atomic>
#include <thread>

namespace upkeep::cli {
namespace {

bool HasWoken(const WakePipe& pipe) {
  pollfd asked{pipe.descriptor(), POLLIN, 0};
  return poll(&asked, 1, 0) == 1;
}

TEST(WakePipeTest, OnePipeForTheLifeOfTheProcess) {
  WakePipe& pipe = WakePipe::OfProcess();
  pipe.Forget();
  ASSERT_TRUE(pipe.Begin());
  const int descriptor = pipe.descriptor();
  EXPECT_TRUE(fcntl(descriptor, F_GETFD) & FD_CLOEXEC);
  EXPECT_TRUE(fcntl(descriptor, F_GETFL) & O_NONBLOCK);
  EXPECT_FALSE(HasWoken(pipe));
  EXPECT_EQ(1, pipe.Tell(SIGTERM));
  EXPECT_EQ(2, pipe.Tell(SIGINT));
  EXPECT_EQ(SIGTERM, pipe.first());
  EXPECT_TRUE(HasWoken(pipe));
  ASSERT_TRUE(pipe.Begin());
  EXPECT_EQ(descriptor, pipe.descriptor());
  EXPECT_FALSE(HasWoken(pipe)) << "what was told before is not told again";
  EXPECT_EQ(1, pipe.Tell(SIGINT)) << "nor counted";
  EXPECT_EQ(SIGTERM, pipe.first());
  pipe.Forget();
  EXPECT_EQ(0, pipe.first());
}

// For TSan: a handler on another thread meets listening that begins and ends.
TEST(WakePipeTest, ASignalMayComeOnAnyThreadAtAnyTime) {
  WakePipe& pipe = WakePipe::OfProcess();
  ASSERT_TRUE(pipe.Begin());
  std::atomic<bool> done = false;
  std::thread other([&] {
    while (!done) pipe.Tell(SIGINT);
  });
  for (int i = 0; i < 200; ++i) EXPECT_TRUE(pipe.Begin());
  done = true;
  other.join();
  EXPECT_TRUE(pipe.Begin());
}

}  // namespace
}  // namespace upkeep::cli
