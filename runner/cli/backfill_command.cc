// SPDX-License-Identifier: Apache-2.0
//
// upkeep backfill: runs missed slots by hand.
#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <map>

#include "base/korean.h"
#include "runner/cli/command_parts.h"
#include "runner/cli/schedule_parts.h"
#include "runner/cli/settings.h"
#include "runner/daemon/self_check.h"
#include "runner/run/session.h"
#include "schedules/planner.h"

namespace upkeep::cli {
namespace {

constexpr std::chrono::days kUsualBack{35};
constexpr std::int64_t kUsualLimit = 10, kMostSlots = 10'000;

/// Slots of one planned time: one run looks at all of them.
using ByTime = std::map<Instant, std::vector<store::Slot>>;

Result<store::SlotFilter> ReadFilter(const Invocation& invocation, Instant now) {
  store::SlotFilter filter;
  filter.schedule = invocation.positionals.front();
  filter.target = invocation.Value("--target");
  // An interrupted one was not operated either; the store refuses it where an action had begun.
  filter.states = {store::SlotState::kMissed, store::SlotState::kInterrupted};
  filter.from = now - kUsualBack;
  filter.until = now;
  filter.limit = kMostSlots;
  filter.newest = true;
  if (const std::string slot = invocation.Value("--slot"); !slot.empty()) {
    if (invocation.Has("--from") || invocation.Has("--to")) {
      return Status(Code::kUsage, "--slot stands for itself, without --from and --to");
    }
    auto when = ParseRfc3339(slot);
    if (!when.ok()) return Status(Code::kUsage, "--slot '" + slot + "' is no time").WithHint("2026-12-31T09:00:00Z");
    filter.from = *when;
    filter.until = *when + std::chrono::microseconds(1);
    return filter;
  }
  for (auto* const end : {&filter.from, &filter.until}) {
    const std::string option = end == &filter.from ? "--from" : "--to";
    const std::string text = invocation.Value(option);
    if (text.empty()) continue;
    auto when = ReadWhen(option, text, now, -1);
    if (!when.ok()) return when.status();
    *end = *when;
  }
  if (filter.from >= filter.until) {
    return Status(Code::kUsage, "--from " + FormatRfc3339(*filter.from) + " is not before --to " +
                                    FormatRfc3339(*filter.until))
        .WithHint("only what is past was missed");
  }
  return filter;
}

/// The one slot that was asked for was not missed: 0, and a word on what it is; or there is none.
int SayWhatItIs(Invocation& invocation, store::Store& store, store::SlotFilter filter) {
  filter.states.clear();
  const auto any = store.Slots(filter);
  if (!any.ok()) return invocation.Fail(any.status());
  const std::string when = FormatRfc3339(*filter.from);
  if (any->empty()) {
    return invocation.Fail(Status(Code::kNotFound, "there is no slot of '" + filter.schedule + "' at " + when)
                               .WithHint("upkeep backfill " + filter.schedule + " --dry-run shows what was missed"));
  }
  *invocation.err << "upkeep: "
                  << invocation.Say("the slot of '" + filter.schedule + "' at " + when + " is " +
                                    std::string(store::SlotStateName(any->front().state)) + ", and was not missed")
                  << "\n";
  return 0;
}

Result<std::int64_t> ReadLimit(const Invocation& invocation) {
  const std::string text = invocation.Value("--limit", std::to_string(kUsualLimit));
  const bool number = !text.empty() && text.size() <= 5 &&
                      text.find_first_not_of("0123456789") == std::string::npos;
  if (!number || std::stoll(text) < 1) {
    return Status(Code::kUsage, "--limit '" + text + "' is no number above 0");
  }
  return std::stoll(text);
}

/// The planned times to run, the newest where there are more than `limit`.
ByTime Group(std::vector<store::Slot> slots, std::int64_t limit) {
  ByTime by_time;
  const bool cut = slots.size() == static_cast<std::size_t>(kMostSlots);
  for (store::Slot& slot : slots) by_time[slot.key.planned].push_back(std::move(slot));
  if (cut && by_time.size() > 1) by_time.erase(by_time.begin());   // Some of its targets may be missing.
  while (static_cast<std::int64_t>(by_time.size()) > limit) by_time.erase(by_time.begin());
  return by_time;
}

void ShowSlots(const Invocation& invocation, const ByTime& by_time) {
  const std::string language = Language(invocation);
  std::vector<std::vector<std::string>> rows = {{"PLANNED", "TARGET", "STATE", "REASON"}};
  for (const auto& [planned, slots] : by_time) {
    for (const store::Slot& slot : slots) {
      rows.push_back({FormatRfc3339(planned), PrintableText(slot.key.target),
                      invocation.Say(store::SlotStateName(slot.state)),
                      PrintableText(In(language, slot.reason))});
    }
  }
  *invocation.out << HeadedTable(invocation, std::move(rows));
}

/// --yes, or what somebody at a terminal answers.
Result<bool> MayGoOn(const Invocation& invocation, std::size_t runs) {
  if (invocation.Has("--yes")) return true;
  if (invocation.Has("--no-input") || !IsTerminal(STDIN_FILENO)) {
    return Status(Code::kUsage, "nobody is here to be asked").WithHint("add --yes to run them");
  }
  *invocation.err << In(Language(invocation), "Run these " + std::to_string(runs) +
                                                  " planned times now? [y/N]") << " " << std::flush;
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "Y" || answer == "yes";
}

/// Claims the slots of one planned time; those that somebody was faster with are left out.
Result<daemon::Batch> Claim(store::Store& store, const schedules::Schedule& schedule,
                            const std::vector<store::Slot>& slots, const store::Actor& actor,
                            std::ostream& err) {
  daemon::Batch batch;
  batch.planned = slots.front().key.planned;
  batch.trigger = "backfill";
  store::ClaimRequest claim;
  claim.actor = actor;
  claim.holder = run::ProcessHolder();
  claim.backfill = true;
  claim.alone = schedule.overlap.mode != schedules::OverlapMode::kAllow;
  for (const store::Slot& slot : slots) {
    auto attempt = store.ClaimSlot(slot.id, claim);
    const Code code = attempt.status().code();
    if (code == Code::kBusy || code == Code::kDenied) {
      err << "upkeep: " << attempt.status().Describe() << "\n";
      continue;
    }
    if (!attempt.ok()) return attempt.status();
    const auto late = std::chrono::floor<std::chrono::seconds>(attempt->claimed - batch.planned);
    batch.ends.push_back({attempt->id, store::SlotState::kLate,
                          "backfilled by " + actor.name + ", " + FormatDuration(late) + " late"});
    batch.attempts.push_back(std::move(*attempt));
  }
  return batch;
}

int ExitOfBackfill(const reports::StateTotals& totals) {
  if (totals.critical > 0) return 2;
  if (totals.warning > 0) return 1;
  return totals.unknown > 0 ? 3 : 0;
}

/// Runs them, oldest first; the exit code is the worst run's.
int RunAll(Invocation& invocation, Workplace& place, std::shared_ptr<const daemon::World> world,
           const schedules::Schedule& schedule, const ByTime& by_time) {
  const store::Actor actor = run::OperatingSystemActor();
  daemon::Journal journal(*invocation.err, daemon::LogFormat::kText, place.clock(), place.redactor());
  daemon::RunnerParts parts{place.reactor(), place.store(), place.clock(), place.redactor(), journal,
                            actor, run::ProcessHolder(), "", Language(invocation), {}};
  daemon::SlotRunner runner(parts);
  const Limits limits = place.limits();
  reports::StateTotals sum;
  bool refused = false;
  for (const auto& [planned, slots] : by_time) {
    if (limits.cancel.cancelled()) return 130;
    auto batch = Claim(place.store(), schedule, slots, actor, *invocation.err);
    if (!batch.ok()) return invocation.Fail(batch.status());
    refused = refused || batch->attempts.size() < slots.size();
    if (batch->attempts.empty()) continue;
    const daemon::BatchEnd end =
        place.RunTask(runner.Run(world, schedule, std::move(*batch), limits));
    if (!end.status.ok()) return invocation.Fail(end.status);
    if (end.cancelled) return 130;
    sum.critical += end.summary.totals.critical;
    sum.warning += end.summary.totals.warning;
    sum.unknown += end.summary.totals.unknown;
  }
  daemon::SelfCheck self(place.store(), place.clock(), actor, run::ProcessHolder());
  const Status settled = self.Look(*world);
  if (!settled.ok()) return invocation.Fail(settled);
  return refused ? 75 : ExitOfBackfill(sum);
}

int Backfill(Invocation& invocation) {
  const std::string id = invocation.positionals.front();
  auto filter = ReadFilter(invocation, SystemClock().Now());
  if (!filter.ok()) return invocation.Fail(filter.status());
  auto limit = ReadLimit(invocation);
  if (!limit.ok()) return invocation.Fail(limit.status());
  if (Status known = CheckScheduleIsKnown(invocation, id); !known.ok()) return invocation.Fail(known);
  auto opened = Workplace::Open(invocation);
  if (!opened.ok()) return invocation.Fail(opened.status());
  Workplace& place = **opened;
  auto world = daemon::ReadWorld(PlacesOf(invocation, place), place.clock().Now());
  if (!world.ok()) return invocation.Fail(world.status());
  const schedules::Schedule* const schedule = (*world)->Find(id);
  if (schedule == nullptr) return invocation.Fail((*world)->schedules.Errors());
  const daemon::Assignment assignment =
      daemon::Assign(*schedule, (*world)->playbooks, (*world)->inventory);
  if (const std::string broken = assignment.Broken(); !broken.empty()) {
    return invocation.Fail(Status(Code::kInvalid, broken));
  }
  auto slots = place.store().Slots(*filter);
  if (!slots.ok()) return invocation.Fail(slots.status());
  // A target that the schedule no longer has can't be looked at any more.
  const std::set<std::string> targets = assignment.Targets();
  std::erase_if(*slots, [&](const store::Slot& slot) { return !targets.contains(slot.key.target); });
  const std::string language = Language(invocation);
  if (slots->empty() && invocation.Has("--slot")) return SayWhatItIs(invocation, place.store(), *filter);
  if (slots->empty()) {
    *invocation.err << "upkeep: " << In(language, "nothing was missed in that time") << "\n";
    return 0;
  }
  const ByTime by_time = Group(std::move(*slots), *limit);
  ShowSlots(invocation, by_time);
  if (invocation.Has("--dry-run")) return 0;
  auto may = MayGoOn(invocation, by_time.size());
  if (!may.ok()) return invocation.Fail(may.status());
  if (!*may) return 0;
  return RunAll(invocation, place, *world, *schedule, by_time);
}

}  // namespace

Command MakeBackfillCommand() {
  Command backfill;
  backfill.name = "backfill";
  backfill.summary = "Run missed slots by hand: shows them, and asks";
  backfill.positionals = {{"SCHEDULE", "The schedule's id", true, false}};
  backfill.options = {
      {"--from", "WHEN", "From this date, time, or so long ago (default: 35d)", false, {}},
      {"--to", "WHEN", "Up to and without this date or time (default: now)", false, {}},
      {"--slot", "TIME", "Only the slot planned for this RFC 3339 time", false, {}},
      {"--target", "NAME", "Only on this target", false, {}},
      {"--limit", "N", "At most so many planned times, the newest (default 10)", false, {}},
      {"--dry-run", "", "Only show them", false, {}},
      {"--yes", "", "Don't ask", false, {}},
  };
  backfill.examples = "  upkeep backfill daily --from 3d\n"
                      "  upkeep backfill monthly --slot 2026-11-01T00:00:00Z --yes\n";
  backfill.run = Backfill;
  return backfill;
}

}  // namespace upkeep::cli
