// SPDX-License-Identifier: Apache-2.0
#include "checks/plugin/perfdata.h"

#include <algorithm>
#include <array>

namespace upkeep::plugin {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";
constexpr std::size_t kMostLabelBytes = 200, kMostUomBytes = 16, kShownBytes = 200;

struct Unit {
  std::string_view uom, unit;
  double factor;
};

constexpr Unit kUnits[] = {
    {"", "1", 1},         {"s", "s", 1},         {"ms", "s", 1e-3},      {"us", "s", 1e-6},
    {"ns", "s", 1e-9},    {"m", "s", 60},        {"h", "s", 3600},       {"d", "s", 86400},
    {"%", "%", 1},        {"c", "1", 1},         {"B", "By", 1},         {"KB", "By", 1e3},
    {"kB", "By", 1e3},    {"MB", "By", 1e6},     {"GB", "By", 1e9},      {"TB", "By", 1e12},
    {"PB", "By", 1e15},   {"KiB", "By", 1024.0}, {"MiB", "By", 1048576.0},
    {"GiB", "By", 1073741824.0}, {"TiB", "By", 1099511627776.0}};

/// Takes the label and its '=' off `text`; nothing when there is none.
std::optional<std::string> TakeLabel(std::string_view& text) {
  std::string label;
  std::size_t at = 0;
  if (text.starts_with('\'')) {
    for (at = 1;; ++at) {
      if (at >= text.size()) return std::nullopt;
      if (text[at] == '\'') {
        if (text.substr(at + 1, 1) != "'") break;
        ++at;   // Two of them are one.
      }
      label += text[at];
    }
    ++at;
  } else {
    at = text.find_first_of("= \t\r\n'");
    if (at == std::string_view::npos || text[at] == '\'') return std::nullopt;
    label = text.substr(0, at);
  }
  if (label.empty() || label.size() > kMostLabelBytes || text.substr(at, 1) != "=") return std::nullopt;
  text.remove_prefix(at + 1);
  return label;
}

/// Where the piece at the start of `text` ends: at the next blank outside of quotes.
std::size_t EndOfPiece(std::string_view text) {
  std::size_t from = 0;
  if (text.starts_with('\'')) {
    const std::size_t quote = text.find("'=", 1);
    if (quote != std::string_view::npos) from = quote;
  }
  const std::size_t end = text.find_first_of(kBlanks, from);
  return end == std::string_view::npos ? text.size() : end;
}

std::optional<double> Scaled(std::optional<double> value, double factor) {
  return value ? std::optional<double>(*value * factor) : value;
}

void Scale(std::optional<Range>& range, double factor) {
  if (!range) return;
  range->low = Scaled(range->low, factor);
  range->high = Scaled(range->high, factor);
}

/// Reads value and UOM; false when it is neither a number nor "U".
bool ReadValue(std::string_view text, PerfValue& value, double& factor) {
  const std::size_t end = std::min(text.find_first_not_of("0123456789+-.eE"), text.size());
  std::size_t digits = end;
  // The "E" of a UOM that begins with it is not an exponent.
  while (digits > 0 && (text[digits - 1] == 'e' || text[digits - 1] == 'E')) --digits;
  value.uom = text.substr(digits);
  if (digits == 0 && value.uom == "U") {
    value.uom.clear();
    value.unit = "1";
    return true;
  }
  value.value = ParseNumber(text.substr(0, digits));
  if (!value.value || value.uom.size() > kMostUomBytes || value.uom.find_first_of("0123456789'=,") != std::string::npos) {
    return false;
  }
  value.unit = value.uom;
  value.counter = value.uom == "c";
  for (const Unit& unit : kUnits) {
    if (unit.uom != value.uom) continue;
    value.unit = unit.unit;
    factor = unit.factor;
  }
  return true;
}

std::optional<PerfValue> ReadPiece(std::string_view piece) {
  PerfValue value;
  const std::optional<std::string> label = TakeLabel(piece);
  if (!label) return std::nullopt;
  value.label = *label;
  std::array<std::string_view, 5> parts{};
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::size_t end = std::min(piece.find(';'), piece.size());
    parts[i] = piece.substr(0, end);
    piece.remove_prefix(std::min(end + 1, piece.size()));
  }
  double factor = 1;
  if (!piece.empty() || !ReadValue(parts[0], value, factor)) return std::nullopt;
  const auto read = [](std::string_view text, auto parse, auto& into) {
    if (!text.empty()) into = parse(text);
    return text.empty() || into.has_value();
  };
  // A threshold that can't be read makes the piece broken: it is not as if there were none.
  if (!read(parts[1], ParseRange, value.warning) || !read(parts[2], ParseRange, value.critical) ||
      !read(parts[3], ParseNumber, value.min) || !read(parts[4], ParseNumber, value.max)) {
    return std::nullopt;
  }
  value.value = Scaled(value.value, factor);
  Scale(value.warning, factor);
  Scale(value.critical, factor);
  value.min = Scaled(value.min, factor);
  value.max = Scaled(value.max, factor);
  return value;
}

/// At most 200 bytes, and no half character.
std::string Shown(std::string_view piece) {
  std::size_t size = std::min(piece.size(), kShownBytes);
  while (size < piece.size() && size > 0 && (static_cast<unsigned char>(piece[size]) & 0xc0) == 0x80) --size;
  return std::string(piece.substr(0, size));
}

}  // namespace

Perfdata ParsePerfdata(std::string_view text) {
  Perfdata perfdata;
  for (;;) {
    const std::size_t start = text.find_first_not_of(kBlanks);
    if (start == std::string_view::npos) return perfdata;
    text.remove_prefix(start);
    if (perfdata.values.size() + perfdata.broken.size() >= kMostValues) {
      perfdata.broken.push_back(Shown(text));
      return perfdata;
    }
    const std::size_t end = EndOfPiece(text);
    std::optional<PerfValue> value = ReadPiece(text.substr(0, end));
    if (value) {
      perfdata.values.push_back(*std::move(value));
    } else {
      perfdata.broken.push_back(Shown(text.substr(0, end)));
    }
    text.remove_prefix(end);
  }
}

}  // namespace upkeep::plugin
