// SPDX-License-Identifier: Apache-2.0
#include "base/lua/prompt.h"

#include <gtest/gtest.h>

#include "tests/base/lua/harness.h"

namespace upkeep::lua {
namespace {

/// A value as one line, for comparing.
std::string Text(const Shown& shown) {
  std::string text;
  if (shown.kind == Shown::Kind::kWord) text = shown.text;
  if (shown.kind == Shown::Kind::kText) text = "'" + shown.text + "'";
  const bool list = shown.kind == Shown::Kind::kList;
  if (list || shown.kind == Shown::Kind::kObject) {
    for (std::size_t i = 0; i < shown.items.size(); ++i) {
      text += (i == 0 ? "" : " ") + (list ? "" : shown.keys[i] + "=") + Text(shown.items[i]);
    }
    text = (list ? "[" : "{") + text + (list ? "]" : "}");
  }
  return shown.left_out == 0 ? text : text + "+" + std::to_string(shown.left_out);
}

class PromptTest : public LuaTest {
 protected:
  PromptTest() { prompt_options_.modules = {"fake"}; }

  Status Open(const std::string& source = "") {
    prompt_options_.sandbox = options_;
    prompt_options_.target = Value{{"name", "t1"}};
    prompt_options_.source = source;
    prompt_options_.file = source.empty() ? "" : "team/test.lua";
    auto made = Prompt::Create(prompt_options_);
    if (!made.ok()) return made.status();
    prompt_ = *std::move(made);
    return Status::Ok();
  }

  void Begin(const std::string& chunk, int line = 1, Limits limits = {}) {
    if (!prompt_) {
      const Status opened = Open();
      ASSERT_TRUE(opened.ok()) << opened.Describe();
    }
    run_ = prompt_->Run(chunk, line, limits);
    run_.handle().resume();
  }
  bool ran() const { return run_.done(); }
  const PromptAnswer& answer() { return *run_.handle().promise().value; }

  /// The values of `chunk`, or what was wrong with it.
  std::string Type(const std::string& chunk, int line = 1) {
    Begin(chunk, line);
    if (!ran()) return "still waiting";
    if (!answer().status.ok()) return answer().status.Describe();
    std::string text;
    for (const Shown& value : answer().values) text += (text.empty() ? "" : ", ") + Text(value);
    return text;
  }

  PromptOptions prompt_options_;
  std::unique_ptr<Prompt> prompt_;
  Task<PromptAnswer> run_;
};

TEST_F(PromptTest, ExpressionsGiveValuesAndStatementsDoNot) {
  EXPECT_EQ("3", Type("1 + 2"));
  EXPECT_EQ("1, 'b', nil, true, 2.0, 0.5", Type("1, 'b', nil, true, 2.0, 1/2"));
  EXPECT_EQ("", Type("x = 1"));
  EXPECT_EQ("", Type("print 'x'"));
  EXPECT_EQ("", Type(""));
  EXPECT_EQ("", Type("-- nothing"));
  EXPECT_EQ("nil", Type("nil"));
  EXPECT_EQ("7", Type("return 7"));
  EXPECT_EQ("[1 2 3]", Type("{1, 2, 3}"));
  EXPECT_EQ("{a=1 b={c='d'}}", Type("{b = {c = 'd'}, a = 1}"));
  EXPECT_EQ("{1=1 3=3 x=function}", Type("{1, [3] = 3, x = print}"));
  EXPECT_EQ("[]", Type("upkeep.array {}"));
}

TEST_F(PromptTest, VariablesStayAndSoDoLocalsOfTheWholeChunk) {
  Type("x = 1");
  Type("local y, z = 2, 'three'");
  EXPECT_EQ("1, 2, 'three'", Type("x, y, z"));
  Type("function twice(n) return 2 * n end");
  Type("local function thrice(n) return 3 * n end");
  EXPECT_EQ("4, 6", Type("twice(2), thrice(2)"));
  Type("for i = 1, 3 do local inner = i end");
  EXPECT_EQ("prompt:1: there is no variable 'inner'", Type("inner"));
  Type("local a = 1; do local b = 2; a = a + b end local a = a + 1");
  EXPECT_EQ("4", Type("a"));
  Type("local kept = 1; return kept");
  EXPECT_EQ("prompt:1: there is no variable 'kept' (did you mean 'next'?)", Type("kept")) << "after a return nothing runs";
  EXPECT_EQ("", Type("return")) << "what is put behind a chunk is no value of its return";
  Type("local _ENV = {}");
  EXPECT_EQ("1", Type("x"));
}

TEST_F(PromptTest, TheSandboxIsThatOfAPlaybook) {
  EXPECT_NE("", Type("io.open('/etc/passwd')"));
  for (const char* chunk : {"io", "os", "debug", "load", "coroutine", "package", "_G", "collectgarbage", "dofile"}) {
    EXPECT_NE(std::string::npos, Type(chunk).find("is not available in a playbook")) << chunk;
  }
  EXPECT_NE(std::string::npos, Type("setmetatable({}, {__gc = function() end})").find("__gc"));
  EXPECT_NE(std::string::npos, Type("getmetatable(_ENV).__index = {}").find("prompt:1:"));
  EXPECT_NE(std::string::npos, Type("upkeep.now = nil").find("can't be changed"));
  EXPECT_NE("\x1bLua", Type("\x1bLua"));
  EXPECT_EQ(Code::kInvalid, answer().status.code());
}

TEST_F(PromptTest, WhatIsUnfinishedGoesOn) {
  ASSERT_TRUE(Open().ok());
  for (const char* chunk : {"for i = 1, 3 do", "{", "x =", "1 +", "f(", "[[", "if true then\n  x = 1", "--[["}) {
    EXPECT_TRUE(prompt_->IsUnfinished(chunk)) << chunk;
  }
  for (const char* chunk : {"", "1", "x = 1", "end", "for i = 1, 3 do end", "1 + + )", "'torn", "{1,\n2}"}) {
    EXPECT_FALSE(prompt_->IsUnfinished(chunk)) << chunk;
  }
}

TEST_F(PromptTest, ErrorsHaveTheirLineAndEndNothing) {
  EXPECT_EQ("prompt:1: attempt to index a nil value (local 'x')", Type("local x = nil; x.y = 1"));
  EXPECT_EQ("prompt:2: attempt to perform arithmetic on a nil value (local 'q')\n  return 1 + q",
            Type("local q = nil\nreturn 1 + q"))
      << "a chunk of several lines shows which";
  EXPECT_EQ("prompt:1: unexpected symbol near ')'", Type(")"));
  EXPECT_EQ(Code::kInvalid, answer().status.code());
  EXPECT_EQ("prompt:7: here\n  error 'here'", Type("error 'here'", 7)) << "counted on from the lines before";
  host_.failures.emplace("fail", Status(Code::kNotPermitted, "no").WithHint("ask"));
  EXPECT_EQ("prompt:1: no\n  hint: ask", Type("fake.fail()"));
  EXPECT_EQ(Code::kNotPermitted, answer().status.code());
  Type("function call() local x = fake.fail() end");
  EXPECT_EQ("prompt:1: no\n  hint: ask", Type("\n\ncall()", 2)) << "of a line that ran before no text is here";
  EXPECT_EQ("prompt:2: <name> expected near <eof>\n  for", Type("x = 1\nfor")) << "of two lines the last one";
  EXPECT_EQ("5", Type("2 + 3"));
}

TEST_F(PromptTest, ASpentProcessorBudgetEndsTheLineOnly) {
  Type("kept = 1");
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ("this line spent its processor budget of 0.2 s\n  hint: the next line has one of its own",
              Type("while true do pcall(function() while true do end end) end"));
    EXPECT_EQ(Code::kBudget, answer().status.code());
    EXPECT_EQ("1", Type("kept"));
  }
  Type("table.sort({3, 2, 1, 5, 4}, function() while true do end end)");
  EXPECT_EQ(Code::kBudget, answer().status.code()) << "where nothing can yield as well";
  EXPECT_EQ("1", Type("kept"));
}

TEST_F(PromptTest, MemoryIsCountedForAllLines) {
  options_.budget.cpu = std::chrono::seconds(2);   // Moving megabytes takes ThreadSanitizer a while.
  Type("big = string.rep('x', 3 << 20)");
  EXPECT_TRUE(answer().status.ok()) << answer().status.Describe();
  EXPECT_NE(std::string::npos, Type("more = string.rep('y', 3 << 20)").find("the memory budget of 8 MiB is spent"));
  EXPECT_EQ(Code::kBudget, answer().status.code());
  Type("big = nil");
  EXPECT_LT(prompt_->memory_used(), std::size_t{2} << 20) << "what no variable holds is free again";
  Type("more = string.rep('y', 3 << 20)");
  EXPECT_TRUE(answer().status.ok()) << answer().status.Describe();
}

TEST_F(PromptTest, CancellingEndsTheLineOnly) {
  CancelSource source;
  Limits limits;
  limits.cancel = source.token();
  Begin("before = 1; fake.slow(); before = 2", 1, limits);
  ASSERT_FALSE(ran());
  source.Cancel();
  ASSERT_TRUE(ran());
  EXPECT_EQ(Code::kCancelled, answer().status.code());
  EXPECT_EQ("1", Type("before"));
  // Of several that wait side by side none goes on.
  CancelSource second;
  limits.cancel = second.token();
  Begin("upkeep.each({1, 2, 3}, {at_once = 3}, function(n) fake.slow(n) before = n end)", 1, limits);
  ASSERT_FALSE(ran());
  second.Cancel();
  ASSERT_TRUE(ran());
  EXPECT_EQ(0U, host_.open());
  EXPECT_EQ("1", Type("before"));
}

TEST_F(PromptTest, ADeadlineEndsTheLineOnly) {
  Limits limits;
  limits.deadline = std::chrono::steady_clock::now() - std::chrono::seconds(1);
  Begin("fake.echo(1)", 1, limits);
  ASSERT_TRUE(ran());
  EXPECT_EQ(Code::kTimeout, answer().status.code());
  EXPECT_EQ("1", Type("fake.echo(1)"));
}

Answer Pods() {
  Answer answer;
  answer.documents = std::make_shared<DocumentList>(DocumentList::FromValue(*ParseJson(
      R"([{"metadata": {"name": "a", "labels": {"k8s.io/x": "1"}}, "status": {"conditions": [{"type": "Ready", "on": true}]}},
          {"metadata": {"name": "b"}, "spec": null, "status": {}}])")));
  return answer;
}

TEST_F(PromptTest, DocumentsStayWhileAVariableHoldsThem) {
  host_.answers["list"] = Pods();
  const std::weak_ptr<const DocumentList> list = host_.answers["list"].documents;
  Type("pods = fake.list 'pods'");
  host_.answers.clear();
  EXPECT_EQ("'a', 2", Type("pods[1].metadata.name, #pods"));
  Type("first = pods[1].metadata; pods = nil");
  EXPECT_FALSE(list.expired()) << "a part of it is held";
  EXPECT_EQ("'a'", Type("first.name"));
  Type("first = nil");
  EXPECT_TRUE(list.expired()) << "nothing holds it any more";
}

TEST_F(PromptTest, DocumentsAreShownAsTheyAre) {
  host_.answers["list"] = Pods();
  EXPECT_EQ("[{metadata={labels={k8s.io/x='1'} name='a'} status={conditions=[{on=true type='Ready'}]}} "
            "{metadata={name='b'} spec=null status={}}]",
            Type("fake.list 'pods'"));
  EXPECT_TRUE(prompt_->read().at("fake:list:pods").empty()) << "looking at a value reads no field of it";
}

TEST_F(PromptTest, TheFieldsThatAreReadAreNoted) {
  host_.answers["list"] = Pods();
  Type("pods = fake.list 'pods'");
  Type("for pod in upkeep.items(pods) do x = pod.metadata.name end");
  Type("for _, pod in pairs(pods) do for c in upkeep.items(pod.status.conditions or {}) do x = c.type end end");
  Type("x = pods[1].metadata.labels['k8s.io/x'], pods[2].spec");
  EXPECT_EQ((std::set<std::string>{"metadata.labels", "metadata.name", "spec", "status.conditions.type"}),
            prompt_->read().at("fake:list:pods"));
  Type("for key in pairs(pods[1].status) do x = key end");
  EXPECT_EQ(1U, prompt_->read().at("fake:list:pods").count("status")) << "who walks over all fields reads all";
}

TEST_F(PromptTest, DeclaredFieldsAreStillEnforced) {
  Answer given = Pods();
  given.fields = {"metadata.name"};
  host_.answers["list"] = given;
  EXPECT_EQ("[{metadata={name='a'}} {metadata={name='b'}}]", Type("fake.list 'pods'"));
  EXPECT_NE(std::string::npos, Type("fake.list('pods')[1].status").find("does not declare the field status"));
  EXPECT_EQ(Code::kUndeclared, answer().status.code());
}

TEST_F(PromptTest, WhatIsLongIsCutAndCounted) {
  EXPECT_EQ("+980", Type("t = {} for i = 1, 1000 do t[i] = i end return t").substr(std::string("[1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20]").size()));
  EXPECT_EQ("+101", Type("t = {} for i = 1, 201 do t['k' .. i] = i end return t").substr(Type("t").find('}') + 1));
  const std::string deep = Type("t = {} for i = 1, 100 do t = {t} end return t");
  EXPECT_NE(std::string::npos, deep.find("[]+1")) << deep;
  EXPECT_NE("", Type("t = {}; t.t = t; return t")) << "what holds itself ends";
  Type("string.rep('가', 10000)");
  EXPECT_EQ(30000U, answer().values[0].text.size() + answer().values[0].left_out);
  EXPECT_EQ(0U, answer().values[0].text.size() % 3) << "no character is cut in two";
}

TEST_F(PromptTest, ModulesShowTheirFunctions) {
  EXPECT_EQ("{echo=function fail=function list=function rows=function slow=function}", Type("fake"));
  EXPECT_EQ((std::vector<std::string>{"fake.echo"}), prompt_->Complete("fake.e"));
  EXPECT_EQ((std::vector<std::string>{"fake"}), prompt_->Complete("fak"));
  Type("fakes = {one = {two = 1}}");
  EXPECT_EQ((std::vector<std::string>{"fake", "fakes"}), prompt_->Complete("fak"));
  EXPECT_EQ((std::vector<std::string>{"fakes.one.two"}), prompt_->Complete("fakes.one."));
  EXPECT_EQ((std::vector<std::string>{"string.format"}), prompt_->Complete("string.fo"));
  // Also what the library loads no sooner than it is asked for.
  EXPECT_EQ((std::vector<std::string>{"upkeep.age", "upkeep.array"}), prompt_->Complete("upkeep.a"));
  EXPECT_TRUE(prompt_->Complete("nothing.at.all").empty());
  EXPECT_TRUE(prompt_->Complete("fakes.one.two.").empty());
  EXPECT_LT(20U, prompt_->Complete("").size());
}

TEST_F(PromptTest, APlaybooksCheckCanBeCalled) {
  // The host says which parameters it may have, and whether it runs at all.
  const std::string playbook =
      "local fake = require 'upkeep.fake'\nreturn { messages = { plain = { en = 'plain', ko = '평문' } },\n"
      "check = function(run, params)\n  if params.fails then error('it fails') end\n"
      "  run:result { subject = { kind = 'Pod', name = params.name }, state = 'ok', message = 'plain' }\nend }";
  prompt_options_.params = Value{{"name", "a"}};
  ASSERT_TRUE(Open(playbook).ok());
  host_.answers["check"].value = Value{{"runs", true}, {"params", {{"name", "b"}}}};
  EXPECT_EQ("{name='a'}", Type("params"));
  EXPECT_EQ("", Type("check()")) << answer().status.Describe();
  EXPECT_EQ(R"(check [{"name":"a"}])", host_.calls.back());
  ASSERT_EQ(3U, answer().records.size());
  EXPECT_EQ("check", answer().records[0]["kind"]);
  EXPECT_EQ("b", answer().records[1]["subject"]["name"]);
  EXPECT_EQ("checked", answer().records[2]["kind"]);
  host_.answers["check"].value["params"]["fails"] = true;
  EXPECT_EQ("team/test.lua:4: it fails", Type("check { name = 'c' }"));
  EXPECT_EQ(R"(check [{"name":"c"}])", host_.calls.back());
  EXPECT_EQ(1U, answer().records.size()) << "the end of a check that failed is not marked";
  host_.failures.emplace("check", Status(Code::kInvalid, "no such parameter"));
  EXPECT_EQ("prompt:5: no such parameter\n  check { name = 'c' }", Type("check { name = 'c' }", 5));
  host_.failures.clear();
  host_.answers["check"].value["runs"] = false;
  EXPECT_EQ("", Type("check()"));
  EXPECT_EQ(2U, answer().records.size());
}

TEST_F(PromptTest, APlaybookThatDoesNotLoadOpensNothing) {
  const Status broken = Open("return {\n  x = \n}");
  EXPECT_EQ(Code::kInvalid, broken.code());
  EXPECT_EQ(3, broken.place()->line);
  EXPECT_EQ("prompt:1: there is no variable 'check'", Type("check()"));
}

TEST_F(PromptTest, EachLineHasARunOfItsOwn) {
  EXPECT_EQ("'t1'", Type("run.target.name"));
  const std::string twice = "run:skip { reason = 'x', message = 'y' }";
  EXPECT_NE("", Type(twice)) << "without a playbook there are no messages";
}

TEST_F(PromptTest, AChunkThatIsDroppedHalfWayClosesThePrompt) {
  Begin("fake.slow()");
  ASSERT_FALSE(ran());
  run_ = Task<PromptAnswer>();
  EXPECT_EQ("the prompt is closed", Type("1"));
  EXPECT_TRUE(prompt_->Complete("fak").empty());
}

}  // namespace
}  // namespace upkeep::lua
