// SPDX-License-Identifier: Apache-2.0
//
// What is checked on the bytes before the YAML parser sees them. Private to base/yaml.

#ifndef UPKEEP_BASE_YAML_TEXT_H_
#define UPKEEP_BASE_YAML_TEXT_H_

#include <string>
#include <string_view>

#include "base/status.h"

namespace upkeep::yaml {

/// Line `line` (from 1) of `text`, without its end; "" past the end. At most 240 bytes.
std::string LineOf(std::string_view text, int line);

/// Refuses a text that is too large, is not UTF-8, holds control characters, or indents with
/// tabs. kInvalid with the place.
Status CheckText(std::string_view text, const std::string& file);

}  // namespace upkeep::yaml

#endif  // UPKEEP_BASE_YAML_TEXT_H_
