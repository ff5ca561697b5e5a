// SPDX-License-Identifier: Apache-2.0
#include "runner/packs/version.h"

#include <charconv>

namespace upkeep::packs {

std::string PackVersion::ToString() const {
  return std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(patch);
}

std::optional<PackVersion> ParseVersion(std::string_view text) {
  constexpr std::size_t kMostDigits = 6;
  PackVersion version;
  for (int* const part : {&version.major, &version.minor, &version.patch}) {
    const std::size_t end = part == &version.patch ? text.size() : text.find('.');
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view digits = text.substr(0, end);
    if (digits.empty() || digits.size() > kMostDigits || (digits.size() > 1 && digits.front() == '0') ||
        digits.find_first_not_of("0123456789") != std::string_view::npos) {
      return std::nullopt;
    }
    std::from_chars(digits.data(), digits.data() + digits.size(), *part);
    text.remove_prefix(part == &version.patch ? end : end + 1);
  }
  return version;
}

}  // namespace upkeep::packs
