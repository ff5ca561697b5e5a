// SPDX-License-Identifier: Apache-2.0
#include "runner/daemon/assignment.h"

#include <algorithm>
#include <string_view>

namespace upkeep::daemon {
namespace {

constexpr std::string_view kCadence = "cadence:";

bool Has(const std::vector<run::Playbook>& playbooks, const std::string& id) {
  return std::any_of(playbooks.begin(), playbooks.end(),
                     [&](const run::Playbook& one) { return one.head.id == id; });
}

/// Of an error that may run over several lines, the first one.
std::string FirstLine(const Status& status) {
  std::string text = status.message();
  if (status.place()) {
    text.insert(0, status.place()->file + ":" + std::to_string(status.place()->line) + ": ");
  }
  return text.substr(0, text.find('\n'));
}

}  // namespace

PlaybookSet ReadPlaybooks(const run::Catalog& catalog) {
  PlaybookSet set;
  set.playbooks = catalog.All(set.errors);
  return set;
}

std::string CadenceOf(const schedules::Schedule& schedule) {
  for (const std::string& name : schedule.playbooks) {
    if (name.starts_with(kCadence)) return name.substr(kCadence.size());
  }
  return "";
}

Assignment Assign(const schedules::Schedule& schedule, const PlaybookSet& set,
                  const checks::Inventory& inventory) {
  Assignment assignment;
  bool whole_cadence = false;
  for (const std::string& name : schedule.playbooks) {
    const bool is_cadence = name.starts_with(kCadence);
    whole_cadence = whole_cadence || is_cadence;
    bool found = false;
    for (const run::Playbook& playbook : set.playbooks) {
      const bool wanted = is_cadence ? playbook.head.cadence == name.substr(kCadence.size())
                                     : playbook.head.id == name;
      if (!wanted) continue;
      found = true;
      if (!Has(assignment.playbooks, playbook.head.id)) assignment.playbooks.push_back(playbook);
    }
    if (!found) {
      assignment.problems.push_back(is_cadence ? "there is no playbook of the " + name
                                               : "the playbook " + name + " is missing or invalid");
    }
  }
  // A file that can't be read has no cadence that anybody knows: it may be one of these.
  if (whole_cadence) {
    for (const Status& error : set.errors) assignment.problems.push_back(FirstLine(error));
  }
  // An empty cadence beside playbooks that are there hides nothing.
  if (!assignment.playbooks.empty()) {
    std::erase_if(assignment.problems, [](const std::string& problem) {
      return problem.starts_with("there is no playbook of the cadence:");
    });
  }
  assignment.pairs = run::MatchPairs(assignment.playbooks, inventory, schedule.targets);
  return assignment;
}

std::set<std::string> Assignment::Targets() const {
  std::set<std::string> targets;
  for (const run::Pair& pair : pairs) targets.insert(pair.target->name);
  return targets;
}

std::string Assignment::Broken() const {
  if (!pairs.empty()) return "";
  if (!problems.empty()) return "nothing of the schedule can run: " + problems.front();
  return "no target of the inventory fits the schedule";
}

}  // namespace upkeep::daemon
