// SPDX-License-Identifier: Apache-2.0
#include "schedules/file.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/value.h"
#include "schedules/planner.h"
#include "schedules/schedule_reader.h"
#include "schedules/words.h"

namespace upkeep::schedules {
namespace {


std::string_view NameOf(Dialect dialect) {
  switch (dialect) {
    case Dialect::kVixie: return "vixie";
    case Dialect::kRobfig: return "robfig";
    case Dialect::kQuartz: return "quartz";
  }
  return "";
}

/// The version of a definition: two schedules with the same one plan and do the same.
std::string DefinitionOf(const Schedule& schedule) {
  const CronExpression& expression = schedule.expression;
  Value definition = {
      {"id", schedule.id},
      {"enabled", schedule.enabled},
      {"cron", expression.text()},
      {"dialect", NameOf(expression.dialect())},
      {"time_zone", expression.zone().name()},
      {"gap", static_cast<int>(expression.dst().gap)},
      {"overlap_hour", static_cast<int>(expression.dst().overlap)},
      {"and", expression.fields().both_days_must_match},
      {"playbooks", schedule.playbooks},
      {"targets", schedule.targets},
      {"grace", schedule.grace.count()},
      {"deadline", schedule.deadline.count()},
      {"catch_up", {static_cast<int>(schedule.catch_up.mode), schedule.catch_up.limit,
                    schedule.catch_up.max_age.count()}},
      {"overlap", {static_cast<int>(schedule.overlap.mode), schedule.overlap.queue_limit}},
      {"retry", {schedule.retry.attempts, schedule.retry.backoff.count(),
                 schedule.retry.cap.count()}},
      {"splay", schedule.splay.count()},
      {"jitter", schedule.jitter.count()},
  };
  // Only where they are: a schedule without a calendar keeps the version it had before there
  // were calendars.
  if (schedule.calendar) definition["calendar"] = schedule.calendar->version();
  if (schedule.holiday != HolidayShift::kNone) {
    definition["holiday"] = static_cast<int>(schedule.holiday);
  }
  for (const Window& window : schedule.blackout) {
    definition["blackout"].push_back(ToValue(window));
  }
  return Sha256Hex(CanonicalJson(definition));
}

FileDefaults ReadDefaults(const yaml::Document& document, yaml::MappingReader& file,
                          std::vector<Status>& errors) {
  FileDefaults defaults;
  if (const yaml::Node* zone = file.Take("timeZone")) {
    defaults.time_zone = ReadTimeZone(document, *zone, errors).name();
  }
  defaults.dialect = file.OptionalChoice("dialect", {"vixie", "robfig", "quartz"});
  return defaults;
}

/// Two schedules of one id: the later one is left out; and where one of them is wrong, the other, too,
/// for nobody knows which of them is meant.
void RefuseRepeatedIds(ScheduleFile& file) {
  std::map<std::string, SourcePlace> seen, wrong;
  for (const Quarantined& bad : file.quarantined) {
    if (!bad.id.empty() && bad.errors.front().place()) wrong.emplace(bad.id, *bad.errors.front().place());
  }
  std::vector<Schedule> kept;
  for (Schedule& schedule : file.schedules) {
    const auto [same, is_new] = seen.emplace(schedule.id, schedule.place);
    const auto bad = wrong.find(schedule.id);
    if (is_new && bad == wrong.end()) {
      kept.push_back(std::move(schedule));
      continue;
    }
    const SourcePlace& first = bad == wrong.end() ? same->second : bad->second;
    const std::string where = first.file + ":" + std::to_string(first.line);
    file.quarantined.push_back(
        {.id = schedule.id,
         .errors = {Status(Code::kInvalid, "the id '" + schedule.id + "' is used twice")
                        .WithHint("it is already at " + where)
                        .At(schedule.place)},
         .file = ""});
  }
  file.schedules = std::move(kept);
}

}  // namespace

std::vector<Status> ScheduleFile::AllErrors() const {
  std::vector<Status> errors;
  std::set<std::string> said;   // What is wrong with a file stands at each of its schedules.
  for (const Quarantined& one : quarantined) {
    for (const Status& error : one.errors) {
      if (said.insert(error.Describe()).second) errors.push_back(error);
    }
  }
  return errors;
}

Status ScheduleFile::Errors() const { return yaml::Combine(AllErrors()); }

Status ClashWarning(const std::vector<Schedule>& schedules, const Clash& clash) {
  for (const Schedule& schedule : schedules) {
    if (schedule.id != clash.second) continue;
    return Status(Code::kInvalid, "'" + clash.second + "' and '" + clash.first + "' are both heavy and meet at " +
                                      schedule.expression.zone().Format(clash.at) + " on " +
                                      (clash.target.empty() ? "every target" : clash.target))
        .WithHint("move one of them, or give it a splay")
        .At(schedule.place);
  }
  return Status::Ok();
}

namespace {

/// The list of schedules; null, and an error, when there is none.
const yaml::Node* ReadHead(const yaml::Document& document, FileDefaults& defaults,
                           std::vector<Status>& errors) {
  yaml::MappingReader head(document, document.root, "a schedule file", errors);
  const std::string version = head.RequiredString("apiVersion");
  if (const yaml::Node* node = head.Take("apiVersion"); node && version != kApiVersion) {
    head.Error(*node, "this is not a format that is read here: '" + version + "'",
               "write apiVersion: upkeep/v1");
  }
  defaults = ReadDefaults(document, head, errors);
  const yaml::Node* list = head.Take("schedules");
  if (list == nullptr) {
    if (document.root.kind == yaml::Kind::kMapping) {
      head.Error(document.root, "a schedule file needs the key 'schedules'");
    }
  } else if (list->kind != yaml::Kind::kSequence) {
    head.Error(*list, "'schedules' must be a list", "begin each schedule with '- id:'");
    list = nullptr;
  }
  head.Finish();
  // Of two lists the second one's schedules would look as if they had been taken out of the files.
  const auto lists = std::count_if(document.root.entries.begin(), document.root.entries.end(),
                                   [](const auto& entry) { return entry.first.scalar == "schedules"; });
  if (lists > 1) list = nullptr;
  for (const yaml::RepeatedKey& repeated : document.repeated) {
    if (list == nullptr || !repeated.IsIn(*list)) errors.push_back(repeated.error);
  }
  return list;
}

Result<ScheduleFile> ReadText(std::string text, const std::string& name, Instant now,
                              CalendarShelf& shelf) {
  auto read = yaml::ReadWithRepeatedKeys(std::move(text), name);
  if (!read.ok()) return read.status();
  const yaml::Document& document = *read;
  std::vector<Status> of_file;
  FileDefaults defaults;
  ScheduleFile file;
  const yaml::Node* const list = ReadHead(document, defaults, of_file);
  if (list == nullptr) return yaml::Combine(of_file);
  for (const yaml::Node& node : list->items) {
    std::vector<Status> errors = of_file;
    Schedule schedule =
        ScheduleReader(document, defaults, shelf, now, errors, file.warnings).Read(node);
    for (const yaml::RepeatedKey& repeated : document.repeated) {
      if (repeated.IsIn(node)) errors.push_back(repeated.error);
    }
    if (!errors.empty()) {
      file.quarantined.push_back({.id = schedule.id, .errors = std::move(errors), .file = ""});
      continue;
    }
    schedule.definition = DefinitionOf(schedule);
    file.schedules.push_back(std::move(schedule));
  }
  if (list->items.empty() && !of_file.empty()) return yaml::Combine(of_file);
  return file;
}

Result<ScheduleFile> ReadPath(const std::string& path, Instant now, CalendarShelf& shelf) {
  auto text = yaml::ReadBytes(path);
  if (!text.ok()) return text.status();
  return ReadText(std::move(*text), path, now, shelf);
}

}  // namespace

Result<ScheduleFile> ReadScheduleText(std::string text, const std::string& name, Instant now) {
  CalendarShelf shelf;
  auto file = ReadText(std::move(text), name, now, shelf);
  if (file.ok()) RefuseRepeatedIds(*file);
  return file;
}

Result<ScheduleFile> ReadScheduleFile(const std::string& path, Instant now) {
  CalendarShelf shelf;
  auto file = ReadPath(path, now, shelf);
  if (file.ok()) RefuseRepeatedIds(*file);
  return file;
}

Result<ScheduleFile> ReadScheduleFiles(const std::vector<std::string>& paths, Instant now) {
  ScheduleFile all;
  CalendarShelf shelf;  // Files that name the same calendar share it.
  for (const std::string& path : paths) {
    auto file = ReadPath(path, now, shelf);
    if (!file.ok()) {
      // A file that can't be read is an error row like a bad schedule: the others go on.
      all.quarantined.push_back({.id = "", .errors = {file.status()}, .file = path});
      continue;
    }
    for (auto& schedule : file->schedules) all.schedules.push_back(std::move(schedule));
    for (auto& bad : file->quarantined) all.quarantined.push_back(std::move(bad));
    for (auto& warning : file->warnings) all.warnings.push_back(std::move(warning));
  }
  RefuseRepeatedIds(all);
  for (const Clash& clash : FindClashes(all.schedules, now)) all.warnings.push_back(ClashWarning(all.schedules, clash));
  return all;
}

}  // namespace upkeep::schedules
