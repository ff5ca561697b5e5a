// SPDX-License-Identifier: Apache-2.0
#include "checks/kubernetes/projection.h"

#include <algorithm>

namespace upkeep::kubernetes {
namespace {

/// The first key of `path`; the rest stays in `path`.
std::string_view TakeKey(std::string_view& path) {
  const std::size_t dot = path.find('.');
  const std::string_view key = path.substr(0, dot);
  path = dot == std::string_view::npos ? std::string_view() : path.substr(dot + 1);
  return key;
}

Value ProjectValue(const Value& value, const Projection::Field& field, bool in_array);

Value ProjectObject(const Value& object, const Projection::Field& field) {
  Value kept = Value::object();
  for (const auto& [key, child] : object.items()) {
    const Projection::Field* const below = field.Find(key);
    if (below == nullptr) continue;
    if (below->whole) {
      kept[key] = child;
    } else if (child.is_structured()) {
      kept[key] = ProjectValue(child, *below, false);
    }
  }
  return kept;
}

Value ProjectValue(const Value& value, const Projection::Field& field, bool in_array) {
  if (value.is_object()) return ProjectObject(value, field);
  if (!value.is_array()) return in_array ? Value(nullptr) : value;
  Value kept = Value::array();
  for (const Value& element : value) kept.push_back(ProjectValue(element, field, true));
  return kept;
}

}  // namespace

const Projection::Field* Projection::Field::Find(std::string_view key) const {
  for (const Field& field : below) {
    if (field.name == key) return &field;
  }
  return nullptr;
}

Projection::Projection(const std::vector<std::string>& paths) {
  for (std::string_view path : paths) {
    Field* field = &root_;
    while (!path.empty() && !field->whole) {
      const std::string_view key = TakeKey(path);
      auto found = std::find_if(field->below.begin(), field->below.end(),
                                [key](const Field& below) { return below.name == key; });
      if (found == field->below.end()) {
        field->below.push_back({std::string(key), false, {}});
        found = field->below.end() - 1;
      }
      field = &*found;
    }
    if (field == &root_) continue;
    field->whole = true;
    field->below.clear();
  }
}

bool Projection::Keeps(std::string_view path) const {
  if (keeps_everything()) return !path.starts_with("metadata.managedFields");
  const Field* field = &root_;
  while (!path.empty()) {
    field = field->Find(TakeKey(path));
    if (field == nullptr) return false;
    if (field->whole) return true;
  }
  return false;
}

Value Projection::Of(const Value& object) const {
  if (!keeps_everything()) return ProjectObject(object, root_);
  Value kept = object;
  if (const auto metadata = kept.find("metadata"); metadata != kept.end()) {
    if (metadata->is_object()) metadata->erase("managedFields");
  }
  return kept;
}

}  // namespace upkeep::kubernetes
