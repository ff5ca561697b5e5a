// SPDX-License-Identifier: Apache-2.0
#include "runner/authoring/console.h"

#include <optional>
#include <utility>

#include "base/lua/prompt.h"
#include "runner/authoring/console_host.h"
#include "runner/authoring/console_text.h"
#include "runner/run/outcome.h"

namespace upkeep::authoring {

struct Console::Impl {
  explicit Impl(ConsoleOptions given)
      : options(std::move(given)),
        host(*options.reactor, *options.clock, options.maker, *options.target, options.playbook, options.past) {}

  std::string RecordsText(std::vector<Value> records, const Status& ended) const;
  std::string Outcome(std::vector<Value> records, bool of_check, const Status& ended) const;
  Status Clean(const Status& status) const;

  ConsoleOptions options;
  ConsoleHost host;
  std::unique_ptr<lua::Prompt> prompt;     // After the host: it refers to it.
};

/// The results and figures among `records`, as a run would keep them.
std::string Console::Impl::Outcome(std::vector<Value> records, bool of_check, const Status& ended) const {
  const checks::Head none;
  const checks::Head& head = options.playbook == nullptr ? none : options.playbook->head;
  const checks::Subject subject = run::SubjectOfTarget(*options.target);
  checks::PlaybookOutcome outcome;
  if (!of_check || !run::FillAbsent(head, *options.target, ended, subject, outcome)) {
    run::FillOutcome(head, std::move(records), ended, subject, *options.redactor, outcome);
  }
  return OutcomeText(outcome, options.language);
}

/// Lines of the log as they came; what a check recorded when it ended.
std::string Console::Impl::RecordsText(std::vector<Value> records, const Status& ended) const {
  std::string text;
  std::vector<Value> loose;
  std::optional<std::vector<Value>> of_check;
  for (Value& record : records) {
    const std::string kind = StringAt(record, "kind");
    if (kind == "log") {
      text += PlainText(StringAt(record, "text"), *options.redactor);
    } else if (kind == "check") {
      of_check.emplace();
    } else if (kind == "checked") {
      text += Outcome(*std::move(of_check), true, host.stopped());
      of_check.reset();
    } else {
      (of_check ? *of_check : loose).push_back(std::move(record));
    }
  }
  if (of_check) text += Outcome(*std::move(of_check), true, ended);
  if (!loose.empty()) text += Outcome(std::move(loose), false, Status::Ok());
  return text;
}

/// Without secrets, and without what a terminal would obey.
Status Console::Impl::Clean(const Status& status) const {
  if (status.ok()) return status;
  const Redactor& redactor = *options.redactor;
  Status clean = Status(status.code(), PrintableText(redactor.Redact(status.message())))
                     .WithHint(PrintableText(redactor.Redact(status.hint())));
  if (!status.place()) return clean;
  SourcePlace place = *status.place();
  place.text = PrintableText(redactor.Redact(place.text));
  return std::move(clean).At(std::move(place));
}

Console::Console(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Console::~Console() = default;

Task<Result<std::unique_ptr<Console>>> Console::Open(ConsoleOptions options, Limits limits) {
  auto impl = std::make_unique<Impl>(std::move(options));
  const ConsoleOptions& own = impl->options;
  lua::PromptOptions prompt;
  if (own.playbook != nullptr) {
    Result<Value> params = checks::ResolveParameters(own.playbook->head, own.params);
    if (!params.ok()) co_return params.status();
    prompt.params = *std::move(params);
    prompt.source = own.playbook->source;
    prompt.file = own.playbook->path;
    prompt.sandbox.read_module = own.playbook->read_module;
  }
  Limits within = limits.Within(own.deadline);
  const Status opened = co_await impl->host.Open(std::move(within));
  if (!opened.ok()) co_return opened;
  prompt.sandbox.budget = own.budget;
  prompt.sandbox.seed = own.seed;
  prompt.sandbox.clock = own.clock;
  prompt.sandbox.host = &impl->host;
  prompt.name = own.name;
  prompt.modules = impl->host.ModuleNames();
  prompt.target = run::TargetForPlaybook(*own.target);
  Result<std::unique_ptr<lua::Prompt>> made = lua::Prompt::Create(std::move(prompt));
  if (!made.ok()) co_return made.status();
  impl->prompt = *std::move(made);
  co_return std::unique_ptr<Console>(new Console(std::move(impl)));
}

bool Console::IsUnfinished(std::string_view chunk) { return impl_->prompt->IsUnfinished(chunk); }

Task<ConsoleAnswer> Console::Run(std::string chunk, int line, Limits limits) {
  impl_->host.BeginLine();
  Limits within = limits.Within(impl_->options.deadline);
  Task<lua::PromptAnswer> run = impl_->prompt->Run(std::move(chunk), line, std::move(within));
  lua::PromptAnswer given = co_await std::move(run);
  ConsoleAnswer answer;
  answer.text = impl_->RecordsText(std::move(given.records), given.status);
  for (const lua::Shown& value : given.values) {
    answer.text += ValueText(value, *impl_->options.redactor, impl_->options.language);
  }
  answer.status = impl_->Clean(given.status);
  co_return answer;
}

std::vector<std::string> Console::Complete(std::string_view word) { return impl_->prompt->Complete(word); }

std::string Console::Needs() const { return NeedsText(impl_->host.used(), impl_->prompt->read()); }

std::string Console::Target() const {
  const Value target = impl_->options.redactor->Redact(run::TargetForPlaybook(*impl_->options.target));
  return PrintableText(PrettyJson(target));
}

}  // namespace upkeep::authoring
