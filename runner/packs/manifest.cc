// SPDX-License-Identifier: Apache-2.0
#include "runner/packs/manifest.h"

#include <algorithm>
#include <utility>

#include "base/yaml/yaml.h"

namespace upkeep::packs {
namespace {

constexpr std::size_t kMostIdBytes = 63;

bool IsId(std::string_view text) {
  return !text.empty() && text.size() <= kMostIdBytes && text.front() != '-' &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string_view::npos;
}

bool Declares(const std::vector<checks::Need>& needs, const checks::Need& need) {
  return std::any_of(needs.begin(), needs.end(),
                     [&](const checks::Need& one) { return one.Covers(need); });
}

void ReadNeeds(yaml::MappingReader& reader, const yaml::Node* node, Manifest& manifest) {
  if (node == nullptr) return;
  if (node->kind != yaml::Kind::kSequence) {
    reader.Error(*node, "needs must be a list", "needs: [\"kubernetes:list:pods\"]");
    return;
  }
  for (const yaml::Node& item : node->items) {
    // Which fields are kept is each playbook's affair: a pack declares permissions.
    Result<checks::Need> need = item.kind == yaml::Kind::kScalar
                                    ? checks::ParseNeed(Value(item.scalar))
                                    : Status(Code::kInvalid, "a need of a pack must be a string");
    if (!need.ok()) {
      reader.Error(item, need.status().message(), need.status().hint());
    } else if (Declares(manifest.needs, *need)) {
      reader.Error(item, "the need '" + need->ToString() + "' stands twice");
    } else {
      manifest.needs.push_back(*std::move(need));
    }
  }
}

void ReadRequires(const yaml::Document& document, const yaml::Node* node,
                  std::vector<Status>& errors, Manifest& manifest) {
  if (node == nullptr) return;
  yaml::MappingReader reader(document, *node, "requires", errors);
  constexpr int kMostFormat = 1000;
  manifest.format = static_cast<int>(reader.OptionalInteger("format", kPlaybookFormat, 1, kMostFormat));
  const yaml::Node* const format = node->Find("format");
  if (format != nullptr && manifest.format > kPlaybookFormat) {
    reader.Error(*format, "the pack requires playbook format " + std::to_string(manifest.format) +
                              ", and this upkeep reads format " + std::to_string(kPlaybookFormat),
                 "install a newer upkeep, or an older version of the pack");
  }
  reader.Finish();
}

}  // namespace

Result<Manifest> ReadManifest(std::string text, const std::string& file) {
  Result<yaml::Document> document = yaml::Read(std::move(text), file);
  if (!document.ok()) return document.status();
  std::vector<Status> errors;
  Manifest manifest;
  manifest.file = file;
  yaml::MappingReader reader(*document, document->root, "pack", errors);
  reader.OptionalChoice("apiVersion", {"upkeep/v1"});
  manifest.id = reader.RequiredString("id");
  if (const yaml::Node* const id = document->root.Find("id"); id != nullptr && !IsId(manifest.id)) {
    reader.Error(*id, "'" + manifest.id + "' is no pack id",
                 "a-z, 0-9 and '-', at most 63, and no '-' first");
  }
  const std::string version = reader.RequiredString("version");
  const auto parsed = ParseVersion(version);
  if (parsed) {
    manifest.version = *parsed;
  } else if (const yaml::Node* const node = document->root.Find("version"); node != nullptr) {
    reader.Error(*node, "'" + version + "' is no version", "MAJOR.MINOR.PATCH, such as 1.4.0");
  }
  manifest.owner = reader.RequiredString("owner");
  manifest.description = reader.OptionalString("description");
  ReadRequires(*document, reader.Take("requires"), errors, manifest);
  ReadNeeds(reader, reader.Take("needs"), manifest);
  reader.Finish();
  if (!errors.empty()) return yaml::Combine(errors);
  return manifest;
}

Status CheckDeclared(const Manifest& manifest, const checks::Head& head) {
  std::vector<checks::Need> needs = head.needs;
  for (const checks::Remedy& remedy : head.remedies) {
    needs.insert(needs.end(), remedy.needs.begin(), remedy.needs.end());
  }
  for (const checks::Need& need : needs) {
    if (Declares(manifest.needs, need)) continue;
    return Status(Code::kInvalid, head.id + " needs " + need.ToString() + ", which " + manifest.file +
                                      " does not declare")
        .WithHint("add \"" + need.ToString() + "\" to the needs of the pack");
  }
  return Status::Ok();
}

}  // namespace upkeep::packs
