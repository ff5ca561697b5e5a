// SPDX-License-Identifier: Apache-2.0
#include "runner/authoring/scaffold.h"

#include <algorithm>
#include <filesystem>
#include <span>

#include "base/text.h"
#include "checks/model/playbook_id.h"
#include "runner/authoring/embedded.h"
#include "runner/authoring/files.h"

namespace upkeep::authoring {
namespace {

constexpr std::string_view kPlaybookEnd = ".lua", kCasesEnd = ".case.json";

std::string_view TemplateNamed(const std::string& name) {
  for (const EmbeddedFile& file : std::span(kTemplates, kTemplatesSize)) {
    if (file.path == name) return file.text;
  }
  return "";
}

std::string Filled(std::string_view text, std::string_view mark, const std::string& value) {
  std::string filled;
  for (std::size_t at = text.find(mark); at != std::string_view::npos; at = text.find(mark)) {
    filled.append(text.substr(0, at)).append(value);
    text.remove_prefix(at + mark.size());
  }
  return filled.append(text);
}

}  // namespace

std::vector<std::string> ScaffoldKinds() {
  std::vector<std::string> kinds;
  for (const EmbeddedFile& file : std::span(kTemplates, kTemplatesSize)) {
    if (!file.path.ends_with(kPlaybookEnd)) continue;
    kinds.emplace_back(file.path.substr(0, file.path.size() - kPlaybookEnd.size()));
  }
  std::sort(kinds.begin(), kinds.end());
  return kinds;
}

Result<Scaffold> MakeScaffold(const std::string& folder, const std::string& id, const std::string& kind) {
  if (Status named = checks::CheckPlaybookId(id); !named.ok()) {
    return Status(Code::kUsage, named.message()).WithHint(named.hint());
  }
  const std::vector<std::string> kinds = ScaffoldKinds();
  if (std::find(kinds.begin(), kinds.end(), kind) == kinds.end()) {
    std::string known;
    for (const std::string& word : kinds) known += (known.empty() ? "" : ", ") + word;
    const std::string near = NearestWord(kind, kinds);
    return Status(Code::kUsage, "there is no template for targets of the kind '" + kind + "'")
        .WithHint(near.empty() ? "one of " + known : "did you mean '" + near + "'?");
  }
  std::string relative = id;
  std::replace(relative.begin(), relative.end(), '.', '/');
  const std::string base = (std::filesystem::path(folder) / relative).lexically_normal().string();
  const std::string team = id.substr(0, id.find('.'));
  Scaffold scaffold;
  scaffold.playbook_path = base + std::string(kPlaybookEnd);
  scaffold.case_path = base + std::string(kCasesEnd);
  scaffold.playbook = Filled(Filled(TemplateNamed(kind + std::string(kPlaybookEnd)), "@id@", id), "@team@", team);
  scaffold.cases = Filled(TemplateNamed(kind + std::string(kCasesEnd)), "@id@", id);
  return scaffold;
}

Status WriteScaffold(const Scaffold& scaffold) {
  std::error_code error;
  if (std::filesystem::exists(scaffold.case_path, error)) return WriteNewFile(scaffold.case_path, "");
  UPKEEP_RETURN_IF_ERROR(WriteNewFile(scaffold.playbook_path, scaffold.playbook));
  return WriteNewFile(scaffold.case_path, scaffold.cases);
}

}  // namespace upkeep::authoring
