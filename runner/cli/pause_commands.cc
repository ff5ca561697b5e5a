// SPDX-License-Identifier: Apache-2.0
//
// upkeep pause and resume: a time in which schedules are not run, with who asked and why.
#include "runner/cli/command_parts.h"
#include "runner/cli/schedule_parts.h"
#include "runner/cli/settings.h"
#include "runner/run/session.h"

namespace upkeep::cli {
namespace {

/// Which schedule and target; "" for every one.
struct Scope {
  std::string schedule, target;
};

Result<Scope> ReadScope(const Invocation& invocation) {
  Scope scope;
  const bool all = invocation.Has("--all");
  if (!invocation.positionals.empty()) scope.schedule = invocation.positionals.front();
  if (all == !scope.schedule.empty()) {
    return Status(Code::kUsage, all ? "a schedule and --all are both given" : "which schedule?")
        .WithHint("upkeep " + invocation.command + " daily --reason TEXT, or --all");
  }
  scope.target = invocation.Value("--target");
  if (invocation.Value("--reason").empty()) return Status(Code::kUsage, "say why with --reason");
  return scope;
}

int Pause(Invocation& invocation) {
  auto scope = ReadScope(invocation);
  if (!scope.ok()) return invocation.Fail(scope.status());
  if (!scope->schedule.empty()) {
    if (Status known = CheckScheduleIsKnown(invocation, scope->schedule); !known.ok()) {
      return invocation.Fail(known);
    }
  }
  if (Status known = CheckTargetIsKnown(invocation, scope->target); !known.ok()) {
    return invocation.Fail(known);
  }
  store::Pause pause;
  pause.schedule = scope->schedule;
  pause.target = scope->target;
  pause.reason = invocation.Value("--reason");
  pause.actor = run::OperatingSystemActor();
  if (const std::string until = invocation.Value("--until"); !until.empty()) {
    const Instant now = SystemClock().Now();
    auto when = ReadWhen("--until", until, now, 1);
    if (!when.ok()) return invocation.Fail(when.status());
    if (*when <= now) {
      return invocation.Fail(Status(Code::kUsage, "--until '" + until + "' is over already"));
    }
    pause.until = *when;
  }
  auto store = OpenStore(invocation, false);
  if (!store.ok()) return invocation.Fail(store.status());
  auto added = (*store)->AddPause(pause);
  if (!added.ok()) return invocation.Fail(added.status());
  WakeDaemon(invocation);
  const std::string language = Language(invocation);
  *invocation.out << (language == "ko" ? "일시 중지함" : "paused") << ": " << ScopeOfPause(*added, language) << " ("
                  << DescribePause(*added, language) << ")\n";
  return 0;
}

int Resume(Invocation& invocation) {
  auto scope = ReadScope(invocation);
  if (!scope.ok()) return invocation.Fail(scope.status());
  auto store = OpenStore(invocation, false);
  if (!store.ok()) return invocation.Fail(store.status());
  const Status ended = (*store)->EndPause(scope->schedule, scope->target, invocation.Value("--reason"),
                                          run::OperatingSystemActor());
  if (!ended.ok()) return invocation.Fail(ended);
  WakeDaemon(invocation);
  const std::string language = Language(invocation);
  store::Pause named;
  named.schedule = scope->schedule;
  named.target = scope->target;
  *invocation.out << (language == "ko" ? "다시 시작함" : "resumed") << ": " << ScopeOfPause(named, language) << "\n";
  return 0;
}

}  // namespace

std::vector<Command> MakePauseCommands() {
  const Positional schedule{"SCHEDULE", "The schedule's id", false, false};
  const Option all{"--all", "", "Every schedule", false, {}};
  const Option target{"--target", "NAME", "Only on this target", false, {}};
  const Option control{"--control", "PATH", "The daemon's control socket (default: beside the store)", false, {}};
  Command pause, resume;
  pause.name = "pause";
  pause.summary = "Do not run a schedule for a time; its slots end as paused";
  pause.positionals = {schedule};
  pause.options = {all, target, {"--reason", "TEXT", "Why", false, {}},
                   {"--until", "WHEN", "2h, 2026-12-31 or an RFC 3339 time; without it, until upkeep resume", false, {}},
                   control};
  pause.examples = "  upkeep pause daily --reason 'cluster upgrade' --until 4h\n"
                   "  upkeep pause --all --target orders --reason 'restore test'\n";
  pause.run = Pause;
  resume.name = "resume";
  resume.summary = "End a pause before its time";
  resume.positionals = {schedule};
  resume.options = {all, target, {"--reason", "TEXT", "Why", false, {}}, control};
  resume.examples = "  upkeep resume daily --reason 'upgrade done'\n";
  resume.run = Resume;
  return {pause, resume};
}

}  // namespace upkeep::cli
