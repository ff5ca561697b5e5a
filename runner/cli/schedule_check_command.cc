// SPDX-License-Identifier: Apache-2.0
//
// upkeep schedule check: the schedule files, and whether what they name is there: playbooks, targets,
// formats of reports and deliveries.
#include <algorithm>
#include <optional>

#include "base/yaml/yaml.h"
#include "reports/render.h"
#include "runner/cli/deliver_parts.h"
#include "runner/cli/schedule_lookup.h"
#include "runner/cli/schedule_parts.h"
#include "runner/cli/settings.h"
#include "runner/run/catalog.h"
#include "runner/run/session.h"
#include "schedules/planner.h"

namespace upkeep::cli {
namespace {

bool Has(const std::vector<std::string>& known, const std::string& name) {
  return std::find(known.begin(), known.end(), name) != known.end();
}

/// What schedules may name. A list that nobody can tell is not looked at.
struct Known {
  std::vector<std::string> playbooks;
  std::optional<checks::Inventory> inventory;
  std::optional<std::vector<std::string>> deliveries;
};

class NameCheck {
 public:
  NameCheck(const schedules::Schedule& schedule, std::vector<Status>& errors)
      : schedule_(schedule), errors_(errors) {}

  void Playbooks(const Known& known) const {
    for (const std::string& name : schedule_.playbooks) {
      if (name.find(':') != std::string::npos || Has(known.playbooks, name)) continue;
      Error("playbooks", name, "'" + schedule_.id + "' names the playbook '" + name + "', which no pack has",
            known.playbooks, "upkeep list shows them all");
    }
  }
  void Targets(const Known& known) const {
    if (!known.inventory) return;
    std::vector<std::string> names;
    for (const checks::Target& target : known.inventory->targets) names.push_back(target.name);
    for (const std::string& name : schedule_.targets) {
      const bool meant = std::any_of(known.inventory->targets.begin(), known.inventory->targets.end(),
                                     [&](const checks::Target& target) { return run::IsMeant(target, name); });
      if (!meant) {
        Error("targets", name,
              "'" + schedule_.id + "' names the target '" + name + "', which the inventory does not have", names,
              "its slots would be missed");
      }
    }
  }
  void Reports() const {
    for (const std::string& name : schedule_.report) {
      const std::size_t colon = name.find(':');
      const std::string format = name.substr(0, colon);
      if (!Has(reports::Formats(), format)) {
        Error("report", name, "'" + schedule_.id + "' wants a report as '" + format + "', which is no format",
              reports::Formats(), "html, md, json, jsonl, csv, junit, nagios, prometheus, table or wide");
      } else if (colon + 1 == name.size()) {
        Error("report", name, "'" + schedule_.id + "' has no path behind '" + format + ":'", {},
              "write " + format + ", or " + format + ":PATH");
      }
    }
  }
  void Deliveries(const Known& known) const {
    if (schedule_.deliver.empty()) return;
    for (const std::string& name : schedule_.deliver) {
      if (!known.deliveries) {
        Error("deliver", name,
              "'" + schedule_.id + "' is to be delivered to '" + name + "', and there is no deliveries file", {},
              "name it with --deliveries or UPKEEP_DELIVERIES");
      } else if (!Has(*known.deliveries, name)) {
        Error("deliver", name,
              "'" + schedule_.id + "' is to be delivered to '" + name + "', which the deliveries file does not have",
              *known.deliveries, "docs/deliveries.md shows how one is written");
      }
    }
  }

 private:
  void Error(const std::string& key, const std::string& word, const std::string& what,
             const std::vector<std::string>& known, const std::string& otherwise) const {
    const std::string near = yaml::NearestWord(word, known);
    const auto place = schedule_.places.find(key + " " + word);
    errors_.push_back(Status(Code::kInvalid, what)
                          .WithHint(near.empty() ? otherwise : "did you mean '" + near + "'?")
                          .At(place == schedule_.places.end() ? schedule_.place : place->second));
  }

  const schedules::Schedule& schedule_;
  std::vector<Status>& errors_;
};

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
  Known known;
  known.playbooks = run::Catalog(PlaybookFolders(invocation)).Ids();
  auto inventory = LoadInventory(invocation);
  if (inventory.ok()) {
    known.inventory = std::move(*inventory);
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
    const NameCheck check(schedule, errors);
    check.Playbooks(known);
    check.Targets(known);
    check.Reports();
    check.Deliveries(known);
  }
  if (!errors.empty()) return invocation.Fail(yaml::Combine(errors));
  *invocation.out << invocation.Say(std::to_string(file->schedules.size()) + " schedules are valid") << "\n";
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
