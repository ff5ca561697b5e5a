// SPDX-License-Identifier: Apache-2.0
#include "runner/run/catalog.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <set>

#include "base/clock.h"
#include "base/lua/place.h"
#include "base/value.h"
#include "base/yaml/yaml.h"
#include "runner/isolate/isolate.h"
#include "runner/packs/folder.h"
#include "runner/packs/source.h"

namespace upkeep::run {
namespace {

namespace fs = std::filesystem;

using Source = std::shared_ptr<const packs::Source>;   // Playbooks read modules from it, as long as any lives.

constexpr std::uintmax_t kMostBytes = std::uintmax_t{1} << 20;
constexpr std::string_view kEnding = ".lua", kModules = "lib";

/// "kubernetes.nodes" of the file "kubernetes/nodes.lua" or "kubernetes.nodes.lua" of a pack; ""
/// for what is no playbook.
std::string IdOf(const fs::path& name) {
  if (name.extension() != kEnding) return "";
  std::string id;
  // Named, since a range-for does not keep what replace_extension() refers to.
  const fs::path without = fs::path(name).replace_extension();
  for (const fs::path& part : without) {
    // What editors read (.upkeep/meta), .git and the like; ".." leads to a pack given from below.
    if (part.string().starts_with(".") && part != "..") return "";
    id += (id.empty() ? "" : ".") + part.string();
  }
  // Modules of the pack, not playbooks.
  const std::string within = "." + id + ".";
  return within.find("." + std::string(kModules) + ".") == std::string::npos ? id : "";
}

/// The file that would be the playbook `id`, if the pack has it.
Result<packs::Source::File> ReadFileOf(const packs::Source& source, std::string_view id) {
  std::string folders(id);
  std::replace(folders.begin(), folders.end(), '.', '/');
  Result<packs::Source::File> file = source.Read(folders + std::string(kEnding), kMostBytes);
  if (file.ok() || file.status().code() != Code::kNotFound) return file;
  return source.Read(std::string(id) + std::string(kEnding), kMostBytes);
}

Result<lua::ModuleSource> ReadModule(const packs::Source& source, const std::string& name) {
  Result<packs::Source::File> file = ReadFileOf(source, std::string(kModules) + "." + name);
  if (!file.ok()) return file.status();
  return lua::ModuleSource{std::move(file->path), std::move(file->bytes)};
}

std::vector<std::pair<std::string, std::string>> PlaybooksOf(const packs::Source& source, std::vector<Status>& errors) {
  std::vector<std::pair<std::string, std::string>> files;
  for (const std::string& name : source.Names(errors)) {
    if (std::string id = IdOf(name); !id.empty()) files.emplace_back(std::move(id), name);
  }
  std::sort(files.begin(), files.end());
  return files;
}

/// The head's data: reading a file runs it.
Result<Value> ReadData(const packs::Source::File& file, const lua::ModuleReader& read_module) {
  SystemClock clock;
  lua::SandboxOptions options;
  options.clock = &clock;
  options.read_module = read_module;
  Result<std::unique_ptr<lua::Sandbox>> sandbox = lua::Sandbox::Create(std::move(options));
  if (!sandbox.ok()) return sandbox.status();
  if (Status loaded = (*sandbox)->Load(file.bytes, file.path); !loaded.ok()) return loaded;
  return (*sandbox)->Head();
}

Result<Playbook> ReadFrom(const Source& source, packs::Source::File file, const std::string& expected_id,
                          bool isolated, std::vector<Status>* apart = nullptr) {
  Playbook playbook;
  playbook.isolate = isolated;
  playbook.read_module = [source](const std::string& name) { return ReadModule(*source, name); };
  Result<Value> data = isolated ? isolate::ReadHead(file.bytes, file.path, playbook.read_module)
                               : ReadData(file, playbook.read_module);
  if (!data.ok()) return data.status();
  const auto place_of = [&file](std::string_view at) {
    SourcePlace place = lua::FindPlace(file.bytes, at);
    place.file = file.path;
    return place;
  };

  std::vector<Status> errors;
  playbook.head = checks::ReadHead(*data, place_of, errors);
  if (errors.empty() && playbook.head.id != expected_id) {
    errors.push_back(Status(Code::kInvalid, "id is '" + playbook.head.id + "', and the file is '" +
                                                expected_id + "'")
                         .WithHint("name the file after the id, or the id after the file")
                         .At(place_of("id")));
  }
  if (errors.empty() && source->manifest()) {
    Status declared = packs::CheckDeclared(*source->manifest(), playbook.head);
    if (!declared.ok()) errors.push_back(std::move(declared).At(place_of("needs")));
  }
  if (apart != nullptr) *apart = errors;
  if (!errors.empty()) return yaml::Combine(errors);
  playbook.head.file = file.path;
  playbook.head.definition = Sha256Hex(file.bytes);
  playbook.data = std::move(*data);
  playbook.path = std::move(file.path);
  playbook.pack = source->folder();
  playbook.source = std::move(file.bytes);
  return playbook;
}

}  // namespace

std::string PlaybookIdOf(const std::string& pack, const std::string& path) {
  return IdOf(fs::path(path).lexically_relative(pack));
}

std::vector<PlaybookPlace> PlaybookPlaces(const std::string& folder, std::vector<Status>& errors) {
  std::vector<PlaybookPlace> places;
  for (const Source& source : packs::OpenSources(folder, errors)) {
    for (auto& [id, name] : PlaybooksOf(*source, errors)) {
      places.push_back({id, source->folder(), (fs::path(source->folder()) / name).string()});
    }
  }
  std::sort(places.begin(), places.end(),
            [](const PlaybookPlace& a, const PlaybookPlace& b) { return a.id < b.id; });
  return places;
}

Result<Playbook> ReadPlaybook(const std::string& pack, const std::string& path, std::vector<Status>* apart) {
  Result<packs::Source> source = packs::Source::OfFolder(pack);
  if (!source.ok()) return source.status();
  Result<std::string> bytes = packs::ReadBytes(path, kMostBytes);
  if (!bytes.ok()) return bytes.status();
  return ReadFrom(std::make_shared<const packs::Source>(*std::move(source)), {path, *std::move(bytes)},
                  PlaybookIdOf(pack, path), false, apart);
}

Result<Playbook> Catalog::Find(std::string_view id) const {
  std::vector<Status> errors;
  const bool plain = IdOf(std::string(id) + std::string(kEnding)) == id;
  for (const std::string& pack : packs_) {
    for (const Source& source : packs::OpenSources(pack, errors)) {
      if (!plain) continue;
      Result<packs::Source::File> file = ReadFileOf(*source, id);
      if (file.ok()) return ReadFrom(source, *std::move(file), std::string(id), isolate_ || source->isolate());
      if (file.status().code() != Code::kNotFound) return file.status();
    }
  }
  // It may be in what could not be opened.
  if (!errors.empty()) return errors.front();
  Status missing(Code::kNotFound, "there is no playbook '" + std::string(id) + "'");
  const std::string near = yaml::NearestWord(id, Ids());
  return std::move(missing).WithHint(near.empty() ? "upkeep list shows all of them"
                                                  : "did you mean '" + near + "'?");
}

std::vector<Playbook> Catalog::All(std::vector<Status>& errors) const {
  std::vector<Playbook> playbooks;
  std::set<std::string> seen;
  for (const std::string& pack : packs_) {
    for (const Source& source : packs::OpenSources(pack, errors)) {
      for (const auto& [id, name] : PlaybooksOf(*source, errors)) {
        if (!seen.insert(id).second) continue;
        Result<packs::Source::File> file = source->Read(name, kMostBytes);
        Result<Playbook> playbook = file.ok() ? ReadFrom(source, *std::move(file), id, isolate_ || source->isolate())
                                              : Result<Playbook>(file.status());
        if (playbook.ok()) {
          playbooks.push_back(std::move(*playbook));
        } else {
          errors.push_back(playbook.status());
        }
      }
    }
  }
  std::sort(playbooks.begin(), playbooks.end(),
            [](const Playbook& a, const Playbook& b) { return a.head.id < b.head.id; });
  return playbooks;
}

std::vector<std::string> Catalog::Ids() const {
  std::set<std::string> ids;
  std::vector<Status> unread;   // All() tells of what is wrong.
  for (const std::string& pack : packs_) {
    for (const Source& source : packs::OpenSources(pack, unread)) {
      for (const auto& [id, name] : PlaybooksOf(*source, unread)) ids.insert(id);
    }
  }
  return {ids.begin(), ids.end()};
}

}  // namespace upkeep::run
