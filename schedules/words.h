// SPDX-License-Identifier: Apache-2.0
//
// The small things that schedule and calendar files have in common: texts in two languages,
// dates, times of day, days of the week. Private to schedules/.
//
// THREADS: pure functions.

#ifndef UPKEEP_SCHEDULES_WORDS_H_
#define UPKEEP_SCHEDULES_WORDS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "base/yaml/yaml.h"
#include "base/zone/zone.h"
#include "schedules/recurrence.h"

namespace upkeep::schedules {

inline constexpr std::string_view kApiVersion = "upkeep/v1";   ///< Of schedule and calendar files.

/// A word, or {en, ko}. `what` names it in messages.
Text ReadText(const yaml::Document& document, const yaml::Node& node, const std::string& what,
              std::vector<Status>& errors);

/// "2026-12-25"; an error at `node` otherwise.
std::optional<LocalDays> ReadDate(yaml::MappingReader& reader, const yaml::Node& node,
                                  std::string_view key);

/// Minutes since midnight of "09:00", of "24:00" where `midnight_ends`; -1 when it is none.
int MinutesOf(std::string_view text, bool midnight_ends = false);

/// Bits 0 (Sunday) to 6 of [sat, sun]; errors at the words that are no days.
std::uint8_t ReadWeekdays(yaml::MappingReader& reader, const yaml::Node& node,
                          std::string_view key);

/// A place inside the scalar at `node`, `column` bytes into it.
SourcePlace PlaceIn(const yaml::Document& document, const yaml::Node& node, int column);

/// The zone called as `node` says; UTC and an error at it otherwise.
zone::Zone ReadTimeZone(const yaml::Document& document, const yaml::Node& node,
                        std::vector<Status>& errors);

}  // namespace upkeep::schedules

#endif  // UPKEEP_SCHEDULES_WORDS_H_
