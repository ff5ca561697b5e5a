// SPDX-License-Identifier: Apache-2.0
#include "checks/plugin/range.h"

#include <charconv>
#include <cmath>

namespace upkeep::plugin {

bool Range::Alerts(double value) const {
  const bool within = (!low || value >= *low) && (!high || value <= *high);
  return within == inside;
}

std::optional<double> ParseNumber(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  // "inf", "nan" and hexadecimal are numbers to from_chars, and none to a plugin.
  if (text.empty() || text.find_first_not_of("0123456789+-.eE") != std::string_view::npos) return std::nullopt;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

std::optional<Range> ParseRange(std::string_view text) {
  Range range;
  range.text = text;
  if (text.starts_with('@')) {
    range.inside = true;
    text.remove_prefix(1);
  }
  const std::size_t colon = text.find(':');
  const std::string_view low = colon == std::string_view::npos ? std::string_view("0") : text.substr(0, colon);
  const std::string_view high = colon == std::string_view::npos ? text : text.substr(colon + 1);
  if (low != "~") {
    range.low = low.empty() ? 0 : ParseNumber(low);
    if (!range.low) return std::nullopt;
  }
  if (!high.empty()) {
    range.high = ParseNumber(high);
    if (!range.high) return std::nullopt;
  } else if (colon == std::string_view::npos) {
    return std::nullopt;
  }
  if (range.low && range.high && *range.low > *range.high) return std::nullopt;
  return range;
}

}  // namespace upkeep::plugin
