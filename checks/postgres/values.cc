// SPDX-License-Identifier: Apache-2.0
#include "checks/postgres/values.h"

#include <charconv>
#include <cmath>
#include <cstdint>

namespace upkeep::postgres {
namespace {

// The server's fixed type ids (pg_type.dat); libpq has no header for them.
enum Oid : unsigned int {
  kBool = 16,
  kInt8 = 20,
  kInt2 = 21,
  kInt4 = 23,
  kOid = 26,
  kJson = 114,
  kFloat4 = 700,
  kFloat8 = 701,
  kNumeric = 1700,
  kJsonb = 3802,
};

Value Number(std::string_view text) {
  const char* const end = text.data() + text.size();
  std::int64_t whole = 0;
  if (const auto [at, error] = std::from_chars(text.data(), end, whole); error == std::errc() && at == end) {
    return whole;
  }
  double number = 0;
  const auto [at, error] = std::from_chars(text.data(), end, number);
  // NaN and infinity have no JSON form; as text they can still be seen.
  if (error != std::errc() || at != end || !std::isfinite(number)) return std::string(text);
  return number;
}

/// Lua's 4711.0 is the integer 4711 to a server that infers integer parameters.
std::string TextOf(const Value& number) {
  if (number.is_number_float()) {
    const double value = number.get<double>();
    constexpr double kExact = 9007199254740992.0;
    if (std::trunc(value) == value && std::fabs(value) <= kExact) {
      return std::to_string(static_cast<std::int64_t>(value));
    }
  }
  return number.dump();
}

}  // namespace

Value FromText(unsigned int oid, std::string_view text) {
  switch (oid) {
    case kBool: return text == "t";
    case kInt2:
    case kInt4:
    case kInt8:
    case kOid:
    case kFloat4:
    case kFloat8:
    case kNumeric: return Number(text);
    case kJson:
    case kJsonb: {
      Result<Value> value = ParseJson(text);
      return value.ok() ? std::move(*value) : Value(std::string(text));
    }
    default: return std::string(text);
  }
}

Result<Parameters> ParametersOf(const Value& list) {
  Parameters parameters;
  if (list.is_null() || (list.is_object() && list.empty())) return parameters;
  if (!list.is_array()) {
    return Status(Code::kInvalid, "query(sql, parameters) takes its parameters as a list");
  }
  for (const Value& item : list) {
    if (item.is_null()) {
      parameters.emplace_back(std::nullopt);
    } else if (item.is_string()) {
      parameters.emplace_back(item.get<std::string>());
    } else if (item.is_boolean()) {
      parameters.emplace_back(item.get<bool>() ? "true" : "false");
    } else if (item.is_number()) {
      parameters.emplace_back(TextOf(item));
    } else {
      return Status(Code::kInvalid, "a parameter of query() is a string, a number or a boolean")
          .WithHint("for a list, join it and write = any(string_to_array($1, ','))");
    }
    if (parameters.back() && parameters.back()->find('\0') != std::string::npos) {
      return Status(Code::kInvalid, "a parameter of query() must not hold a zero byte");
    }
  }
  return parameters;
}

}  // namespace upkeep::postgres
