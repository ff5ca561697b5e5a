// SPDX-License-Identifier: Apache-2.0
#include "base/lua/sandbox.h"

#include <chrono>
#include <thread>

#include "tests/base/lua/harness.h"

namespace upkeep::lua {
namespace {

using SandboxTest = LuaTest;

TEST_F(SandboxTest, SyntaxErrorsShowTheirLine) {
  const Status status = Load("local a = 1\nlocal b = = 2\nreturn {}", "playbooks/x.lua");
  EXPECT_EQ(Code::kInvalid, status.code());
  ASSERT_TRUE(status.place().has_value());
  EXPECT_EQ("playbooks/x.lua", status.place()->file);
  EXPECT_EQ(2, status.place()->line);
  EXPECT_EQ("local b = = 2", status.place()->text);
  EXPECT_EQ(11, status.place()->column) << "the second of two";
  EXPECT_EQ("unexpected symbol near '='", status.message());
  EXPECT_EQ("equal is written ==", status.hint());
}

TEST_F(SandboxTest, SyntaxErrorsShowTheirColumnAndWhatHelps) {
  struct Case {
    const char* source;
    int line, column;
    const char* hint;
  };
  for (const Case& one : {
           Case{"return {\n  cadence = 'daily'\n  owner = 'me',\n}", 3, 3, "put a comma behind the entry before it"},
           {"return { a = { 1, 2", 1, 20, "close the table with }"},
           {"local x = \"abc\nreturn {}", 1, 11, "end the text with the quote that it begins with"},
           {"local x = [[abc\nreturn {}", 1, 11, "close it with ]]"},
           {"for i = 1, 3 do\n  print(i)\n", 2, 11, "close each function, if, for, while and do with end"},
           {"if x == 1 and\n   y = 2 then end", 2, 6, "write if CONDITION then"},
           {"local function end() end", 1, 16, "can't be a name"},
           {"return {}\nend", 2, 1, "there is an end too many above"},
           {"local a = x != 3", 1, 13, "not equal is written ~="},
           {"local a = '\\q'", 1, 11, "double each backslash"},
           {"local a = 3x", 1, 11, "a name can't begin with a digit"},
           {"f(a, b c)", 1, 8, "close the ( or put a comma before this"},
           {"break", 1, 1, "inside of one"},
           {"return {1,1,1,,1,1,,1}", 1, 15, "look at what stands just before it"},
           {"a b", 1, 3, "a statement is an assignment or a call"},
       }) {
    const Status status = Load(one.source, "x.lua");
    EXPECT_EQ(Code::kInvalid, status.code()) << one.source;
    ASSERT_TRUE(status.place().has_value()) << one.source;
    EXPECT_EQ(one.line, status.place()->line) << one.source << "\n" << status.Describe();
    EXPECT_EQ(one.column, status.place()->column) << one.source << "\n" << status.Describe();
    EXPECT_NE(std::string::npos, status.hint().find(one.hint)) << one.source << "\n" << status.Describe();
  }
}

TEST_F(SandboxTest, LongFileNamesStayWhole) {
  const std::string name = "/a/rather/long/way/to/the/folder/of/the/playbooks/kubernetes/nodes.lua";
  Status status = Load("local x = nil\nreturn x.y", name);
  EXPECT_EQ(name, status.place()->file);
  EXPECT_EQ(2, status.place()->line);
  ASSERT_TRUE(Load("return { check = function() error 'gone' end }", name).ok());
  task_ = sandbox_->Call("check", {}, {});
  task_.handle().resume();
  EXPECT_EQ(name + ":1: gone", message());
}

TEST_F(SandboxTest, TheHeadIsItsDataAndWhereItsFunctionsAre) {
  ASSERT_TRUE(Load("local upkeep = require 'upkeep'\n"
                   "return upkeep.playbook {\n  id = 'a.b', empty = {}, list = upkeep.array {},\n"
                   "  needs = { { 'kubernetes:list:pods', fields = { 'a', 'b' } }, 'x:y' },\n"
                   "  check = function() end,\n  remedies = { r = { plan = function() end } },\n}")
                  .ok());
  const Result<Value> head = sandbox_->Head();
  ASSERT_TRUE(head.ok());
  EXPECT_EQ(Value::parse(R"({"id": "a.b", "empty": {}, "list": [],
      "needs": [{"1": "kubernetes:list:pods", "fields": ["a", "b"]}, "x:y"],
      "check": {"$function": 5}, "remedies": {"r": {"plan": {"$function": 6}}}})"),
            *head);
}

TEST_F(SandboxTest, AHeadWithoutAHostLoadsButDoesNotCall) {
  options_.host = nullptr;
  Start("fake.anything('x')");
  EXPECT_EQ("test.lua:5: upkeep.fake.anything is called, and there is no target to look at", message());
}

TEST_F(SandboxTest, CallsFindFunctionsByTheirPath) {
  ASSERT_TRUE(Load("return { remedies = { r = { plan = function(a, b) return { b, a } end } },"
                   " none = function() return nil, 'too_late' end, x = 1 }").ok());
  const auto call = [&](const char* path) {
    std::vector<Value> arguments{Value(1), Value("two")};
    task_ = sandbox_->Call(path, std::move(arguments), {});
    task_.handle().resume();
    return status();
  };
  ASSERT_TRUE(call("remedies.r.plan").ok());
  EXPECT_EQ(Value::array({"two", 1}), *result());
  ASSERT_TRUE(call("none").ok());
  EXPECT_EQ(Value({{"$results", Value::array({nullptr, "too_late"})}}), *result());
  for (const char* path : {"x", "remedies", "remedies.r", "remedies.q.plan", "", "x.y"}) {
    EXPECT_EQ(Code::kNotFound, call(path).code()) << path;
  }
  EXPECT_TRUE(call("remedies.r.plan").ok()) << "an error leaves the sandbox usable";
}

TEST_F(SandboxTest, ErrorsNameFileAndLine) {
  EXPECT_EQ("test.lua:5: attempt to index a nil value (local 'x')",
            Fails("local x = nil return x.y").message());
  EXPECT_EQ("test.lua:6: no", Fails("local f = function()\nerror 'no' end\nf()").message());
  EXPECT_EQ(Code::kError, Fails("error { reason = 'budget', message = 'm' }").code());
  EXPECT_EQ(Code::kStale, Fails("error { reason = 'stale', message = 'm' }").code());
  const Status status = Fails("return fake.echo");
  EXPECT_EQ("the function's result can't be kept: a function is no data", status.message());
}

TEST_F(SandboxTest, WhatWasRecordedBeforeAnErrorStays) {
  Start("run:log 'first' error 'then'");
  EXPECT_EQ(Code::kError, code());
  const std::vector<Value> records = sandbox_->TakeRecords();
  ASSERT_EQ(1U, records.size());
  EXPECT_EQ(Value({{"kind", "log"}, {"line", 5}, {"text", "first"}}), records[0]);
  EXPECT_TRUE(sandbox_->TakeRecords().empty());
}

TEST_F(SandboxTest, TheClockIsTheRuns) {
  EXPECT_DOUBLE_EQ(1795251600.0, Eval("return upkeep.now()").get<double>());
  clock_.Advance(std::chrono::milliseconds(1500));
  EXPECT_DOUBLE_EQ(1795251601.5, Eval("return upkeep.now()").get<double>());
}

TEST_F(SandboxTest, OneSeedOneSequence) {
  const char* body = "return { math.random(1000000), math.random(), math.random(5) }";
  options_.seed = 7;
  const Value first = Eval(body);
  EXPECT_EQ(first, Eval(body));
  options_.seed = 8;
  EXPECT_NE(first, Eval(body));
}

TEST_F(SandboxTest, WaitingIsNamedAndCostsNoProcessorTime) {
  Start("return fake.slow('pods')");
  EXPECT_FALSE(done());
  EXPECT_EQ("fake.slow pods", sandbox_->waiting_for());
  const auto before = sandbox_->cpu_used();
  host_.Finish();
  ASSERT_TRUE(done());
  EXPECT_EQ(Value("pods"), *result());
  EXPECT_EQ("", sandbox_->waiting_for());
  EXPECT_LT(sandbox_->cpu_used() - before, std::chrono::milliseconds(20));
}

TEST_F(SandboxTest, ASecondCallAtOnceIsRefused) {
  Start("return fake.slow()");
  Task<Result<Value>> second = sandbox_->Call("check", {}, {});
  second.handle().resume();
  EXPECT_EQ(Code::kInternal, second.handle().promise().value->status().code());
  host_.Finish();
  EXPECT_TRUE(done());
}

TEST_F(SandboxTest, CancellingEndsEveryWaitAndClosesTheState) {
  CancelSource source;
  Limits limits;
  limits.cancel = source.token();
  Start("run:log 'kept' pcall(upkeep.each, {1, 2, 3}, {at_once = 3}, "
        "function(i) pcall(fake.slow, i) run:log 'never' end) run:log 'never'",
        limits);
  EXPECT_EQ(3U, host_.open());
  EXPECT_EQ("fake.slow and 2 more", sandbox_->waiting_for());
  source.Cancel();
  ASSERT_TRUE(done());
  EXPECT_EQ(Code::kCancelled, code());
  EXPECT_EQ(0U, host_.open());
  EXPECT_EQ(0U, sandbox_->memory_used());
  EXPECT_EQ(1U, sandbox_->TakeRecords().size());
  task_ = sandbox_->Call("check", {}, {});
  task_.handle().resume();
  EXPECT_EQ(Code::kCancelled, code()) << "a closed sandbox says why";
}

TEST_F(SandboxTest, APlaybookThatComputesGivesWayAgainAndAgain) {
  options_.budget.cpu = std::chrono::seconds(20);
  options_.budget.turn = std::chrono::milliseconds(1);
  const std::string count = "local n = 0 for _ = 1, 1e7 do n = n + 1 end return n";
  for (const std::string& body :
       {count, "local fine, n = pcall(function() " + count + " end) return n",
        "local sum = 0 upkeep.each({ 1, 2 }, { at_once = 2 }, function() sum = sum + (function() " + count +
            " end)() end) return sum // 2",
        "return setmetatable({}, { __index = function() " + count + " end }).n"}) {
    host_.gave_way = 0;
    EXPECT_EQ(10'000'000, Eval(body)) << body;
    EXPECT_GT(host_.gave_way, 5) << body;
  }
  // Where Lua cannot be left, it is not: the result is the same.
  EXPECT_EQ(Value(true), Eval("local t = {} for i = 1, 20000 do t[i] = (i * 7919) % 20011 end\n"
                              "table.sort(t, function(a, b) return a < b end) return t[1] < t[20000]"));
  CancelSource source;
  host_.on_giving_way = [&source] { source.Cancel(); };
  Start("pcall(function() while true do end end)", {SteadyInstant::max(), source.token()});
  EXPECT_EQ(Code::kCancelled, code()) << message();
}

TEST_F(SandboxTest, ADeadlineIsNotCatchable) {
  Limits limits;
  limits = limits.Within(std::chrono::milliseconds(30));
  Start("while true do pcall(fake.slow) end", limits);
  std::this_thread::sleep_for(std::chrono::milliseconds(40));
  host_.Finish(false, Status(Code::kTimeout, "too slow"));
  ASSERT_TRUE(done());
  EXPECT_EQ(Code::kTimeout, code());
  EXPECT_EQ("the deadline passed while waiting for fake.slow", message());

  limits = Limits().Within(std::chrono::milliseconds(20));
  options_.budget.cpu = std::chrono::seconds(20);
  Start("while true do pcall(function() while true do end end) end", limits);
  EXPECT_EQ(Code::kTimeout, code());
  EXPECT_EQ("the deadline passed while the playbook was computing", message());
}

TEST_F(SandboxTest, AHostsOwnTimeoutIsCatchable) {
  Start("local _, problem = upkeep.try(fake.slow) return problem.reason");
  host_.Finish(false, Status(Code::kTimeout, "too slow"));
  EXPECT_EQ(Value("timeout"), *result());
}

TEST_F(SandboxTest, ABudgetSpentInOneFiberEndsTheOthersWaits) {
  Start("upkeep.each({1, 2, 3}, {at_once = 3}, function(i) "
        "if i == 3 then while true do end end fake.slow(i) end)");
  ASSERT_TRUE(done());
  EXPECT_EQ(Code::kBudget, code());
  EXPECT_EQ(0U, host_.open());
}

TEST_F(SandboxTest, ATaskDestroyedHalfWayLeavesNothing) {
  Start("upkeep.each({1, 2, 3}, {at_once = 2}, fake.slow)");
  EXPECT_EQ(2U, host_.open());
  task_ = {};
  EXPECT_EQ(0U, host_.open());
  EXPECT_EQ(0U, sandbox_->memory_used());
}

TEST_F(SandboxTest, ABudgetTooSmallForAnythingIsSaid) {
  for (std::size_t bytes = 0; bytes < 150'000; bytes += 7'321) {
    options_.budget.memory_bytes = bytes;
    const Result<std::unique_ptr<Sandbox>> made = Sandbox::Create(options_);
    if (!made.ok()) {
      EXPECT_EQ(Code::kBudget, made.status().code()) << made.status().message();
    }
  }
}

// Memory may end at any allocation: in the compiler, in an answer, in an error's text.
TEST_F(SandboxTest, MemoryMayEndAnywhere) {
  Value rows = Value::array();
  for (int i = 0; i < 300; ++i) rows.push_back({{"a", {1, "text", {{"b", i}}}}, {"c", nullptr}});
  host_.answers["rows"].value = std::move(rows);
  host_.answers["list"].documents = std::make_shared<DocumentList>(
      DocumentList::FromValue(Value::parse(R"([{"metadata": {"name": "a"}}, {"metadata": {}}])")));
  host_.failures["fail"] = Status(Code::kUnreachable, "no route").WithHint("look at the cable");
  const std::string source =
      "local upkeep = require 'upkeep'\nlocal fake = require 'upkeep.fake'\n"
      "return { messages = { m = { en = 'a', ko = 'b' } }, check = function(run)\n"
      "local rows = fake.rows({1, {x = 'y'}})\n"
      "for d in upkeep.items(fake.list()) do run:log('%s', d.metadata.name) end\n"
      "upkeep.each({1, 2, 3}, nil, function(i) upkeep.try(fake.fail, i) end)\n"
      "local s = '' for i = 1, 50 do s = s .. i end\n"
      "run:result { subject = { kind = 'A', name = s:gsub('1', '2') }, state = 'ok', message = 'm', data = rows }\n"
      "fake.fail() end }";
  options_.budget.cpu = std::chrono::seconds(10);
  int spent = 0, finished = 0;
#ifdef __SANITIZE_THREAD__
  constexpr std::size_t kStep = 2'999;   // What each round leaves in its record of the stack is large.
#else
  constexpr std::size_t kStep = 499;
#endif
  constexpr int kRounds = 300'000 / kStep;
  for (std::size_t bytes = 100'000; bytes < 400'000; bytes += kStep) {
    options_.budget.memory_bytes = bytes;
    const Status loaded = Load(source);
    if (!loaded.ok()) {
      EXPECT_EQ(Code::kBudget, loaded.code()) << loaded.Describe();
      continue;
    }
    std::vector<Value> arguments{Value{{"$run", Value::object()}}};
    task_ = sandbox_->Call("check", std::move(arguments), {});
    task_.handle().resume();
    ASSERT_TRUE(done());
    if (code() == Code::kUnreachable) {
      ++finished;
      EXPECT_EQ("look at the cable", status().hint());
      EXPECT_EQ(9, status().place()->line);
    } else {
      ++spent;
      EXPECT_TRUE(code() == Code::kBudget || code() == Code::kError) << status().Describe();
    }
  }
  EXPECT_GT(spent, kRounds / 60);
  EXPECT_GT(finished, kRounds / 6);
}

TEST_F(SandboxTest, FiftySandboxesWaitSideBySide) {
  struct Run {
    std::unique_ptr<Sandbox> sandbox;
    Task<Result<Value>> task;
  };
  std::vector<Run> runs;
  for (int i = 0; i < 50; ++i) {
    auto made = Sandbox::Create(options_);
    ASSERT_TRUE(made.ok());
    ASSERT_TRUE((*made)->Load("local fake = require 'upkeep.fake' local mine = 0 return { check = function(run, n) "
                              "for i = 1, 20 do mine = mine + fake.slow(n) end return mine end }", "t.lua").ok());
    std::vector<Value> arguments{Value(), Value(i)};
    Task<Result<Value>> task = (*made)->Call("check", std::move(arguments), {});
    task.handle().resume();
    runs.push_back({std::move(*made), std::move(task)});
  }
  EXPECT_EQ(50U, host_.open());
  for (int i = 0; host_.open() > 0; ++i) host_.Finish(i % 3 == 0);
  for (int i = 0; i < 50; ++i) {
    Run& run = runs[static_cast<std::size_t>(i)];
    ASSERT_TRUE(run.task.done());
    EXPECT_EQ(Value(20 * i), **run.task.handle().promise().value);
  }
}

}  // namespace
}  // namespace upkeep::lua
