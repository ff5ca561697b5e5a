// SPDX-License-Identifier: Apache-2.0
#include "runner/isolate/ask_host.h"

#include <chrono>
#include <coroutine>
#include <deque>
#include <map>
#include <optional>
#include <utility>

#include "runner/isolate/message.h"

namespace upkeep::isolate {
namespace {

/// A call that upkeep has not answered yet.
struct OpenCall {
  bool begun = false;                            ///< Upkeep has said that it waits, or has answered.
  std::optional<Result<lua::Answer>> answer;
  std::coroutine_handle<> waiting;
};

struct UntilAnswered {
  OpenCall& call;
  bool await_ready() const noexcept { return call.answer.has_value(); }
  void await_suspend(std::coroutine_handle<> self) noexcept { call.waiting = self; }
  void await_resume() const noexcept {}
};

struct NextTurn {
  std::deque<std::coroutine_handle<>>& ready;
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> self) { ready.push_back(self); }
  void await_resume() const noexcept {}
};

}  // namespace

struct AskHost::Impl {
  ChildLink& link;
  FakeClock& clock;
  CancelSource cancel{};
  lua::Sandbox* sandbox = nullptr;
  std::int64_t next_id = 1;
  std::map<std::int64_t, OpenCall*> open{};
  std::map<std::int64_t, Value> replies{};       ///< To what is asked for without a yield.
  std::deque<std::coroutine_handle<>> ready{};
  std::map<std::int64_t, std::vector<std::shared_ptr<const DocumentPage>>> pages{};
  // Kept to the end: the sandbox tells by its list whether an answer has been seen.
  std::map<std::int64_t, std::shared_ptr<const DocumentList>> lists{};

  void Take(const Value& message);
  void TakeAnswer(const Value& message);
  Result<lua::Answer> AnswerFrom(const Value& message);
  void Finish(std::int64_t id, Result<lua::Answer> answer);
  Value AskNow(Value request);
  void SendRecords();
};

void AskHost::Impl::Take(const Value& message) {
  const std::string op = StringAt(message, "op");
  if (op == "cancel") {
    cancel.Cancel();
  } else if (op == "page") {
    const DocumentList list = DocumentList::FromValue(message.value("documents", Value::array()));
    auto& kept = pages[IntegerAt(message, "list")];
    kept.insert(kept.end(), list.pages().begin(), list.pages().end());
  } else if (op == "waits") {
    const auto found = open.find(IntegerAt(message, "id"));
    if (found != open.end()) found->second->begun = true;
  } else if (op == "answer") {
    TakeAnswer(message);
  }
}

void AskHost::Impl::TakeAnswer(const Value& message) {
  clock.SetWall(Instant(Instant::duration(IntegerAt(message, "now"))));
  // Before the answer: who asks why it ended must find that it was cancelled.
  if (message.value("cancelled", false)) cancel.Cancel();
  const std::int64_t id = IntegerAt(message, "id");
  if (open.contains(id)) {
    Finish(id, AnswerFrom(message));
  } else {
    replies[id] = message;
  }
}

Result<lua::Answer> AskHost::Impl::AnswerFrom(const Value& message) {
  if (Status status = StatusFromValue(message.value("status", Value())); !status.ok()) return status;
  lua::Answer answer;
  answer.value = message.value("value", Value());
  if (!message.contains("list")) return answer;
  const std::int64_t id = IntegerAt(message, "list");
  std::shared_ptr<const DocumentList>& list = lists[id];
  if (list == nullptr) {
    list = std::make_shared<const DocumentList>(std::move(pages[id]));
    pages.erase(id);
  }
  answer.documents = list;
  answer.fields = message.value("fields", std::vector<std::string>());
  return answer;
}

void AskHost::Impl::Finish(std::int64_t id, Result<lua::Answer> answer) {
  OpenCall& call = *open.at(id);
  call.begun = true;
  if (call.answer) return;
  call.answer.emplace(std::move(answer));
  if (call.waiting) ready.push_back(call.waiting);
}

Value AskHost::Impl::AskNow(Value request) {
  const std::int64_t id = next_id++;
  request["id"] = id;
  link.Send(request);
  for (;;) {
    if (auto reply = replies.extract(id)) return std::move(reply.mapped());
    Take(link.Read());
  }
}

void AskHost::Impl::SendRecords() {
  if (sandbox == nullptr) return;
  std::vector<Value> records = sandbox->TakeRecords();
  if (!records.empty()) link.Send({{"op", "records"}, {"records", std::move(records)}});
}

AskHost::AskHost(ChildLink& link, FakeClock& clock) : impl_(new Impl{link, clock}) {}
AskHost::~AskHost() = default;

std::vector<std::string> AskHost::Functions(std::string_view module) const {
  Value request{{"op", "functions"}, {"module", std::string(module)}};
  return impl_->AskNow(std::move(request)).value("value", std::vector<std::string>());
}

Result<lua::ModuleSource> AskHost::ReadModule(const std::string& name) {
  const Value reply = impl_->AskNow({{"op", "module"}, {"name", name}});
  if (Status status = StatusFromValue(reply.value("status", Value())); !status.ok()) return status;
  const Value source = reply.value("value", Value());
  return lua::ModuleSource{StringAt(source, "path"), StringAt(source, "text")};
}

Task<Result<lua::Answer>> AskHost::Call(std::string module, std::string function, Value arguments, Limits limits) {
  Impl& impl = *impl_;
  impl.SendRecords();
  const std::int64_t id = impl.next_id++;
  OpenCall call;
  impl.open[id] = &call;
  Value request{{"op", "call"}, {"id", id}, {"module", std::move(module)}, {"function", std::move(function)}};
  request["arguments"] = std::move(arguments);
  impl.link.Send(request);
  while (!call.begun) impl.Take(impl.link.Read());
  // What cancels the whole run ends upkeep's side of the call, which then answers; what stops this
  // playbook alone (its budget) ends the wait here.
  const std::uint64_t forget = limits.cancel.OnCancel([&impl, id] {
    if (!impl.cancel.cancelled()) impl.Finish(id, Status(Code::kCancelled, "the playbook was stopped"));
  });
  UntilAnswered answered{call};
  co_await answered;
  limits.cancel.Forget(forget);
  impl.open.erase(id);
  co_return *std::move(call.answer);
}

Task<void> AskHost::GiveWay() {
  impl_->SendRecords();
  NextTurn turn{impl_->ready};
  co_await turn;
}

void AskHost::set_sandbox(lua::Sandbox* sandbox) { impl_->sandbox = sandbox; }
void AskHost::SendRecords() { impl_->SendRecords(); }
CancelToken AskHost::cancel() const { return impl_->cancel.token(); }

Result<Value> AskHost::Drive(Task<Result<Value>> task) {
  task.handle().resume();
  while (!task.done()) {
    while (std::optional<Value> message = impl_->link.TryRead()) impl_->Take(*message);
    if (impl_->ready.empty()) {
      impl_->Take(impl_->link.Read());
      continue;
    }
    const std::coroutine_handle<> next = impl_->ready.front();
    impl_->ready.pop_front();
    next.resume();
  }
  return *std::move(task.handle().promise().value);
}

}  // namespace upkeep::isolate
