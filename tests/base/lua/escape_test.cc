// SPDX-License-Identifier: Apache-2.0
//
// Things that a playbook must not get away with. Each body runs inside check; most are honest
// mistakes, some are what a clever author would try.
#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "tests/base/lua/harness.h"

namespace upkeep::lua {
namespace {

using EscapeTest = LuaTest;

// None of these names leads anywhere: reading one raises.
TEST_F(EscapeTest, WhatReachesOutDoesNotExist) {
  for (const char* name :
       {"io", "os", "debug", "package", "coroutine", "load", "loadstring", "loadfile", "dofile",
        "collectgarbage", "_G", "module", "newproxy", "warn", "string.dump", "string.pack",
        "string.unpack", "string.packsize", "math.randomseed", "arg", "jit", "ffi", "getfenv",
        "setfenv", "core", "shared", "table.foreach", "upkeep.core", "upkeep.host_function"}) {
    SCOPED_TRACE(name);
    const std::string body = std::string("local x = ") + name + " return x == nil";
    Start(body);
    ASSERT_TRUE(done());
    // A field of a library is nil, everything else raises.
    if (result().ok()) {
      EXPECT_EQ(Value(true), *result());
    } else {
      EXPECT_EQ(Code::kError, code()) << message();
      EXPECT_EQ(0U, message().find("test.lua:5: ")) << message();
    }
  }
}

struct Attempt {
  const char* body;
  const char* says;
};

TEST_F(EscapeTest, AttemptsRaiseWithTheirPlace) {
  options_.budget.cpu = std::chrono::seconds(5);   // What they say, however long a sanitizer takes.
  const std::vector<Attempt> attempts = {
      {"leak = 1", "'leak' would become a global; write local leak"},
      {"print = nil", "'print' would become a global"},
      {"local function f() string2 = 1 end f()", "would become a global"},
      {"return strin.format('x')", "there is no variable 'strin' (did you mean 'string'?)"},
      {"setmetatable({}, {__gc = function() end})", "__gc is refused"},
      {"setmetatable({}, {__gc = true})", "__gc is refused"},
      {"setmetatable({}, {__mode = 'k'})", "a playbook has no weak tables: __mode is refused"},
      {"local m = {} setmetatable({}, m) m.__mode = 'v' setmetatable({}, m)", "__mode is refused"},
      {"local t = setmetatable({}, {__metatable = 'mine'}) setmetatable(t, {})", "cannot change a protected metatable"},
      {"local t = setmetatable({}, {__metatable = {}}) setmetatable(t, nil)", "cannot change a protected metatable"},
      {"setmetatable(setmetatable({}, {}), 1)", "bad argument #2 to 'setmetatable' (nil or table expected"},
      {"setmetatable({})", "bad argument #2 to 'setmetatable' (nil or table expected"},
      {"setmetatable('', {})", "bad argument #1"},
      {"getmetatable('').__index = nil", "attempt to index a boolean value"},
      {"setmetatable(_ENV, {})", "cannot change a protected metatable"},
      {"getmetatable(_ENV).__index = nil", "attempt to index a boolean value"},
      {"setmetatable(upkeep, {})", "cannot change a protected metatable"},
      {"upkeep.now = nil", "upkeep can't be changed"},
      {"fake.list = nil", "upkeep.fake can't be changed"},
      {"run.result = nil", "run can't be changed"},
      {"setmetatable(run, nil)", "cannot change a protected metatable"},
      {"require 'os'", "there is no module 'os'"},
      {"require 'upkeep.FAKE'", "there is no module 'upkeep.FAKE'"},
      {"require 'lib.../../etc/passwd'", "a module of the pack is named lib.NAME"},
      {"require 'lib./etc/passwd'", "a module of the pack is named lib.NAME"},
      {"require 'lib.a\\0b'", "a module of the pack is named lib.NAME"},
      {"require 'lib.a.b'", "a module of the pack is named lib.NAME"},
      {"require 'lib.x'", "this pack has no modules"},
      {"require(nil)", "require needs a module's name"},
      {"require 'upkeep.other'.list()", "this target has no module upkeep.other"},
      {"fake.lst()", "upkeep.fake has no function 'lst' (did you mean 'list'?)"},
      {"fake.echo(print)", "argument 1 of fake.echo: a function is no data"},
      {"local t = {} t.t = t fake.echo(t)", "nested deeper than 64 levels, or holds itself"},
      {"local t = {1} for i = 1, 60 do t = {t, t} end fake.echo(t)", "a call may be told at most 256 KiB"},
      {"fake.echo({[1.5] = 1})", "only text and whole numbers"},
      {"fake.echo({[{}] = 1})", "a table's key is a table"},
      {"table.sort({3, 2, 1}, function() fake.echo(1) end)", "fake.echo cannot wait here"},
      {"('x'):gsub('x', function() fake.echo(1) end)", "fake.echo cannot wait here"},
      {"table.move({}, 1, 1e15, 2)", "more than 4,000,000 elements"},
      {"table.move({}, math.mininteger, math.maxinteger, 2)", "more than 4,000,000 elements"},
      {"table.insert(setmetatable({}, {__len = function() return 1e15 end}), 1, 1)",
       "more than 4,000,000 elements"},
      {"table.remove(setmetatable({}, {__len = function() return 1e15 end}), 1)",
       "more than 4,000,000 elements"},
      {"table.concat(setmetatable({}, {__index = type}), '', 1, 1e15)", "more than 4,000,000"},
      {"table.unpack({}, 1, 1e9)", "more than 4,000,000"},
      {"table.sort(setmetatable({}, {__index = type, __len = function() return 2e9 end}))",
       "more than 4,000,000"},
      {"local _ENV = {} return string.format('x')", "attempt to index a nil value"},
      {"local _ENV <const> = {} local a <const> = b return a.c.d", "attempt to index a nil value"},
      {"string.format('%d', 'x')", "bad argument #2 to 'format'"},
      {"return #upkeep.items", "attempt to get length"},
      {"return ('x'):bad()", "attempt to call a nil value (method 'bad')"},
      {"return ('x'):find('[a')", "malformed pattern (missing ']')"},
      {"return ('x'):find('%')", "malformed pattern (ends with '%')"},
      {"return ('x'):rep(40):find(('(x'):rep(40))", "too many captures"},
      {"return ('x'):rep(300):find(('x?'):rep(300))", "pattern too complex"},
      {"local function f() return f() + 1 end f()", "stack overflow|spent its memory"},
      {"local t = {} setmetatable(t, {__index = t}) return t.x", "loop"},
      {"error(setmetatable({}, {__tostring = function() error 'again' end}))",
       "the playbook raised a table without a message"},
      {"error()", "the playbook raised a nil, not a message"},
      {"error(function() end)", "the playbook raised a function, not a message"},
      {"upkeep.each({1}, {at_once = 2, ever = 1}, print)", "upkeep.each has no option 'ever'"},
      {"upkeep.each({1}, {at_once = 1e9}, print)", "whole number from 1 to 256"},
      {"local function f() upkeep.each({1}, nil, f) end f()", "inside 4 others; that is too deep"},
      {"local c <close> = setmetatable({}, {__close = function() error 'closed' end})", "closed"},
      {"return 1 // 0", "divide by zero"},
      {"for i = 1, 10, 0 do end", "'for' step is zero"},
      {"return utf8.char(-1)", "value out of range"},
      {"return math.tointeger({}).x", "attempt to index a nil value"},
      {"goto_ = 1", "would become a global"},
      {"return select(-5)", "index out of range"},
      {"return tostring()", "value expected"},
      {"return ('x'):rep(1e10)", "resulting string too large|not enough memory|spent its memory"},
  };
  EXPECT_GE(attempts.size(), 60U);
  for (const Attempt& attempt : attempts) {
    SCOPED_TRACE(attempt.body);
    const Status status = Fails(attempt.body);
    std::string says = attempt.says;
    bool found = false;
    for (std::size_t bar = 0; bar != std::string::npos;) {
      bar = says.find('|');
      found |= status.message().find(says.substr(0, bar)) != std::string::npos;
      if (bar != std::string::npos) says.erase(0, bar + 1);
    }
    EXPECT_TRUE(found) << status.message();
    EXPECT_FALSE(status.ok());
    for (const char* internal : {"[C]", "[upkeep]", ".cc", "0x", "core."}) {
      EXPECT_EQ(std::string::npos, status.message().find(internal)) << status.message();
    }
  }
}

class ProcessorTest : public LuaTest {
 protected:
  // Whatever it does, it ends within its processor time and a fifth.
  void ExpectEnds(const std::vector<const char*>& bodies) {
    for (const char* body : bodies) {
      SCOPED_TRACE(body);
      Start(body);
      ASSERT_TRUE(done());
      EXPECT_EQ(Code::kBudget, code()) << status().Describe();
      EXPECT_NE(std::string::npos, message().find("processor budget")) << message();
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
      EXPECT_LT(sandbox_->cpu_used(), std::chrono::milliseconds(240));
#endif
      EXPECT_EQ(0U, sandbox_->memory_used()) << "the state is closed";
      EXPECT_EQ("", sandbox_->waiting_for());
    }
  }
};

TEST_F(ProcessorTest, EndsWhatPcallCannotCatch) {
  ExpectEnds({
      "while true do end",
      "while true do pcall(function() while true do end end) end",
      "while true do xpcall(function() while true do end end, function() while true do end end) end",
      "while true do pcall(error) end",
      "while true do upkeep.try(function() while true do end end) end",
      "upkeep.each({1, 2, 3}, {at_once = 3}, function() while true do pcall(function() while true do end end) end end)",
      "local c <close> = setmetatable({}, {__close = function() while true do end end}) while true do end",
      "table.sort({1, 2, 3}, function() while true do end end)",
      "table.sort({1, 2, 3}, function() while true do pcall(function() while true do end end) end end)",
      "('x'):gsub('x', function() while true do pcall(function() while true do end end) end end)",
      "local t = setmetatable({}, {__index = function(t, k) return t[k + 1] end}) "
      "while true do pcall(function() return t[1] end) end",
      "local t = setmetatable({}, {__eq = function() while true do end end}) "
      "return t == setmetatable({}, getmetatable(t))",
      "return tostring(setmetatable({}, {__tostring = function() while true do end end}))",
      "for _ in setmetatable({}, {__call = function() return 1 end}) do end",
      "for _ in pairs(setmetatable({}, {__pairs = function() while true do end end})) do end",
  });
}

TEST_F(ProcessorTest, EndsBacktrackingPatterns) {
  ExpectEnds({
      "local s = ('a'):rep(400) return s:find('.-.-.-.-.-b')",
      "local s = ('a'):rep(3000) return s:match('(.-)(.-)(.-)b')",
      "local s = ('a'):rep(1000000) return s:match('.-b')",
      "local s = ('a'):rep(3000) for _ in s:gmatch('.*.*.*b') do end",
      "local s = ('a'):rep(3000) return s:gsub('.*.*.*b', '')",
      "local s = ('('):rep(300000) return s:gsub('%b()', '')",
      "local s = ('a'):rep(100000) return s:find('[' .. ('b'):rep(100000) .. ']')",
      "local a = ('a'):rep(1000000) while true do a:find(('a'):rep(100000) .. 'b', 1, true) end",
  });
}

TEST_F(ProcessorTest, EndsLongWorkInsideOneInstruction) {
  ExpectEnds({
      "while true do local s = ('x'):rep(1000000) end",
      "while true do pcall(string.rep, 'x', 7000000) end",
      "local keep = ('x'):rep(3000000) while true do pcall(function() local t = {} for i = 1, 1e7 do t[i] = i end end) end",
      "return (''):rep(1e18) .. (function() while true do end end)()",
      "local t = {} for i = 1, 200000 do t[i] = i end while true do table.insert(t, 1, 0) table.remove(t, 1) end",
      "local t = {} for i = 1, 200000 do t[i] = (i * 7919) % 200000 end while true do table.sort(t, rawequal) end",
      "local t = {} for i = 1, 200000 do t[i] = (i * 7919) % 200000 end "
      "while true do table.sort(t) table.sort(t, function(a, b) return a > b end) end",
      "local t = {} for i = 1, 200000 do t[i] = 'x' end while true do table.concat(t) end",
      "local t = {} for i = 1, 50000 do t[i] = 'x' end while true do table.unpack(t) end",
      "local s = ('x'):rep(3000000) while true do utf8.len(s) end",
      "local s = (' '):rep(3000000) while true do tonumber(s) end",
      "local s = ('x'):rep(1000000) while true do s:upper() end",
      "local a, b = ('x'):rep(1000000), ('x'):rep(1000000) while true do local c = a == b end",
      "local t = {} for i = 1, 100000 do t[i] = true end while next(t) do t[next(t)] = nil end while true do end",
      "while true do upkeep.quantity('1Gi') upkeep.age(5) upkeep.bytes(5) end",
      "while true do fake.echo(1) end",
      "while true do upkeep.each({1, 2, 3}, nil, fake.echo) end",
  });
}

TEST_F(EscapeTest, MemoryNeverGoesOverTheBudget) {
  options_.budget.cpu = std::chrono::seconds(5);
  options_.budget.memory_bytes = std::size_t{4} << 20;
  const std::vector<const char*> bodies = {
      "local s = 'x' while true do s = s .. s end",
      "local t = {} while true do t[#t + 1] = {} end",
      "local t = {} for i = 1, 1e9 do t[i] = i end",
      "return ('x'):rep(9000000)",
      "local s = ('x'):rep(1000000) return s:gsub('x', s)",
      "local t = {} for i = 1, 100 do t[i] = ('x'):rep(100000) end return table.concat(t)",
      "return string.format(('%s'):rep(100), table.unpack((function() local t = {} for i = 1, 100 do "
      "t[i] = ('x'):rep(1000000) end return t end)()))",
      "local t = {} while true do t[#t + 1] = function() return t end end",
      "local function f(...) return f(1, ...) end f()",
      "local t = {} while true do t[#t + 1] = upkeep.age(1) end",
      "upkeep.try(function() local s = 'x' while true do s = s .. s end end)",
      "upkeep.each({1}, nil, function() local s = 'x' while true do s = s .. s end end)",
  };
  for (const char* body : bodies) {
    SCOPED_TRACE(body);
    Start(body);
    ASSERT_TRUE(done());
    EXPECT_LE(sandbox_->memory_used(), options_.budget.memory_bytes);
    if (std::string(body).find("f(1, ...)") != std::string::npos) {
      EXPECT_FALSE(result().ok());  // The stack's own limit may come first.
      continue;
    }
    EXPECT_EQ(Code::kBudget, code()) << status().Describe();
    EXPECT_EQ("the playbook spent its memory budget", message());
  }
}

// Whoever answers a call holds copies of what it was told, and works with them.
TEST_F(EscapeTest, WhatCallsAreToldIsBounded) {
  EXPECT_NE(std::string::npos, Fails("fake.echo(('x'):rep(300000))").message().find("at most 256 KiB"));
  Start("local s, t = ('x'):rep(200000), {} for i = 1, 256 do t[i] = i end "
        "upkeep.each(t, {at_once = 256}, function() pcall(fake.slow, s) end) return true");
  EXPECT_EQ((std::size_t{4} << 20) / 200000, host_.calls.size());
  while (!done()) host_.Finish();
  // A call costs those who answer it, too: the loop ends, though it hardly runs any code.
  const Status status = Fails("local s = ('x'):rep(200000) while true do upkeep.try(fake.echo, s) end");
  EXPECT_NE(std::string::npos, status.message().find("processor budget")) << status.message();
  EXPECT_EQ(Value(true), Eval("local s = ('x'):rep(200000) for i = 1, 30 do fake.echo(s) end return true"));
}

TEST_F(EscapeTest, RecordsCannotOutgrowTheMemoryBudget) {
  options_.budget.cpu = std::chrono::seconds(20);
  const Status status = Fails("local s = ('x'):rep(60000) while true do run:log(s) end");
  EXPECT_NE(std::string::npos, status.message().find("records more than its memory budget"));
  EXPECT_LE(sandbox_->TakeRecords().size(), 8'388'608U / 60'000U);
}

TEST_F(EscapeTest, APcallThatCatchesMemoryGoesOnUnderTheCap) {
  options_.budget.cpu = std::chrono::seconds(5);
  EXPECT_EQ(Value(100), Eval("local n = 0 for i = 1, 100 do "
                             "if not pcall(string.rep, 'x', 9000000) then n = n + 1 end end return n"));
}

TEST_F(EscapeTest, LoadingIsBoundedToo) {
  EXPECT_EQ(Code::kBudget, Load("while true do end").code());
  EXPECT_EQ(Code::kBudget, Load("local s = 'x' while true do s = s .. s end").code());
  EXPECT_EQ(Code::kInvalid, Load("\x1bLuaT\x00").code());
  EXPECT_EQ(Code::kInvalid, Load("return 1").code());
  EXPECT_EQ(Code::kInvalid, Load("return {}, {}").code());
  const Status called = Load("local fake = require 'upkeep.fake'\nfake.echo(1)\nreturn {}");
  EXPECT_EQ(Code::kInvalid, called.code());
  EXPECT_NE(std::string::npos, called.message().find("while the file is loading")) << called.Describe();
  EXPECT_EQ(2, called.place()->line);
}

TEST_F(EscapeTest, DeepNestingOfSourceIsAnErrorNotACrash) {
  EXPECT_EQ(Code::kInvalid, Load("return " + std::string(100'000, '{')).code());
  EXPECT_EQ(Code::kInvalid, Load("return " + std::string(100'000, '(')).code());
  EXPECT_EQ(Code::kInvalid, Load("return " + std::string(100'000, '-')).code());
}

TEST_F(EscapeTest, SandboxesShareNothing) {
  auto first = Sandbox::Create(options_);
  auto second = Sandbox::Create(options_);
  ASSERT_TRUE((*first)->Load("string.upper = nil string.mine = 1 return {}", "a.lua").ok());
  ASSERT_TRUE((*second)->Load("assert(string.upper and not string.mine) return {}", "b.lua").ok());
}

}  // namespace
}  // namespace upkeep::lua
