// SPDX-License-Identifier: Apache-2.0
//
// upkeep ps and cancel: what runs now, and how to end it.
#include <algorithm>

#include "base/korean.h"
#include "runner/cli/command_parts.h"
#include "runner/cli/schedule_parts.h"
#include "runner/cli/settings.h"
#include "runner/daemon/control_socket.h"
#include "runner/run/session.h"
#include "schedules/file.h"
#include "schedules/planner.h"

namespace upkeep::cli {
namespace {

std::string Joined(const Value& words) {
  std::string text;
  for (const Value& word : words) {
    text += (text.empty() ? "" : ",") + (word.is_string() ? word.get<std::string>() : "?");
  }
  return PrintableText(text);
}

double NumberAt(const Value& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_number() ? found->get<double>() : 0;
}

std::string Shown(double seconds) {
  return FormatDuration(std::chrono::seconds(static_cast<long long>(seconds)));
}

/// "2026-11-26T09:00:00Z" without its fraction.
std::string Short(const std::string& time) {
  const std::size_t dot = time.find('.');
  return dot == std::string::npos ? time : time.substr(0, dot) + "Z";
}

/// What no daemon runs, as far as the store knows: the open attempts and who holds them.
Result<Value> FromStore(const Invocation& invocation) {
  auto store = OpenStore(invocation, true);
  if (!store.ok()) return store.status();
  auto attempts = (*store)->OpenAttempts();
  if (!attempts.ok()) return attempts.status();
  store::RunFilter open;
  open.state = store::RunState::kRunning;
  open.limit = 10'000;
  auto running = (*store)->Runs(open);
  if (!running.ok()) return running.status();
  Value runs = Value::array();
  const auto add = [&](store::RunId run, const std::string& schedule, Instant planned, Instant since,
                       Value targets, const std::string& holder) {
    runs.push_back({{"run", run},
                    {"schedule", schedule},
                    {"planned", FormatRfc3339(planned)},
                    {"since", FormatRfc3339(since)},
                    {"targets", std::move(targets)},
                    {"holder", holder},
                    {"may_live", run::HolderMayLive(holder)},
                    {"playbooks", Value::array()}});
  };
  for (const store::RunRecord& run : *running) {
    Value targets = Value::array();
    for (const store::RunTarget& target : run.targets) targets.push_back(target.name);
    add(run.id, run.schedule, run.planned, run.started, std::move(targets), run.holder);
  }
  for (const store::Attempt& attempt : *attempts) {
    if (attempt.run != 0) continue;   // With its run, above.
    add(0, attempt.key.schedule, attempt.key.planned, attempt.claimed, {attempt.key.target},
        attempt.holder);
  }
  return Value{{"daemon", false}, {"runs", std::move(runs)}};
}

void Table(const Invocation& invocation, const Value& answer) {
  const std::string language = Language(invocation);
  std::vector<std::vector<std::string>> rows = {
      {"RUN", "SCHEDULE", "TARGET", "PLAYBOOK", "SINCE", "WAITING FOR", "FOR"}};
  for (const Value& run : answer["runs"]) {
    const auto number = static_cast<long long>(NumberAt(run, "run"));
    const std::string name = number == 0 ? "-" : std::to_string(number);
    const std::string schedule = StringAt(run, "schedule", "-");
    if (run["playbooks"].empty()) {
      std::string holder = StringAt(run, "holder");
      if (!holder.empty() && run.contains("may_live") && run["may_live"] == Value(false)) {
        holder = In(language, "its process is gone");
      }
      rows.push_back({name, schedule.empty() ? "-" : schedule, Joined(run["targets"]), "-",
                      Short(StringAt(run, "since")), holder.empty() ? "-" : PrintableText(holder), "-"});
    }
    for (const Value& playbook : run["playbooks"]) {
      const std::string waits = StringAt(playbook, "waiting_for");
      const std::string id = StringAt(playbook, "playbook");
      rows.push_back({name, schedule, PrintableText(StringAt(playbook, "target")), id.empty() ? "-" : id,
                      Short(StringAt(playbook, "since")),
                      waits.empty() ? "-" : PrintableText(In(language, waits)),
                      waits.empty() ? "-" : Shown(NumberAt(playbook, "waiting_seconds"))});
    }
  }
  *invocation.out << HeadedTable(invocation, std::move(rows));
}

int Ps(Invocation& invocation) {
  auto answer = daemon::AskDaemon(ControlPathOf(invocation), {{"command", "ps"}});
  const std::string language = Language(invocation);
  if (answer.ok()) {
    (*answer)["daemon"] = true;
    answer->erase("ok");
  } else if (answer.status().code() == Code::kNotFound) {
    *invocation.err << "upkeep: "
                    << In(language, "no daemon runs here; these are the open runs of the store") << "\n";
    answer = FromStore(invocation);
  }
  if (!answer.ok()) return invocation.Fail(answer.status());
  if (!answer->contains("runs") || !(*answer)["runs"].is_array()) {
    return invocation.Fail(Status(Code::kUnreachable, "the daemon's answer lists no runs"));
  }
  if (invocation.Value("--output", "table") == "json") {
    *invocation.out << PrettyJson(*answer);
  } else {
    Table(invocation, *answer);
  }
  return 0;
}

bool IsNumber(const std::string& text) {
  return !text.empty() && text.size() <= 18 && text.find_first_not_of("0123456789") == std::string::npos;
}

/// Leaves out what was interrupted and is not tried again: nothing of it is to come.
void KeepThoseToCome(const Invocation& invocation, std::vector<store::Slot>& slots, Instant now) {
  const auto interrupted = [](const store::Slot& slot) { return slot.state == store::SlotState::kInterrupted; };
  if (std::none_of(slots.begin(), slots.end(), interrupted)) return;
  const auto files = daemon::ListScheduleFiles(ScheduleFolder(invocation));
  std::vector<schedules::Schedule> known;
  if (files.ok()) {
    if (auto read = schedules::ReadScheduleFiles(*files, now); read.ok()) known = std::move(read->schedules);
  }
  std::erase_if(slots, [&](const store::Slot& slot) {
    if (!interrupted(slot)) return false;
    const auto schedule = std::find_if(known.begin(), known.end(),
                                       [&](const schedules::Schedule& one) { return one.id == slot.key.schedule; });
    return schedule == known.end() || !schedules::RetryDelay(schedule->retry, slot.attempts) ||
           now > schedules::StartOf(*schedule, slot.key.planned) + schedules::RetryLimit(*schedule);
  });
}

/// Which slots in the store are meant: the named one, the next one, or those that are due.
Result<std::vector<store::Slot>> SlotsToCancel(const Invocation& invocation, store::Store& store,
                                               const std::string& schedule) {
  const Instant now = SystemClock().Now();
  store::SlotFilter filter;
  filter.schedule = schedule;
  filter.target = invocation.Value("--target");
  // One that was interrupted may wait to be tried again.
  filter.states = {store::SlotState::kPlanned, store::SlotState::kQueued, store::SlotState::kInterrupted};
  filter.until = now + std::chrono::microseconds(1);
  filter.limit = 100'000;
  const std::string slot = invocation.Value("--slot");
  if (slot.empty()) {
    auto open = store.Slots(filter);
    if (open.ok()) KeepThoseToCome(invocation, *open, now);
    return open;
  }
  filter.until.reset();
  if (slot != "next") {
    auto when = ParseRfc3339(slot);
    if (!when.ok()) {
      return Status(Code::kUsage, "--slot '" + slot + "' is no time").WithHint("2026-12-31T09:00:00Z, or next");
    }
    filter.from = *when;
    filter.until = *when + std::chrono::microseconds(1);
    auto open = store.Slots(filter);
    if (open.ok()) KeepThoseToCome(invocation, *open, now);
    return open;
  }
  filter.from = now;
  auto slots = store.Slots(filter);
  if (!slots.ok() || slots->empty()) return slots;
  const Instant first = slots->front().key.planned;
  std::erase_if(*slots, [&](const store::Slot& one) { return one.key.planned != first; });
  return slots;
}

/// Cancels what the daemon runs; a list of {run, schedule, targets}.
Result<Value> CancelRunning(const Invocation& invocation, const std::string& what) {
  Value request = {{"command", "cancel"}, {"reason", invocation.Value("--reason")}};
  if (IsNumber(what)) {
    request["run"] = std::stoll(what);
  } else {
    request["schedule"] = what;
  }
  if (invocation.Has("--target")) request["target"] = invocation.Value("--target");
  auto answer = daemon::AskDaemon(ControlPathOf(invocation), request);
  if (answer.ok()) return answer->value("cancelled", Value::array());
  if (answer.status().code() == Code::kNotFound) return Value::array();
  return answer.status();
}

/// Why the run with this number can't be cancelled by anybody here.
Status NotRunningHere(const Invocation& invocation, const std::string& number) {
  auto store = OpenStore(invocation, true);
  if (!store.ok()) return store.status();
  auto run = (*store)->Run(std::stoll(number));
  if (!run.ok()) return run.status();
  if (run->state != store::RunState::kRunning) {
    return Status(Code::kNotFound, "run " + number + " is " +
                                       std::string(store::RunStateName(run->state)) + " already");
  }
  return Status(Code::kBusy, "run " + number + " belongs to another process: " + run->holder)
      .WithHint("end that process with SIGINT or SIGTERM; what it found is stored");
}

int Cancel(Invocation& invocation) {
  const std::string what = invocation.positionals.front();
  if (invocation.Value("--reason").empty()) {
    return invocation.Fail(Status(Code::kUsage, "say why with --reason"));
  }
  const bool by_number = IsNumber(what);
  if (by_number && invocation.Has("--slot")) {
    return invocation.Fail(Status(Code::kUsage, "--slot belongs to a schedule, and this is a run's number"));
  }
  Value running = Value::array();
  if (!invocation.Has("--slot")) {
    auto cancelled = CancelRunning(invocation, what);
    if (!cancelled.ok()) return invocation.Fail(cancelled.status());
    running = std::move(*cancelled);
  }
  if (by_number && running.empty()) return invocation.Fail(NotRunningHere(invocation, what));
  std::vector<store::Slot> slots;
  if (!by_number) {
    auto store = OpenStore(invocation, false);
    if (!store.ok()) return invocation.Fail(store.status());
    auto found = SlotsToCancel(invocation, **store, what);
    if (!found.ok()) return invocation.Fail(found.status());
    slots = std::move(*found);
    std::vector<store::SlotId> ids;
    for (const store::Slot& slot : slots) ids.push_back(slot.id);
    const Status moved = (*store)->MoveSlots(ids, store::SlotState::kCancelled,
                                             invocation.Value("--reason"), run::OperatingSystemActor());
    if (!moved.ok()) return invocation.Fail(moved);
    WakeDaemon(invocation);
  }
  if (running.empty() && slots.empty()) {
    const Status known = CheckScheduleIsKnown(invocation, what);
    return invocation.Fail(known.ok() ? Status(Code::kNotFound, "nothing of '" + what + "' is in flight")
                                            .WithHint("a slot that is to come: --slot next, or --slot TIME")
                                      : known);
  }
  const bool korean = Language(invocation) == "ko";
  const char* const cancelled = korean ? "취소함: " : "cancelled: ";
  for (const Value& run : running) {
    *invocation.out << cancelled << (korean ? "실행 " : "run ")
                    << static_cast<long long>(NumberAt(run, "run")) << " ("
                    << StringAt(run, "schedule") << ", " << Joined(run["targets"]) << ")\n";
  }
  for (const store::Slot& slot : slots) {
    *invocation.out << cancelled << slot.key.schedule << ", " << PrintableText(slot.key.target)
                    << ", " << FormatRfc3339(slot.key.planned) << "\n";
  }
  return 0;
}

}  // namespace

std::vector<Command> MakeControlCommands() {
  const Option control{"--control", "PATH", "The daemon's control socket (default: beside the store)", false, {}};
  Command ps, cancel;
  ps.name = "ps";
  ps.summary = "What runs now, and what each playbook waits for";
  ps.options = {{"-o,--output", "FORMAT", "table (default) or json", false, {"table", "json"}}, control};
  ps.examples = "  upkeep ps\n  upkeep ps -o json\n";
  ps.run = Ps;
  cancel.name = "cancel";
  cancel.summary = "End a run of the daemon, or a slot that has not begun; what was found is stored";
  cancel.positionals = {{"WHAT", "A run's number, or a schedule's id", true, false}};
  cancel.options = {{"--target", "NAME", "Only on this target", false, {}},
                    {"--slot", "TIME", "Of a schedule: the slot planned for this time, or next", false, {}},
                    {"--reason", "TEXT", "Why", false, {}}, control};
  cancel.examples = "  upkeep cancel 128 --reason 'the database is being restored'\n"
                    "  upkeep cancel weekly --slot next --reason 'holiday'\n";
  cancel.run = Cancel;
  return {ps, cancel};
}

}  // namespace upkeep::cli
