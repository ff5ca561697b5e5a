// SPDX-License-Identifier: Apache-2.0
#include "checks/targets/command.h"

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <chrono>
#include <fstream>

#include "tests/checks/targets/folder.h"

namespace upkeep::checks {
namespace {

using std::chrono::milliseconds;

class CommandTest : public testing::Test {
 protected:
  CommandTest() : reactor_(*io::Reactor::Create()) {}

  Result<std::string> Run(std::vector<std::string> arguments, milliseconds at_most = milliseconds(10'000),
                          std::size_t max_output = 1024) {
    Command command;
    command.arguments = std::move(arguments);
    command.max_output = max_output;
    return reactor_->RunUntilDone(RunCommand(*reactor_, std::move(command), Limits().Within(at_most)));
  }
  /// No child of ours is left, neither running nor unburied.
  void ExpectNoChild() {
    EXPECT_EQ(-1, waitpid(-1, nullptr, WNOHANG));
    EXPECT_EQ(ECHILD, errno);
  }

  std::unique_ptr<io::Reactor> reactor_;
};

TEST_F(CommandTest, OutputIsTakenWithoutAShell) {
  EXPECT_EQ("a $HOME; b\n", *Run({"echo", "a $HOME; b"}));
  EXPECT_EQ("", *Run({"true"}));
  ExpectNoChild();
}

TEST_F(CommandTest, MessagesAndInputAreNotPassedOn) {
  EXPECT_EQ("done\n", *Run({"sh", "-c", "cat; echo secret >&2; echo done"}));
}

TEST_F(CommandTest, AFailureSaysHowItEnded) {
  const Status failed = Run({"sh", "-c", "echo hunter22; exit 3"}).status();
  EXPECT_EQ(Code::kError, failed.code());
  EXPECT_EQ("'sh' ended with status 3", failed.message());
  EXPECT_EQ("'sh' was ended by signal 15", Run({"sh", "-c", "kill -TERM $$"}).status().message());
  const Status missing = Run({"/nowhere/program", "hunter22"}).status();
  EXPECT_EQ(Code::kConfig, missing.code());
  EXPECT_EQ(std::string::npos, missing.Describe().find("hunter22"));
  EXPECT_EQ(Code::kConfig, Run({}).status().code());
  ExpectNoChild();
}

TEST_F(CommandTest, TooMuchOutputIsCutOffAndTheProgramEnded) {
  EXPECT_EQ(Code::kTruncated, Run({"yes"}).status().code());
  ExpectNoChild();
}

TEST_F(CommandTest, ADeadlineEndsTheWholeGroup) {
  const Folder folder;
  const std::string mark = folder.Path("pid");
  const Status late = Run({"sh", "-c", "sleep 60 & echo $! > '" + mark + "'; wait"}, milliseconds(600)).status();
  EXPECT_EQ(Code::kTimeout, late.code());
  ExpectNoChild();
  int grandchild = 0;
  std::ifstream(mark) >> grandchild;
  ASSERT_GT(grandchild, 0);
  for (int i = 0; i < 100 && kill(grandchild, 0) == 0; ++i) {
    // Init buries it; until then the pid is a zombie's.
    std::ifstream stat("/proc/" + std::to_string(grandchild) + "/stat");
    std::string line;
    std::getline(stat, line);
    if (line.find(") Z ") != std::string::npos) break;
    reactor_->RunOnce(milliseconds(20));
    ASSERT_LT(i, 99) << "the grandchild still runs: " << line;
  }
}

TEST_F(CommandTest, CancellingEndsIt) {
  CancelSource source;
  Limits limits;
  limits.cancel = source.token();
  Command command;
  command.arguments = {"sleep", "60"};
  Code code = Code::kOk;
  reactor_->Spawn([](io::Reactor& reactor, Command sleeping, Limits own, Code& out) -> Task<void> {
    out = (co_await RunCommand(reactor, std::move(sleeping), own)).status().code();
  }(*reactor_, command, limits, code));
  reactor_->RunOnce(milliseconds(20));
  source.Cancel();
  while (reactor_->pending() > 0) reactor_->RunOnce(milliseconds(100));
  EXPECT_EQ(Code::kCancelled, code);
  ExpectNoChild();
}

}  // namespace
}  // namespace upkeep::checks
