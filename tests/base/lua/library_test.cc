// SPDX-License-Identifier: Apache-2.0
//
// The functions of require "upkeep" that only compute, and require itself.
#include <filesystem>
#include <fstream>
#include <unistd.h>

#include "tests/base/lua/harness.h"

namespace upkeep::lua {
namespace {

class LibraryTest : public LuaTest {
 protected:
  void ExpectAll(const std::vector<std::pair<const char*, const char*>>& cases) {
    for (const auto& [expression, json] : cases) {
      EXPECT_EQ(Value::parse(json), Eval(std::string("return ") + expression)) << expression;
    }
  }
};

TEST_F(LibraryTest, AgesInTwoLanguages) {
  ExpectAll({{"upkeep.age(0)", R"({"en": "0 s", "ko": "0초"})"},
             {"upkeep.age(59.9)", R"({"en": "59 s", "ko": "59초"})"},
             {"upkeep.age(60)", R"({"en": "1 min", "ko": "1분"})"},
             {"upkeep.age(303)", R"({"en": "5 min 3 s", "ko": "5분 3초"})"},
             {"upkeep.age(3600 * 4 + 5)", R"({"en": "4 h", "ko": "4시간"})"},
             {"upkeep.age(86400 * 3 + 3600 * 4)", R"({"en": "3 d 4 h", "ko": "3일 4시간"})"},
             {"upkeep.age(-90)", R"({"en": "-1 min 30 s", "ko": "-1분 30초"})"}});
  EXPECT_NE(std::string::npos, Fails("upkeep.age(nil)").message().find("upkeep.age needs a number, not nil"));
  EXPECT_EQ(Code::kError, Fails("upkeep.age(0/0)").code());
}

TEST_F(LibraryTest, NothingTellsWhereAValueLiesInMemory) {
  ExpectAll({{"tostring({})", "\"table\""},
             {"tostring(print)", "\"function\""},
             {"tostring(setmetatable({}, {__name = 'Pod'}))", "\"Pod\""},
             {"tostring(setmetatable({}, {__name = 4}))", "\"table\""},
             {"tostring(setmetatable({}, {__tostring = function() return 'mine' end}))", "\"mine\""},
             {"tostring(12) .. tostring(nil) .. tostring(true)", "\"12niltrue\""},
             {"string.format('%s|%-9s|%d|%%s|%s', {}, print, 3, 'x')", "\"table|function |3|%s|x\""},
             {"('%5.2s'):format({})", "\"   ta\""}});
  EXPECT_NE(std::string::npos, Fails("return string.format('%p', {})").message().find("where a value lies"));
  EXPECT_NE(std::string::npos, Fails("return string.format('%d', {})").message().find("number expected, got table"));
  EXPECT_NE(std::string::npos, Fails("return string.format('%', 1)").message().find("invalid conversion"));
  EXPECT_NE(std::string::npos, Fails("return string.format('%s')").message().find("bad argument #2"));
}

TEST_F(LibraryTest, AMetatableIsWhatItWasWhenItWasSet) {
  ExpectAll({{"(function() local M = {} M.__index = M function M.name(t) return t.n .. '!' end "
              "return setmetatable({ n = 'pod' }, M):name() end)()", "\"pod!\""},
             // A method that comes later is found: it lies in the table that __index names.
             {"(function() local M = {} M.__index = M local t = setmetatable({}, M) function M.late() return 1 end return t.late() end)()", "1"},
             {"(function() local A = { x = 1 } A.__index = A local B = setmetatable({ y = 2 }, A) B.__index = B "
              "local t = setmetatable({}, B) return t.x + t.y end)()", "3"},
             {"(function() local M = {} local t = setmetatable({}, M) return getmetatable(t) == M and getmetatable(setmetatable({}, M)) == M end)()", "true"},
             {"getmetatable(setmetatable({}, { __metatable = 'mine' }))", "\"mine\""},
             {"getmetatable(setmetatable({}, { __metatable = false }))", "false"},
             {"(function() local M = {} local t = setmetatable({}, M) M.__index = { x = 1 } return t.x == nil end)()", "true"},
             {"(function() local M = {} local t = setmetatable({}, M) M.__index = { x = 1 } setmetatable(t, M) return t.x end)()", "1"},
             {"(function() local t = setmetatable({}, { __index = { x = 1 } }) return setmetatable(t, nil) == t and t.x == nil and getmetatable(t) == nil end)()", "true"},
             // Of a metatable's own metatable nothing is asked.
             {"(function() local M = setmetatable({}, { __index = { __index = { x = 1 } } }) return setmetatable({}, M).x == nil end)()", "true"},
             {"(function() local M = { __add = function() return 1 end, __sub = function() return 2 end, __mul = function() return 3 end, "
              "__div = function() return 4 end, __mod = function() return 5 end, __pow = function() return 6 end, __unm = function() return 7 end, "
              "__idiv = function() return 8 end, __band = function() return 9 end, __bor = function() return 10 end, __bxor = function() return 11 end, "
              "__shl = function() return 12 end, __shr = function() return 13 end, __bnot = function() return 14 end, __concat = function() return 15 end, "
              "__len = function() return 16 end, __call = function() return 17 end } local a = setmetatable({}, M) "
              "return { a + 1, a - 1, a * 1, a / 1, a % 1, a ^ 1, -a, a // 1, a & 1, a | 1, a ~ 1, a << 1, a >> 1, ~a, a .. 1, #a, a() } end)()",
              "[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17]"},
             {"(function() local closed = 0 local M = { __eq = function() return true end, __lt = function() return true end, __le = function() return false end, "
              "__newindex = function(t, k, v) rawset(t, k, v + 1) end, __pairs = function() return next, { 7 } end, __close = function() closed = closed + 1 end, "
              "__tostring = function() return 'M' end } local a, b = setmetatable({}, M), setmetatable({}, M) a.x = 1 "
              "do local c <close> = setmetatable({}, M) end local _, first = next({}) for _, v in pairs(a) do first = v end "
              "return { a == b, a < b, a <= b, a.x, first, closed, tostring(a) } end)()",
              "[true, true, false, 2, 7, 1, \"M\"]"}});
}

// Bytes, whatever language the machine speaks: the same order everywhere.
TEST_F(LibraryTest, TextIsComparedByteByByte) {
  ExpectAll({{"{ 'Z' < 'a', 'a' < 'Z', 'z' < 'é', '가' < '나', 'ab' < 'b', 'a' < 'ab', 'ab' < 'a', '' < 'a', 'a' <= 'a', 'a' < 'a' }",
              "[true, false, true, true, true, true, false, true, true, false]"},
             {"{ 'a\\0b' < 'a\\0c', 'a\\0c' < 'a\\0b', 'a' < 'a\\0', 'a\\0' < 'a', 'a\\0' <= 'a\\0', '\\0' < '\\0' }",
              "[true, false, true, false, true, false]"},
             {"(function() local s = ('x'):rep(70000) return { s .. 'a' < s .. 'b', s .. 'b' < s .. 'a', s < s .. 'a', s .. 'a' < s, s < s, s <= s, "
              "s .. '\\0a' < s .. '\\0b', s .. '\\0b' < s .. '\\0a' } end)()",
              "[true, false, true, false, false, true, true, false]"}});
}

TEST_F(LibraryTest, SizesAndQuantities) {
  ExpectAll({{"upkeep.bytes(0)", "\"0 B\""},
             {"upkeep.bytes(1023)", "\"1023 B\""},
             {"upkeep.bytes(1536)", "\"1.5 KiB\""},
             {"upkeep.bytes(1024 * 1024 - 1)", "\"1 MiB\""},
             {"upkeep.bytes(1.5 * 2^30)", "\"1.5 GiB\""},
             {"upkeep.bytes(-2048)", "\"-2 KiB\""},
             {"upkeep.quantity('250m')", "0.25"},
             {"upkeep.quantity('1Gi')", "1073741824"},
             {"upkeep.quantity('2k')", "2000"},
             {"upkeep.quantity('1.5')", "1.5"},
             {"upkeep.quantity('1e3')", "1000"},
             {"upkeep.quantity('1E')", "1000000000000000000"},
             {"upkeep.quantity('100n')", "1e-07"},
             {"upkeep.quantity(5)", "5"},
             {"upkeep.quantity('-.5')", "-0.5"},
             {"{ upkeep.quantity('') == nil, upkeep.quantity('m') == nil, upkeep.quantity('1Xi') == nil, "
              "upkeep.quantity(nil) == nil, upkeep.quantity('1 Gi') == nil, upkeep.quantity('.') == nil }",
              "[true, true, true, true, true, true]"},
             {"upkeep.percent(1, 4)", "25.0"},
             {"{ upkeep.percent(1, 0) == nil, upkeep.percent(1, nil) == nil, upkeep.percent(nil, 5) == nil }",
              "[true, true, true]"}});
}

TEST_F(LibraryTest, PairsGoesThroughACopyOfAModule) {
  ExpectAll({{"(function() local n = 0 for name, f in pairs(upkeep) do "
              "if upkeep[name] == f then n = n + 1 end end return n > 10 end)()", "true"},
             {"(function() local _, names = pairs(upkeep) names.now = 1 return type(upkeep.now) end)()", "\"function\""},
             {"(function() local all = {} for name in pairs(fake) do all[#all + 1] = name end table.sort(all) return all end)()",
              "[\"echo\", \"fail\", \"list\", \"rows\", \"slow\"]"},
             {"(function() local _, names = pairs(run) names.ok = 1 return type(run.ok) end)()", "\"function\""}});
}

TEST_F(LibraryTest, Times) {
  ExpectAll({{"upkeep.parse_time('1970-01-01T00:01:00Z')", "60.0"},
             {"upkeep.parse_time('1970-01-01T09:00:00.5+09:00')", "0.5"},
             {"{ upkeep.parse_time('yesterday') == nil, upkeep.parse_time(nil) == nil, "
              "upkeep.parse_time(('1'):rep(100)) == nil }", "[true, true, true]"}});
}

TEST_F(LibraryTest, UnknownNamesHaveAHint) {
  EXPECT_EQ("test.lua:5: upkeep has no function 'itmes' (did you mean 'items'?)", Fails("upkeep.itmes({})").message());
  EXPECT_EQ("test.lua:5: upkeep has no function 'something'", Fails("upkeep.something()").message());
  EXPECT_NE(std::string::npos, Fails("io.open('/etc/passwd')").message().find("a playbook reaches no files"));
}

TEST_F(LibraryTest, TheUsualLibrariesWork) {
  ExpectAll({{"(function() local t = { 3, 1, 2 } table.sort(t) table.insert(t, 9) table.insert(t, 1, 0) "
              "table.remove(t, 2) return t end)()", "[0, 2, 3, 9]"},
             {"(function() local t = { 'b', 'a' } table.sort(t, function(a, b) return a > b end) return t end)()", R"(["b", "a"])"},
             {"(function() local t = {} for i = 1, 20000 do t[i] = 20001 - i end table.sort(t) return t[1] + t[20000] end)()", "20001"},
             {"{ table.unpack({ 1, 2, 3 }, 2) }", "[2, 3]"},
             {"table.concat({ 1, 2, 3 }, '-', 2)", "\"2-3\""},
             {"table.move({ 1, 2, 3 }, 2, 3, 1)", "[2, 3, 3]"},
             {"{ ('ab'):rep(2, ','), ('x'):upper(), ('%5.1f'):format(2.25), #'abc', ('abc'):sub(2) }",
              R"(["ab,ab", "X", "  2.2", 3, "bc"])"},
             {"{ tonumber('0x10'), tonumber('z', 36), tonumber(' 5 '), tonumber('x') == nil }", "[16, 35, 5, true]"},
             {"{ utf8.len('노드'), utf8.char(72, 105), utf8.codepoint('A') }", "[2, \"Hi\", 65]"},
             {"{ math.floor(2.5), math.max(1, 5), math.type(1), select('#', 1, 2) }", "[2, 5, \"integer\", 2]"},
             {"{ pcall(error, 'x') }", "[false, \"x\"]"}});
  EXPECT_NE(std::string::npos, Fails("table.insert(nil, 1)").message().find("test.lua:5: bad argument #1 to 'insert'"));
}

TEST_F(LibraryTest, PrintGoesIntoTheLog) {
  Eval("print('a', 1, nil, true)");
  EXPECT_EQ(Value("a\t1\tnil\ttrue"), sandbox_->TakeRecords().at(0)["text"]);
}

TEST_F(LibraryTest, ModulesOfThePack) {
  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("upkeep_lua_" + std::to_string(getpid()));
  std::filesystem::create_directories(folder);
  const auto write = [&](const char* name, const char* text) { std::ofstream(folder / name) << text; };
  write("good.lua", "local upkeep = require 'upkeep' local m = { n = 0 } function m.add() m.n = m.n + 1 return m.n end return m");
  write("nothing.lua", "local x = 1");
  write("broken.lua", "local x =\n= 1");
  write("raises.lua", "error 'inside'");
  write("itself.lua", "return require 'lib.itself'");
  write("bytes.lua", "\x1bLua");
  write("global.lua", "leak = 1");
  write("refused.lua", "return {}");
  write("waits.lua", "return require 'upkeep.fake'.slow()");
  options_.read_module = [folder](const std::string& name) -> Result<ModuleSource> {
    std::ifstream in(folder / (name + ".lua"));
    if (!in) return Status(Code::kNotFound, "no such file");
    if (name == "refused") return Status(Code::kInvalid, "this one was altered");
    return ModuleSource{(folder / (name + ".lua")).string(), {std::istreambuf_iterator<char>(in), {}}};
  };
  EXPECT_EQ(Value(2), Eval("require 'lib.good'.add() return require 'lib.good'.add()"));
  for (const auto& [name, says] : std::vector<std::pair<std::string, std::string>>{
           {"nothing", "lib.nothing returns nothing"}, {"broken", "broken.lua:2: unexpected symbol near '='"},
           {"raises", "raises.lua:1: inside"}, {"itself", "can't require itself"}, {"bytes", "attempt to load a binary chunk"},
           {"global", "would become a global"}, {"absent", "there is no module lib.absent"},
           {"refused", "this one was altered"}, {"../good", "is named lib.NAME"}}) {
    EXPECT_NE(std::string::npos, Fails("require 'lib." + name + "'").message().find(says)) << name << ": " << message();
  }
  Start("return require 'lib.waits'");
  EXPECT_FALSE(done()) << "a module may wait, inside check";
  host_.Finish();
  EXPECT_TRUE(done());
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace upkeep::lua
