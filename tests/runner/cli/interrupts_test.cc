// SPDX-License-Identifier: Apache-2.0
#include "runner/cli/interrupts.h"

#include <gtest/gtest.h>
#include <poll.h>

#include <cstdlib>

namespace upkeep::cli {
namespace {

bool IsReadable(int descriptor) {
  pollfd wait{descriptor, POLLIN, 0};
  return poll(&wait, 1, 0) == 1;
}

std::unique_ptr<Interrupts> Listen() {
  Result<std::unique_ptr<Interrupts>> made = Interrupts::Create();
  EXPECT_TRUE(made.ok());
  return *std::move(made);
}

TEST(InterruptsTest, CtrlCIsToldAndForgotten) {
  const auto interrupts = Listen();
  EXPECT_FALSE(interrupts->interrupted());
  EXPECT_FALSE(IsReadable(interrupts->descriptor()));
  raise(SIGINT);
  EXPECT_TRUE(interrupts->interrupted());
  EXPECT_TRUE(IsReadable(interrupts->descriptor()));
  EXPECT_FALSE(interrupts->terminated());
  interrupts->BeginWork();
  EXPECT_FALSE(interrupts->interrupted());
  EXPECT_FALSE(IsReadable(interrupts->descriptor()));
}

TEST(InterruptsTest, SigtermStays) {
  const auto interrupts = Listen();
  raise(SIGTERM);
  interrupts->BeginWork();
  EXPECT_TRUE(interrupts->terminated());
  EXPECT_FALSE(interrupts->interrupted());
}

TEST(InterruptsTest, TheThirdCtrlCOfOnePieceOfWorkEndsTheProcess) {
  EXPECT_EXIT(
      {
        const auto interrupts = Listen();
        raise(SIGINT);
        raise(SIGINT);
        interrupts->BeginWork();
        raise(SIGINT);
        raise(SIGINT);
        std::fputs("still here", stderr);
        raise(SIGINT);
        std::_Exit(0);
      },
      testing::ExitedWithCode(130), "still here");
}

TEST(InterruptsTest, TheSecondSigtermEndsTheProcess) {
  EXPECT_EXIT(
      {
        const auto interrupts = Listen();
        raise(SIGTERM);
        std::fputs("still here", stderr);
        raise(SIGTERM);
        std::_Exit(0);
      },
      testing::ExitedWithCode(143), "still here");
}

TEST(InterruptsTest, AfterwardsSignalsAreWhatTheyWere) {
  Listen();
  EXPECT_EXIT(raise(SIGINT), testing::KilledBySignal(SIGINT), "");
}

}  // namespace
}  // namespace upkeep::cli
