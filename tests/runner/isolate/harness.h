// SPDX-License-Identifier: Apache-2.0
//
// What the tests of isolated playbooks share: a host of the test's own, and the look at what is left
// behind. A test that starts processes has a main of its own: they are itself, started again.

#ifndef UPKEEP_TESTS_RUNNER_ISOLATE_HARNESS_H_
#define UPKEEP_TESTS_RUNNER_ISOLATE_HARNESS_H_

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cerrno>
#include <filesystem>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "base/document.h"
#include "base/io/reactor.h"
#include "runner/isolate/isolate.h"

namespace upkeep::isolate {

/// The module "fake".
class TestHost final : public lua::Host {
 public:
  explicit TestHost(io::Reactor& reactor) : reactor_(reactor) {
    auto list = DocumentList::FromValue({{{"name", "a"}, {"spec", {{"x", 1}, {"y", 2}}}, {"secret", "hidden"}},
                                         {{"name", "b"}, {"spec", {{"x", 3}}}}});
    list_ = std::make_shared<const DocumentList>(std::move(list));
  }

  std::vector<std::string> calls;
  CancelSource* cancel_at_call = nullptr;

  std::vector<std::string> Functions(std::string_view module) const override {
    if (module != "fake") return {};
    return {"echo", "fail", "list", "many", "slow", "never"};
  }

  Task<Result<lua::Answer>> Call(std::string module, std::string function, Value arguments, Limits limits) override {
    calls.push_back(module + "." + function + " " + CanonicalJson(arguments));
    if (cancel_at_call != nullptr) cancel_at_call->Cancel();
    lua::Answer answer;
    if (function == "fail") {
      co_return Status(Code::kNotPermitted, "the target refuses it").WithHint("grant it");
    }
    if (function == "list") {
      answer.documents = list_;
      answer.fields = {"name", "spec.x"};
      co_return answer;
    }
    if (function == "many") {
      answer.documents = Many(arguments[0].get<int>());
      answer.fields = {"name", "labels"};
      co_return answer;
    }
    if (function == "slow" || function == "never") {
      const auto wait = function == "never" ? std::chrono::hours(1) : std::chrono::milliseconds(5);
      Status slept = co_await reactor_.SleepUntil(std::chrono::steady_clock::now() + wait, limits);
      if (!slept.ok()) co_return slept;
    }
    if (!arguments.empty()) answer.value = arguments[0];
    co_return answer;
  }

  Task<void> GiveWay() override { (void)co_await reactor_.SleepUntil(std::chrono::steady_clock::now(), {}); }

 private:
  /// Pages of 500 documents, as a cluster gives them.
  static std::shared_ptr<const DocumentList> Many(int pages) {
    std::vector<std::shared_ptr<const DocumentPage>> all;
    for (int page = 0; page < pages; ++page) {
      Value items = Value::array();
      for (int i = 0; i < 500; ++i) {
        items.push_back({{"name", "pod-" + std::to_string(page * 500 + i)}, {"ballast", std::string(200, 'x')},
                         {"labels", {{"app", "a" + std::to_string(i)}, {"text", std::string(300, 'y')}}}});
      }
      all.push_back(DocumentList::FromValue(items).pages().front());
    }
    return std::make_shared<const DocumentList>(std::move(all));
  }

  io::Reactor& reactor_;
  std::shared_ptr<const DocumentList> list_;
};

class IsolateTest : public testing::Test {
 protected:
  IsolateTest() : reactor_(*io::Reactor::Create()), host_(*reactor_) { descriptors_ = Descriptors(); }
  ~IsolateTest() override {
    EXPECT_EQ(-1, waitpid(-1, nullptr, WNOHANG)) << "a process is left";
    EXPECT_EQ(ECHILD, errno);
    EXPECT_EQ(descriptors_, Descriptors()) << "a descriptor is left";
  }

  static std::ptrdiff_t Descriptors() {
    return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), std::filesystem::directory_iterator());
  }

  Request RequestFor(const std::string& source) {
    Request request;
    request.source = source;
    request.file = "x.lua";
    request.function = "check";
    request.arguments = {Value{{"$run", {{"target", {{"name", "orders"}}}}}}, Value::object()};
    request.clock = &clock_;
    request.host = &host_;
    request.seed = 7;
    return request;
  }

  Ended RunApart(Request request, Limits limits = {}) {
    Activity activity;
    Ended ended = reactor_->RunUntilDone(isolate::Run(*reactor_, std::move(request), limits, activity));
    EXPECT_EQ("", activity.waiting_for());
    return ended;
  }

  FakeClock clock_{Instant(std::chrono::seconds(1'700'000'000))};
  std::unique_ptr<io::Reactor> reactor_;
  TestHost host_;
  std::ptrdiff_t descriptors_ = 0;
};

}  // namespace upkeep::isolate

#endif  // UPKEEP_TESTS_RUNNER_ISOLATE_HARNESS_H_
