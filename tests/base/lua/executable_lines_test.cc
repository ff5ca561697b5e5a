// SPDX-License-Identifier: Apache-2.0
//
// What can run, and what did: the lines of a file as the compiler and as the hook see them agree.
#include "base/lua/executable_lines.h"

#include <algorithm>
#include <iterator>
#include <map>

#include "tests/base/lua/harness.h"

namespace upkeep::lua {
namespace {

using Lines = std::set<int>;

TEST(ExecutableLinesTest, EachFunctionHasItsOwn) {
  const auto functions = ExecutableLines(
      "local a = 1\n"                      // 1
      "local function inner(x)\n"          // 2
      "  -- nothing\n"                     // 3
      "  if x then\n"                      // 4
      "    return function() return x end\n"  // 5
      "  end\n"                            // 6
      "  local long = {\n"                 // 7
      "    1,\n"                           // 8
      "  }\n"                              // 9
      "end\n"                              // 10
      "return inner\n");                   // 11
  ASSERT_TRUE(functions.ok()) << functions.status().Describe();
  ASSERT_EQ(3U, functions->size());
  EXPECT_EQ(0, functions->at(0).first);
  EXPECT_EQ(2, functions->at(1).first);
  EXPECT_EQ(10, functions->at(1).last);
  for (const int line : {4, 5, 7}) EXPECT_TRUE(functions->at(1).lines.contains(line)) << line;
  for (const int line : {2, 3, 10}) EXPECT_FALSE(functions->at(1).lines.contains(line)) << line;
  EXPECT_EQ((Lines{5}), functions->at(2).lines);
}

TEST(ExecutableLinesTest, LongFunctionsWithConstantsOfEveryKind) {
  std::string source = "local function f(...)\nlocal t = { 1, 2.5, 'short', nil, true, false, '" +
                       std::string(300, 'x') + "', 1 << 40 }\n";
  for (int i = 0; i < 400; ++i) source += "t.field" + std::to_string(i) + " = t[" + std::to_string(i) + "]" + (i % 100 == 0 ? std::string(200, '\n') : "\n");
  source += "return t\nend\nreturn f\n";
  const auto functions = ExecutableLines(source);
  ASSERT_TRUE(functions.ok()) << functions.status().Describe();
  EXPECT_EQ(402U, functions->at(1).lines.size());
}

TEST(ExecutableLinesTest, WhatDoesNotCompileIsInvalid) {
  EXPECT_EQ(Code::kInvalid, ExecutableLines("local = 1").status().code());
}

class WatchLinesTest : public LuaTest {};

TEST_F(WatchLinesTest, TellsTheLinesThatRanAndNoOther) {
  const std::string source =
      "local upkeep = require 'upkeep'\n"               // 1
      "local function helper(n)\n"                      // 2
      "  if n > 1 then\n"                               // 3
      "    return 'many'\n"                             // 4
      "  end\n"                                         // 5
      "  return 'one'\n"                                // 6
      "end\n"                                           // 7
      "return { check = function(run)\n"                // 8
      "  local echo = require('upkeep.fake').echo\n"    // 9
      "  upkeep.each({ 1, 1 }, nil, function(n)\n"      // 10
      "    echo(helper(n))\n"                           // 11
      "  end)\n"                                        // 12
      "  if false then\n"                               // 13
      "    error 'never'\n"                             // 14
      "  end\n"                                         // 15
      "end }\n";
  ASSERT_TRUE(Load(source, "watched.lua").ok());
  std::map<int, int> ran;
  sandbox_->WatchLines([&](std::string_view file, int, int line) {
    EXPECT_EQ("watched.lua", file);
    if (line != 0) ++ran[line];
  });
  std::vector<Value> arguments;
  arguments.push_back(Value{{"$run", Value{{"target", Value::object()}}}});
  task_ = sandbox_->Call("check", std::move(arguments), Limits{});
  task_.handle().resume();
  ASSERT_TRUE(done() && result().ok()) << status().Describe();
  for (const int line : {3, 6, 9, 10, 11}) EXPECT_TRUE(ran.contains(line)) << line;
  for (const int line : {4, 14, 1}) EXPECT_FALSE(ran.contains(line)) << line;
  EXPECT_EQ(2, ran[3]);
  // Whatever the hook tells is a line that the compiler knows as one, "end" aside.
  Lines known;
  for (const FunctionLines& function : *ExecutableLines(source)) {
    known.insert(function.lines.begin(), function.lines.end());
    known.insert(function.last);
  }
  for (const auto& [line, times] : ran) EXPECT_TRUE(known.contains(line)) << line;
}

TEST_F(WatchLinesTest, TellsWhichWayAConditionWent) {
  const std::string source =
      "local function sign(n)\n"                        // 1
      "  if n < 0 then return 'minus' end\n"            // 2
      "  if n == 0 or n ~= n then\n"                    // 3
      "    return 'none'\n"                             // 4
      "  end\n"                                         // 5
      "  return 'plus'\n"                               // 6
      "end\n"                                           // 7
      "local function sum(list)\n"                      // 8
      "  local all = 0\n"                               // 9
      "  for _, n in ipairs(list) do\n"                 // 10
      "    all = all + n\n"                             // 11
      "  end\n"                                         // 12
      "  while all > 100 do\n"                          // 13
      "    all = all // 2\n"                            // 14
      "  end\n"                                         // 15
      "  for i = 1, #list do\n"                         // 16
      "    all = all + i * 0\n"                         // 17
      "  end\n"                                         // 18
      "  if all > 3 then\n"                             // 19
      "    return sign(all)\n"                          // 20
      "  end\n"                                         // 21
      "  local one = all == 1 and 'one' or 'other'\n"   // 22: both ways are one line
      "  return one\n"                                  // 23
      "end\n"                                           // 24
      "return { check = function(run)\n"                // 25
      "  return { sign(-1), sign(2), sum({ 1, 2 }), sum({ 9 }), sum({}), (pcall(sign, {})) }\n"   // 26
      "end }\n";
  std::set<Branch> known;
  for (const FunctionLines& function : *ExecutableLines(source)) {
    known.insert(function.branches.begin(), function.branches.end());
  }
  EXPECT_EQ((std::set<Branch>{{2, 0}, {2, 3}, {3, 4}, {3, 6}, {10, 11}, {10, 12}, {13, 14}, {13, 16}, {16, 17}, {16, 19},
                              {19, 20}, {19, 22}}),
            known);
  ASSERT_TRUE(Load(source, "watched.lua").ok());
  std::set<Branch> went;
  sandbox_->WatchLines([&](std::string_view, int before, int line) {
    if (known.contains({before, line})) went.emplace(before, line);
  });
  task_ = sandbox_->Call("check", {}, Limits{});
  task_.handle().resume();
  ASSERT_TRUE(done() && result().ok()) << status().Describe();
  EXPECT_EQ((Value{"minus", "plus", "other", "plus", "other", false}), *result());
  std::set<Branch> missed;
  std::set_difference(known.begin(), known.end(), went.begin(), went.end(), std::inserter(missed, missed.end()));
  EXPECT_EQ((std::set<Branch>{{3, 4}, {13, 14}}), missed);
}

TEST_F(WatchLinesTest, TheProcessorBudgetStillEndsIt) {
  ASSERT_TRUE(Load("return { check = function() while true do pcall(error) end end }").ok());
  sandbox_->WatchLines([](std::string_view, int, int) {});
  task_ = sandbox_->Call("check", {}, Limits{});
  task_.handle().resume();
  EXPECT_EQ(Code::kBudget, code());
}

}  // namespace
}  // namespace upkeep::lua
