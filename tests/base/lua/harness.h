// SPDX-License-Identifier: Apache-2.0
//
// What the tests of the sandbox share: a host whose calls end when the test says so, and the
// driving of a Call by hand.

#ifndef UPKEEP_TESTS_BASE_LUA_HARNESS_H_
#define UPKEEP_TESTS_BASE_LUA_HARNESS_H_

#include <coroutine>
#include <deque>
#include <functional>
#include <gtest/gtest.h>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/lua/sandbox.h"

namespace upkeep::lua {

/// Answers at once from `answers` and `failures`, or, for "slow", when the test calls Finish().
class FakeHost : public Host {
 public:
  std::map<std::string, Answer> answers;        ///< By function name.
  std::map<std::string, Status> failures;
  std::vector<std::string> calls;               ///< "function arguments".
  int most_open = 0;
  int gave_way = 0;                             ///< How often a playbook let others go on.
  std::function<void()> on_giving_way = [] {};

  std::vector<std::string> Functions(std::string_view module) const override {
    if (module != "fake") return {};
    return {"echo", "list", "fail", "slow", "rows"};
  }

  Task<Result<Answer>> Call(std::string /*module*/, std::string function, Value arguments,
                            Limits limits) override {
    calls.push_back(function + " " + arguments.dump());
    if (function == "echo") {
      Answer answer;
      answer.value = arguments.empty() ? Value() : arguments[0];
      co_return answer;
    }
    if (function == "slow") {
      Open open{{}, false, std::nullopt};
      open_.push_back(&open);
      most_open = std::max(most_open, static_cast<int>(open_.size()));
      Suspend suspend{open};
      const std::uint64_t id = limits.cancel.OnCancel([&open] {
        open.cancelled = true;
        open.waiting.resume();
      });
      struct Leave {
        FakeHost& host;
        Open& open;
        CancelToken token;
        std::uint64_t id;
        ~Leave() {
          std::erase(host.open_, &open);
          token.Forget(id);
        }
      } leave{*this, open, limits.cancel, id};
      co_await suspend;
      if (open.cancelled) co_return Status(Code::kCancelled, "cancelled");
      if (open.failure) co_return *open.failure;
      Answer answer;
      answer.value = arguments.empty() ? Value() : arguments[0];
      co_return answer;
    }
    if (const auto failure = failures.find(function); failure != failures.end()) {
      co_return failure->second;
    }
    co_return answers[function];
  }

  Task<void> GiveWay() override {
    ++gave_way;
    on_giving_way();
    co_return;
  }

  std::size_t open() const { return open_.size(); }
  /// Ends the call that waits longest, or the newest.
  void Finish(bool newest = false, std::optional<Status> failure = std::nullopt) {
    Open& open = newest ? *open_.back() : *open_.front();
    open.failure = std::move(failure);
    open.waiting.resume();
  }

 private:
  struct Open {
    std::coroutine_handle<> waiting;
    bool cancelled;
    std::optional<Status> failure;
  };
  struct Suspend {
    Open& open;
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> self) noexcept { open.waiting = self; }
    void await_resume() const noexcept {}
  };
  std::vector<Open*> open_;
};

class LuaTest : public testing::Test {
 protected:
  LuaTest() : clock_(*ParseRfc3339("2026-11-21T09:00:00Z")) {
    options_.clock = &clock_;
    options_.host = &host_;
    options_.budget.cpu = std::chrono::milliseconds(200);
    options_.budget.memory_bytes = std::size_t{8} << 20;
  }

  Status Load(const std::string& source, const std::string& name = "test.lua") {
    auto made = Sandbox::Create(options_);
    if (!made.ok()) return made.status();
    sandbox_ = std::move(made).value();
    return sandbox_->Load(source, name);
  }

  /// Loads a playbook whose check has this body, and starts it.
  void Start(const std::string& body, Limits limits = {}) {
    const Status loaded = Load(
        "local upkeep = require 'upkeep'\nlocal fake = require 'upkeep.fake'\n"
        "return { messages = { plain = { en = 'plain', ko = '평문' }, "
        "of = { en = '{a} of {b}', ko = '{b} 중 {a}' } }, remedies = { restart = {} },\n"
        "check = function(run, params)\n" + body + "\nend }");
    ASSERT_TRUE(loaded.ok()) << loaded.Describe();
    Value run{{"$run", Value{{"target", Value{{"name", "t1"}, {"expects", Value::array({"velero"})}}}}}};
    std::vector<Value> arguments;
    arguments.push_back(std::move(run));
    arguments.push_back(Value{{"limit", 3}});
    task_ = sandbox_->Call("check", std::move(arguments), limits);
    task_.handle().resume();
  }

  bool done() const { return task_.done(); }
  const Result<Value>& result() { return *task_.handle().promise().value; }
  Status status() { return done() ? result().status() : Status(Code::kBusy, "still waiting"); }
  Code code() { return status().code(); }
  std::string message() { return status().message(); }

  /// What the body returns, run to its end.
  Value Eval(const std::string& body) {
    Start(body);
    if (!done() || !result().ok()) {
      ADD_FAILURE() << body << "\n" << status().Describe();
      return nullptr;
    }
    return *result();
  }
  /// The code and message with which it ends.
  Status Fails(const std::string& body) {
    Start(body);
    return status();
  }

  FakeClock clock_;
  FakeHost host_;
  SandboxOptions options_;
  std::unique_ptr<Sandbox> sandbox_;
  Task<Result<Value>> task_;
};

}  // namespace upkeep::lua

#endif  // UPKEEP_TESTS_BASE_LUA_HARNESS_H_
