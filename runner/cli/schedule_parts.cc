// SPDX-License-Identifier: Apache-2.0
#include "runner/cli/schedule_parts.h"

#include "base/korean.h"
#include "base/yaml/yaml.h"
#include "runner/cli/settings.h"
#include "runner/daemon/control_socket.h"
#include "schedules/file.h"

namespace upkeep::cli {

Status CheckScheduleIsKnown(const Invocation& invocation, const std::string& id) {
  auto files = daemon::ListScheduleFiles(ScheduleFolder(invocation));
  if (!files.ok()) return files.status();
  auto read = schedules::ReadScheduleFiles(*files, SystemClock().Now());
  if (!read.ok()) return read.status();
  std::vector<std::string> known;
  for (const schedules::Schedule& schedule : read->schedules) known.push_back(schedule.id);
  for (const schedules::Quarantined& bad : read->quarantined) known.push_back(bad.id);
  for (const std::string& one : known) {
    if (one == id) return Status::Ok();
  }
  // A daemon goes on with schedules whose file can't be read now: they have slots ahead.
  if (auto store = OpenStore(invocation, true); store.ok()) {
    const auto open = (*store)->Slots({id, "", {store::SlotState::kPlanned}, {}, {}, 1});
    if (open.ok() && !open->empty()) return Status::Ok();
  }
  const std::string near = yaml::NearestWord(id, known);
  return Status(Code::kNotFound, "there is no schedule '" + id + "'")
      .WithHint(near.empty() ? "upkeep schedule list shows them" : "did you mean '" + near + "'?");
}

Status CheckTargetIsKnown(const Invocation& invocation, const std::string& name) {
  const auto inventory = LoadInventory(invocation);
  if (name.empty() || !inventory.ok()) return Status::Ok();   // Nobody can tell.
  if (inventory->Find(name) != nullptr) return Status::Ok();
  return inventory->NoTarget(name, Code::kNotFound);
}

Result<Instant> ReadWhen(const std::string& option, const std::string& text, Instant now, int sign) {
  if (const auto duration = ParseDuration(text); duration.ok()) return now + sign * *duration;
  if (const auto day = ParseRfc3339(text + "T00:00:00Z"); day.ok()) return *day;
  Result<Instant> instant = ParseRfc3339(text);
  if (instant.ok()) return instant;
  return Status(Code::kUsage, option + " '" + text + "' is no duration, date or time")
      .WithHint("2h, 2026-12-31 or 2026-12-31T09:00:00Z");
}

std::string ScopeOfPause(const store::Pause& pause, const std::string& language) {
  const std::string what =
      pause.schedule.empty() ? In(language, "every schedule") : pause.schedule;
  if (pause.target.empty()) return what;
  return language == "ko" ? pause.target + " 대상의 " + what : what + " on " + pause.target;
}

std::string DescribePause(const store::Pause& pause, const std::string& language) {
  const auto time = [](Instant at) {
    return FormatRfc3339(std::chrono::floor<std::chrono::seconds>(at));
  };
  const std::string who = PrintableText(pause.actor.name), why = PrintableText(pause.reason);
  if (language == "ko") {
    return time(pause.begun) + "부터 " + who + "님이 중지" +
           (pause.until ? ", " + time(*pause.until) + "까지" : "") + ": " + why;
  }
  return "since " + time(pause.begun) + " by " + who +
         (pause.until ? ", until " + time(*pause.until) : "") + ": " + why;
}

std::string ControlPathOf(const Invocation& invocation) {
  return invocation.Value("--control", daemon::ControlPath(StorePath(invocation)));
}

void WakeDaemon(const Invocation& invocation) {
  const auto answer = daemon::AskDaemon(ControlPathOf(invocation), {{"command", "look"}});
  // It would see for itself before the next slot starts; a daemon that answers oddly is worth a word.
  if (answer.ok() || answer.status().code() == Code::kNotFound) return;
  *invocation.err << "upkeep: " << Describe(answer.status(), Language(invocation)) << "\n";
}

}  // namespace upkeep::cli
