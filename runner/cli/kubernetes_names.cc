// SPDX-License-Identifier: Apache-2.0
#include "runner/cli/kubernetes_names.h"

#include <algorithm>
#include <cstddef>

namespace upkeep::cli {
namespace {

constexpr std::size_t kLongestSubdomain = 253, kLongestKey = 253;
constexpr std::string_view kDigits = "0123456789";

/// Of any length: the API server bounds a label, and a subdomain as a whole.
bool IsDnsPart(std::string_view part) {
  return !part.empty() && part.front() != '-' && part.back() != '-' &&
         part.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string_view::npos;
}

bool IsSuffix(std::string_view suffix) {
  constexpr std::string_view kSuffixes[] = {"", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"};
  if (std::find(std::begin(kSuffixes), std::end(kSuffixes), suffix) != std::end(kSuffixes)) return true;
  // 1e9; what an exponent of three digits would mean is more than there is.
  if (suffix[0] != 'e' && suffix[0] != 'E') return false;
  const std::string_view exponent = suffix.substr(suffix.size() > 1 && suffix[1] == '+' ? 2 : 1);
  return !exponent.empty() && exponent.size() <= 2 && exponent.find_first_not_of(kDigits) == std::string_view::npos;
}

}  // namespace

bool IsDnsLabel(std::string_view name) {
  constexpr std::size_t kLongest = 63;
  return name.size() <= kLongest && IsDnsPart(name);
}

bool IsDnsSubdomain(std::string_view name) {
  if (name.size() > kLongestSubdomain) return false;
  for (;;) {
    const std::size_t dot = name.find('.');
    if (!IsDnsPart(name.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    name.remove_prefix(dot + 1);
  }
}

bool IsConfigMapKey(std::string_view name) {
  return !name.empty() && name.size() <= kLongestKey && name != "." && !name.starts_with("..") &&
         name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._") ==
             std::string_view::npos;
}

bool IsSize(std::string_view quantity) {
  constexpr std::size_t kMostDigits = 15;
  const std::size_t end = std::min(quantity.find_first_not_of("0123456789."), quantity.size());
  const std::string_view number = quantity.substr(0, end);
  const bool well_formed = !number.empty() && number.size() <= kMostDigits && number.front() != '.' &&
                           std::count(number.begin(), number.end(), '.') <= 1;
  return well_formed && number.find_first_not_of("0.") != std::string_view::npos && IsSuffix(quantity.substr(end));
}

}  // namespace upkeep::cli
