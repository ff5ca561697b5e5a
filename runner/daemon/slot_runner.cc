// SPDX-License-Identifier: Apache-2.0
#include "runner/daemon/slot_runner.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <random>

#include "reports/render.h"
#include "runner/daemon/report_period.h"
#include "runner/run/session.h"

namespace upkeep::daemon {
namespace {

namespace fs = std::filesystem;

/// "20261121T000000Z"
std::string Compact(Instant instant) {
  std::string text = FormatRfc3339(std::chrono::floor<std::chrono::seconds>(instant));
  std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
  return text;
}

/// A reader never sees half a file: the new one takes the old one's place when it is whole.
Status WriteFile(const std::string& path, const std::string& text) {
  const fs::path folder = fs::path(path).parent_path();
  std::error_code error;
  if (!folder.empty()) fs::create_directories(folder, error);
  const std::string fresh = path + ".new." + std::to_string(getpid());
  std::ofstream file(fresh, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  if (file && std::rename(fresh.c_str(), path.c_str()) == 0) return Status::Ok();
  const std::string cause = std::strerror(errno);
  std::remove(fresh.c_str());
  return Status(Code::kOutput, "cannot write the report " + path + ": " + cause)
      .WithHint("check that its folder exists, is writable and has room");
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
  request.trigger = "schedule";
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
  run::Progress progress;
  Result<run::SessionOutcome> outcome = co_await run::RunSession(
      parts_.store, executor, parts_.clock, std::move(request), std::move(progress), own);
  for (const store::Attempt& attempt : batch.attempts) attempts_.erase(attempt.id);
  if (!outcome.ok()) {
    // Its attempts stay open and are interrupted by the next recovery, or by the next process.
    end.status = outcome.status();
    parts_.journal.Error("run.lost", end.status, {{"schedule", schedule.id},
                                                  {"planned", FormatRfc3339(batch.planned)}});
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
  co_await ReportAndDeliver(schedule, batch.planned, limits, end);
  co_return end;
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
  if (!model.ok() || schedule.deliver.empty()) co_return;
  if (!parts_.deliver) {
    end.problems.push_back(
        Status(Code::kConfig, "the schedule names deliveries, and there is no deliveries file")
            .WithHint("name it with --deliveries or UPKEEP_DELIVERIES"));
    parts_.journal.Error("delivery.failed", end.problems.back(), {{"schedule", schedule.id}});
    co_return;
  }
  std::vector<std::string> names = schedule.deliver;
  const auto outcomes = co_await parts_.deliver(std::move(names), *model, limits);
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
