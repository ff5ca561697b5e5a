// SPDX-License-Identifier: Apache-2.0
#include "runner/daemon/world.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>

#include "base/value.h"

namespace upkeep::daemon {
namespace {

namespace fs = std::filesystem;

/// What tells one version of a file from the next. A ConfigMap's files are links that change
/// their goal, so the goal counts.
void AppendFile(const fs::path& path, std::string& text) {
  struct stat about {};
  if (stat(path.c_str(), &about) != 0) return;
  text += path.string() + " " + std::to_string(about.st_ino) + " " + std::to_string(about.st_size) +
          " " + std::to_string(about.st_mtim.tv_sec) + "." + std::to_string(about.st_mtim.tv_nsec) +
          "\n";
}

void KeepUnreadable(World& world, const World& before) {
  for (const schedules::Quarantined& bad : world.schedules.quarantined) {
    if (bad.file.empty()) continue;
    for (const schedules::Schedule& schedule : before.schedules.schedules) {
      if (schedule.place.file != bad.file) continue;
      // Moved to another file meanwhile: that one counts.
      const bool elsewhere =
          world.Find(schedule.id) != nullptr ||
          std::any_of(world.schedules.quarantined.begin(), world.schedules.quarantined.end(),
                      [&](const schedules::Quarantined& one) { return one.id == schedule.id; });
      if (elsewhere) continue;
      world.schedules.schedules.push_back(schedule);
      world.kept.insert(schedule.id);
    }
  }
}

}  // namespace

const schedules::Schedule* World::Find(const std::string& id) const {
  for (const schedules::Schedule& schedule : schedules.schedules) {
    if (schedule.id == id) return &schedule;
  }
  return nullptr;
}

std::string World::Quarantine(const std::string& schedule) const {
  for (const schedules::Quarantined& one : schedules.quarantined) {
    if (one.id == schedule) {
      return "its schedule is in quarantine: " + one.errors.front().message();
    }
  }
  // One without an id may be it, if it is in the file that had it.
  const auto file = last_file.find(schedule);
  for (const schedules::Quarantined& one : schedules.quarantined) {
    if (!one.id.empty()) continue;
    const Status& error = one.errors.front();
    const std::string where = !one.file.empty() ? one.file : error.place() ? error.place()->file : "";
    if (file != last_file.end() && file->second != where) continue;
    return "the schedule file " + where + " is in quarantine: " + error.message();
  }
  return "";
}

Result<std::vector<std::string>> ListScheduleFiles(const std::string& place) {
  std::error_code error;
  if (fs::is_regular_file(place, error)) return std::vector<std::string>{place};
  std::vector<std::string> files;
  for (const fs::directory_entry& entry : fs::directory_iterator(place, error)) {
    const std::string extension = entry.path().extension().string();
    // Names with a dot in front are an editor's, or the inside of a mounted ConfigMap.
    if (entry.path().filename().string().starts_with(".")) continue;
    if (extension == ".yaml" || extension == ".yml") files.push_back(entry.path().string());
  }
  if (error) {
    return Status(Code::kNotFound, "the schedules in " + place + "/ can't be read: " + error.message())
        .WithHint("name the folder with --schedules or UPKEEP_SCHEDULES");
  }
  if (files.empty()) {
    return Status(Code::kNotFound, "there is no schedule file (*.yaml) in " + place)
        .WithHint("name the folder with --schedules or UPKEEP_SCHEDULES");
  }
  std::sort(files.begin(), files.end());
  return files;
}

Result<std::shared_ptr<const World>> ReadWorld(const Places& places, Instant now,
                                               const World* before) {
  auto world = std::make_shared<World>();
  auto inventory = places.inventory();
  if (!inventory.ok()) return inventory.status();
  world->inventory = std::move(*inventory);
  auto files = ListScheduleFiles(places.schedules);
  if (!files.ok()) return files.status();
  auto schedules = schedules::ReadScheduleFiles(*files, now);
  if (!schedules.ok()) return schedules.status();
  world->schedules = std::move(*schedules);
  std::error_code none;   // One that can't be looked at has no files either.
  world->whole = fs::is_directory(places.schedules, none);
  if (before != nullptr) {
    KeepUnreadable(*world, *before);
    world->last_file = before->last_file;
  }
  for (const schedules::Schedule& schedule : world->schedules.schedules) {
    world->last_file[schedule.id] = schedule.place.file;
  }
  world->playbooks = ReadPlaybooks(run::Catalog(places.packs));
  world->packs = places.packs;
  world->modules = places.modules(world->inventory);
  return std::shared_ptr<const World>(std::move(world));
}

std::string FingerprintOf(const Places& places) {
  std::vector<fs::path> paths;
  if (auto files = ListScheduleFiles(places.schedules); files.ok()) {
    paths.assign(files->begin(), files->end());
  }
  std::error_code none;   // A folder without calendars is nothing special.
  const fs::path place(places.schedules);
  const fs::path folder = fs::is_directory(place, none) ? place : place.parent_path();
  for (fs::directory_iterator at(folder / "calendars", none), end; !none && at != end;
       at.increment(none)) {
    if (!at->path().filename().string().starts_with(".")) paths.push_back(at->path());
  }
  for (const std::string& pack : places.packs) {
    std::error_code error;
    for (fs::recursive_directory_iterator at(pack, error), end; !error && at != end; at.increment(error)) {
      const bool counts = at->path().extension() == ".lua" || at->path().filename() == "pack.yaml" ||
                          at->path().filename() == "packs.lock" || at->path().extension() == ".pub";
      if (counts) paths.push_back(at->path());
    }
  }
  std::sort(paths.begin(), paths.end());
  std::string text;
  for (const fs::path& path : paths) AppendFile(path, text);
  return Sha256Hex(text);
}

}  // namespace upkeep::daemon
