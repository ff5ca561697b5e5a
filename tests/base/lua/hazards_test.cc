// SPDX-License-Identifier: Apache-2.0
//
// The escape corpus by hazard: each that has hurt a program with Lua inside has its name here, with
// the flaws that Redis, Envoy, nmap and others had to publish. escape_test.cc has the corpus by what
// a playbook would try. In every case the process lives, the state keeps to its budget (and a fifth
// of it at most), and the next sandbox is as if nothing had been.
#include <malloc.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "tests/base/lua/harness.h"

namespace upkeep::lua {
namespace {

enum class Ends {
  kFine,      ///< Returns true: what was tried had no effect.
  kRaises,    ///< An error of the playbook's.
  kCpu,
  kMemory,
  kAnyBudget  ///< Which of the two comes first hangs on the machine.
};

struct Case {
  const char* hazard;
  const char* body;
  Ends ends;
};

constexpr Case kCorpus[] = {
    // Endless loops, and what swallows the error that would end them.
    {"endless loop", "while true do end", Ends::kCpu},
    {"endless loop: goto", "::again:: goto again", Ends::kCpu},
    {"endless loop: repeat", "repeat until false", Ends::kCpu},
    {"endless loop: a number that never gets there", "for i = 1, math.huge do end", Ends::kCpu},
    {"endless loop: tail calls", "local function f() return f() end f()", Ends::kCpu},
    {"endless loop: two that call each other", "local g local function f() return g() end function g() return f() end f()", Ends::kCpu},
    {"pcall in a loop (redis PR 8661)", "while true do pcall(function() while true do end end) end", Ends::kCpu},
    {"pcall of pcall", "local function p() return pcall(p) end while true do p() end", Ends::kAnyBudget},
    {"xpcall whose handler loops", "xpcall(error, function() while true do end end)", Ends::kCpu},
    {"xpcall's handler called by the hook that ends it", "xpcall(function() table.sort({1, 2}, function() while true do end end) end, function() while true do end end)", Ends::kCpu},
    {"xpcall still gives what its handler says", "local ok, said = xpcall(error, function(e) return e .. '!' end, 'x') return not ok and said == 'x!' and select(2, xpcall(math.max, error, 1, 2)) == 2", Ends::kFine},
    {"xpcall whose handler raises", "local function h() error(h) end while true do xpcall(error, h) end", Ends::kCpu},
    {"an error inside an error's handler", "while true do xpcall(function() error 'a' end, function() error 'b' end) end", Ends::kCpu},
    {"try, which catches errors of the host", "while true do upkeep.try(error, 'x') end", Ends::kCpu},
    // Coroutines: nested ones could eat the yield that ends a run.
    {"nested coroutines: not exposed", "return (pcall(function() return coroutine end)) == false", Ends::kFine},
    {"nested fibers", "upkeep.each({1, 2}, nil, function() upkeep.each({1, 2}, nil, function() while true do end end) end)", Ends::kCpu},
    {"a fiber that swallows its end", "upkeep.each({1, 2}, {at_once = 2}, function() while true do pcall(function() while true do end end) end end)", Ends::kCpu},
    // Pattern backtracking.
    {"backtracking: lazy wildcards", "return ('a'):rep(400):find('.-.-.-b')", Ends::kCpu},
    {"backtracking: greedy wildcards", "return ('a'):rep(3000):find('.*.*.*.*b')", Ends::kCpu},
    {"backtracking: optional letters", "return ('a'):rep(60):find(('a?'):rep(60) .. ('a'):rep(60) .. 'b')", Ends::kAnyBudget},
    {"backtracking: balanced brackets", "return ('('):rep(400000):gsub('%b()', '')", Ends::kCpu},
    {"backtracking: frontier", "return ('a '):rep(400000):find(('%f[a].-'):rep(4) .. 'b')", Ends::kCpu},
    {"backtracking: a back-reference", "return ('a'):rep(8000):find('(.*)%1%1%1b')", Ends::kCpu},
    {"backtracking inside gsub's function", "return ('a'):rep(50):gsub('.', function() return ('a'):rep(3000):match('.*.*.*b') end)", Ends::kCpu},
    // Finalizers run without a hook.
    {"__gc", "setmetatable({}, {__gc = function() while true do end end})", Ends::kRaises},
    {"__gc set later: Lua looks for it when the metatable is set", "local m = {} setmetatable({}, m) m.__gc = function() while true do end end for i = 1, 1e5 do local _ = {} end return true", Ends::kFine},
    {"__gc by rawset and a second setmetatable", "local m = {} rawset(m, '__gc', print) return setmetatable({}, m)", Ends::kRaises},
    {"__gc through __index", "local m = setmetatable({}, {__index = function() return function() while true do end end end}) setmetatable({}, m) for i = 1, 1e5 do local _ = {} end return true", Ends::kFine},
    {"collectgarbage", "return pcall(function() return collectgarbage end) == false", Ends::kFine},
    {"__gc through __index of what setmetatable copies", "local m = setmetatable({}, {__index = {__gc = print, __mode = 'k', __index = {x = 1}}}) return setmetatable({}, m).x == nil", Ends::kFine},
    {"__gc by getmetatable", "local t = setmetatable({}, {}) getmetatable(t).__gc = function() while true do end end t = nil for i = 1, 1e5 do local _ = {} end return true", Ends::kFine},
    {"__gc where a field stood", "local m = {__gc = nil, __name = 'x'} setmetatable({}, m) m.__name, m.__gc = nil, print return setmetatable({}, m)", Ends::kRaises},
    // A collection goes through weak tables in one step, again and again where keys lead to keys.
    {"__mode", "return setmetatable({}, {__mode = 'k'})", Ends::kRaises},
    {"__mode set later", "local m = {} local t = setmetatable({}, m) m.__mode = 'k' for i = 1, 1e4 do t[i] = {} end local n = 0 for _ in pairs(t) do n = n + 1 end return n == 1e4", Ends::kFine},
    {"__mode by getmetatable: a chain of weak keys", "local t, ks, seed = setmetatable({}, {}), {}, 7 getmetatable(t).__mode = 'k' for i = 1, 2e4 do ks[i] = {} end for i = 2e4, 2, -1 do seed = (seed * 7919 + 13) % i ks[i], ks[seed + 1] = ks[seed + 1], ks[i] end for i = 1, 2e4 - 1 do t[ks[i]] = ks[i + 1] end local first = ks[1] ks = nil while true do local _ = {} end return first", Ends::kCpu},
    // To-be-closed variables run when the state is left.
    {"__close that loops", "local c <close> = setmetatable({}, {__close = function() while true do end end}) return 1", Ends::kCpu},
    {"__close that raises for ever", "while true do pcall(function() local c <close> = setmetatable({}, {__close = error}) error 'x' end) end", Ends::kCpu},
    {"__close pending at the end", "local c <close> = setmetatable({}, {__close = function() for i = 1, 1e9 do end end}) while true do end", Ends::kCpu},
    {"__close that allocates", "local c <close> = setmetatable({}, {__close = function() local s = 'x' while true do s = s .. s end end})", Ends::kMemory},
    // Memory.
    {"memory: a doubling string", "local s = 'x' while true do s = s .. s end", Ends::kMemory},
    {"memory: one huge string", "return ('x'):rep(400000000)", Ends::kMemory},
    {"memory: a length that overflows", "return ('x'):rep(math.maxinteger)", Ends::kRaises},
    {"memory: a separator that overflows", "return ('x'):rep(math.maxinteger // 2, 'yyyy')", Ends::kRaises},
    {"memory: a growing table", "local t = {} for i = 1, 1e9 do t[i] = i end", Ends::kMemory},
    {"memory: a table's hash part", "local t = {} for i = 1, 1e9 do t[i + 0.5] = i end", Ends::kMemory},
    {"memory: closures", "local t = {} while true do t[#t + 1] = function() return t end end", Ends::kMemory},
    {"memory: a swallowed refusal", "while true do pcall(string.rep, 'x', 1e8) end", Ends::kCpu},
    {"memory: format's width", "return ('%99999d'):format(1)", Ends::kRaises},
    {"memory: concat", "local t = {} for i = 1, 100 do t[i] = ('x'):rep(1e5) end return table.concat(t)", Ends::kMemory},
    {"memory: pages that hold nothing serve again", "for size = 48, 200, 50 do local all = {} for i = 1, 2.5e6 // size do all[i] = ('x'):rep(size) end end return true", Ends::kFine},
    {"memory: records", "while true do run:log(('x'):rep(60000)) end", Ends::kAnyBudget},
    // Bytecode.
    {"bytecode: no load", "return load == nil", Ends::kRaises},
    {"bytecode: no string.dump", "return string.dump == nil", Ends::kFine},
    {"bytecode: no loadstring, loadfile, dofile", "return not pcall(function() return loadstring or loadfile or dofile end)", Ends::kFine},
    // Metatables that others share: CVE-2025-46818 of Redis.
    {"CVE-2025-46818: text", "getmetatable('').__index = function() return 'mine' end", Ends::kRaises},
    {"CVE-2025-46818: setmetatable of text", "setmetatable('', {})", Ends::kRaises},
    {"CVE-2025-46818: of nil", "setmetatable(nil, {})", Ends::kRaises},
    {"CVE-2025-46818: of a number", "setmetatable(1, {})", Ends::kRaises},
    {"CVE-2025-46818: of a function", "setmetatable(print, {})", Ends::kRaises},
    {"CVE-2025-46818: of a boolean", "setmetatable(true, {})", Ends::kRaises},
    {"CVE-2025-46818: of a JSON null", "setmetatable(fake.echo(nil), {})", Ends::kRaises},
    {"CVE-2025-46818: of the environment", "setmetatable(_ENV, {__index = print})", Ends::kRaises},
    {"CVE-2025-46818: of the environment by rawset", "rawset(_ENV, 'string', {}) return string ~= nil", Ends::kFine},
    // unpack: CVE-2025-46817 of Redis.
    {"CVE-2025-46817: unpack over the whole range", "return table.unpack({}, math.mininteger, math.maxinteger)", Ends::kRaises},
    {"CVE-2025-46817: unpack to the last integer", "return table.unpack({}, math.maxinteger - 1, math.maxinteger) == nil", Ends::kFine},
    {"CVE-2025-46817: unpack past 2^31", "return table.unpack({}, 0, 2147483647)", Ends::kRaises},
    {"CVE-2025-46817: unpack past the stack", "return table.unpack({}, 1, 3999999)", Ends::kRaises},
    {"CVE-2021-32626: a stack full of arguments", "return select('#', table.unpack({}, 1, 900000))", Ends::kAnyBudget},
    {"CVE-2021-32626: format of many", "return ('%s'):rep(200000):format(table.unpack({}, 1, 200000))", Ends::kAnyBudget},
    // The parser: CVE-2025-49844 of Redis freed what it still used. There is no way to it from inside.
    {"CVE-2025-49844: no parser inside", "return not pcall(function() return load end)", Ends::kFine},
    {"CVE-2022-24735: a global for the next script", "_G = 1", Ends::kRaises},
    {"CVE-2022-24735: a library of the next script", "string.upper = function() return 'mine' end return ('x'):upper() == 'mine'", Ends::kFine},
    {"CVE-2022-24736: a nil environment", "local _ENV = nil return x", Ends::kRaises},
    {"CVE-2024-46981: objects freed while used", "local t = setmetatable({}, {__close = print}) for i = 1, 1e4 do t[{}] = {} t[i] = function() return t end end t = nil return true", Ends::kFine},
    {"CVE-2015-4335: no bytecode, no debug", "return not pcall(function() return debug.getinfo end)", Ends::kFine},
    // Long work inside of one C function, where no hook runs.
    {"long C: sort with an order that is none", "local t = {} for i = 1, 1e5 do t[i] = i % 7 end while true do pcall(table.sort, t, function() return true end) end", Ends::kCpu},
    {"long C: table.insert in front", "local t = {} for i = 1, 2e5 do t[i] = i end while true do table.insert(t, 1, 0) table.remove(t, 1) end", Ends::kCpu},
    {"long C: a __len that lies", "return table.concat(setmetatable({}, {__len = function() return math.maxinteger end, __index = function() return 'x' end}))", Ends::kRaises},
    {"long C: tostring of a tower", "local t = {} t = setmetatable(t, {__tostring = function(x) return tostring(x) end}) return tostring(t)", Ends::kRaises},
    {"long C: comparing long texts", "local a, b = ('x'):rep(1e6), ('x'):rep(1e6) .. 'y' while true do local _ = a < b end", Ends::kCpu},
    {"long C: comparing long texts of zeros", "local a, b = ('\\0'):rep(2.5e6), ('\\0'):rep(2.5e6) while true do local _ = a < b end", Ends::kCpu},
    {"long C: sort of long texts of zeros", "local t = {} for i = 1, 100 do t[i] = ('\\0'):rep(7e4) end while true do table.sort(t) end", Ends::kCpu},
    {"long C: sort of one long text", "local s, t = ('\\0'):rep(3e6), {} for i = 1, 12 do t[i] = s end while true do pcall(table.sort, t) end", Ends::kCpu},
    {"long C: a long text after a long peace", "local a, b = ('\\0'):rep(2.5e6), ('\\0'):rep(2.5e6) for i = 1, 1e6 do end while true do local _ = a <= b end", Ends::kCpu},
    {"long C: equal long texts", "local a, b = ('x'):rep(2.5e6), ('x'):rep(2.5e6) for i = 1, 1e6 do end while true do local _ = a == b end", Ends::kCpu},
    {"long C: equal texts of a page", "local a, b = ('x'):rep(6e4), ('x'):rep(6e4) for i = 1, 1e6 do end while true do local _ = a == b end", Ends::kCpu},
    {"long C: a number in a long text", "local s = (' '):rep(3e6) .. '1' for i = 1, 1e6 do end while true do local _ = s + 1 end", Ends::kCpu},
    {"long C: a number in a text of a page", "local s = (' '):rep(6e4) .. '1' for i = 1, 1e6 do end while true do local _ = s + 1 end", Ends::kCpu},
    {"long C: a hexadecimal number", "local s = '0x' .. ('1'):rep(3e6) .. '.5' for i = 1, 1e6 do end while true do local _ = s // 1 end", Ends::kCpu},
    {"long C: many long numbers, math.max", "local s, t = (' '):rep(3e6) .. '1', {} for i = 1, 1000 do t[i] = s end while true do math.max(table.unpack(t)) end", Ends::kRaises},
    {"long C: many long numbers, math.min", "local s, t = (' '):rep(3e6) .. '1', {} for i = 1, 1000 do t[i] = s end while true do math.min(table.unpack(t)) end", Ends::kRaises},
    {"long C: many long numbers, string.char", "local s, t = (' '):rep(3e6) .. '1', {} for i = 1, 1000 do t[i] = s end while true do string.char(table.unpack(t)) end", Ends::kRaises},
    {"long C: many long numbers, utf8.char", "local s, t = (' '):rep(3e6) .. '1', {} for i = 1, 1000 do t[i] = s end while true do utf8.char(table.unpack(t)) end", Ends::kRaises},
    {"long C: many long numbers, string.format", "local s, t = (' '):rep(3e6) .. '1', {} for i = 1, 1000 do t[i] = s end while true do ('%d'):rep(1000):format(table.unpack(t)) end", Ends::kRaises},
    {"long C: as many numbers as there is room for", "local s, t = (' '):rep(60) .. '1', {} for i = 1, 1e5 do t[i] = s end while true do math.max(table.unpack(t)) end", Ends::kCpu},
    {"long C: concat of fractions", "local t = {} for i = 1, 1e5 do t[i] = i + 0.1 end while true do pcall(table.concat, t) end", Ends::kCpu},
    {"long C: arguments handed on", "local t = {} for i = 1, 3e4 do t[i] = i end local function f(...) while true do select('#', ...) end end f(table.unpack(t))", Ends::kCpu},
    {"long C: next of what is empty", "local t = {} for i = 1, 6e4 do t[i + 0.5] = i end for k in pairs(t) do t[k] = nil end for i = 1, 1e6 do end while true do next(t) end", Ends::kCpu},
    {"long C: long texts as keys", "local s, n = ('x'):rep(1e6), 0 while true do n = n + 1 local _ = ({})[s .. n] end", Ends::kCpu},
    {"long C: concatenation", "local s = ('x'):rep(1e6) for i = 1, 1e6 do end while true do local _ = s .. 1 .. s end", Ends::kCpu},
    {"long C: reverse", "local s = ('x'):rep(2e6) for i = 1, 1e6 do end while true do s:reverse() end", Ends::kCpu},
    {"long C: move", "local t = {} for i = 1, 1e5 do t[i] = i end while true do table.move(t, 1, 1e5, 2) end", Ends::kCpu},
    {"deep C: nested metamethods", "local m = {__concat = function(a, b) return a .. b end} local t = setmetatable({}, m) return t .. t", Ends::kRaises},
    {"deep C: a chain of __index", "local t = {} for i = 1, 1e4 do t = setmetatable({}, {__index = t}) end return t.x == nil", Ends::kRaises},
    // Metamethods that are C functions run one after another inside of a C function, and no hook with them.
    {"C in C: next for what is missing", "local a = {} for i = 1, 1e5 do a[i] = 1 end for i = 1, 1e5 do a[i] = nil end setmetatable(a, {__index = next}) table.unpack(a, 1, 1e5)", Ends::kCpu},
    {"C in C: the next that pairs gives", "local a = {} for i = 1, 1e5 do a[i] = 1 end for i = 1, 1e5 do a[i] = nil end setmetatable(a, {__index = (pairs {})}) table.move(a, 1, 1e5, 1, {})", Ends::kCpu},
    {"C in C: next as an order", "local t, a = {}, {} for i = 1, 2e5 do a[i] = 1 end for i = 1, 2e5 do a[i] = nil end local m = {__lt = function(x, y) return next(a) end} for i = 1, 9e3 do t[i] = setmetatable({}, m) end table.sort(t)", Ends::kAnyBudget},
    {"C in C: concat for what is missing", "local a = {} for i = 1, 1e4 do a[i] = 'x' end setmetatable(a, {__index = table.concat}) table.unpack(a, 2e4, 2.2e5)", Ends::kAnyBudget},
    {"pairs goes as it did", "local n, t = 0, setmetatable({}, {__pairs = function() return next, {1, 2, 3} end}) for k, v in pairs(t) do n = n + v end for k in pairs {a = 1, b = 2} do n = n + 1 end for k in next, {5} do n = n + k end return n == 9 and not pcall(pairs) and not pcall(next, {}, 'x')", Ends::kFine},
    {"__call that is called for itself", "local n = {} n.__call = n setmetatable(n, n) pcall(n)", Ends::kRaises},
    {"__call round a ring, after the stack grew", "local s = ('x'):rep(1e5) pcall(function() return select('#', s:byte(1, -1)) end) local a, b = {}, {} a.__call, b.__call = b, a setmetatable(a, b) setmetatable(b, a) pcall(a)", Ends::kRaises},
    {"__call of a function", "return setmetatable({}, {__call = function(_, x) return x == 3 end})(3)", Ends::kFine},
    // Upvalues and identities.
    {"upvalues: a function of the library has none to change", "return not pcall(function() return debug.setupvalue(upkeep.try, 1, print) end)", Ends::kFine},
    {"upvalues: the run object hides what it holds", "for key, value in pairs(run) do if key ~= 'target' and type(value) ~= 'function' then return key end end return true", Ends::kFine},
};

/// Bytes that malloc has given out.
std::size_t FromMalloc() {
  const struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

class HazardsTest : public LuaTest {
 protected:
  HazardsTest() {
    // One step of Lua's C code, between two looks at the clock, takes several times as long.
#if defined(__SANITIZE_THREAD__)
    options_.budget.cpu = std::chrono::milliseconds(1000);
    room_for_work_ = 8;
#elif defined(__SANITIZE_ADDRESS__)
    options_.budget.cpu = std::chrono::milliseconds(400);
#endif
  }

  /// What ends by itself is real work: under TSan on a busy machine it takes several times as long.
  int room_for_work_ = 1;
};

TEST_F(HazardsTest, EachIsHeld) {
  EXPECT_GE(std::size(kCorpus), 60U);
  const auto budget = options_.budget.cpu;
  for (const Case& one : kCorpus) {
    SCOPED_TRACE(std::string(one.hazard) + ": " + one.body);
    const bool ends_by_itself = one.ends == Ends::kFine || one.ends == Ends::kRaises;
    options_.budget.cpu = ends_by_itself ? budget * room_for_work_ : budget;
    const auto most = options_.budget.cpu + options_.budget.cpu / 5;
    Start(one.body);
    ASSERT_TRUE(done());
    EXPECT_LE(sandbox_->cpu_used(), most);
    EXPECT_LE(sandbox_->memory_used(), options_.budget.memory_bytes);
    const std::string said = message();
    switch (one.ends) {
      case Ends::kFine:
        ASSERT_TRUE(result().ok()) << status().Describe();
        EXPECT_EQ(Value(true), *result());
        break;
      case Ends::kRaises: EXPECT_EQ(Code::kError, code()) << said; break;
      case Ends::kCpu: EXPECT_NE(std::string::npos, said.find("processor budget")) << said; break;
      case Ends::kMemory: EXPECT_EQ("the playbook spent its memory budget", said); break;
      case Ends::kAnyBudget: EXPECT_FALSE(result().ok()); break;
    }
  }
  // And the next one is as if nothing had been.
  EXPECT_EQ(Value("XY"), Eval("return ('xy'):upper()"));
}

// What a playbook holds is what malloc gave for it, not what it asked for: one small text can hold a page.
TEST_F(HazardsTest, WhatIsHeldStaysUnderTheBudget) {
  options_.budget.cpu = std::chrono::seconds(10) * room_for_work_;
  for (const char* fill :
       {"for size = 48, 200, 16 do local all = {} for i = 1, 2.5e6 // size do all[i] = ('x'):rep(size) end "
        "for i = 1, #all, 2000 // (size + 25) do kept[#kept + 1] = all[i] end end",
        "for n = 1, 20 do local all = {} for i = 1, 2e4 do all[i] = i % 2 == 0 and {i} or ('x'):rep(40 + 8 * n) end "
        "for i = 1, #all, 15 do kept[#kept + 1] = all[i] end end"}) {
    SCOPED_TRACE(fill);
    const std::size_t before = FromMalloc();
    Start(std::string("local kept = {} local filled = pcall(function() ") + fill + " end) fake.slow(filled) return #kept");
    ASSERT_FALSE(done()) << status().Describe();
    EXPECT_LE(FromMalloc() - before, options_.budget.memory_bytes + options_.budget.memory_bytes / 5);
    EXPECT_LE(sandbox_->memory_used(), options_.budget.memory_bytes);
    host_.Finish();
    ASSERT_TRUE(done());
    sandbox_.reset();
  }
}

// Of 400 chunks with three bytes changed, 48 crashed a process that took them (STYLE.md 3.4).
TEST_F(HazardsTest, BytecodeIsRefusedHoweverItIsDressed) {
  std::string chunk("\x1bLuaT\0\x19\x93\r\n\x1a\n\x04\x08\x08\x78\x56\0\0\0\0\0\0\0\0\0\0\0\x28\x77\x40", 31);
  chunk.append(200, '\x01');
  std::uint32_t state = 1;
  const auto next = [&state] { return state = state * 1664525U + 1013904223U; };
  for (int round = 0; round < 400; ++round) {
    std::string mutated = chunk;
    for (int byte = 0; byte < 3; ++byte) {
      // All but the first byte, which is what makes it a binary chunk.
      mutated[1 + (next() >> 8) % (mutated.size() - 1)] = static_cast<char>(next() >> 16);
    }
    ASSERT_EQ(Code::kInvalid, Load(mutated).code()) << round;
  }
  for (const std::string& dressed : {chunk, "#!/usr/bin/lua\n" + chunk, "\xef\xbb\xbf" + chunk, std::string("\x1b"), " " + chunk}) {
    EXPECT_EQ(Code::kInvalid, Load(dressed).code());
  }
  options_.read_module = [&chunk](const std::string&) -> Result<ModuleSource> { return ModuleSource{"m.lua", chunk}; };
  EXPECT_NE(std::string::npos, Fails("require 'lib.m'").message().find("attempt to load a binary chunk"));
}

// The parser under memory that ends anywhere: CVE-2025-49844 was a name that the collector took.
TEST_F(HazardsTest, TheParserLivesWithLittleMemory) {
  std::string source = "local t = {\n";
  for (int i = 0; i < 400; ++i) source += "['key" + std::to_string(i) + "'] = function(a, b) return a .. '" + std::to_string(i) + "' .. b end,\n";
  source += "}\nreturn {}";
  int refused = 0, loaded = 0;
  for (std::size_t kilobytes = 150; kilobytes < 700; kilobytes += 11) {
    options_.budget.memory_bytes = kilobytes << 10;
    const Status status = Load(source, std::string(kilobytes, 'n') + ".lua");
    (status.ok() ? loaded : refused)++;
    if (!status.ok()) {
      EXPECT_EQ(Code::kBudget, status.code()) << status.Describe();
    }
  }
  EXPECT_GT(refused, 3);
  EXPECT_GT(loaded, 3);
}

TEST_F(HazardsTest, SourceThatIsMadeToHurtTheParser) {
  options_.budget.cpu = std::chrono::seconds(2);
  const std::string many_locals = [] {
    std::string text;
    for (int i = 0; i < 250; ++i) text += "local a" + std::to_string(i) + " = 1\n";
    return text + "return {}";
  }();
  std::string upvalues = "local ";
  for (int i = 0; i < 190; ++i) upvalues += (i == 0 ? "a" : ", a") + std::to_string(i);
  for (const std::string& source :
       {many_locals, upvalues, std::string("return ") + std::string(300, '(') + "1" + std::string(300, ')'),
        std::string("return '") + std::string(100'000, '\\'), "return [" + std::string(100'000, '=') + "[", std::string("return {} --[==["),
        "return " + std::string(5'000, 'f') + "." + std::string(5'000, 'g') + ".h", std::string(200'000, ';'), "goto " + std::string(60'000, 'x'),
        std::string("return 0x") + std::string(100'000, 'f'), std::string("return '\\u{7fffffffffff}'"), std::string("a\0b", 3)}) {
    EXPECT_NE(Code::kInternal, Load(source).code()) << source.substr(0, 40);
  }
}

}  // namespace
}  // namespace upkeep::lua
