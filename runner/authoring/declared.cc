// SPDX-License-Identifier: Apache-2.0
#include "runner/authoring/declared.h"

#include <algorithm>
#include <sstream>

#include "runner/authoring/embedded.h"

namespace upkeep::authoring {
namespace {

constexpr std::string_view kClass = "---@class ", kField = "---@field ", kAlias = "---@alias ", kParam = "---@param ",
                           kFunction = "function ";

/// The words of "\"ok\"|\"warning\""; empty for any other type.
std::vector<std::string> WordsOf(std::string_view type) {
  std::vector<std::string> words;
  while (type.starts_with('"')) {
    const std::size_t end = type.find('"', 1);
    if (end == std::string_view::npos) break;
    words.emplace_back(type.substr(1, end - 1));
    type.remove_prefix(end + 1);
    if (!type.starts_with('|')) break;
    type.remove_prefix(1);
  }
  return words;
}

class DeclarationReader {
 public:
  explicit DeclarationReader(Declared& declared) : declared_(declared) {}

  void Line(std::string_view line) {
    if (Take(line, kAlias)) {
      const std::size_t blank = line.find(' ');
      if (blank != std::string_view::npos) aliases_[std::string(line.substr(0, blank))] = WordsOf(line.substr(blank + 1));
    } else if (Take(line, kClass)) {
      class_ = line.substr(0, line.find_first_of(" :"));
    } else if (Take(line, kField)) {
      const std::size_t blank = line.find(' ');
      if (blank != std::string_view::npos) Add(line.substr(0, blank), line.substr(blank + 1), classes_[class_]);
    } else if (Take(line, kParam)) {
      const std::size_t blank = line.find(' ');
      if (first_type_.empty() && blank != std::string_view::npos) first_type_ = line.substr(blank + 1);
    } else if (Take(line, kFunction)) {
      Function(line);
      first_type_.clear();
    }
  }

 private:
  static bool Take(std::string_view& line, std::string_view mark) {
    if (!line.starts_with(mark)) return false;
    line.remove_prefix(mark.size());
    return true;
  }

  void Add(std::string_view name, std::string_view type, DeclaredTable& table) const {
    const bool optional = name.ends_with('?');
    if (optional) name.remove_suffix(1);
    table.fields.emplace_back(name);
    if (!optional) table.required.emplace(name);
    const auto alias = aliases_.find(std::string(type.substr(0, type.find(' '))));
    std::vector<std::string> words = alias != aliases_.end() ? alias->second : WordsOf(type);
    if (!words.empty()) table.words[std::string(name)] = std::move(words);
  }

  /// {name: type, other?: type}
  DeclaredTable Inline(std::string_view type) const {
    DeclaredTable table;
    type.remove_prefix(1);
    int depth = 0;
    std::size_t begin = 0;
    for (std::size_t i = 0; i < type.size(); ++i) {
      const char c = type[i];
      if (depth == 0 && (c == ',' || c == '}')) {
        std::string_view field = type.substr(begin, i - begin);
        field.remove_prefix(std::min(field.find_first_not_of(' '), field.size()));
        const std::size_t colon = field.find(':');
        if (colon != std::string_view::npos) Add(field.substr(0, colon), field.substr(std::min(colon + 2, field.size())), table);
        begin = i + 1;
        if (c == '}') break;
      }
      depth += c == '<' || c == '{' || c == '(' ? 1 : c == '>' || c == '}' || c == ')' ? -1 : 0;
    }
    return table;
  }

  void Function(std::string_view line) {
    const std::size_t dot = line.find_first_of(".:"), open = line.find('(');
    if (dot == std::string_view::npos || open == std::string_view::npos || dot > open) return;
    const std::string owner(line.substr(0, dot)), name(line.substr(dot + 1, open - dot - 1));
    const bool of_run = owner == "Run";
    declared_.functions[of_run ? "run" : owner].push_back(name);
    if (!of_run) return;
    const auto known = classes_.find(first_type_);
    if (first_type_.starts_with('{')) {
      declared_.run_tables[name] = Inline(first_type_);
    } else if (known != classes_.end()) {
      declared_.run_tables[name] = known->second;
    }
  }

  Declared& declared_;
  std::map<std::string, std::vector<std::string>> aliases_;
  std::map<std::string, DeclaredTable> classes_;
  std::string class_, first_type_;
};

}  // namespace

void ReadDeclarations(std::string_view text, Declared& declared) {
  DeclarationReader reader(declared);
  std::istringstream lines{std::string(text)};
  for (std::string line; std::getline(lines, line);) reader.Line(line);
}

const Declared& DeclaredNames() {
  static const Declared declared = [] {
    Declared all;
    for (unsigned i = 0; i < kEditorFilesSize; ++i) {
      if (kEditorFiles[i].path.ends_with(".lua")) ReadDeclarations(kEditorFiles[i].text, all);
    }
    return all;
  }();
  return declared;
}

}  // namespace upkeep::authoring
