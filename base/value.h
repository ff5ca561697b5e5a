// SPDX-License-Identifier: Apache-2.0
//
// Value is the JSON value that small data travels in: a playbook's head and parameters, the
// arguments and answers of host calls, recorded cases, ledger entries. Objects keep their keys
// sorted, so CanonicalJson() of equal values is equal byte for byte.
// Large lists from a cluster travel as Documents (base/document.h) instead.

#ifndef UPKEEP_BASE_VALUE_H_
#define UPKEEP_BASE_VALUE_H_

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "base/status.h"

// Compiled once, in value.cc: a fifth of compiling a file without optimisation went into its own copy.
extern template class nlohmann::basic_json<>;

namespace upkeep {

using Value = nlohmann::json;

/// Parses one JSON text; kInvalid with the byte's place in the message. Never throws.
/// Nesting deeper than 200 is kInvalid.
Result<Value> ParseJson(std::string_view text);

/// Sorted keys, no blanks, UTF-8 with invalid bytes replaced, shortest round-trip numbers.
std::string CanonicalJson(const Value& value);

/// For people and committed files: two blanks of indent, a newline at the end.
std::string PrettyJson(const Value& value);

/// The string at `key` of object `value`, or `fallback` where there is none.
std::string StringAt(const Value& value, std::string_view key, std::string_view fallback = "");

/// Lower-case hexadecimal SHA-256 of `bytes`.
std::string Sha256Hex(std::string_view bytes);

}  // namespace upkeep

#endif  // UPKEEP_BASE_VALUE_H_
