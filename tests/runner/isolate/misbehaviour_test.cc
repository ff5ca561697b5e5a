// SPDX-License-Identifier: Apache-2.0
//
// Processes that do not keep to the conversation. The other side is this test's own: it looks at the
// first message, whose source says what it is to do, and does that.
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <thread>

#include "base/korean.h"
#include "runner/isolate/child.h"
#include "runner/isolate/confine.h"
#include "runner/isolate/frame.h"
#include "tests/runner/isolate/harness.h"

namespace upkeep::isolate {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitizedHere = true;
#else
constexpr bool kSanitizedHere = false;
#endif

class MisbehaviourTest : public IsolateTest {
 protected:
  Status EndOf(const std::string& what, Limits limits = {}) {
    ended_ = RunApart(RequestFor("misbehave:" + what + ";"), limits);
    const Status status = ended_.returned.status();
    // Said in Korean as well, not handed on in English.
    EXPECT_NE(status.message(), InKorean(status.message())) << status.message();
    return status;
  }
  void Expect(const std::string& what, Code code, const std::string& message) {
    const Status status = EndOf(what);
    EXPECT_EQ(code, status.code()) << what;
    EXPECT_EQ(message, status.message());
  }

  Ended ended_{Value(), {}};
};

TEST_F(MisbehaviourTest, AForbiddenSystemCall) {
  for (const char* const what : {"open", "socket", "fork"}) {
    Expect(what, Code::kError, "the playbook's process made a system call that it may not make, and the kernel ended it");
  }
}

TEST_F(MisbehaviourTest, ACrashAndAnEarlyEnd) {
  Expect("crash", Code::kError, "the playbook's process crashed: signal 9 (Killed)");
  Expect("abort", Code::kError, "the playbook's process crashed: signal 6 (Aborted)");
  Expect("exit", Code::kError, "the playbook's process ended with exit code 3 before the playbook did");
  Expect("close", Code::kError, "the playbook's process crashed: signal 9 (Killed)");
}

TEST_F(MisbehaviourTest, TheKernelsLimits) {
  Expect("processor", Code::kBudget, "the playbook's process spent its limit of 12 s of processor time");
  if (!kSanitizedHere) {
    Expect("memory", Code::kBudget, "the playbook's process needed more than its limit of 1088 MiB of memory");
  }
}

TEST_F(MisbehaviourTest, WhatIsNoMessage) {
  const std::string garbage = "the playbook's process sent what is no message of ours, and was ended";
  for (const char* const what : {"garbage", "json", "unknown", "negative", "no arguments", "bad record", "twin records",
                                 "wild coverage"}) {
    Expect(what, Code::kError, garbage);
  }
  Expect("oversized", Code::kError,
         "the playbook's process sent a larger message than its memory budget allows, and was ended");
  Expect("flood", Code::kError,
         "the playbook's process asks for more at once than any playbook can, and was ended");
}

TEST_F(MisbehaviourTest, WhatWasFoundBeforeIsKept) {
  Expect("record and crash", Code::kError, "the playbook's process crashed: signal 9 (Killed)");
  ASSERT_EQ(1U, ended_.records.size());
  EXPECT_EQ("found", ended_.records[0]["text"]);
}

TEST_F(MisbehaviourTest, OneThatNeverAnswers) {
  const Status late = EndOf("silent", Limits{}.Within(std::chrono::milliseconds(300)));
  EXPECT_EQ(Code::kTimeout, late.code());
  EXPECT_EQ("the deadline passed, and the playbook's process had to be ended", late.message());
  CancelSource cancel;
  std::thread canceller([this, &cancel] {
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    reactor_->Post([&cancel] { cancel.Cancel(); });
  });
  const Status cancelled = EndOf("silent", {SteadyInstant::max(), cancel.token()});
  canceller.join();
  EXPECT_EQ(Code::kCancelled, cancelled.code());
  EXPECT_EQ("cancelled, and the playbook's process had to be ended", cancelled.message());
}

TEST_F(MisbehaviourTest, OthersGoOnMeanwhile) {
  Activity bad_activity, good_activity;
  Request bad = RequestFor("misbehave:garbage;");
  Request good = RequestFor("local fake = require 'upkeep.fake' return { check = function() return fake.slow(1) end }");
  bool bad_ended = false;
  reactor_->Spawn([](io::Reactor& reactor, Request request, Activity& activity, bool& ended) -> Task<void> {
    const Ended end = co_await isolate::Run(reactor, std::move(request), {}, activity);
    ended = !end.returned.ok();
  }(*reactor_, std::move(bad), bad_activity, bad_ended));
  const Ended ended = reactor_->RunUntilDone(isolate::Run(*reactor_, std::move(good), {}, good_activity));
  while (reactor_->pending() > 0) reactor_->RunOnce(std::chrono::milliseconds(10));
  EXPECT_TRUE(bad_ended);
  ASSERT_TRUE(ended.returned.ok()) << ended.returned.status().Describe();
  EXPECT_EQ(1, *ended.returned);
}

/// What the process does; the text between "misbehave:" and ";".
class Misbehaving {
 public:
  int Do(const std::string& what) {
    if (what == "open" || what == "socket" || what == "fork") return Forbidden(what);
    if (what == "exit") return 3;
    if (what == "crash") return Killed();
    if (what == "close") {
      close(kChildSocket);
      return Forever();
    }
    if (what == "abort") return Abort();
    if (what == "processor") return Bomb({std::size_t{1} << 30, std::chrono::seconds(1)});
    if (what == "memory") return Memory();
    if (what == "garbage") Raw(std::string("\x01\x00\x00\x00\xC1", 5));
    if (what == "json") Raw(std::string("\x0C\x00\x00\x00{\"op\":\"end\"}", 16));
    if (what == "unknown") Send({{"op", "format the disk"}, {"id", 1}});
    if (what == "negative") Send({{"op", "call"}, {"id", -1}, {"module", "fake"}, {"function", "echo"}, {"arguments", Value::array()}});
    if (what == "no arguments") Send({{"op", "call"}, {"id", 1}, {"module", "fake"}, {"function", "echo"}, {"arguments", "all"}});
    if (what == "bad record") Record({{{"kind", "result"}, {"state", "wonderful"}}});
    if (what == "twin records") {
      const Value result{{"kind", "result"}, {"state", "ok"}, {"subject", {{"kind", "Pod"}, {"name", "a"}}}};
      Record({result, result});
    }
    if (what == "wild coverage") Record({{{"kind", "coverage"}, {"attempted", 1e300}, {"observed", -5}}});
    if (what == "oversized") Raw("\xFF\xFF\xFF\x7F");
    if (what == "flood") {
      for (int id = 1; id < 6000; ++id) {
        Send({{"op", "call"}, {"id", id}, {"module", "fake"}, {"function", "never"}, {"arguments", Value::array()}});
      }
    }
    if (what == "record and crash") {
      Record({{{"kind", "log"}, {"text", "found"}}});
      return Killed();
    }
    return Forever();
  }

 private:
  static int Forever() {
    for (;;) pause();
  }
  static int Killed() {
    raise(SIGKILL);
    return 0;
  }
  static int Forbidden(const std::string& what) {
    if (!LimitResources({}).ok() || !FilterSystemCalls(kChildSocket).ok()) return 1;
    if (what == "open") return open("/etc/passwd", O_RDONLY);
    if (what == "socket") return socket(AF_INET, SOCK_STREAM, 0);
    return fork();
  }
  static int Bomb(const ResourceLimits& limits) {
    if (!LimitResources(limits).ok() || !FilterSystemCalls(kChildSocket).ok()) return 1;
    for (;;) sched_yield();
  }
  static int Abort() {
    EndWhenOutOfMemory();
    if (!LimitResources({}).ok() || !FilterSystemCalls(kChildSocket).ok()) return 1;
    std::abort();
  }
  static int Memory() {
    EndWhenOutOfMemory();
    if (!LimitResources({std::size_t{64} << 20, std::chrono::seconds(10)}).ok()) return 1;
    if (!FilterSystemCalls(kChildSocket).ok()) return 1;
    for (std::vector<std::string> all;;) all.emplace_back(std::size_t{1} << 20, 'x');
  }
  static void Raw(const std::string& bytes) {
    if (write(kChildSocket, bytes.data(), bytes.size()) < 0) _exit(9);
  }
  static void Send(const Value& message) { Raw(*EncodeFrame(message)); }
  static void Record(Value records) { Send({{"op", "records"}, {"records", std::move(records)}}); }
};

/// What the first message says that this process is to do; "": what the real one does.
std::string Asked() {
  std::string bytes(std::size_t{64} << 10, '\0');
  const ssize_t got = recv(kChildSocket, bytes.data(), bytes.size(), MSG_PEEK);
  bytes.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  const std::string mark = "misbehave:";
  const std::size_t at = bytes.find(mark);
  if (at == std::string::npos) return "";
  return bytes.substr(at + mark.size(), bytes.find(';', at) - at - mark.size());
}

int Child() {
  const std::string asked = Asked();
  return asked.empty() ? ChildMain() : Misbehaving().Do(asked);
}

}  // namespace
}  // namespace upkeep::isolate

int main(int argc, char** argv) {
  if (upkeep::isolate::IsChild(argc, argv)) _exit(upkeep::isolate::Child());
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
