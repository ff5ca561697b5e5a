// SPDX-License-Identifier: Apache-2.0
#include "runner/isolate/message.h"

#include <algorithm>

namespace upkeep::isolate {
namespace {

Code CodeNamed(std::string_view name) {
  for (int code = 1; code <= static_cast<int>(Code::kInternal); ++code) {
    if (CodeName(static_cast<Code>(code)) == name) return static_cast<Code>(code);
  }
  return Code::kError;
}

/// What `paths` leave of the value at `index`.
Value Project(const DocumentPage& page, DocumentPage::Index index, const std::vector<std::string_view>& paths) {
  const DocumentNode& node = page.node(index);
  if (node.type == NodeType::kArray) {
    Value out = Value::array();
    for (std::uint32_t i = 0; i < node.range.count; ++i) out.push_back(Project(page, node.range.first + i, paths));
    return out;
  }
  if (node.type != NodeType::kObject) return page.ToValue(index);
  Value out = Value::object();
  for (std::uint32_t i = 0; i < node.range.count; ++i) {
    const DocumentPage::Index child = node.range.first + i;
    const std::string_view key = page.KeyName(page.node(child).key);
    std::vector<std::string_view> below;
    bool declared = false, whole = false;
    for (const std::string_view path : paths) {
      const std::size_t dot = std::min(path.find('.'), path.size());
      if (path.substr(0, dot) != key) continue;
      declared = true;
      whole |= dot == path.size();
      below.push_back(path.substr(std::min(dot + 1, path.size())));
    }
    if (declared) out[std::string(key)] = whole ? page.ToValue(child) : Project(page, child, below);
  }
  return out;
}

}  // namespace

Value ToValue(const Status& status) {
  if (status.ok()) return nullptr;
  Value value{{"code", std::string(CodeName(status.code()))}, {"message", status.message()}, {"hint", status.hint()}};
  if (status.place()) {
    value["place"] = {{"file", status.place()->file}, {"line", status.place()->line},
                      {"column", status.place()->column}, {"text", status.place()->text}};
  }
  return value;
}

Status StatusFromValue(const Value& value) {
  if (value.is_null()) return {};
  Status status = Status(CodeNamed(StringAt(value, "code")), StringAt(value, "message")).WithHint(StringAt(value, "hint"));
  if (!value.is_object() || !value.contains("place")) return status;
  const Value& place = value["place"];
  return std::move(status).At({StringAt(place, "file"), static_cast<int>(IntegerAt(place, "line")),
                               static_cast<int>(IntegerAt(place, "column")), StringAt(place, "text")});
}

std::int64_t IntegerAt(const Value& message, std::string_view key, std::int64_t fallback) {
  if (!message.is_object()) return fallback;
  const auto found = message.find(key);
  return found != message.end() && found->is_number_integer() ? found->get<std::int64_t>() : fallback;
}

Value PageToValue(const DocumentPage& page, const std::vector<std::string>& fields) {
  const std::vector<std::string_view> paths(fields.begin(), fields.end());
  Value out = Value::array();
  for (std::size_t i = 0; i < page.size(); ++i) {
    out.push_back(paths.empty() ? page.ToValue(page.Root(i)) : Project(page, page.Root(i), paths));
  }
  return out;
}

}  // namespace upkeep::isolate
