// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/status.h"
#include "base/task.h"
#include "base/value.h"
#include "base/when_all.h"

namespace upkeep {
namespace {

TEST(Status, ShowsTheLineWithACaretUnderTheColumn) {
  const Status status =
      Status(Code::kInvalid, "unknown key 'grase'")
          .WithHint("did you mean 'grace'?")
          .At({.file = "daily.yaml", .line = 3, .column = 5, .text = "    grase: 5m"});
  EXPECT_EQ(
      "daily.yaml:3:5: unknown key 'grase'\n"
      "      grase: 5m\n"
      "      ^\n"
      "  hint: did you mean 'grace'?",
      status.Describe());
}

// A reference into the temporary would dangle in `for (x : *Rows())` and `auto&& x = Fault().At(p)`.
TEST(Status, WhatATemporaryGivesOutlivesIt) {
  static_assert(std::is_same_v<decltype(*std::declval<Result<std::string>>()), std::string>);
  static_assert(std::is_same_v<decltype(std::declval<Result<int>>().value()), int>);
  static_assert(std::is_same_v<decltype(std::declval<Status>().WithHint("")), Status>);
  static_assert(std::is_same_v<decltype(std::declval<Status>().At({})), Status>);
  static_assert(std::is_same_v<decltype(std::declval<Status>().Within("")), Status>);
  const auto rows = [] { return Result(std::vector<std::string>(3, std::string(100, 'x'))); };
  int seen = 0;
  for (const std::string& row : *rows()) seen += row == std::string(100, 'x') ? 1 : 0;
  EXPECT_EQ(3, seen);
  const Status& status = Status(Code::kError, std::string(100, 'y')).Within("z");
  EXPECT_EQ("z: " + std::string(100, 'y'), status.message());
}

TEST(Value, CanonicalJsonSortsKeysAndReplacesBrokenUtf8) {
  Value value;
  value["b"] = 1;
  value["a"] = std::string("x\xff");
  EXPECT_EQ("{\"a\":\"x\xEF\xBF\xBD\",\"b\":1}", CanonicalJson(value));
}

TEST(Value, DeepNestingIsRefusedNotFollowed) {
  EXPECT_EQ(Code::kInvalid, ParseJson(std::string(100'000, '[')).status().code());
  EXPECT_TRUE(ParseJson("[[[[1]]]]").ok());
}

TEST(Value, Sha256OfAbcIsTheOneInTheStandard) {
  EXPECT_EQ("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", Sha256Hex("abc"));
}

TEST(Clock, Rfc3339RoundTripsWithAndWithoutFraction) {
  for (const char* text : {"2026-11-21T09:00:00Z", "1999-12-31T23:59:59.250Z"}) {
    const auto instant = ParseRfc3339(text);
    ASSERT_TRUE(instant.ok()) << text;
    EXPECT_EQ(text, FormatRfc3339(*instant));
  }
  EXPECT_EQ("2026-11-21T00:00:00Z", FormatRfc3339(*ParseRfc3339("2026-11-21T09:00:00+09:00")));
}

TEST(Clock, WrongTimesAndDurationsAreRefused) {
  for (const char* text : {"", "2026-02-30T00:00:00Z", "2026-11-21T25:00:00Z", "2026-11-21T09:00:00",
                           "2026-11-21T09:00:00.Z", "2026-11-21T09:00:00Zx"}) {
    EXPECT_FALSE(ParseRfc3339(text).ok()) << text;
  }
  for (const char* text : {"", "5", "m", "5x", "-5m", "99999999999d"}) {
    EXPECT_FALSE(ParseDuration(text).ok()) << text;
  }
  EXPECT_EQ(std::chrono::minutes(90), *ParseDuration("1h30m"));
  EXPECT_EQ("1h30m", FormatDuration(std::chrono::minutes(90)));
}

TEST(Cancel, CallbacksRunOnceAndForgottenOnesNever) {
  CancelSource source;
  int called = 0, forgotten = 0;
  source.token().OnCancel([&] { ++called; });
  source.token().Forget(source.token().OnCancel([&] { ++forgotten; }));
  source.Cancel();
  source.Cancel();
  EXPECT_EQ(1, called);
  EXPECT_EQ(0, forgotten);
  source.token().OnCancel([&] { ++called; });
  EXPECT_EQ(2, called) << "a late listener hears at once";
}

Task<Result<int>> Throws() {
  throw std::runtime_error("boom");
  co_return 1;
}

TEST(Task, AnExceptionInsideBecomesAStatus) {
  Task<Result<int>> task = Throws();
  task.handle().resume();
  ASSERT_TRUE(task.done());
  EXPECT_EQ(Code::kInternal, task.handle().promise().value->status().code());
  EXPECT_EQ("boom", task.handle().promise().value->status().message());
}

/// Something to wait for that a test opens by hand.
struct Gate {
  std::vector<std::coroutine_handle<>> waiting;
  auto operator co_await() {
    struct Awaiter {
      Gate& gate;
      bool await_ready() const noexcept { return false; }
      void await_suspend(std::coroutine_handle<> self) { gate.waiting.push_back(self); }
      void await_resume() const noexcept {}
    };
    return Awaiter{*this};
  }
};

Task<void> PassGate(Gate& gate, int& passed) {
  co_await gate;
  ++passed;
}

TEST(WhenAll, EndsWithTheLastTaskAndFreesTheOthers) {
  Gate gate;
  int passed = 0;
  std::vector<Task<void>> tasks;
  for (int i = 0; i < 3; ++i) tasks.push_back(PassGate(gate, passed));
  Task<void> all = WhenAll(std::move(tasks));
  all.handle().resume();
  for (int i = 0; i < 3; ++i) {
    EXPECT_FALSE(all.done());
    gate.waiting[static_cast<std::size_t>(i)].resume();
  }
  EXPECT_TRUE(all.done());
  EXPECT_EQ(3, passed);
  Task<void> none = WhenAll({});
  none.handle().resume();
  EXPECT_TRUE(none.done());
}

TEST(WhenAll, DestroyedWhileWaitingItDestroysItsTasks) {
  Gate gate;
  int passed = 0;
  {
    std::vector<Task<void>> tasks;
    tasks.push_back(PassGate(gate, passed));
    Task<void> all = WhenAll(std::move(tasks));
    all.handle().resume();
  }
  EXPECT_EQ(0, passed);
}

}  // namespace
}  // namespace upkeep
