// SPDX-License-Identifier: Apache-2.0
//
// What the daemon answers on its control socket: ps, cancel, look.
#include <unistd.h>

#include <algorithm>

#include "base/version.h"
#include "runner/daemon/daemon.h"

namespace upkeep::daemon {
namespace {

double Seconds(std::chrono::microseconds duration) {
  return std::chrono::duration<double>(duration).count();
}

Value PlaybooksOf(const run::Executor& executor) {
  Value playbooks = Value::array();
  for (const run::Running& running : executor.running()) {
    playbooks.push_back({{"playbook", running.playbook},
                         {"target", running.target},
                         {"since", FormatRfc3339(running.since)},
                         {"waiting_for", running.waiting_for},
                         {"waiting_seconds", Seconds(running.waiting)}});
  }
  return playbooks;
}

}  // namespace

Result<Value> Daemon::Answer(const Value& request, const store::Actor& actor) {
  const std::string command = StringAt(request, "command");
  if (command == "ps") return ListRuns();
  if (command == "cancel") return CancelRuns(request, actor);
  if (command == "look") {
    // Something was paused, resumed or cancelled in the store.
    const Instant now = parts_.clock.Now();
    for (auto& [id, watched] : watched_) watched.look = std::min(watched.look, now);
    signals_.Wake();
    return Value::object();
  }
  return Status(Code::kUsage, "the daemon does not know the command '" + command + "'")
      .WithHint("is it of another version than this program?");
}

Value Daemon::ListRuns() const {
  Value runs = Value::array();
  for (const auto& [id, going] : going_) {
    const RunInFlight& about = *going.about;
    runs.push_back({{"run", about.run},
                    {"schedule", about.schedule},
                    {"planned", FormatRfc3339(about.planned)},
                    {"since", FormatRfc3339(about.since)},
                    {"targets", about.targets},
                    {"cancelling", going.cancel.cancelled()},
                    {"playbooks", about.executor == nullptr ? Value::array()
                                                            : PlaybooksOf(*about.executor)}});
  }
  return {{"pid", getpid()},
          {"version", Version()},
          {"schedules", watched_.size()},
          {"runs", std::move(runs)}};
}

Result<Value> Daemon::CancelRuns(const Value& request, const store::Actor& actor) {
  const std::string reason = StringAt(request, "reason");
  if (reason.empty()) return Status(Code::kUsage, "say why with --reason");
  const std::string schedule = StringAt(request, "schedule"), target = StringAt(request, "target");
  const auto number = request.find("run");
  const bool by_number = number != request.end() && number->is_number_integer();
  std::vector<CancelSource> sources;   // Cancelling may end a run, and with it its entry.
  Value cancelled = Value::array();
  for (const auto& [id, going] : going_) {
    RunInFlight& about = *going.about;
    const bool wanted = by_number ? about.run == number->get<store::RunId>()
                                  : !schedule.empty() && going.Is(schedule, target);
    if (!wanted || going.cancel.cancelled()) continue;
    if (!target.empty() && about.targets.size() > 1) {
      return Status(Code::kUsage, "run " + std::to_string(about.run) + " looks at " +
                                      std::to_string(about.targets.size()) +
                                      " targets together and ends as a whole")
          .WithHint("cancel it without --target");
    }
    about.note = {actor, reason};
    sources.push_back(going.cancel);
    cancelled.push_back({{"run", about.run}, {"schedule", about.schedule}, {"targets", about.targets}});
    parts_.journal.Info("run.cancelled", {{"run", about.run}, {"schedule", about.schedule},
                                          {"actor", actor.name}, {"reason", reason}});
  }
  if (sources.empty()) return Status(Code::kNotFound, "the daemon runs no such thing");
  // After the answer was made: the runs end, and are stored, in their own turn.
  parts_.reactor.Post([sources = std::move(sources)]() mutable {
    for (CancelSource& source : sources) source.Cancel();
  });
  return Value{{"cancelled", std::move(cancelled)}};
}

}  // namespace upkeep::daemon
