// SPDX-License-Identifier: Apache-2.0
#include "reports/local_time.h"

#include "base/clock.h"

namespace upkeep::reports {
namespace {

constexpr std::size_t kDateEnd = 10, kMinuteEnd = 16, kSecondEnd = 19;

}  // namespace

LocalTime::LocalTime(std::string_view zone) {
  if (Result<zone::Zone> loaded = zone::Zone::Load(zone); loaded.ok()) zone_ = *loaded;
}

std::optional<std::string> LocalTime::Read(std::string_view rfc3339) const {
  const Result<Instant> instant = ParseRfc3339(rfc3339);
  if (!instant.ok()) return std::nullopt;
  std::string text = zone_ ? zone_->Format(*instant) : FormatRfc3339(*instant);
  text.resize(kSecondEnd);
  text[kDateEnd] = ' ';
  return text;
}

std::string LocalTime::Show(std::string_view rfc3339) const {
  if (rfc3339.empty()) return "-";
  const std::optional<std::string> read = Read(rfc3339);
  if (!read) return std::string(rfc3339);
  return read->substr(0, kMinuteEnd) + (zone_ ? "" : "Z");
}

std::string LocalTime::Span(std::string_view start, std::string_view end) const {
  const std::optional<std::string> first = Read(start), last = Read(end);
  const std::string to = " – ";
  if (!first || !last || first->substr(0, kMinuteEnd) != last->substr(0, kMinuteEnd)) return Show(start) + to + Show(end);
  const std::string utc = zone_ ? "" : "Z";
  return *first + utc + to + *last + utc;
}

std::string LocalTime::Date(std::string_view rfc3339) const {
  const std::optional<std::string> read = Read(rfc3339);
  return read ? read->substr(0, kDateEnd) : "";
}

}  // namespace upkeep::reports
