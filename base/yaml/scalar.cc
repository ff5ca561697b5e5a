// SPDX-License-Identifier: Apache-2.0
#include "base/yaml/scalar.h"

#include <charconv>
#include <cmath>

#include "base/yaml/yaml.h"

namespace upkeep::yaml {

std::optional<bool> AsBool(std::string_view text) {
  if (text == "true" || text == "True" || text == "TRUE") return true;
  if (text == "false" || text == "False" || text == "FALSE") return false;
  return std::nullopt;
}

std::optional<std::int64_t> AsInteger(std::string_view text) {
  int base = 10;
  if (text.starts_with("0x") || text.starts_with("0o")) {
    base = text[1] == 'x' ? 16 : 8;
    text.remove_prefix(2);
    if (text.starts_with('-')) return std::nullopt;
  } else if (text.starts_with('+')) {
    text.remove_prefix(1);
    if (text.starts_with('-')) return std::nullopt;
  }
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<double> AsNumber(std::string_view text) {
  if (const auto integer = AsInteger(text)) return static_cast<double>(*integer);
  if (text.starts_with('+')) text.remove_prefix(1);
  // from_chars takes "inf" and "nan" too, which YAML spells otherwise and no setting means.
  if (text.find_first_not_of("0123456789.eE+-") != text.npos) return std::nullopt;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return std::isfinite(value) ? std::optional(value) : std::nullopt;
}

Value ToValue(const Node& node) {
  switch (node.kind) {
    case Kind::kNull: return nullptr;
    case Kind::kScalar: {
      if (node.quoted) return node.scalar;
      if (const auto truth = AsBool(node.scalar)) return *truth;
      if (const auto integer = AsInteger(node.scalar)) return *integer;
      if (const auto number = AsNumber(node.scalar)) return *number;
      return node.scalar;
    }
    case Kind::kSequence: {
      Value list = Value::array();
      for (const Node& item : node.items) list.push_back(ToValue(item));
      return list;
    }
    case Kind::kMapping: {
      Value object = Value::object();
      for (const auto& [key, value] : node.entries) object[key.scalar] = ToValue(value);
      return object;
    }
  }
  return nullptr;
}

}  // namespace upkeep::yaml
