// SPDX-License-Identifier: Apache-2.0
#include "runner/remedy/verify.h"

#include <utility>

#include "base/korean.h"
#include "runner/remedy/plan_document.h"
#include "runner/remedy/remedy_call.h"
#include "runner/run/session.h"

namespace upkeep::remedy {
namespace {

using checks::State;

constexpr int kMostLooks = 5;
constexpr std::chrono::minutes kLongestPause{5};

Text Both(const std::string& english, const std::string& korean) { return {english, korean}; }

Text Failed(const Status& status) {
  return Both("could not look: " + status.message(), "확인할 수 없었습니다: " + InKorean(status.message()));
}

/// The parameters that found the trouble, so that the same question is asked again.
Value ParametersOf(store::Store& store, const store::Plan& plan) {
  Result<std::vector<store::StoredOutcome>> outcomes = store.Outcomes(plan.run);
  if (!outcomes.ok()) return Value::object();
  for (const store::StoredOutcome& outcome : *outcomes) {
    if (outcome.playbook == plan.playbook && outcome.target == plan.target &&
        outcome.params.is_object()) {
      return outcome.params;
    }
  }
  return Value::object();
}

/// What each step replaced, as it was right before it: a list, or the one of the only step.
Value BeforeOf(store::Store& store, const store::Plan& plan) {
  Value before = Value::array();
  if (Result<std::vector<store::Action>> actions = store.Actions(plan.id); actions.ok()) {
    for (const store::Action& action : *actions) before.push_back(action.intent.before);
  }
  if (before.size() == 1) return before[0];
  return before;
}

/// What verify() returned: true, {failed = MESSAGE, values}, or {again = "15s", seen = …}.
struct Answer {
  enum class Kind { kTrue, kFailed, kAgain } kind = Kind::kFailed;
  Text why;
  std::chrono::microseconds pause{0};
  Value seen;
};

Result<Answer> ReadAnswer(const checks::Head& head, const Value& returned) {
  Answer answer;
  if (returned.is_boolean()) {
    answer.kind = returned.get<bool>() ? Answer::Kind::kTrue : Answer::Kind::kFailed;
    if (!returned.get<bool>()) answer.why = Both("the remedy's own look says no", "조치 자체 검증이 실패했습니다");
    return answer;
  }
  if (returned.is_object() && returned.contains("failed")) {
    Result<Text> why = MessageOf(head, StringAt(returned, "failed"), returned.value("values", Value::object()));
    if (!why.ok()) return why.status();
    answer.why = std::move(*why);
    return answer;
  }
  if (returned.is_object() && returned.contains("again")) {
    Result<std::chrono::microseconds> pause = ParseDuration(StringAt(returned, "again"));
    if (!pause.ok() || *pause > kLongestPause) {
      return Status(Code::kInvalid, head.file + ": verify() says again = '" + StringAt(returned, "again") +
                                        "', which is no duration up to 5m");
    }
    answer.kind = Answer::Kind::kAgain;
    answer.pause = *pause;
    answer.seen = returned.value("seen", Value());
    return answer;
  }
  return Status(Code::kInvalid, head.file + ": verify() returned neither true, false, {failed = MESSAGE} "
                                            "nor {again = DURATION, seen = …}");
}

Task<Result<Sight>> AskRemedy(Workbench& bench, const run::Playbook& playbook,
                              const checks::Remedy& remedy, const checks::Target& target,
                              const store::Plan& plan, Limits limits) {
  Value seen;
  for (int look = 0; look < kMostLooks; ++look) {
    std::vector<Value> arguments;
    arguments.push_back(plan.document.value("finding", Value::object()));
    arguments.push_back(BeforeOf(bench.store, plan));
    // Absent on the first look; a null of a document would be no nil.
    if (!seen.is_null()) arguments.push_back(seen);
    Result<Value> returned = co_await CallRemedy(bench, playbook, remedy, target, "verify",
                                                 std::move(arguments), limits);
    if (!returned.ok()) co_return returned.status();
    Result<Answer> answer = ReadAnswer(playbook.head, *returned);
    if (!answer.ok()) co_return answer.status();
    if (answer->kind != Answer::Kind::kAgain) {
      const Text why{bench.redactor.Redact(answer->why.en), bench.redactor.Redact(answer->why.ko)};
      co_return Sight{answer->kind == Answer::Kind::kTrue, why};
    }
    seen = answer->seen;
    const SteadyInstant when = std::chrono::steady_clock::now() + answer->pause;
    const Status slept = co_await bench.reactor.SleepUntil(when, limits);
    if (!slept.ok()) co_return slept;
  }
  co_return Sight{false, Both("the remedy's own look came to no end", "조치 자체 검증이 결론에 이르지 못했습니다")};
}

}  // namespace

Sight LookAt(const checks::PlaybookOutcome& outcome, const std::string& subject) {
  const checks::CheckResult* about = nullptr;
  bool whole = outcome.coverage.observed >= outcome.coverage.attempted;
  for (const checks::CheckResult& result : outcome.results) {
    if (result.subject.Key() == subject) about = &result;
    whole = whole && result.state != State::kUnknown && result.state != State::kSkipped;
  }
  if (about != nullptr) {
    const std::string state(checks::StateName(about->state));
    if (about->state == State::kOk) return {true, Both(subject + " is ok", subject + " 정상")};
    return {false, Both(subject + " is " + state + ": " + about->summary.en,
                        subject + " 상태: " + InKorean(state) + ": " + about->summary.ko)};
  }
  // Absence proves something only where everything was looked at.
  if (!whole) {
    return {false, Both("the check could not look at everything, so the absence of " + subject + " proves nothing",
                        "점검이 전체를 확인하지 못해 " + subject + "이(가) 없어도 해결로 볼 수 없습니다")};
  }
  return {true, Both(subject + " is no longer in trouble", subject + " 문제가 더 이상 보이지 않음")};
}

Task<Result<Verdict>> VerifyPlan(Workbench& bench, const store::Plan& plan, store::Actor actor,
                                 Limits limits) {
  Verdict verdict;
  // A row that somebody changed meanwhile would be verified by another subject.
  if (const Status row = bench.store.CheckPlan(plan.id); !row.ok()) {
    verdict.why = Failed(row);
    co_return verdict;
  }
  const Result<run::Playbook> playbook = bench.catalog.Find(plan.playbook);
  const checks::Target* const target = bench.inventory.Find(plan.target);
  if (!playbook.ok() || target == nullptr) {
    const Status missing = playbook.ok()
                               ? Status(Code::kConfig, "the inventory has no target '" + plan.target + "'")
                               : playbook.status();
    verdict.why = Failed(missing);
    co_return verdict;
  }
  run::Pair pair;
  pair.playbook = &*playbook;
  pair.target = target;
  const Value params = ParametersOf(bench.store, plan);
  if (checks::ResolveParameters(playbook->head, params).ok()) pair.params = params;
  run::SessionRequest request;
  request.pairs.push_back(std::move(pair));
  request.trigger = "verify";
  request.actor = std::move(actor);
  request.holder = run::ProcessHolder();
  run::ExecutorOptions options;
  options.seed = static_cast<std::uint64_t>(plan.id);
  run::Executor executor(bench.reactor, bench.clock, bench.redactor, bench.read, options);
  Result<run::SessionOutcome> session = co_await run::RunSession(
      bench.store, executor, bench.clock, std::move(request), run::Progress{}, limits);
  if (!session.ok()) co_return session.status();
  verdict.run = session->summary.run;
  if (session->cancelled || session->pairs.empty()) {
    co_return Status(Code::kCancelled, "the verification was cancelled");
  }
  const Sight check = LookAt(session->pairs.front().outcome, plan.subject);
  verdict.verified = check.good;
  verdict.why = check.why;

  const checks::Remedy* const remedy = FindRemedy(playbook->head, plan.remedy);
  if (!check.good || remedy == nullptr || !remedy->has_verify) co_return verdict;
  const Result<Sight> own =
      co_await AskRemedy(bench, *playbook, *remedy, *target, plan, limits);
  if (!own.ok() && own.status().code() == Code::kCancelled) co_return own.status();
  if (!own.ok()) {
    verdict.verified = false;
    verdict.why = Failed(own.status());
  } else if (!own->good) {
    verdict.verified = false;
    verdict.why = own->why;
  }
  co_return verdict;
}

}  // namespace upkeep::remedy
