// SPDX-License-Identifier: Apache-2.0
//
// Host calls, upkeep.each and upkeep.try.
#include "tests/base/lua/harness.h"

namespace upkeep::lua {
namespace {

using HostTest = LuaTest;

TEST_F(HostTest, ArgumentsArriveAsJson) {
  Eval("fake.echo('a', nil, 1, 1.5, true, { 1, 2 }, {}, upkeep.array {}, { a = { b = 1 } }, { [3] = 'x' }, nil, nil)"
       " fake.echo()");
  EXPECT_EQ(R"(echo ["a",null,1,1.5,true,[1,2],{},[],{"a":{"b":1}},{"3":"x"}])", host_.calls[0]);
  EXPECT_EQ("echo []", host_.calls[1]);
}

TEST_F(HostTest, AnswersArriveAsTablesAndGoBackTheSame) {
  const char* json = R"({"a":[1,[],{}],"b":null,"n":1.5,"s":"\u0000\u00e9","t":true,"big":9223372036854775807})";
  host_.answers["rows"].value = Value::parse(json);
  EXPECT_EQ(Value::parse(json), Eval("return fake.rows()"));
  EXPECT_EQ(Value::parse("[true, true, true, false, false, \"null\", 3]"),
            Eval("local r = fake.rows() return { upkeep.is_null(r.b), upkeep.is_null(nil), r.t, upkeep.is_null(false), "
                 "upkeep.is_null(r.a), tostring(r.b), #r.a }"));
  EXPECT_NE(std::string::npos, Fails("return fake.rows().b.c").message().find("this value is a JSON null"));
  EXPECT_EQ(Value(true), Eval("return fake.echo() == nil"));
}

TEST_F(HostTest, HostErrorsAreTablesWithTheirPlace) {
  host_.failures["fail"] = Status(Code::kNotPermitted, "pods is forbidden").WithHint("grant list on pods");
  EXPECT_EQ(Value::parse(R"(["not_permitted", "pods is forbidden", "grant list on pods", "test.lua:5", "pods is forbidden"])"),
            Eval("local ok, e = pcall(fake.fail) return { e.reason, e.message, e.hint, e.at, tostring(e) }"));
  const Status status = Fails("local x\nfake.fail()");
  EXPECT_EQ(Code::kNotPermitted, status.code());
  EXPECT_EQ("pods is forbidden", status.message());
  EXPECT_EQ("grant list on pods", status.hint());
  EXPECT_EQ(6, status.place()->line);
  EXPECT_EQ("test.lua", status.place()->file);
}

TEST_F(HostTest, TryGivesTheValueOrTheError) {
  host_.failures["fail"] = Status(Code::kUnreachable, "no route");
  EXPECT_EQ(Value::parse(R"([1, 2, "unreachable", "error", "test.lua:5: oops", "it raised a boolean"])"),
            Eval("local a, b = upkeep.try(function(...) return ... end, 1, 2) local _, e = upkeep.try(fake.fail, 'x') "
                 "local _, f = upkeep.try(function() error 'oops' end) local _, g = upkeep.try(function() error(true) end) "
                 "return { a, b, e.reason, f.reason, f.message, g.message }"));
}

TEST_F(HostTest, WaitsGoThroughPcallMetamethodsIteratorsAndRequire) {
  Start("local t = setmetatable({}, { __index = function(_, k) return fake.slow(k) end })\n"
        "local ok, value = pcall(function() return t.field end)\n"
        "for v in function(_, last) return not last and fake.slow('step') or nil end do value = value .. v end\n"
        "return value");
  EXPECT_EQ("fake.slow field", sandbox_->waiting_for());
  host_.Finish();
  EXPECT_EQ("fake.slow step", sandbox_->waiting_for());
  host_.Finish();
  ASSERT_TRUE(done());
  EXPECT_EQ(Value("fieldstep"), *result());
}

TEST_F(HostTest, EachWaitsSideBySideUpToItsBound) {
  Start("local sum = 0 upkeep.each({1, 2, 3, 4, 5, 6, 7}, {at_once = 3}, function(i) local v = fake.slow(i) sum = sum + v end) return sum");
  EXPECT_EQ(3U, host_.open());
  for (bool newest = true; host_.open() > 0; newest = !newest) host_.Finish(newest);
  ASSERT_TRUE(done());
  EXPECT_EQ(Value(28), *result());
  EXPECT_EQ(3, host_.most_open);
}

TEST_F(HostTest, EachRaisesTheFirstErrorAfterAllHaveEnded) {
  host_.failures["fail"] = Status(Code::kStale, "old");
  Start("local seen = 0 local ok, e = pcall(upkeep.each, {1, 2, 3, 4}, {at_once = 2}, function(i) seen = seen + 1 "
        "if i == 2 then fake.fail() end if i == 3 then error 'later' end fake.slow(i) end) return { ok, e.reason, seen }");
  EXPECT_EQ(2U, host_.open());
  host_.Finish();
  EXPECT_FALSE(done());
  host_.Finish();
  ASSERT_TRUE(done());
  EXPECT_EQ(Value::parse(R"([false, "stale", 4])"), *result());
}

TEST_F(HostTest, EachTakesListsDocumentsAndNothing) {
  host_.answers["list"].documents =
      std::make_shared<DocumentList>(DocumentList::FromValue(Value::parse(R"([{"a": 1}, {"a": 2}])")));
  EXPECT_EQ(Value(6), Eval("local n = 0 upkeep.each(fake.list(), nil, function(d) n = n + fake.echo(d.a) end) "
                           "upkeep.each({}, nil, error) upkeep.each({1, 2}, {at_once = 1}, function(i) "
                           "upkeep.each({i}, nil, function(j) n = n + fake.echo(j) end) end) return n"));
  EXPECT_NE(std::string::npos, Fails("upkeep.each({a = 1}, nil, print)").message().find("this table has keys"));
  EXPECT_NE(std::string::npos, Fails("upkeep.each(nil, nil, print)").message().find("needs a list, not nil"));
  EXPECT_NE(std::string::npos, Fails("upkeep.each({1}, print)").message().find("is called as"));
}

#ifdef __SANITIZE_THREAD__
// A coroutine that resumes another leaves its frame in ThreadSanitizer's own record of the stack;
// with more of them, that takes gigabytes.
constexpr int kMany = 200;
#else
constexpr int kMany = 10'000;
#endif

// An answer that is there at once must cost no stack, or a loop over a snapshot would overflow it.
TEST_F(HostTest, ManyImmediateAnswersNeedNoStack) {
  options_.budget.cpu = std::chrono::seconds(30);
  const std::string many = "local many = " + std::to_string(kMany) + " ";
  EXPECT_EQ(Value(3 * kMany),
            Eval(many + "local n = 0 for i = 1, 2 * many do n = n + fake.echo(1) end "
                        "local list = {} for i = 1, many do list[i] = i end "
                        "upkeep.each(list, {at_once = 1}, function(i) n = n + fake.echo(1) end) return n"));
  Start(many + "local n = fake.slow(0) for i = 1, 2 * many do n = n + fake.echo(1) "
               "if i % 100 == 0 then upkeep.each({1, 2}, nil, fake.echo) end end return n");
  host_.Finish();
  EXPECT_EQ(Value(2 * kMany), *result());
}

}  // namespace
}  // namespace upkeep::lua
