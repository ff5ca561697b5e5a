// SPDX-License-Identifier: Apache-2.0
#include "schedules/icalendar_lines.h"

#include <algorithm>
#include <optional>

#include "base/text.h"

namespace upkeep::schedules {
namespace {

constexpr std::size_t kMaxCalendarBytes = std::size_t{4} << 20;
constexpr std::size_t kMaxLine = std::size_t{64} << 10;
constexpr std::size_t kMaxShown = 240;

bool IsNameByte(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

/// One logical line: what folding tore apart, joined.
struct Logical {
  std::string text;
  int line = 0;
  std::string shown;  ///< Its first physical line.
};

std::vector<Logical> Unfold(std::string_view text) {
  std::vector<Logical> lines;
  int number = 0;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    ++number;
    if (line.ends_with('\r')) line.remove_suffix(1);
    const bool folded = line.starts_with(' ') || line.starts_with('\t');
    if (folded && !lines.empty()) {
      lines.back().text += line.substr(1);
    } else if (!line.empty()) {
      lines.push_back({std::string(line), number, PrintableText(line.substr(0, kMaxShown))});
    }
  }
  return lines;
}

/// Reads name and parameters up to the ':'; what is wrong otherwise.
std::string Split(const std::string& text, ContentLine& line) {
  std::size_t at = 0;
  const auto name = [&] {
    const std::size_t from = at;
    while (at < text.size() && IsNameByte(text[at])) ++at;
    return Capitals(std::string_view(text).substr(from, at - from));
  };
  line.name = name();
  if (line.name.empty()) return "a line begins with the name of a property";
  while (at < text.size() && text[at] == ';') {
    ++at;
    const std::string parameter = name();
    if (parameter.empty() || at >= text.size() || text[at] != '=') {
      return "a parameter is NAME=VALUE";
    }
    ++at;
    std::string value;
    if (at < text.size() && text[at] == '"') {
      const std::size_t end = text.find('"', at + 1);
      if (end == std::string::npos) return "this quote is not closed";
      value = text.substr(at + 1, end - at - 1);
      at = end + 1;
    } else {
      const std::size_t end = std::min(text.find_first_of(";:", at), text.size());
      value = text.substr(at, end - at);
      at = end;
    }
    line.parameters.emplace_back(parameter, std::move(value));
  }
  if (at >= text.size() || text[at] != ':') return "a property is NAME:VALUE";
  line.value_at = at + 1;
  line.value = text.substr(at + 1);
  return "";
}

}  // namespace

std::string Capitals(std::string_view text) {
  std::string capitals(text);
  for (char& c : capitals) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return capitals;
}

std::string ContentLine::Parameter(std::string_view wanted) const {
  for (const auto& [parameter, text] : parameters) {
    if (parameter == wanted) return text;
  }
  return "";
}

SourcePlace ContentLine::PlaceIn(std::size_t offset) const {
  SourcePlace inside = place;
  const std::size_t column = value_at + offset + 1;
  if (column <= place.text.size()) inside.column = static_cast<int>(column);
  return inside;
}

std::vector<ContentLine> ReadContentLines(std::string_view text, const std::string& file,
                                          std::vector<Status>& errors) {
  std::vector<ContentLine> lines;
  const SourcePlace top{file, 1, 1, ""};
  if (text.size() > kMaxCalendarBytes) {
    errors.push_back(Status(Code::kInvalid, "the calendar is longer than 4 MiB").At(top));
    return lines;
  }
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  for (const Logical& logical : Unfold(text)) {
    ContentLine line;
    line.place = {file, logical.line, 1, logical.shown};
    const std::string wrong = logical.text.size() > kMaxLine ? "the line is longer than 64 KiB"
                                                             : Split(logical.text, line);
    if (!wrong.empty()) {
      errors.push_back(Status(Code::kInvalid, wrong).At(line.place));
      if (errors.size() >= 100) return lines;  // It is no iCalendar file at all.
      continue;
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

std::string TextOf(std::string_view value) {
  std::string text;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (value[i] == '\\' && i + 1 < value.size()) {
      ++i;
      text += value[i] == 'n' || value[i] == 'N' ? ' ' : value[i];
    } else {
      text += value[i];
    }
  }
  return PrintableText(text.substr(0, 256));
}

}  // namespace upkeep::schedules
