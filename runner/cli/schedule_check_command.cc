// SPDX-License-Identifier: Apache-2.0
//
// upkeep schedule check: the schedule files, and whether what they name is there: playbooks, targets,
// formats of reports and deliveries.
#include <algorithm>

#include "base/yaml/yaml.h"
#include "runner/cli/deliver_parts.h"
#include "runner/cli/schedule_lookup.h"
#include "runner/cli/schedule_parts.h"
#include "runner/cli/settings.h"
#include "runner/daemon/schedule_names.h"
#include "runner/run/catalog.h"
#include "schedules/planner.h"

namespace upkeep::cli {
namespace {

int Check(Invocation& invocation) {
  auto file = LoadSchedules(invocation, invocation.positionals, SystemClock().Now());
  if (!file.ok()) return invocation.Fail(file.status());
  const Instant now = SystemClock().Now();
  // Those that only the inventory shows to meet: one names the target, the other its label.
  for (const schedules::Clash& clash : schedules::FindClashes(WithTargetsNamed(invocation, file->schedules), now)) {
    const Status warning = schedules::ClashWarning(file->schedules, clash);
    const bool known = std::any_of(file->warnings.begin(), file->warnings.end(), [&](const Status& one) {
      return one.place() && warning.place() && one.place()->file == warning.place()->file &&
             one.place()->line == warning.place()->line &&
             one.message().find("'" + clash.first + "' are both heavy") != std::string::npos;
    });
    if (!known) file->warnings.push_back(warning);
  }
  for (const Status& warning : file->warnings) {
    *invocation.err << invocation.Say("warning") << ": " << invocation.Describe(warning) << "\n";
  }
  daemon::KnownNames known;
  known.playbooks = run::Catalog(PlaybookFolders(invocation)).Ids();
  auto inventory = LoadInventory(invocation);
  if (inventory.ok()) {
    known.inventory = &inventory.value();
  } else {
    *invocation.err << invocation.Say("targets were not looked at") << ": "
                    << invocation.Describe(inventory.status()) << "\n";
  }
  if (!DeliveriesPath(invocation).empty()) {
    const auto deliveries = LoadDeliveries(invocation);
    if (!deliveries.ok()) return invocation.Fail(deliveries.status());
    known.deliveries = deliveries->Names();
  }
  std::vector<Status> errors = file->AllErrors();
  for (const schedules::Schedule& schedule : file->schedules) {
    for (Status& error : daemon::UnknownNames(schedule, known)) errors.push_back(std::move(error));
  }
  if (!errors.empty()) return invocation.Fail(yaml::Combine(errors));
  *invocation.out << invocation.Say("valid schedules: " + std::to_string(file->schedules.size())) << "\n";
  return 0;
}

}  // namespace

Command MakeScheduleCheckCommand() {
  Command check;
  check.name = "schedule check";
  check.summary = "Are the schedule files valid, and is what they name there? Shows every error with its place";
  check.positionals = {{"FILE", "Schedule files (default: those of --schedules)", false, true}};
  check.options = {{"--deliveries", "FILE", "Where deliveries are written (UPKEEP_DELIVERIES)", false, {}}};
  check.run = Check;
  return check;
}

}  // namespace upkeep::cli
