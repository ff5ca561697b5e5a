// SPDX-License-Identifier: Apache-2.0
#include "checks/targets/inventory.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <utility>

#include "base/text.h"
#include "checks/targets/target_reader.h"

namespace upkeep::checks {
namespace {

constexpr std::string_view kVersion = "upkeep/v1";

bool IsSecretWord(std::string_view key) {
  std::string lower(key);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  for (const std::string_view word : {"pass", "pwd", "secret", "token", "dsn", "credential", "key-data"}) {
    if (lower.find(word) != std::string::npos) return true;
  }
  // A misspelt key is the usual reason why its line is shown.
  return !NearestWord(lower, {"password", "passwd", "secret", "token"}).empty();
}

void CheckVersion(yaml::MappingReader& reader, const yaml::Node& root) {
  const std::string version = reader.RequiredString("apiVersion");
  if (!version.empty() && version != kVersion) {
    reader.Error(*root.Find("apiVersion"), "apiVersion must be upkeep/v1, and this is '" + version + "'");
  }
}

void CheckNames(const std::vector<Target>& targets, std::vector<Status>& errors) {
  std::map<std::string, const Target*> seen;
  for (const Target& target : targets) {
    if (target.name.empty()) continue;
    const auto [first, added] = seen.emplace(target.name, &target);
    if (added) continue;
    errors.push_back(Status(Code::kConfig, "the name '" + target.name + "' is taken by the target at line " +
                                               std::to_string(first->second->place.line))
                         .WithHint("names are unique in an inventory")
                         .At(target.place));
  }
}

void CheckReferences(const ReadContext& context, const std::vector<Target>& targets,
                     std::vector<Status>& errors) {
  std::vector<std::string> clusters;
  for (const Target& target : targets) {
    if (target.kind == TargetKind::kKubernetes) clusters.push_back(target.name);
  }
  for (const ClusterReference& reference : context.references) {
    if (std::find(clusters.begin(), clusters.end(), reference.cluster) != clusters.end()) continue;
    const std::string near = NearestWord(reference.cluster, clusters);
    errors.push_back(
        Status(Code::kConfig, "no kubernetes target is called '" + reference.cluster + "'")
            .WithHint(near.empty() ? "a Secret is read through a cluster of this inventory"
                                   : "did you mean '" + near + "'?")
            .At(context.document.PlaceOf(*reference.node)));
  }
}

Status AsConfig(const Status& status) {
  Status config = Status(Code::kConfig, status.message()).WithHint(status.hint());
  return status.place() ? Status(std::move(config).At(*status.place())) : config;
}

Result<Inventory> ReadDocument(const yaml::Document& document) {
  Inventory inventory;
  inventory.file = document.file;
  std::vector<Status> errors;
  ReadContext context{document, std::filesystem::path(document.file).parent_path().string(), errors, {}};
  yaml::MappingReader reader(document, document.root, "an inventory", errors);
  if (document.root.kind == yaml::Kind::kMapping) {
    CheckVersion(reader, document.root);
    const yaml::Node* const targets = reader.Take("targets");
    if (targets == nullptr) {
      reader.Error(document.root, "an inventory needs the key 'targets'", "write targets: with a list below");
    } else if (targets->kind != yaml::Kind::kSequence || targets->items.empty()) {
      reader.Error(*targets, "'targets' must be a list of at least one target",
                   "begin each target with '- name:'");
    } else {
      for (const yaml::Node& item : targets->items) inventory.targets.push_back(ReadTarget(item, context));
    }
    reader.Finish();
    CheckNames(inventory.targets, errors);
    CheckReferences(context, inventory.targets, errors);
  }
  if (errors.empty()) return inventory;
  for (Status& error : errors) error = WithoutSecrets(std::move(error));
  return yaml::Combine(errors, Code::kConfig);
}

}  // namespace

std::string_view TargetKindName(TargetKind kind) {
  switch (kind) {
    case TargetKind::kKubernetes: return "kubernetes";
    case TargetKind::kPostgres: return "postgres";
    case TargetKind::kRedis: return "redis";
    case TargetKind::kMysql: return "mysql";
    case TargetKind::kHttp: return "http";
    case TargetKind::kTls: return "tls";
    case TargetKind::kDns: return "dns";
    case TargetKind::kHost: return "host";
  }
  return "host";
}

std::chrono::microseconds UsualTimeLimit(TargetKind kind) {
  const bool large = kind == TargetKind::kKubernetes || kind == TargetKind::kPostgres ||
                     kind == TargetKind::kMysql;
  return std::chrono::seconds(large ? 30 : 10);
}

bool SecretSource::set() const {
  return !file.empty() || !environment.empty() || !exec.empty() || !secret_name.empty();
}

const Target* Inventory::Find(std::string_view name) const {
  const auto found = std::find_if(targets.begin(), targets.end(),
                                  [&](const Target& target) { return target.name == name; });
  return found == targets.end() ? nullptr : &*found;
}

Status Inventory::NoTarget(const std::string& name, Code code) const {
  std::vector<std::string> known;
  for (const Target& target : targets) known.push_back(target.name);
  const std::string near = yaml::NearestWord(name, known);
  std::string names;
  constexpr std::size_t kMostNames = 8;
  for (std::size_t i = 0; i < known.size() && i < kMostNames; ++i) names += (i == 0 ? "" : ", ") + known[i];
  if (known.size() > kMostNames) names += ", …";
  return Status(code, "the inventory has no target '" + name + "'")
      .WithHint(near.empty() ? "it has " + names : "did you mean '" + near + "'?");
}

std::string WithoutSecrets(const std::string& text) {
  constexpr std::string_view kRedacted = "[redacted]";
  std::string clean = text;
  // A key with a value on the same line, in block or flow style.
  for (std::size_t colon = clean.find(':'); colon != std::string::npos; colon = clean.find(':', colon + 1)) {
    const std::size_t last = clean.find_last_not_of("\"' ", colon == 0 ? 0 : colon - 1);
    if (last == std::string::npos || colon == 0) continue;
    std::size_t first = clean.find_last_of(" {,\"'\t", last);
    first = first == std::string::npos ? 0 : first + 1;
    const std::size_t value = clean.find_first_not_of(" \t", colon + 1);
    if (value == std::string::npos) continue;
    if (!IsSecretWord(std::string_view(clean).substr(first, last - first + 1))) continue;
    // A mapping says where the secret is; anything else may be the secret, in brackets too.
    if (clean[value] == '{' && clean.find(':', value) != std::string::npos) continue;
    clean.replace(value, std::string::npos, kRedacted);
    break;
  }
  // scheme://user:password@host
  const std::size_t scheme = clean.find("://");
  if (scheme != std::string::npos) {
    const std::size_t end = clean.find_first_of("/?# \t\"'", scheme + 3);
    const std::size_t at = clean.rfind('@', end == std::string::npos ? end : end - 1);
    if (at != std::string::npos && at > scheme + 2) clean.replace(scheme + 3, at - scheme - 3, kRedacted);
  }
  return clean;
}

Status WithoutSecrets(Status status) {
  if (!status.place() || status.place()->text.empty()) return status;
  SourcePlace place = *status.place();
  place.text = WithoutSecrets(place.text);
  return std::move(status).At(std::move(place));
}

Result<Inventory> ParseInventory(std::string text, const std::string& file) {
  Result<yaml::Document> document = yaml::Read(std::move(text), file);
  if (!document.ok()) return WithoutSecrets(AsConfig(document.status()));
  return ReadDocument(*document);
}

Result<Inventory> ReadInventory(const std::string& path) {
  Result<yaml::Document> document = yaml::ReadFile(path);
  if (!document.ok()) return WithoutSecrets(AsConfig(document.status()));
  return ReadDocument(*document);
}

}  // namespace upkeep::checks
