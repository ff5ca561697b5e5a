// SPDX-License-Identifier: Apache-2.0
#include "runner/daemon/slot_runner.h"

#include <algorithm>
#include <filesystem>
#include <random>

#include "base/korean.h"
#include "base/when_all.h"
#include "base/write_file.h"
#include "reports/render.h"
#include "runner/daemon/report_period.h"
#include "runner/notify/not_sent.h"
#include "runner/run/session.h"
#include "schedules/occurrence.h"

namespace upkeep::daemon {
namespace {

namespace fs = std::filesystem;

/// "20261121T000000Z"
std::string Compact(Instant instant) {
  std::string text = FormatRfc3339(std::chrono::floor<std::chrono::seconds>(instant));
  std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
  return text;
}

constexpr std::chrono::seconds kEndBeat{30};

// What a process needs to end before its schedule's next time: a CronJob whose pod still runs is
// not started.
constexpr std::chrono::microseconds kLongestMargin = std::chrono::seconds(10);

/// For the last heartbeat of a run: it is sent when the run was cancelled, too, but the daemon does
/// not wait for it long.
Limits EndLimits(const Limits& run) {
  return Limits().Within(run.cancel.cancelled() ? kEndBeat / 6 : kEndBeat);
}

Value Merged(Value fields, const Status& error) {
  fields["why"] = error.message();
  return fields;
}

/// The report's folder is made where there is none yet.
Status WriteFile(const std::string& path, const std::string& text) {
  const fs::path folder = fs::path(path).parent_path();
  std::error_code error;
  if (!folder.empty()) fs::create_directories(folder, error);
  return WriteWholeFile(path, text);
}

}  // namespace

Task<BatchEnd> SlotRunner::Run(std::shared_ptr<const World> world,
                               const schedules::Schedule& schedule, Batch batch, Limits limits) {
  Assignment assignment = Assign(schedule, world->playbooks, world->inventory);
  const std::vector<std::string> targets = batch.Targets();
  run::SessionRequest request;
  for (const run::Pair& pair : assignment.pairs) {
    if (std::find(targets.begin(), targets.end(), pair.target->name) != targets.end()) {
      request.pairs.push_back(pair);
    }
  }
  if (!CadenceOf(schedule).empty()) {
    request.not_looked_at = run::NotLookedAt(assignment.pairs, world->inventory, schedule.targets);
  }
  request.trigger = batch.trigger;
  const std::shared_ptr<RunInFlight> about =
      batch.about ? batch.about : std::make_shared<RunInFlight>();
  about->schedule = schedule.id;
  about->trigger = batch.trigger;
  about->planned = batch.planned;
  about->since = parts_.clock.Now();
  about->targets = targets;
  request.started = [about](store::RunId run) { about->run = run; };
  request.cancel_note = std::shared_ptr<const run::CancelNote>(about, &about->note);
  request.actor = parts_.actor;
  request.schedule = schedule.id;
  request.holder = parts_.holder;
  request.planned = batch.planned;
  request.attempts = batch.ends;
  if (!assignment.problems.empty()) {
    for (store::AttemptEnd& end : request.attempts) {
      end.reason += (end.reason.empty() ? "" : "; ") + assignment.problems.front();
    }
  }
  BatchEnd end;
  // A target that does not answer now may do so in a moment; what was found is stored all the same.
  request.judge = [&](const std::vector<run::PairOutcome>& pairs, std::vector<store::AttemptEnd>& ends) {
    for (std::size_t i = 0; i < ends.size(); ++i) {
      const store::Attempt& attempt = batch.attempts[i];
      const auto delay = schedules::RetryDelay(schedule.retry, attempt.number);
      if (batch.trigger != "schedule" || !delay || !run::NobodyAnswered(pairs, attempt.key.target)) continue;
      // Only what the taker will do is promised; it may come a moment later than asked.
      const Instant start = schedules::StartOf(schedule, attempt.key.planned);
      if (parts_.clock.Now() + *delay + std::chrono::minutes(1) > start + schedules::RetryLimit(schedule)) continue;
      ends[i].state = store::SlotState::kInterrupted;
      ends[i].reason = "its target did not answer; attempt " + std::to_string(attempt.number + 1) + " follows in " +
                       FormatDuration(*delay);
      ++end.again;
    }
    end.all_again = end.again == static_cast<int>(ends.size());
  };
  for (const std::string& problem : assignment.problems) {
    end.problems.push_back(Status(Code::kInvalid, problem));
  }
  for (const store::Attempt& attempt : batch.attempts) attempts_.insert(attempt.id);
  parts_.journal.Info("run.started", {{"schedule", schedule.id},
                                      {"planned", FormatRfc3339(batch.planned)},
                                      {"targets", targets},
                                      {"playbooks", assignment.playbooks.size()}});
  run::ExecutorOptions options;
  options.seed = std::random_device{}();
  run::Executor executor(parts_.reactor, parts_.clock, parts_.redactor, world->modules, options);
  const Limits own = limits.Within(schedule.deadline);
  about->executor = &executor;
  Beat beat;
  beat.to = schedule.heartbeat;
  beat.schedule = schedule.id;
  const bool beats = parts_.heartbeats != nullptr && beat.to.set() && batch.trigger == "schedule";
  if (beats) beat.id = NewUuid();
  std::optional<Result<run::SessionOutcome>> session;
  std::function<void()> marked;
  if (parts_.looked) marked = [this, id = schedule.id] { parts_.looked(id); };
  LookedMarks marks(parts_.reactor, parts_.store, parts_.journal, batch.attempts, request.pairs, std::move(marked));
  std::vector<Task<void>> together;
  together.push_back(RunSession(executor, std::move(request), marks, own, session));
  together.push_back(marks.Run());
  if (beats && beat.to.start) {
    Beat start = beat;
    start.signal = "start";
    // Beside the run: a service that is slow to answer must not make the run late.
    together.push_back(Say(std::move(start), own.Within(2 * beat.to.time_limit)));
  }
  co_await WhenAll(std::move(together));
  about->executor = nullptr;
  const Result<run::SessionOutcome>& outcome = *session;
  beat.run = about->run;
  for (const store::Attempt& attempt : batch.attempts) attempts_.erase(attempt.id);
  if (!outcome.ok()) {
    // Its attempts stay open and are interrupted by the next recovery, or by the next process.
    end.status = outcome.status();
    parts_.journal.Error("run.lost", end.status, {{"schedule", schedule.id},
                                                  {"planned", FormatRfc3339(batch.planned)}});
    if (beats) {
      beat.signal = "fail";
      beat.body = In(parts_.language, end.status.message());
      const Limits own_limits = EndLimits(limits);
      co_await Say(std::move(beat), own_limits);
    }
    co_return end;
  }
  end.summary = outcome->summary;
  end.cancelled = outcome->cancelled;
  const reports::StateTotals& totals = end.summary.totals;
  parts_.journal.Info("run.finished", {{"schedule", schedule.id},
                                       {"planned", FormatRfc3339(batch.planned)},
                                       {"run", end.summary.run},
                                       {"cancelled", end.cancelled},
                                       {"critical", totals.critical},
                                       {"warning", totals.warning},
                                       {"unknown", totals.unknown},
                                       {"ok", totals.ok}});
  for (const Status& problem : end.problems) {
    parts_.journal.Warning("run.incomplete", {{"schedule", schedule.id}, {"why", problem.message()}});
  }
  if (end.again > 0) {
    parts_.journal.Warning("run.again", {{"schedule", schedule.id},
                                         {"planned", FormatRfc3339(batch.planned)},
                                         {"slots", end.again}});
  }
  if (end.all_again) co_return end;
  if (beats) {
    const bool nobody = end.summary.exit_code == run::kNoTargetAnswered;
    beat.signal = end.cancelled ? "fail" : SignalOf(totals, nobody, schedule.exit_on);
    beat.body = BodyOf(end);
    const Limits own_limits = EndLimits(limits);
    co_await Say(std::move(beat), own_limits);
  }
  if (batch.trigger == "schedule") co_await ReportAndDeliver(schedule, batch.planned, limits, end);
  co_return end;
}

Task<void> SlotRunner::RunSession(run::Executor& executor, run::SessionRequest request, LookedMarks& marks,
                                  Limits limits, std::optional<Result<run::SessionOutcome>>& outcome) {
  run::Progress progress;
  progress.finished = [&marks](const run::Pair& pair, const checks::PlaybookOutcome&) { marks.Finished(pair); };
  outcome.emplace(co_await run::RunSession(parts_.store, executor, parts_.clock, std::move(request),
                                           std::move(progress), limits));
  marks.End();
}

Task<void> SlotRunner::Say(Beat beat, Limits limits) {
  const Value fields = {{"schedule", beat.schedule}, {"signal", beat.signal}, {"rid", beat.id}};
  const Status sent = co_await parts_.heartbeats->Send(std::move(beat), limits);
  if (!sent.ok()) parts_.journal.Warning("heartbeat.failed", Merged(fields, sent));
}

std::string SlotRunner::BodyOf(const BatchEnd& end) const {
  const reports::StateTotals& totals = end.summary.totals;
  const bool korean = parts_.language == "ko";
  std::string body = korean ? "실행 " : "run ";
  body += std::to_string(end.summary.run);
  const std::pair<const char*, std::int64_t> counts[] = {
      {korean ? "심각" : "critical", totals.critical}, {korean ? "경고" : "warning", totals.warning},
      {korean ? "알 수 없음" : "unknown", totals.unknown}, {korean ? "정상" : "ok", totals.ok}};
  const char* separator = ": ";
  for (const auto& [word, count] : counts) {
    body += std::string(separator) + word + " " + std::to_string(count);
    separator = ", ";
  }
  body += "\n";
  const auto results = parts_.store.Results(end.summary.run);
  if (!results.ok()) return body;
  for (const store::StoredResult& row : *results) {   // Worst first.
    if (row.result.state == checks::State::kOk || row.waiver != 0 || body.size() > Heartbeats::kMaxBody) {
      continue;
    }
    body += std::string(checks::StateName(row.result.state)) + " " + row.playbook + " " + row.target +
            " " + row.result.subject.Key() + ": " + row.result.summary.In(parts_.language) + "\n";
  }
  return PrintableText(body);
}

Task<void> SlotRunner::ReportAndDeliver(const schedules::Schedule& schedule, Instant planned,
                                        Limits limits, BatchEnd& end) {
  if (schedule.report.empty() && schedule.deliver.empty()) co_return;
  const auto query = PeriodOfSlot(schedule, end.summary.run, planned,
                                  parts_.clock.Now() + std::chrono::microseconds(1));
  Result<reports::ReportModel> model = parts_.store.FillReport(query);
  const Status written = model.ok() ? WriteReports(schedule, *model, planned) : model.status();
  if (!written.ok()) {
    end.problems.push_back(written);
    parts_.journal.Error("report.failed", written, {{"schedule", schedule.id}});
  }
  if (schedule.deliver.empty()) co_return;
  if (!model.ok()) {
    NoneBegan(schedule, query, model.status(), end);
    co_return;
  }
  if (!parts_.deliver) {
    end.problems.push_back(
        Status(Code::kConfig, "the schedule names deliveries, and there is no deliveries file")
            .WithHint("name it with --deliveries or UPKEEP_DELIVERIES"));
    parts_.journal.Error("delivery.failed", end.problems.back(), {{"schedule", schedule.id}});
    const Status why = end.problems.back();
    NoneBegan(schedule, query, why, end);
    co_return;
  }
  std::vector<std::string> names = schedule.deliver;
  const Limits own_limits = DeliveryLimits(schedule, limits);
  const auto outcomes = co_await parts_.deliver(std::move(names), *model, own_limits);
  for (const notify::SendOutcome& outcome : outcomes) {
    const Value fields = {{"schedule", schedule.id}, {"delivery", outcome.name},
                          {"attempts", outcome.attempts}};
    if (outcome.status.ok()) {
      parts_.journal.Info("delivery.sent", fields);
    } else {
      end.problems.push_back(Status(outcome.status).Within("delivery " + outcome.name));
      parts_.journal.Error("delivery.failed", outcome.status, fields);
    }
  }
}

void SlotRunner::NoneBegan(const schedules::Schedule& schedule, const store::ReportQuery& query,
                           const Status& why, BatchEnd& end) {
  for (const std::string& name : schedule.deliver) {
    const auto recorded = notify::RecordNotSent(parts_.store, name, "report " + notify::KindName(query.kind),
                                                query.run, why);
    if (recorded.ok()) continue;
    end.problems.push_back(recorded.status());
    parts_.journal.Error("delivery.failed", recorded.status(), {{"schedule", schedule.id}, {"delivery", name}});
  }
}

Limits SlotRunner::DeliveryLimits(const schedules::Schedule& schedule, const Limits& limits) const {
  const Instant now = parts_.clock.Now();
  const std::optional<Instant> next = schedules::NextPlanned(schedule, now);
  if (!next) return limits;
  const std::chrono::microseconds left = *next - now;
  return limits.Within(left - std::min(left / 10, kLongestMargin));
}

Status SlotRunner::WriteReports(const schedules::Schedule& schedule,
                                const reports::ReportModel& model, Instant planned) {
  Status first;
  for (const std::string& given : schedule.report) {
    const std::size_t colon = given.find(':');
    const std::string format = given.substr(0, colon);
    const std::string path = colon != std::string::npos
                                 ? given.substr(colon + 1)
                                 : parts_.report_folder + "/" + schedule.id + "-" +
                                       Compact(planned) + "." + format;
    reports::RenderOptions options;
    options.language = parts_.language;
    auto text = reports::Render(format, model, options);
    const Status written = text.ok() ? WriteFile(path, *text) : text.status();
    if (written.ok()) {
      parts_.journal.Info("report.written", {{"schedule", schedule.id}, {"path", path}});
    } else if (first.ok()) {
      first = written;   // The other formats may still be written.
    }
  }
  return first;
}

}  // namespace upkeep::daemon
