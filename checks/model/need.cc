// SPDX-License-Identifier: Apache-2.0
#include "checks/model/need.h"

#include <algorithm>

#include "base/text.h"

namespace upkeep::checks {
namespace {

enum class Object { kNone, kName, kNameOrAny, kResource };

struct Form {
  std::string_view module, verb;
  Object object;
  bool writes;
};

/// The grammar of needs: every verb of every module.
constexpr Form kForms[] = {
    {"kubernetes", "list", Object::kResource, false},
    {"kubernetes", "get", Object::kResource, false},
    {"kubernetes", "delete", Object::kResource, true},
    {"kubernetes", "patch", Object::kResource, true},
    {"kubernetes", "create", Object::kResource, true},
    {"postgres", "query", Object::kNone, false},
    {"postgres", "role", Object::kName, false},
    {"postgres", "function", Object::kName, true},
    {"redis", "command", Object::kName, false},
    {"http", "get", Object::kNone, false},
    {"http", "head", Object::kNone, false},
    {"tls", "connect", Object::kNone, false},
    {"dns", "resolve", Object::kNone, false},
    {"plugin", "run", Object::kNameOrAny, false},
};

const Form* FormOf(std::string_view module, std::string_view verb) {
  for (const Form& form : kForms) {
    if (form.module == module && form.verb == verb) return &form;
  }
  return nullptr;
}

Status Wrong(std::string message, std::string_view given, std::vector<std::string> known) {
  std::string list;
  for (const std::string& word : known) list += (list.empty() ? "" : ", ") + word;
  const std::string near = NearestWord(given, known);
  return Status(Code::kInvalid, std::move(message))
      .WithHint(near.empty() ? "known: " + list : "did you mean '" + near + "'?");
}

Status UnknownModule(const std::string& module) {
  std::vector<std::string> known;
  for (const Form& form : kForms) {
    if (known.empty() || known.back() != form.module) known.emplace_back(form.module);
  }
  return Wrong("no module is called '" + module + "'", module, std::move(known));
}

Status UnknownVerb(const Need& need) {
  std::vector<std::string> known;
  for (const Form& form : kForms) {
    if (form.module == need.module) known.emplace_back(form.verb);
  }
  if (known.empty()) return UnknownModule(need.module);
  if (need.verb.empty()) {
    return Wrong("the need '" + need.module + "' names no verb", "", std::move(known));
  }
  return Wrong(need.module + " has no verb '" + need.verb + "'", need.verb, std::move(known));
}

bool IsLower(char c) { return c >= 'a' && c <= 'z'; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }

/// "pods", "nodes/proxy", "pods.metrics.k8s.io".
bool IsResource(std::string_view text) {
  const std::size_t slash = text.find('/');
  const std::string_view name = text.substr(0, slash);
  const std::string_view below = slash == std::string_view::npos ? "x" : text.substr(slash + 1);
  const auto plain = [](std::string_view part) {
    return !part.empty() && IsLower(part.front()) && std::all_of(part.begin(), part.end(), [](char c) {
      return IsLower(c) || IsDigit(c) || c == '.' || c == '-';
    });
  };
  return plain(name) && plain(below) && name.back() != '.';
}

/// "pg_monitor", "INFO", "SLOWLOG|GET".
bool IsName(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return IsLower(c) || IsDigit(c) || (c >= 'A' && c <= 'Z') || c == '_' || c == '-' || c == '.' ||
           c == '|';
  });
}

Status CheckObject(const Need& need, const Form& form) {
  const std::string spelled = need.module + ":" + need.verb;
  if (form.object == Object::kNone) {
    if (need.object.empty()) return Status::Ok();
    return Status(Code::kInvalid, spelled + " takes no object, and this has '" + need.object + "'")
        .WithHint("write \"" + spelled + "\"");
  }
  if (need.object.empty()) {
    return Status(Code::kInvalid, spelled + " needs an object")
        .WithHint(form.object == Object::kResource ? "write \"" + spelled + ":pods\""
                                                   : "write \"" + spelled + ":NAME\"");
  }
  if (form.object == Object::kResource && !IsResource(need.object)) {
    return Status(Code::kInvalid, "'" + need.object + "' is no resource")
        .WithHint("write the plural name with its group: pods, nodes/proxy, pods.metrics.k8s.io");
  }
  const bool any = form.object == Object::kNameOrAny && need.object == "*";
  const bool named = form.object == Object::kName || form.object == Object::kNameOrAny;
  if (named && !any && !IsName(need.object)) {
    return Status(Code::kInvalid, "'" + need.object + "' is no name for " + spelled)
        .WithHint("letters, digits, '_', '-', '.' and '|' make a name");
  }
  return Status::Ok();
}

Result<Need> ParseText(const std::string& text) {
  Need need;
  const std::size_t first = text.find(':');
  need.module = text.substr(0, first);
  if (first != std::string::npos) {
    const std::size_t second = text.find(':', first + 1);
    need.verb = text.substr(first + 1, second == std::string::npos ? second : second - first - 1);
    if (second != std::string::npos) need.object = text.substr(second + 1);
    if (second != std::string::npos && need.object.empty()) {
      return Status(Code::kInvalid, "the need '" + text + "' ends in a colon")
          .WithHint("write module:verb:object");
    }
  }
  const Form* const form = FormOf(need.module, need.verb);
  if (form == nullptr) return UnknownVerb(need);
  UPKEEP_RETURN_IF_ERROR(CheckObject(need, *form));
  // Commands are the same in any case; one spelling makes needs comparable.
  if (need.module == "redis") {
    std::transform(need.object.begin(), need.object.end(), need.object.begin(), [](char c) {
      return IsLower(c) ? static_cast<char>(c - 'a' + 'A') : c;
    });
  }
  return need;
}

bool IsPath(std::string_view path) {
  return !path.empty() && path.front() != '.' && path.back() != '.' &&
         path.find("..") == std::string_view::npos &&
         path.find_first_of(" \t\n[]") == std::string_view::npos;
}

Status ReadFields(const Value& fields, Need& need) {
  if (need.module != "kubernetes" || need.verb != "list") {
    return Status(Code::kInvalid, "only kubernetes:list takes fields, and this is " + need.ToString());
  }
  if (!fields.is_array() || fields.empty()) {
    return Status(Code::kInvalid, "fields must be a list of field paths")
        .WithHint("write fields = { \"metadata.name\", \"status.phase\" }");
  }
  for (const Value& field : fields) {
    if (!field.is_string() || !IsPath(field.get<std::string>())) {
      return Status(Code::kInvalid, field.dump(-1, ' ', false, Value::error_handler_t::replace) +
                                        " is no field path")
          .WithHint("keys joined by dots: status.conditions, spec.containers.image");
    }
    need.fields.push_back(field.get<std::string>());
  }
  return Status::Ok();
}

}  // namespace

std::string Need::ToString() const {
  std::string text = module + ":" + verb;
  return object.empty() ? text : text + ":" + object;
}

bool Need::Matches(const Need& other) const {
  return module == other.module && verb == other.verb && object == other.object;
}

bool Need::Covers(const Need& other) const {
  return Matches(other) || (module == "plugin" && module == other.module && verb == other.verb && object == "*");
}

bool Need::writes() const {
  const Form* const form = FormOf(module, verb);
  return form == nullptr || form->writes;  // What nobody knows is not let through as a read.
}

Result<Need> ParseNeed(const Value& value) {
  if (value.is_string()) return ParseText(value.get<std::string>());
  if (!value.is_object()) {
    return Status(Code::kInvalid, "a need must be a string or a table")
        .WithHint("write \"kubernetes:list:pods\" or { \"kubernetes:list:pods\", fields = { … } }");
  }
  const char* const key = value.contains("1") ? "1" : "need";
  const auto text = value.find(key);
  if (text == value.end() || !text->is_string()) {
    return Status(Code::kInvalid, "this need has no permission in it")
        .WithHint("write { \"kubernetes:list:pods\", fields = { … } }");
  }
  Result<Need> need = ParseText(text->get<std::string>());
  if (!need.ok()) return need;
  for (const auto& [name, child] : value.items()) {
    if (name == key) continue;
    if (name == "fields") {
      UPKEEP_RETURN_IF_ERROR(ReadFields(child, *need));
    } else if (name == "optional") {
      if (!child.is_boolean()) return Status(Code::kInvalid, "optional must be true or false");
      need->optional = child.get<bool>();
    } else {
      return Wrong("a need has no key '" + name + "'", name, {"fields", "optional"});
    }
  }
  return need;
}

}  // namespace upkeep::checks
