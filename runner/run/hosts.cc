// SPDX-License-Identifier: Apache-2.0
#include "runner/run/hosts.h"

#include <chrono>
#include <set>
#include <utility>

namespace upkeep::run {
namespace {

/// The paths that the head declares to read of a list, or none when it declares no list of it.
std::vector<std::string> FieldsOf(const checks::Head& head, const checks::Need& need) {
  for (const checks::Need& declared : head.needs) {
    if (declared.Matches(need)) return declared.fields;
  }
  return {};
}

/// The same for a replayed call, where no module tells the need: a list's first argument is what
/// it lists.
std::vector<std::string> FieldsOfList(const checks::Head& head, const std::string& module,
                                      const Value& arguments) {
  checks::Need need;
  need.module = module;
  need.verb = "list";
  if (arguments.is_array() && !arguments.empty() && arguments[0].is_string()) {
    need.object = arguments[0].get<std::string>();
  }
  return FieldsOf(head, need);
}

bool Declares(const checks::Head& head, const checks::Need& need) {
  for (const checks::Need& declared : head.needs) {
    if (declared.Covers(need)) return true;
  }
  for (const checks::Remedy& remedy : head.remedies) {
    for (const checks::Need& declared : remedy.needs) {
      // A remedy's reads (its plan looks before it proposes) count; its writes never happen here.
      if (!declared.writes() && declared.Covers(need)) return true;
    }
  }
  return false;
}

Code CodeFromName(std::string_view name) {
  for (const Code code : {Code::kTimeout, Code::kUnreachable, Code::kNoData, Code::kNotPermitted,
                          Code::kUndeclared, Code::kTruncated, Code::kStale, Code::kNotFound,
                          Code::kCancelled}) {
    if (CodeName(code) == name) return code;
  }
  return Code::kError;
}

}  // namespace

std::vector<std::string> LiveHost::Functions(std::string_view module) const {
  const checks::HostModule* found = Module(module);
  return found == nullptr ? std::vector<std::string>() : found->Functions();
}

const checks::HostModule* LiveHost::Module(std::string_view name) const {
  for (const auto& module : modules_) {
    if (module->name() == name) return module.get();
  }
  return nullptr;
}

Result<lua::Answer> LiveHost::Previous(const Value& arguments) const {
  lua::Answer answer;
  if (!past_) return answer;
  double at_least = 0;
  if (arguments.size() > 2) at_least = arguments[2].value("at_least", 0.0);
  const auto age = std::chrono::duration_cast<Instant::duration>(
      std::chrono::duration<double>(at_least));
  Result<Value> figure =
      past_(arguments[0].get<std::string>(), arguments[1].get<std::string>(), clock_.Now() - age);
  if (!figure.ok()) return figure.status();
  answer.value = std::move(*figure);
  return answer;
}

Task<void> LiveHost::GiveWay() {
  (void)co_await reactor_.SleepUntil(std::chrono::steady_clock::now(), {});
}

Task<Result<lua::Answer>> LiveHost::Call(std::string module, std::string function, Value arguments,
                                         Limits limits) {
  // The library alone makes this call, and has looked at its arguments.
  if (module == "history" && function == "previous") co_return Previous(arguments);
  checks::HostModule* const found = const_cast<checks::HostModule*>(Module(module));
  if (found == nullptr) {
    co_return Status(Code::kError, "this target has no module upkeep." + module);
  }
  Result<checks::Need> need = found->NeedOf(function, arguments);
  if (!need.ok()) co_return need.status();
  if (need->writes() || !Declares(head_, *need)) {
    const std::string name = need->ToString();
    Status refused =
        need->writes()
            ? Status(Code::kUndeclared, "a check may not call " + module + "." + function +
                                            ": it changes something (" + name + ")")
                  .WithHint("return it as a change from a remedy's plan")
            : Status(Code::kUndeclared, "the head does not declare " + name)
                  .WithHint("add \"" + name + "\" to needs");
    if (refused_.ok()) refused_ = refused;
    co_return refused;
  }
  Result<lua::Answer> answer = co_await found->Call(function, std::move(arguments), limits);
  if (answer.ok() && answer->documents) answer->fields = FieldsOf(head_, *need);
  co_return answer;
}

Value RecordedCall::ToValue() const {
  Value value{{"call", call}, {"arguments", arguments}};
  if (reason.empty()) {
    value[documents ? "documents" : "answer"] = answer;
  } else {
    value["error"] = {{"reason", reason}, {"message", message}};
  }
  return value;
}

Task<Result<lua::Answer>> RecordingHost::Call(std::string module, std::string function,
                                              Value arguments, Limits limits) {
  RecordedCall recorded;
  recorded.call = module + "." + function;
  recorded.arguments = redactor_.Redact(arguments);
  Result<lua::Answer> answer = co_await inner_.Call(module, function, std::move(arguments), limits);
  if (answer.ok()) {
    recorded.answer =
        redactor_.Redact(answer->documents ? answer->documents->ToValue() : answer->value);
    if (answer->documents) recorded.documents = true;
  } else {
    recorded.reason = CodeName(answer.status().code());
    recorded.message = redactor_.Redact(answer.status().message());
  }
  calls_.push_back(std::move(recorded));
  co_return answer;
}

ReplayHost::ReplayHost(const checks::Head& head, std::vector<RecordedCall> calls)
    : head_(head), calls_(std::move(calls)), used_(calls_.size(), false) {}

std::vector<std::string> ReplayHost::Functions(std::string_view module) const {
  // A case does not know which functions a module has: a call that it has no answer to is a mismatch,
  // which Call() reports.
  const bool recorded = std::any_of(calls_.begin(), calls_.end(), [&](const RecordedCall& call) {
    return std::string_view(call.call).substr(0, call.call.find('.')) == module;
  });
  const bool needed = std::any_of(head_.needs.begin(), head_.needs.end(),
                                  [&](const checks::Need& need) { return need.module == module; });
  if (recorded || needed) return {"*"};
  return {};
}

Task<Result<lua::Answer>> ReplayHost::Call(std::string module, std::string function,
                                           Value arguments, Limits) {
  const std::string name = module + "." + function;
  for (std::size_t i = 0; i < calls_.size(); ++i) {
    if (used_[i] || calls_[i].call != name || calls_[i].arguments != arguments) continue;
    used_[i] = true;
    const RecordedCall& call = calls_[i];
    if (!call.reason.empty()) {
      const Status failed(CodeFromName(call.reason), call.message);
      if (failed.code() == Code::kUndeclared && refused_.ok()) refused_ = failed;
      co_return failed;
    }
    lua::Answer answer;
    if (call.documents) {
      answer.documents = std::make_shared<DocumentList>(DocumentList::FromValue(call.answer));
      answer.fields = FieldsOfList(head_, module, arguments);
    } else {
      answer.value = call.answer;
    }
    co_return answer;
  }
  unmatched_.push_back("the case has no (further) answer to " + name + CanonicalJson(arguments));
  co_return Status(Code::kNoData, unmatched_.back());
}

std::vector<std::string> ReplayHost::Mismatches() const {
  std::vector<std::string> all = unmatched_;
  for (std::size_t i = 0; i < calls_.size(); ++i) {
    if (!used_[i]) {
      all.push_back("nobody made the recorded call " + calls_[i].call +
                    CanonicalJson(calls_[i].arguments));
    }
  }
  return all;
}

}  // namespace upkeep::run
