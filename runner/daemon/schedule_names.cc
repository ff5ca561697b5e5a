// SPDX-License-Identifier: Apache-2.0
#include "runner/daemon/schedule_names.h"

#include <algorithm>

#include "base/yaml/yaml.h"
#include "reports/render.h"
#include "runner/run/session.h"

namespace upkeep::daemon {
namespace {

bool IsOneOf(const std::vector<std::string>& known, const std::string& name) {
  return std::find(known.begin(), known.end(), name) != known.end();
}

class NameCheck {
 public:
  explicit NameCheck(const schedules::Schedule& schedule) : schedule_(schedule) {}

  void Playbooks(const std::vector<std::string>& known) {
    for (const std::string& name : schedule_.playbooks) {
      if (name.find(':') != std::string::npos || IsOneOf(known, name)) continue;
      Error("playbooks", name, "'" + schedule_.id + "' names the playbook '" + name + "', which no pack has",
            known, "upkeep list shows them all");
    }
  }
  void Targets(const checks::Inventory& inventory) {
    std::vector<std::string> names;
    for (const checks::Target& target : inventory.targets) names.push_back(target.name);
    for (const std::string& name : schedule_.targets) {
      const bool meant = std::any_of(inventory.targets.begin(), inventory.targets.end(),
                                     [&](const checks::Target& target) { return run::IsMeant(target, name); });
      if (!meant) {
        Error("targets", name,
              "'" + schedule_.id + "' names the target '" + name + "', which the inventory does not have", names,
              "its slots would be missed");
      }
    }
  }
  void Reports() {
    for (const std::string& name : schedule_.report) {
      const std::size_t colon = name.find(':');
      const std::string format = name.substr(0, colon);
      if (!IsOneOf(reports::Formats(), format)) {
        Error("report", name, "'" + schedule_.id + "' wants a report as '" + format + "', which is no format",
              reports::Formats(), "html, md, json, jsonl, csv, junit, nagios, prometheus, table or wide");
      } else if (colon + 1 == name.size()) {
        Error("report", name, "'" + schedule_.id + "' has no path behind '" + format + ":'", {},
              "write " + format + ", or " + format + ":PATH");
      }
    }
  }
  void Deliveries(const std::optional<std::vector<std::string>>& known) {
    for (const std::string& name : schedule_.deliver) {
      if (!known) {
        Error("deliver", name,
              "'" + schedule_.id + "' is to be delivered to '" + name + "', and there is no deliveries file", {},
              "name it with --deliveries or UPKEEP_DELIVERIES");
      } else if (!IsOneOf(*known, name)) {
        Error("deliver", name,
              "'" + schedule_.id + "' is to be delivered to '" + name + "', which the deliveries file does not have",
              *known, "docs/deliveries.md shows how one is written");
      }
    }
  }
  std::vector<Status> TakeErrors() { return std::move(errors_); }

 private:
  void Error(const std::string& key, const std::string& word, const std::string& what,
             const std::vector<std::string>& known, const std::string& otherwise) {
    const std::string near = yaml::NearestWord(word, known);
    const auto place = schedule_.places.find(key + " " + word);
    errors_.push_back(Status(Code::kInvalid, what)
                          .WithHint(near.empty() ? otherwise : "did you mean '" + near + "'?")
                          .At(place == schedule_.places.end() ? schedule_.place : place->second));
  }

  const schedules::Schedule& schedule_;
  std::vector<Status> errors_;
};

}  // namespace

std::vector<Status> UnknownNames(const schedules::Schedule& schedule, const KnownNames& known) {
  NameCheck check(schedule);
  check.Playbooks(known.playbooks);
  if (known.inventory != nullptr) check.Targets(*known.inventory);
  check.Reports();
  check.Deliveries(known.deliveries);
  return check.TakeErrors();
}

}  // namespace upkeep::daemon
