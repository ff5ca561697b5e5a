// SPDX-License-Identifier: Apache-2.0
#include "runner/isolate/session.h"

#include <algorithm>
#include <coroutine>

#include "runner/isolate/message.h"
#include "runner/isolate/process.h"

namespace upkeep::isolate {
namespace {

constexpr std::chrono::seconds kGrace{2};            // For a process to notice that its time is up.
constexpr std::size_t kMostAnswers = 4096;           // Being made at once: upkeep.each has 256 lanes.
constexpr std::size_t kFrameBytes = std::size_t{1} << 20;
constexpr std::size_t kBytesPerValue = 16;           // What a Value takes, at the least.

/// Waits for a task that was started by hand.
template <typename T>
struct UntilDone {
  Task<T>& task;
  bool await_ready() const noexcept { return task.done(); }
  void await_suspend(std::coroutine_handle<> waiting) noexcept { task.handle().promise().continuation = waiting; }
  void await_resume() const noexcept {}
};

/// As large as what the sandbox lets a playbook make, and no larger.
FrameBounds BoundsOf(const lua::Budget& budget) {
  return {budget.memory_bytes + kFrameBytes, budget.memory_bytes / kBytesPerValue};
}

Status Garbage() {
  return Status(Code::kError, "the playbook's process sent what is no message of ours, and was ended");
}

std::string DescribeCall(const Value& message) {
  std::string text = StringAt(message, "module") + "." + StringAt(message, "function");
  const Value& arguments = message["arguments"];
  if (!arguments.empty() && arguments[0].is_string()) {
    text += " " + arguments[0].get_ref<const std::string&>().substr(0, 80);
  }
  return text;
}

}  // namespace

Session::Session(io::Reactor& reactor, int socket, const Request& request, const Limits& limits,
                 Activity& activity)
    : request_(request), limits_(limits), activity_(activity),
      channel_(reactor, socket, BoundsOf(request.budget)) {
  chain_ = limits_.cancel.OnCancel([this] { calls_.Cancel(); });
}

Session::~Session() { limits_.cancel.Forget(chain_); }

Task<Result<Value>> Session::Talk() {
  Begin(SendAlone(StartMessage()));
  for (;;) {
    Result<Value> message = co_await Next();
    if (!message.ok()) co_return message.status();
    std::erase_if(answering_, [](const Task<void>& task) { return task.done(); });
    if (StringAt(*message, "op") == "end") {
      Status status = StatusFromValue(message->value("status", Value()));
      if (!status.ok()) co_return status;
      co_return message->value("value", Value());
    }
    Status taken = Take(*message);
    if (!taken.ok()) co_return taken;
  }
}

/// The next message. When the limits are reached the process is told, and has a moment to give what
/// it has found and why it stopped, as a playbook in this process does.
Task<Result<Value>> Session::Next() {
  for (;;) {
    Limits own = limits_;
    if (ending_) own = Limits{patience_, {}};
    Result<Value> message = co_await channel_.Read(own);
    if (message.ok()) co_return message;
    const Status why = message.status();
    if (why.code() == Code::kInvalid) co_return Garbage();
    if (why.code() == Code::kTruncated) {
      co_return Status(Code::kError, "the playbook's process sent a larger message than its memory budget allows, "
                                     "and was ended");
    }
    if (why.code() != Code::kTimeout && why.code() != Code::kCancelled) co_return why;
    if (ending_) co_return NotStopped();
    ending_ = true;
    patience_ = std::chrono::steady_clock::now() + kGrace;
    if (limits_.cancel.cancelled()) Begin(SendAlone({{"op", "cancel"}}));
  }
}

Status Session::NotStopped() const {
  if (limits_.cancel.cancelled()) {
    return Status(Code::kCancelled, "cancelled, and the playbook's process had to be ended");
  }
  return Status(Code::kTimeout, "the deadline passed, and the playbook's process had to be ended");
}

Status Session::Take(const Value& message) {
  const std::string op = StringAt(message, "op");
  if (op == "records") return TakeRecordsOf(message);
  if (answering_.size() >= kMostAnswers) {
    return Status(Code::kError, "the playbook's process asks for more at once than any playbook can, and was ended");
  }
  const std::int64_t id = IntegerAt(message, "id", -1);
  if (id < 0) return Garbage();
  if (op == "call") {
    if (request_.host == nullptr || !message.contains("arguments") || !message["arguments"].is_array()) return Garbage();
    Begin(AnswerCall(message));
  } else if (op == "functions") {
    if (request_.host == nullptr) return Garbage();
    Value answer = AnswerTo(id);
    answer["value"] = request_.host->Functions(StringAt(message, "module"));
    Begin(SendAlone(std::move(answer)));
  } else if (op == "module") {
    if (!request_.read_module) return Garbage();
    const Result<lua::ModuleSource> source = request_.read_module(StringAt(message, "name"));
    Value answer = AnswerTo(id);
    answer["status"] = ToValue(source.status());
    if (source.ok()) answer["value"] = {{"path", source->path}, {"text", source->text}};
    Begin(SendAlone(std::move(answer)));
  } else {
    return Garbage();
  }
  return Status::Ok();
}

Status Session::TakeRecordsOf(const Value& message) {
  record_bytes_ += channel_.last_size();
  const auto records = message.find("records");
  if (records == message.end() || !records->is_array() ||
      record_bytes_ > request_.budget.memory_bytes + kFrameBytes) {
    return Garbage();
  }
  for (const Value& record : *records) {
    if (!check_.Accepts(record)) return Garbage();
    records_.push_back(record);
  }
  return Status::Ok();
}

void Session::Begin(Task<void> task) {
  answering_.push_back(std::move(task));
  answering_.back().handle().resume();
}

Task<void> Session::SendAlone(Value message) {
  const Limits own{SteadyInstant::max(), writes_.token()};
  const Result<io::Turnstile::Turn> turn = co_await channel_.Turn(own);
  // What can't be sent any more is noticed by who reads.
  if (turn.ok()) (void)co_await channel_.Write(std::move(message), own);
}

Task<void> Session::AnswerCall(Value message) {
  const std::int64_t id = IntegerAt(message, "id");
  const Activity::Wait waiting(activity_, DescribeCall(message));
  const Limits own{limits_.deadline, calls_.token()};
  Task<Result<lua::Answer>> call = request_.host->Call(StringAt(message, "module"), StringAt(message, "function"),
                                                       message["arguments"], own);
  call.handle().resume();
  if (!call.done()) {
    Value waits{{"op", "waits"}, {"id", id}};
    co_await SendAlone(std::move(waits));
    UntilDone<Result<lua::Answer>> done{call};
    co_await done;
  }
  co_await SendAnswer(id, *std::move(call.handle().promise().value));
}

Task<void> Session::SendAnswer(std::int64_t id, Result<lua::Answer> answer) {
  const Limits own{SteadyInstant::max(), writes_.token()};
  const Result<io::Turnstile::Turn> turn = co_await channel_.Turn(own);
  if (!turn.ok()) co_return;
  Value message = AnswerTo(id);
  message["status"] = ToValue(answer.status());
  if (answer.ok() && answer->documents == nullptr) message["value"] = std::move(answer->value);
  if (answer.ok() && answer->documents != nullptr) {
    std::int64_t list = 0;
    const Status sent = co_await SendList(*answer, list);
    if (!sent.ok()) co_return;
    message["list"] = list;
    message["fields"] = answer->fields;
  }
  (void)co_await channel_.Write(std::move(message), own);
}

/// The pages of a list, unless the process has them. Page by page, so that a large list is never there
/// a second time.
Task<Status> Session::SendList(const lua::Answer& answer, std::int64_t& list) {
  const ListKey key(answer.documents.get(), answer.fields);
  if (const auto found = sent_.find(key); found != sent_.end()) {
    list = found->second.id;
    co_return Status::Ok();
  }
  list = static_cast<std::int64_t>(sent_.size()) + 1;
  sent_.emplace(key, SentList{list, answer.documents});
  const Limits own{SteadyInstant::max(), writes_.token()};
  for (const auto& page : answer.documents->pages()) {
    Value message{{"op", "page"}, {"list", list}};
    message["documents"] = PageToValue(*page, answer.fields);
    Status sent = co_await channel_.Write(std::move(message), own);
    if (!sent.ok()) co_return sent;
  }
  co_return Status::Ok();
}

Value Session::AnswerTo(std::int64_t id) const {
  return {{"op", "answer"},
          {"id", id},
          {"now", request_.clock->Now().time_since_epoch().count()},
          {"cancelled", limits_.cancel.cancelled()}};
}

Value Session::StartMessage() const {
  const lua::Budget& budget = request_.budget;
  Value start{{"op", "start"},
              {"source", request_.source},
              {"file", request_.file},
              {"function", request_.function},
              {"arguments", request_.arguments},
              {"memory_bytes", budget.memory_bytes},
              {"cpu_ms", budget.cpu.count()},
              {"turn_ms", budget.turn.count()},
              {"instructions_per_look", budget.instructions_per_look},
              {"more_memory", MemoryLimitOf(budget)},
              {"cpu_seconds", CpuLimitOf(budget).count()},
              {"seed", request_.seed},
              {"has_host", request_.host != nullptr},
              {"has_modules", static_cast<bool>(request_.read_module)},
              {"now", request_.clock->Now().time_since_epoch().count()},
              // Any other clock stands still until somebody moves it: the process is told its time.
              {"clock_runs", dynamic_cast<const SystemClock*>(request_.clock) != nullptr}};
  if (limits_.deadline != SteadyInstant::max()) start["deadline"] = limits_.deadline.time_since_epoch().count();
  return start;
}

Task<void> Session::Close() {
  writes_.Cancel();
  calls_.Cancel();
  for (Task<void>& task : answering_) {
    UntilDone<void> done{task};
    co_await done;
  }
  answering_.clear();
}

}  // namespace upkeep::isolate
