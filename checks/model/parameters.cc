// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdint>

#include "checks/model/head.h"
#include "checks/model/head_parts.h"

namespace upkeep::checks {
namespace {

std::string Plain(double number) {
  const auto whole = static_cast<std::int64_t>(number);
  return static_cast<double>(whole) == number ? std::to_string(whole) : Value(number).dump();
}

std::string TypeOf(const Value& value) {
  if (value.is_number()) return "a number";
  if (value.is_string()) return "a string";
  if (value.is_boolean()) return "true or false";
  return "a list of strings";
}

bool SameType(const Value& expected, const Value& value) {
  if (expected.is_number()) return value.is_number();
  if (expected.is_array()) {
    return IsList(value) && std::all_of(value.begin(), value.end(),
                                        [](const Value& item) { return item.is_string(); });
  }
  return expected.type() == value.type();
}

}  // namespace

Status CheckParameterValue(const Parameter& parameter, const Value& value) {
  if (!SameType(parameter.default_value, value)) {
    return Status(Code::kInvalid, "'" + parameter.name + "' must be " + TypeOf(parameter.default_value) +
                                      ", and this is " + KindOf(value));
  }
  if (!value.is_number()) return Status::Ok();
  const double number = value.get<double>();
  if (parameter.min && number < *parameter.min) {
    return Status(Code::kInvalid, "'" + parameter.name + "' must be at least " + Plain(*parameter.min) +
                                      ", and this is " + value.dump());
  }
  if (parameter.max && number > *parameter.max) {
    return Status(Code::kInvalid, "'" + parameter.name + "' must be at most " + Plain(*parameter.max) +
                                      ", and this is " + value.dump());
  }
  return Status::Ok();
}

Result<Value> ResolveParameters(const Head& head, const Value& given) {
  Value resolved = Value::object();
  std::vector<std::string> names;
  for (const Parameter& parameter : head.params) {
    resolved[parameter.name] = parameter.default_value;
    names.push_back(parameter.name);
  }
  if (given.is_null() || (IsList(given) && given.empty())) return resolved;
  if (!given.is_object()) {
    return Status(Code::kInvalid, "parameters must be names with values, and this is " + KindOf(given));
  }
  std::string wrong, hint;
  for (const auto& [name, value] : given.items()) {
    const auto parameter = std::find_if(head.params.begin(), head.params.end(),
                                        [&](const Parameter& known) { return known.name == name; });
    std::string message;
    if (parameter == head.params.end()) {
      message = head.id + " has no parameter '" + name + "'";
      const std::string near = NearestWord(name, names);
      if (hint.empty() && !near.empty()) hint = "did you mean '" + near + "'?";
    } else if (Status status = CheckParameterValue(*parameter, value); !status.ok()) {
      message = "the parameter " + status.message();
    } else {
      resolved[name] = parameter->default_value.is_array() && value.is_object() ? Value::array() : value;
    }
    if (!message.empty()) wrong += (wrong.empty() ? "" : "; ") + message;
  }
  if (!wrong.empty()) return Status(Code::kInvalid, std::move(wrong)).WithHint(std::move(hint));
  return resolved;
}

}  // namespace upkeep::checks
