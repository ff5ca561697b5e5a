// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/yaml/scalar.h"
#include "base/yaml/yaml.h"

namespace upkeep::yaml {
namespace {

std::string Article(const Node& node) {
  switch (node.kind) {
    case Kind::kNull: return "nothing";
    case Kind::kScalar: return "the word '" + node.scalar.substr(0, 64) + "'";
    case Kind::kSequence: return "a list";
    case Kind::kMapping: return "a mapping";
  }
  return "";
}

std::string Join(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

std::string ShortNumber(double number) {
  std::string text = std::to_string(number);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text;
}

}  // namespace

MappingReader::MappingReader(const Document& document, const Node& node, std::string what,
                             std::vector<Status>& errors)
    : document_(document),
      node_(node),
      what_(std::move(what)),
      errors_(errors),
      errors_before_(errors.size()) {
  if (node.kind != Kind::kMapping) {
    Error(node, what_ + " must be a mapping, and this is " + Article(node));
  }
}

const Node* MappingReader::Take(std::string_view key) {
  if (std::find(taken_.begin(), taken_.end(), key) == taken_.end()) taken_.emplace_back(key);
  const Node* found = node_.Find(key);
  return found == nullptr || found->kind == Kind::kNull ? nullptr : found;
}

std::string MappingReader::RequiredString(std::string_view key) {
  const Node* found = Take(key);
  if (found == nullptr) {
    // A node that is no mapping has been reported as such already.
    if (node_.kind == Kind::kMapping) {
      Error(node_, what_ + " needs the key '" + std::string(key) + "'");
    }
    return "";
  }
  if (found->kind == Kind::kScalar && found->scalar.empty()) {
    Error(*found, "'" + std::string(key) + "' must not be empty");
  }
  return OptionalString(key);
}

std::string MappingReader::OptionalString(std::string_view key, std::string fallback) {
  const Node* found = Take(key);
  if (found == nullptr) return fallback;
  if (found->kind != Kind::kScalar) {
    Error(*found, "'" + std::string(key) + "' must be a word, and this is " + Article(*found));
    return fallback;
  }
  return found->scalar;
}

std::int64_t MappingReader::OptionalInteger(std::string_view key, std::int64_t fallback,
                                            std::int64_t min, std::int64_t max) {
  const Node* found = Take(key);
  if (found == nullptr) return fallback;
  const auto value = found->kind == Kind::kScalar ? AsInteger(found->scalar) : std::nullopt;
  if (value && !found->quoted && (*value < min || *value > max)) {
    Error(*found, "'" + std::string(key) + "' is from " + std::to_string(min) + " to " + std::to_string(max) +
                      ", and this is " + std::to_string(*value));
    return fallback;
  }
  if (!value || found->quoted) {
    Error(*found,
          "'" + std::string(key) + "' must be a whole number from " + std::to_string(min) +
              " to " + std::to_string(max) + ", and this is " + Article(*found),
          value && found->quoted ? "remove the quotes" : "");
    return fallback;
  }
  return *value;
}

double MappingReader::OptionalNumber(std::string_view key, double fallback, double min,
                                     double max) {
  const Node* found = Take(key);
  if (found == nullptr) return fallback;
  const auto value = found->kind == Kind::kScalar ? AsNumber(found->scalar) : std::nullopt;
  if (!value || found->quoted || *value < min || *value > max) {
    Error(*found,
          "'" + std::string(key) + "' must be a number from " + ShortNumber(min) + " to " +
              ShortNumber(max) + ", and this is " + Article(*found),
          value && found->quoted ? "remove the quotes" : "");
    return fallback;
  }
  return *value;
}

bool MappingReader::OptionalBool(std::string_view key, bool fallback) {
  const Node* found = Take(key);
  if (found == nullptr) return fallback;
  const auto value = found->kind == Kind::kScalar && !found->quoted ? AsBool(found->scalar)
                                                                    : std::nullopt;
  if (!value) {
    Error(*found, "'" + std::string(key) + "' must be true or false, and this is " +
                      Article(*found),
          found->kind == Kind::kScalar && AsBool(found->scalar) ? "remove the quotes"
                                                                : "write true or false");
    return fallback;
  }
  return *value;
}

std::chrono::microseconds MappingReader::OptionalDuration(std::string_view key,
                                                          std::chrono::microseconds fallback) {
  const Node* found = Take(key);
  if (found == nullptr) return fallback;
  if (found->kind == Kind::kScalar) {
    const auto value = ParseDuration(found->scalar);
    if (value.ok()) return *value;
  }
  Error(*found, "'" + std::string(key) + "' must be a duration, and this is " + Article(*found),
        "write 250ms, 30s, 5m, 2h, 1d or 1h30m");
  return fallback;
}

std::vector<std::string> MappingReader::OptionalStrings(std::string_view key) {
  const Node* found = Take(key);
  if (found == nullptr) return {};
  if (found->kind == Kind::kScalar) return {found->scalar};
  if (found->kind == Kind::kMapping) {
    Error(*found, "'" + std::string(key) + "' must be a list of words, and this is a mapping");
    return {};
  }
  std::vector<std::string> words;
  for (const Node& item : found->items) {
    if (item.kind == Kind::kScalar) {
      words.push_back(item.scalar);
    } else {
      Error(item, "'" + std::string(key) + "' must be a list of words, and this is " +
                      Article(item));
    }
  }
  return words;
}

std::string MappingReader::OptionalChoice(std::string_view key, std::vector<std::string> choices) {
  const std::string fallback = choices.empty() ? "" : choices.front();
  const Node* found = Take(key);
  if (found == nullptr) return fallback;
  if (found->kind == Kind::kScalar &&
      std::find(choices.begin(), choices.end(), found->scalar) != choices.end()) {
    return found->scalar;
  }
  const std::string near =
      found->kind == Kind::kScalar ? NearestWord(found->scalar, choices) : "";
  Error(*found,
        "'" + std::string(key) + "' must be one of " + Join(choices) + ", and this is " +
            Article(*found),
        near.empty() ? "" : "did you mean '" + near + "'?");
  return fallback;
}

void MappingReader::Error(const Node& node, std::string message, std::string hint) {
  errors_.push_back(Status(Code::kInvalid, std::move(message))
                        .WithHint(std::move(hint))
                        .At(document_.PlaceOf(node)));
}

void MappingReader::Finish() {
  for (const auto& [key, value] : node_.entries) {
    if (std::find(taken_.begin(), taken_.end(), key.scalar) != taken_.end()) continue;
    std::string hint;
    if (key.scalar == "<<") {
      hint = "merge keys are not part of YAML 1.2; write the keys out";
    } else if (const std::string near = NearestWord(key.scalar, taken_); !near.empty()) {
      hint = "did you mean '" + near + "'?";
    } else if (!taken_.empty()) {
      hint = "known keys: " + Join(taken_);
    }
    Error(key, what_ + " has no key '" + key.scalar + "'", std::move(hint));
  }
}

bool MappingReader::ok() const { return errors_.size() == errors_before_; }

}  // namespace upkeep::yaml
