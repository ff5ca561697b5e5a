// SPDX-License-Identifier: Apache-2.0
#include "checks/model/table_reader.h"

#include <algorithm>

namespace upkeep::checks {
namespace {

constexpr const char* kTextHint = "write { en = \"…\", ko = \"…\" }";

}  // namespace

void HeadErrors::Add(std::string_view path, std::string message, std::string hint) {
  Status error = Status(Code::kInvalid, std::move(message)).WithHint(std::move(hint));
  SourcePlace place = place_of(path);
  while (place.line == 0 && !path.empty()) {
    const std::size_t dot = path.rfind('.');
    path = dot == std::string_view::npos ? std::string_view() : path.substr(0, dot);
    place = place_of(path);
  }
  list.push_back(std::move(error).At(std::move(place)));
}

bool IsList(const Value& value) {
  return value.is_array() || (value.is_object() && value.empty());
}

bool IsFunction(const Value& value) {
  return value.is_object() && value.size() == 1 && value.contains("$function");
}

std::string KindOf(const Value& value) {
  if (IsFunction(value)) return "a function";
  if (value.is_string()) return "the string " + Quoted(value.get<std::string>());
  if (value.is_boolean()) return value.get<bool>() ? "true" : "false";
  if (value.is_number()) return "the number " + value.dump();
  if (value.is_array()) return "a list";
  return value.is_null() ? "nil" : "a table";
}

std::string Quoted(std::string_view text) { return "'" + std::string(text.substr(0, 80)) + "'"; }

TableReader::TableReader(const Value& table, std::string path, HeadErrors& errors)
    : table_(table), path_(std::move(path)), errors_(errors) {
  if (!table_.is_object() || IsFunction(table_)) {
    errors_.Add(path_, (path_.empty() ? "the playbook" : path_) + " must be a table, and this is " +
                           KindOf(table_));
  }
}

std::string TableReader::PathOf(std::string_view key) const {
  return path_.empty() ? std::string(key) : path_ + "." + std::string(key);
}

const Value* TableReader::Take(std::string_view key) {
  taken_.emplace_back(key);
  if (!table_.is_object()) return nullptr;
  const auto found = table_.find(std::string(key));
  return found == table_.end() || found->is_null() ? nullptr : &*found;
}

void TableReader::Error(std::string_view key, std::string message, std::string hint) {
  errors_.Add(PathOf(key), std::move(message), std::move(hint));
}

std::string TableReader::RequiredString(std::string_view key) {
  if (!table_.is_object() || IsFunction(table_)) return "";  // Reported by the constructor.
  std::string text = OptionalString(key);
  const auto found = table_.find(std::string(key));
  if (found == table_.end() || found->is_null()) {
    errors_.Add(path_, (path_.empty() ? "the head" : path_) + " needs the field " + Quoted(key));
  } else if (found->is_string() && text.empty()) {
    Error(key, PathOf(key) + " must not be empty");
  }
  return text;
}

std::string TableReader::OptionalString(std::string_view key) {
  const Value* const found = Take(key);
  if (found == nullptr) return "";
  if (found->is_string()) return found->get<std::string>();
  Error(key, PathOf(key) + " must be a string, and this is " + KindOf(*found));
  return "";
}

std::string TableReader::RequiredChoice(std::string_view key,
                                        const std::vector<std::string>& choices) {
  std::string word = RequiredString(key);
  if (word.empty() || std::find(choices.begin(), choices.end(), word) != choices.end()) return word;
  std::string known;
  for (const std::string& choice : choices) known += (known.empty() ? "" : ", ") + choice;
  const std::string near = NearestWord(word, choices);
  Error(key, PathOf(key) + " must be one of " + known + ", and this is " + Quoted(word),
        near.empty() ? "" : "did you mean '" + near + "'?");
  return word;
}

Text TableReader::RequiredText(std::string_view key) {
  if (!table_.is_object() || IsFunction(table_)) return {};
  const Value* const found = Take(key);
  if (found == nullptr) {
    errors_.Add(path_, (path_.empty() ? "the head" : path_) + " needs the field " + Quoted(key), kTextHint);
    return {};
  }
  return ReadText(key, *found);
}

Text TableReader::ReadText(std::string_view key, const Value& value) {
  if (!value.is_object() || IsFunction(value)) {
    Error(key, PathOf(key) + " must hold an English and a Korean text, and this is " + KindOf(value),
          kTextHint);
    return {};
  }
  TableReader reader(value, PathOf(key), errors_);
  Text text;
  text.en = reader.RequiredString("en");
  text.ko = reader.RequiredString("ko");
  reader.Finish();
  return text;
}

std::optional<double> TableReader::OptionalNumber(std::string_view key) {
  const Value* const found = Take(key);
  if (found == nullptr) return std::nullopt;
  if (found->is_number()) return found->get<double>();
  Error(key, PathOf(key) + " must be a number, and this is " + KindOf(*found));
  return std::nullopt;
}

bool TableReader::OptionalBool(std::string_view key) {
  const Value* const found = Take(key);
  if (found == nullptr) return false;
  if (found->is_boolean()) return found->get<bool>();
  Error(key, PathOf(key) + " must be true or false, and this is " + KindOf(*found));
  return false;
}

std::vector<const Value*> TableReader::Items(std::string_view key) {
  const Value* const found = Take(key);
  if (found == nullptr) return {};
  if (!IsList(*found)) {
    Error(key, PathOf(key) + " must be a list, and this is " + KindOf(*found),
          found->is_string() ? "write " + std::string(key) + " = { \"" + found->get<std::string>() +
                                   "\" }"
                             : "");
    return {};
  }
  std::vector<const Value*> items;
  for (const Value& item : *found) items.push_back(&item);
  return items;
}

std::vector<std::string> TableReader::OptionalStrings(std::string_view key) {
  std::vector<std::string> strings;
  for (const Value* item : Items(key)) {
    if (item->is_string() && !item->get_ref<const std::string&>().empty()) {
      strings.push_back(item->get<std::string>());
    } else {
      Error(key, PathOf(key) + " must be a list of strings, and in it is " + KindOf(*item));
    }
  }
  return strings;
}

bool TableReader::Function(std::string_view key) {
  const Value* const found = Take(key);
  if (found == nullptr) return false;
  if (!IsFunction(*found)) {
    Error(key, PathOf(key) + " must be a function, and this is " + KindOf(*found));
  }
  return true;
}

std::vector<std::pair<std::string, const Value*>> TableReader::Entries(std::string_view key) {
  const Value* const found = Take(key);
  std::vector<std::pair<std::string, const Value*>> entries;
  if (found == nullptr || (found->is_array() && found->empty())) return entries;
  if (!found->is_object() || IsFunction(*found)) {
    Error(key, PathOf(key) + " must be a table with names, and this is " + KindOf(*found));
    return entries;
  }
  for (const auto& [name, child] : found->items()) entries.emplace_back(name, &child);
  return entries;
}

void TableReader::Finish() {
  if (!table_.is_object() || IsFunction(table_)) return;
  for (const auto& [key, child] : table_.items()) {
    if (std::find(taken_.begin(), taken_.end(), key) != taken_.end()) continue;
    const std::string near = NearestWord(key, taken_);
    std::string known;
    for (const std::string& word : taken_) known += (known.empty() ? "" : ", ") + word;
    Error(key, (path_.empty() ? "a head" : path_) + " has no field " + Quoted(key),
          near.empty() ? "known fields: " + known : "did you mean '" + near + "'?");
  }
}

}  // namespace upkeep::checks
