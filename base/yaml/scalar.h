// SPDX-License-Identifier: Apache-2.0
//
// YAML 1.2 core rules for plain scalars. Private to base/yaml.

#ifndef UPKEEP_BASE_YAML_SCALAR_H_
#define UPKEEP_BASE_YAML_SCALAR_H_

#include <cstdint>
#include <optional>
#include <string_view>

namespace upkeep::yaml {

/// "true", "True", "TRUE" and their opposites.
std::optional<bool> AsBool(std::string_view text);
/// "12", "-3", "0x1f", "0o17"; nothing when it doesn't fit.
std::optional<std::int64_t> AsInteger(std::string_view text);
/// Any finite number.
std::optional<double> AsNumber(std::string_view text);

}  // namespace upkeep::yaml

#endif  // UPKEEP_BASE_YAML_SCALAR_H_
