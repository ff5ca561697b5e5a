// SPDX-License-Identifier: Apache-2.0
#include "checks/redis/info.h"

#include <charconv>
#include <cstdint>
#include <string>

namespace upkeep::redis {
namespace {

/// Ids and versions may look like numbers and are none.
bool IsWord(std::string_view key) {
  for (const std::string_view part : {"version", "_id", "replid", "sha1", "digest", "name"}) {
    if (key.find(part) != std::string_view::npos) return true;
  }
  return false;
}

Value Scalar(std::string_view key, std::string_view text) {
  const char* const end = text.data() + text.size();
  if (IsWord(key) || text.empty()) return std::string(text);
  std::int64_t whole = 0;
  if (const auto [at, error] = std::from_chars(text.data(), end, whole); error == std::errc() && at == end) {
    return whole;
  }
  double number = 0;
  const bool plain = text.find_first_not_of("0123456789.-") == std::string_view::npos;
  if (const auto [at, error] = std::from_chars(text.data(), end, number); plain && error == std::errc() && at == end) {
    return number;
  }
  return std::string(text);
}

/// "keys=1,expires=0"; null when `text` is not made of pairs.
Value Pairs(std::string_view text) {
  Value pairs = Value::object();
  while (!text.empty()) {
    const std::size_t comma = text.find(',');
    const std::string_view pair = text.substr(0, comma);
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos || equals == 0) return nullptr;
    pairs[std::string(pair.substr(0, equals))] = Scalar(pair.substr(0, equals), pair.substr(equals + 1));
    text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
  }
  return pairs.empty() ? Value() : pairs;
}

}  // namespace

Value ParseInfo(std::string_view text) {
  Value sections = Value::object();
  std::string section = "server";
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.starts_with("# ")) {
      section.clear();
      for (const char c : line.substr(2)) {
        section += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c == ' ' ? '_' : c;
      }
      sections[section] = Value::object();
      continue;
    }
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    const std::string_view key = line.substr(0, colon), value = line.substr(colon + 1);
    Value pairs = Pairs(value);
    sections[section][std::string(key)] = pairs.is_null() ? Scalar(key, value) : std::move(pairs);
  }
  return sections;
}

}  // namespace upkeep::redis
