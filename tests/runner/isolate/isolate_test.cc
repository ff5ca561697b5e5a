// SPDX-License-Identifier: Apache-2.0
//
// A playbook in a process of its own does what it does in ours: each test runs it both ways and
// compares the answer, the records and what was asked of the host. The process's own code runs a
// third time in a thread of this one, where sanitizers and the counters of lines see it.
#include "runner/isolate/isolate.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include "runner/isolate/child.h"
#include "runner/isolate/child_run.h"
#include "runner/isolate/session.h"
#include "tests/runner/isolate/harness.h"

namespace upkeep::isolate {
namespace {

std::string TextOf(const Status& status) {
  return std::string(CodeName(status.code())) + ": " + status.Describe();
}

class BothWaysTest : public IsolateTest {
 protected:
  /// Runs `check` of a playbook with this body; what it said stands in ended_.
  void Check(const std::string& body, const std::function<void(Request&)>& change = [](Request&) {},
             Limits limits = {}) {
    CheckFile("local upkeep = require 'upkeep'\nlocal fake = require 'upkeep.fake'\n"
              "return { messages = { m = { en = 'm', ko = 'm' } }, check = function(run, params)\n" + body + "\nend }\n",
              change, limits);
  }

  void CheckFile(const std::string& source, const std::function<void(Request&)>& change = [](Request&) {},
                 Limits limits = {}) {
    Request request = RequestFor(source);
    change(request);
    host_.calls.clear();
    const Ended here = RunHere(request, limits);
    const std::vector<std::string> calls_here = std::exchange(host_.calls, {});
    ended_ = RunInThread(request, limits);
    ExpectAsHere(here, calls_here);
    host_.calls.clear();
    ended_ = RunApart(request, limits);
    ExpectAsHere(here, calls_here);
  }

  void ExpectAsHere(const Ended& here, const std::vector<std::string>& calls_here) {
    EXPECT_EQ(TextOf(here.returned.status()), TextOf(ended_.returned.status()));
    if (here.returned.ok() && ended_.returned.ok()) {
      EXPECT_EQ(*here.returned, *ended_.returned);
    }
    EXPECT_EQ(here.records, ended_.records);
    EXPECT_EQ(calls_here, host_.calls);
  }

  Ended RunHere(const Request& request, const Limits& limits) {
    lua::SandboxOptions options{request.budget, request.seed, request.clock, request.host, request.read_module};
    auto sandbox = lua::Sandbox::Create(std::move(options));
    if (!sandbox.ok()) return {sandbox.status(), {}};
    if (Status loaded = (*sandbox)->Load(request.source, request.file); !loaded.ok()) return {loaded, {}};
    if (request.function.empty()) return {(*sandbox)->Head(), {}};
    Result<Value> returned =
        reactor_->RunUntilDone((*sandbox)->Call(request.function, request.arguments, limits));
    return {std::move(returned), (*sandbox)->TakeRecords()};
  }

  Ended RunInThread(const Request& request, const Limits& limits) {
    int ends[2];
    EXPECT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends));
    EXPECT_EQ(0, fcntl(ends[0], F_SETFL, O_NONBLOCK));
    std::thread process([socket = ends[1]] {
      ChildLink link(socket);
      const Value start = link.Read();
      link.Send(RunStarted(start, link));
    });
    Activity activity;
    Ended ended = reactor_->RunUntilDone(TalkOver(*reactor_, ends[0], request, limits, activity));
    process.join();
    for (const int end : ends) close(end);
    return ended;
  }
  static Task<Ended> TalkOver(io::Reactor& reactor, int socket, const Request& request, const Limits& limits,
                              Activity& activity) {
    Session session(reactor, socket, request, limits, activity);
    Result<Value> returned = co_await session.Talk();
    co_await session.Close();
    co_return Ended{std::move(returned), session.TakeRecords()};
  }

  Ended ended_{Value(), {}};
};

TEST_F(BothWaysTest, RecordsMetricsAndLogs) {
  Check("run:result { subject = { kind = 'Pod', name = 'a' }, state = 'warning', message = 'm', values = {} }\n"
        "run:metric { name = 'n', subject = 'Pod/a', value = 1.5, unit = '1' }\nrun:log('%d of %s', 3, 'x')\nprint(1, 2)\n"
        "run:coverage { attempted = 3, observed = 2 }\nreturn { 1, 2.0, 'x', upkeep.array {} }");
  EXPECT_EQ(5U, ended_.records.size());
}

TEST_F(BothWaysTest, CallsTakeAndGiveAnyData) {
  Check("local back = fake.echo({ a = 1, b = 1.5, c = 'x\\xFFy\\0', d = { 1, 2 }, e = upkeep.array {}, n = 0/0 == 0/0 })\n"
        "run:log('%s %s %d %d %s', back.a, back.b, #back.c, #back.d, fake.echo() == nil)\n"
        "return { back, fake.slow 'later', fake.echo(-5), fake.echo(1e300) }");
  ASSERT_TRUE(ended_.returned.ok());
  EXPECT_EQ(std::string("x\xFFy\0", 4), (*ended_.returned)[0]["c"]);
}

TEST_F(BothWaysTest, DocumentsShowTheFieldsThatAreDeclared) {
  Check("local list = fake.list 'pods'\nfor item in upkeep.items(list) do run:log('%s %s', item.name, item.spec.x) end\n"
        "local again = fake.list 'pods'\nrun:log('%s %s %s', #list, list[1] == again[1], tostring(list))\n"
        "for key, value in pairs(list[1]) do run:log('%s', key) end\nreturn { list[1], list }");
  EXPECT_TRUE(ended_.returned.ok());
  Check("return fake.list('pods')[1].secret");
  EXPECT_EQ(Code::kUndeclared, ended_.returned.status().code());
}

TEST_F(BothWaysTest, WhatIsLargerThanTheSocketsBuffer) {
  // Which ThreadSanitizer takes some time to move.
  const auto patient = [](Request& request) { request.budget.cpu = std::chrono::minutes(2); };
  Check("local list = fake.many(8)\nlocal bytes = 0\nfor pod in upkeep.items(list) do bytes = bytes + #pod.name + #pod.labels.text end\n"
        "local text = string.rep('z', 250000)\nupkeep.each({ 1, 2, 3 }, { at_once = 3 }, function(i) bytes = bytes + #fake.slow(text) end)\n"
        "return { #list, bytes, #fake.echo(text), list[3999].name }", patient);
  EXPECT_EQ(4'000, (*ended_.returned)[0]);
  EXPECT_EQ("pod-3998", (*ended_.returned)[3]);
}

TEST_F(BothWaysTest, ErrorsAreToldWithTheirPlace) {
  Check("local x = nil\nreturn x.y");
  EXPECT_NE(std::string::npos, ended_.returned.status().message().find("x.lua:5: "));
  Check("fake.fail()");
  EXPECT_EQ(Code::kNotPermitted, ended_.returned.status().code());
  Check("local _, problem = upkeep.try(fake.fail, 1)\nrun:log('%s %s %s', problem.reason, problem.message, problem.at)");
  Check("error { reason = 'stale', message = 'old' }");
  Check("return fake.nothing()");
  Check("run:result { state = 'warning' }");
  Check("run:log('before')\nerror 'after'");
  EXPECT_EQ(1U, ended_.records.size());
}

TEST_F(BothWaysTest, FilesThatCannotBeLoaded) {
  CheckFile("return {\n  check = = 1\n}");
  EXPECT_EQ(Code::kInvalid, ended_.returned.status().code());
  EXPECT_EQ(2, ended_.returned.status().place()->line);
  CheckFile("return 1");
  CheckFile("require 'upkeep.fake'.echo(1) return {}");
  CheckFile("\x1bLua");
  CheckFile("io.open('/etc/passwd') return {}");
  CheckFile("return {}");   // No check.
}

TEST_F(BothWaysTest, ItemsSideBySideTakeTheSameTurns) {
  Check("upkeep.each({ 1, 2, 3, 4, 5, 6, 7 }, { at_once = 3 }, function(i)\n"
        "  for n = 1, i % 3 do fake.echo(i * 10 + n) end\n  if i % 2 == 0 then fake.slow(i) end\n  run:log('%d', i)\nend)");
  EXPECT_EQ(7U, ended_.records.size());
  Check("upkeep.each({ 1, 2, 3 }, { at_once = 2 }, function(i) fake.slow(i) if i == 2 then error 'two' end run:log('%d', i) end)");
  EXPECT_EQ(Code::kError, ended_.returned.status().code());
  Check("upkeep.each({ 1, 2 }, { at_once = 2 }, function(i) upkeep.each({ 1, 2 }, { at_once = 2 }, function(n) run:log('%d %d', i, fake.slow(n)) end) end)");
  EXPECT_EQ(4U, ended_.records.size());
}

TEST_F(BothWaysTest, TheClockAndTheDiceAreTheSame) {
  Check("return { upkeep.now(), math.random(1000000), fake.slow(1), upkeep.now(), math.random() }");
  EXPECT_EQ(1'700'000'000, (*ended_.returned)[0].get<double>());
}

TEST_F(BothWaysTest, ModulesOfThePack) {
  const auto with_modules = [](Request& request) {
    request.read_module = [](const std::string& name) -> Result<lua::ModuleSource> {
      if (name == "words") return lua::ModuleSource{"lib/words.lua", "return { greet = function() error 'no' end }"};
      if (name == "broken") return lua::ModuleSource{"lib/broken.lua", "return {\n= }"};
      return Status(Code::kNotFound, "there is none");
    };
  };
  Check("require('lib.words').greet()", with_modules);
  EXPECT_NE(std::string::npos, ended_.returned.status().message().find("lib/words.lua:1: no"));
  Check("require 'lib.broken'", with_modules);
  Check("require 'lib.missing'", with_modules);
  Check("require 'lib.words'");
}

TEST_F(BothWaysTest, BudgetsEndTheSameWay) {
  const auto small = [](Request& request) {
    request.budget.cpu = std::chrono::milliseconds(100);
    request.budget.memory_bytes = std::size_t{4} << 20;
  };
  Check("run:log 'begun'\nwhile true do pcall(function() while true do end end) end", small);
  EXPECT_EQ(Code::kBudget, ended_.returned.status().code());
  EXPECT_EQ(1U, ended_.records.size());
  Check("run:log 'begun'\nlocal s = 'x' while true do s = s .. s end", small);
  EXPECT_EQ(Code::kBudget, ended_.returned.status().code());
  // Records are sent with each call, and count to the end all the same.
  const auto little_memory = [](Request& request) { request.budget.memory_bytes = std::size_t{4} << 20; };
  Check("for i = 1, 100 do run:log(string.rep('x', 60000)) fake.echo(i) end", little_memory);
  EXPECT_EQ(Code::kError, ended_.returned.status().code());
}

TEST_F(BothWaysTest, ARefusalAndTheHead) {
  const auto plan = [](Request& request) { request.function = "remedies.fix.plan"; };
  CheckFile("return { remedies = { fix = { plan = function() return nil, 'not now' end } } }", plan);
  EXPECT_TRUE(ended_.returned->contains("$results"));
  const auto head = [](Request& request) {
    request.function = "";
    request.host = nullptr;
  };
  CheckFile("local fake = require 'upkeep.fake'\nreturn { id = 'a', params = { n = 1 }, check = function() end }", head);
  EXPECT_EQ(2, (*ended_.returned)["check"]["$function"]);
}

TEST_F(BothWaysTest, TheDeadlineIsTheSameForBoth) {
  const Limits limits = Limits{}.Within(std::chrono::milliseconds(1500));
  Request request = RequestFor("local fake = require 'upkeep.fake' return { check = function(run) run:log 'x' fake.never 'pods' end }");
  for (const Ended& ended : {RunApart(request, limits), RunInThread(request, limits)}) {
    EXPECT_EQ("timeout: the deadline passed while waiting for fake.never pods", TextOf(ended.returned.status()));
    EXPECT_EQ(1U, ended.records.size());
  }
}

TEST_F(BothWaysTest, CancellingKeepsWhatWasFound) {
  CancelSource cancel;
  host_.cancel_at_call = &cancel;
  const Limits limits{SteadyInstant::max(), cancel.token()};
  const Ended ended = RunApart(
      RequestFor("local fake = require 'upkeep.fake' return { check = function(run) run:log 'x' fake.never 'pods' end }"), limits);
  EXPECT_EQ("cancelled: cancelled while waiting for fake.never pods", TextOf(ended.returned.status()));
  EXPECT_EQ(1U, ended.records.size());
}

TEST_F(BothWaysTest, CancellingAComputation) {
  CancelSource cancel;
  const Limits limits{SteadyInstant::max(), cancel.token()};
  Request request = RequestFor("return { check = function(run) run:log 'x' while true do end end }");
  request.budget.cpu = std::chrono::seconds(60);
  Activity activity;
  Task<Ended> run = isolate::Run(*reactor_, std::move(request), limits, activity);
  reactor_->Spawn([](io::Reactor& reactor, CancelSource& source) -> Task<void> {
    const SteadyInstant soon = std::chrono::steady_clock::now() + std::chrono::milliseconds(800);
    (void)co_await reactor.SleepUntil(soon, {});
    source.Cancel();
  }(*reactor_, cancel));
  const Ended ended = reactor_->RunUntilDone(std::move(run));
  EXPECT_EQ("cancelled: cancelled while the playbook was computing", TextOf(ended.returned.status()));
  EXPECT_EQ(1U, ended.records.size());
}

TEST_F(BothWaysTest, OneThatIsDroppedHalfWayLeavesNothing) {
  Activity activity;
  auto reactor = *io::Reactor::Create();
  TestHost host(*reactor);
  Request request = RequestFor("local fake = require 'upkeep.fake' return { check = function() fake.never() end }");
  request.host = &host;
  reactor->Spawn([](io::Reactor& on, Request what, Activity& seen) -> Task<void> {
    (void)co_await isolate::Run(on, std::move(what), {}, seen);
  }(*reactor, std::move(request), activity));
  while (activity.waiting_for().empty()) reactor->RunOnce(std::chrono::milliseconds(100));
  EXPECT_EQ("fake.never", activity.waiting_for());
  reactor.reset();
}

TEST_F(BothWaysTest, NothingOfOursIsInTheProcess) {
  // What the playbook can see of the world is its target: no environment, no file, no other module.
  Check("local names = {}\nfor name in pairs(run) do names[#names + 1] = name end\nreturn { run.target, #names > 0 }");
  EXPECT_EQ("orders", (*ended_.returned)[0]["name"]);
}

}  // namespace
}  // namespace upkeep::isolate

int main(int argc, char** argv) {
  if (upkeep::isolate::IsChild(argc, argv)) return upkeep::isolate::ChildMain();
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
