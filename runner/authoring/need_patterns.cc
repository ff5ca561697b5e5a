// SPDX-License-Identifier: Apache-2.0
#include "runner/authoring/need_patterns.h"

#include <span>
#include <sstream>
#include <string_view>

#include "runner/authoring/embedded.h"

namespace upkeep::authoring {
namespace {

constexpr std::string_view kDeclarations = ".upkeep/meta/upkeep/", kNeeds = "---@needs ", kFunction = "function ";
constexpr std::string_view kArguments[] = {"RESOURCE", "NAME"};

std::map<std::string, std::string> ReadPatterns() {
  std::map<std::string, std::string> patterns;
  for (const EmbeddedFile& file : std::span(kEditorFiles, kEditorFilesSize)) {
    if (!file.path.starts_with(kDeclarations)) continue;
    std::istringstream lines{std::string(file.text)};
    std::string need;
    for (std::string line; std::getline(lines, line);) {
      if (line.starts_with(kNeeds)) need = line.substr(kNeeds.size());
      if (!line.starts_with(kFunction)) continue;
      const std::string name = line.substr(kFunction.size(), line.find('(') - kFunction.size());
      if (!need.empty()) patterns[name] = std::move(need);
      need.clear();
    }
  }
  return patterns;
}

}  // namespace

const std::map<std::string, std::string>& NeedPatterns() {
  static const std::map<std::string, std::string> patterns = ReadPatterns();
  return patterns;
}

std::string PrefixOfArgument(const std::string& pattern) {
  for (const std::string_view argument : kArguments) {
    if (pattern.ends_with(argument)) return pattern.substr(0, pattern.size() - argument.size());
  }
  return "";
}

}  // namespace upkeep::authoring
