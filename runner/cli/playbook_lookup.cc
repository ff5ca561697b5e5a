// SPDX-License-Identifier: Apache-2.0
#include "runner/cli/playbook_lookup.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <utility>

#include "base/text.h"
#include "runner/cli/settings.h"

namespace upkeep::cli {
namespace {

namespace fs = std::filesystem;

using authoring::PlaybookFile;

/// Of every pack; an id that two packs have belongs to the first.
std::vector<PlaybookFile> AllFiles(const std::vector<std::string>& packs, std::vector<Status>& errors) {
  std::vector<PlaybookFile> all;
  std::set<std::string> seen;
  for (const std::string& pack : packs) {
    std::error_code error;
    if (!fs::is_directory(pack, error)) {
      errors.push_back(Status(Code::kInvalid, "there is no playbook folder at " + pack));
      continue;
    }
    for (PlaybookFile& file : authoring::PlaybookFilesOf(pack, &errors)) {
      if (seen.insert(file.id).second) all.push_back(std::move(file));
    }
  }
  std::sort(all.begin(), all.end(),
            [](const PlaybookFile& a, const PlaybookFile& b) { return a.id < b.id; });
  return all;
}

/// A file belongs to the pack that it lies in; without one, to the folder above its own.
PlaybookFile FileAt(const std::string& path, const std::vector<std::string>& packs) {
  for (const std::string& pack : packs) {
    const fs::path relative = fs::path(path).lexically_relative(pack);
    if (relative.empty() || *relative.begin() == "..") continue;
    return {run::PlaybookIdOf(pack, path), pack, path};
  }
  const fs::path folder = fs::path(path).parent_path();
  const std::string pack = folder.empty()                 ? ".."
                           : folder.parent_path().empty() ? "."
                                                          : folder.parent_path().string();
  return {run::PlaybookIdOf(pack, path), pack, path};
}

Status NoSuchPlaybook(const std::string& id, const std::vector<std::string>& ids) {
  const std::string near = NearestWord(id, ids);
  return Status(Code::kNotFound, "there is no playbook '" + id + "'")
      .WithHint(near.empty() ? "upkeep list shows all of them" : "did you mean '" + near + "'?");
}

}  // namespace

std::vector<PlaybookFile> NamedPlaybookFiles(const Invocation& invocation, std::vector<Status>& errors) {
  const std::vector<std::string> packs = PlaybookFolders(invocation);
  if (invocation.positionals.empty()) return AllFiles(packs, errors);
  std::vector<PlaybookFile> named;
  for (const std::string& name : invocation.positionals) {
    std::error_code error;
    if (name.ends_with(".lua")) {
      named.push_back(FileAt(name, packs));
    } else if (fs::is_directory(name, error)) {
      for (PlaybookFile& file : authoring::PlaybookFilesOf(name)) named.push_back(std::move(file));
    } else {
      std::vector<Status> elsewhere;   // A missing pack does not keep the others from having it.
      std::vector<PlaybookFile> all = AllFiles(packs, elsewhere);
      const auto found = std::find_if(all.begin(), all.end(),
                                      [&](const PlaybookFile& file) { return file.id == name; });
      if (found != all.end()) {
        named.push_back(*found);
      } else {
        errors.insert(errors.end(), elsewhere.begin(), elsewhere.end());
        std::vector<std::string> ids;
        for (const PlaybookFile& file : all) ids.push_back(file.id);
        errors.push_back(NoSuchPlaybook(name, ids));
      }
    }
  }
  return named;
}

std::vector<run::Playbook> NamedPlaybooks(const Invocation& invocation, std::vector<Status>& errors) {
  const run::Catalog catalog(PlaybookFolders(invocation));
  if (invocation.positionals.empty()) return catalog.All(errors);
  std::vector<run::Playbook> playbooks;
  const auto add = [&](Result<run::Playbook> playbook) {
    if (playbook.ok()) {
      playbooks.push_back(*std::move(playbook));
    } else {
      errors.push_back(playbook.status());
    }
  };
  for (const std::string& name : invocation.positionals) {
    std::error_code error;
    if (name.ends_with(".lua")) {
      const PlaybookFile file = FileAt(name, catalog.packs());
      add(run::ReadPlaybook(file.pack, file.path));
    } else if (fs::is_directory(name, error)) {
      for (const PlaybookFile& file : authoring::PlaybookFilesOf(name)) add(run::ReadPlaybook(file.pack, file.path));
    } else {
      add(catalog.Find(name));
    }
  }
  return playbooks;
}

Status CheckPlaybookIsKnown(const Invocation& invocation, const std::string& id) {
  const std::vector<std::string> ids = run::Catalog(PlaybookFolders(invocation)).Ids();
  return std::find(ids.begin(), ids.end(), id) == ids.end() ? NoSuchPlaybook(id, ids) : Status::Ok();
}

std::string FolderOption(const Invocation& invocation, const PlaybookFile& file) {
  Invocation unasked = invocation;
  unasked.options.erase("--playbooks");
  for (const std::string& folder : PlaybookFolders(unasked)) {
    // An installed pack lies in the folder of packs.
    const fs::path relative = fs::weakly_canonical(file.pack).lexically_relative(fs::weakly_canonical(folder));
    if (!relative.empty() && *relative.begin() != "..") return "";
  }
  return "--playbooks " + file.pack;
}

bool IsSelftest(std::string_view id) { return id.starts_with("selftest."); }

Result<std::vector<run::Playbook>> AllPlaybooks(const Invocation& invocation) {
  std::vector<Status> errors;
  std::vector<run::Playbook> playbooks = run::Catalog(PlaybookFolders(invocation)).All(errors);
  for (const Status& error : errors) *invocation.err << "upkeep: " << invocation.Describe(error) << "\n";
  if (!errors.empty()) return Status(Code::kInvalid, "a playbook cannot be read, so its rights are not known");
  if (playbooks.empty()) {
    return Status(Code::kConfig, "there are no playbooks").WithHint("name their folder with --playbooks");
  }
  return playbooks;
}

}  // namespace upkeep::cli
