// SPDX-License-Identifier: Apache-2.0
#include "runner/run/catalog.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "base/clock.h"
#include "base/lua/sandbox.h"
#include "base/value.h"
#include "base/yaml/yaml.h"

namespace upkeep::run {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kMaxPlaybookBytes = std::uintmax_t{1} << 20;

/// "kubernetes.nodes" of <pack>/kubernetes/nodes.lua; "" for what is no playbook.
std::string IdOf(const fs::path& pack, const fs::path& file) {
  if (file.extension() != ".lua") return "";
  std::string id;
  // Named, since a range-for does not keep what replace_extension() refers to.
  const fs::path relative = file.lexically_relative(pack).replace_extension();
  for (const fs::path& part : relative) {
    if (part == "lib") return "";  // Modules of the pack, not playbooks.
    // What editors read (.upkeep/meta), .git and the like; ".." leads to a pack given from below.
    if (part.string().starts_with(".") && part != "..") return "";
    if (!id.empty()) id += '.';
    id += part.string();
  }
  return id;
}

std::vector<std::pair<std::string, fs::path>> FilesOf(const std::string& pack) {
  std::vector<std::pair<std::string, fs::path>> files;
  std::error_code error;
  for (fs::recursive_directory_iterator at(pack, error), end; !error && at != end;
       at.increment(error)) {
    if (!at->is_regular_file(error)) continue;
    std::string id = IdOf(pack, at->path());
    if (!id.empty()) files.emplace_back(std::move(id), at->path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

Result<std::string> ReadSource(const std::string& path) {
  std::error_code error;
  const std::uintmax_t size = fs::file_size(path, error);
  if (error) return Status(Code::kInvalid, "cannot read " + path + ": " + error.message());
  if (size > kMaxPlaybookBytes) {
    return Status(Code::kInvalid, path + " is larger than 1 MiB, which no playbook is");
  }
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in) return Status(Code::kInvalid, "cannot read " + path);
  return std::move(text).str();
}

}  // namespace

std::string PlaybookIdOf(const std::string& pack, const std::string& path) { return IdOf(pack, path); }

Result<Playbook> ReadPlaybook(const std::string& pack, const std::string& path, std::vector<Status>* apart) {
  Result<std::string> source = ReadSource(path);
  if (!source.ok()) return source.status();

  SystemClock clock;
  lua::SandboxOptions options;
  options.clock = &clock;
  options.library_folder = (fs::path(pack) / "lib").string();
  Result<std::unique_ptr<lua::Sandbox>> sandbox = lua::Sandbox::Create(std::move(options));
  if (!sandbox.ok()) return sandbox.status();
  if (Status loaded = (*sandbox)->Load(*source, path); !loaded.ok()) return loaded;
  Result<Value> data = (*sandbox)->Head();
  if (!data.ok()) return data.status();

  Playbook playbook;
  std::vector<Status> errors;
  playbook.head = checks::ReadHead(
      *data, [&](std::string_view at) { return (*sandbox)->PlaceOf(at); }, errors);
  const std::string expected_id = IdOf(pack, path);
  if (errors.empty() && playbook.head.id != expected_id) {
    errors.push_back(Status(Code::kInvalid, "id is '" + playbook.head.id + "', and the file is '" +
                                                expected_id + "'")
                         .WithHint("name the file after the id, or the id after the file")
                         .At((*sandbox)->PlaceOf("id")));
  }
  if (apart != nullptr) *apart = errors;
  if (!errors.empty()) return yaml::Combine(errors);
  playbook.head.file = path;
  playbook.head.definition = Sha256Hex(*source);
  playbook.data = std::move(*data);
  playbook.path = path;
  playbook.pack = pack;
  playbook.source = std::move(*source);
  return playbook;
}

Result<Playbook> Catalog::Find(std::string_view id) const {
  std::string relative(id);
  std::replace(relative.begin(), relative.end(), '.', '/');
  for (const std::string& pack : packs_) {
    const fs::path path = fs::path(pack) / (relative + ".lua");
    std::error_code error;
    if (IdOf(pack, path) == id && fs::is_regular_file(path, error)) {
      return ReadPlaybook(pack, path.string());
    }
  }
  Status missing(Code::kNotFound, "there is no playbook '" + std::string(id) + "'");
  const std::string near = yaml::NearestWord(id, Ids());
  return std::move(missing).WithHint(near.empty() ? "upkeep list shows all of them"
                                                  : "did you mean '" + near + "'?");
}

std::vector<Playbook> Catalog::All(std::vector<Status>& errors) const {
  std::vector<Playbook> playbooks;
  std::set<std::string> seen;
  for (const std::string& pack : packs_) {
    std::error_code error;
    if (!fs::is_directory(pack, error)) {
      errors.push_back(Status(Code::kInvalid, "there is no playbook folder at " + pack));
      continue;
    }
    for (const auto& [id, path] : FilesOf(pack)) {
      if (!seen.insert(id).second) continue;
      Result<Playbook> playbook = ReadPlaybook(pack, path.string());
      if (playbook.ok()) {
        playbooks.push_back(std::move(*playbook));
      } else {
        errors.push_back(playbook.status());
      }
    }
  }
  std::sort(playbooks.begin(), playbooks.end(),
            [](const Playbook& a, const Playbook& b) { return a.head.id < b.head.id; });
  return playbooks;
}

std::vector<std::string> Catalog::Ids() const {
  std::set<std::string> ids;
  for (const std::string& pack : packs_) {
    for (const auto& [id, path] : FilesOf(pack)) ids.insert(id);
  }
  return {ids.begin(), ids.end()};
}

}  // namespace upkeep::run
