// SPDX-License-Identifier: Apache-2.0
#include "schedules/words.h"

#include <array>
#include <charconv>

namespace upkeep::schedules {
namespace {

constexpr std::array<std::string_view, 7> kWeekdays{"sun", "mon", "tue", "wed",
                                                    "thu", "fri", "sat"};

std::string Quoted(std::string_view key) { return "'" + std::string(key) + "'"; }

}  // namespace

Text ReadText(const yaml::Document& document, const yaml::Node& node, const std::string& what,
              std::vector<Status>& errors) {
  if (node.kind == yaml::Kind::kScalar) return {.en = node.scalar, .ko = node.scalar};
  Text text;
  yaml::MappingReader words(document, node, what, errors);
  text.en = words.RequiredString("en");
  text.ko = words.OptionalString("ko", text.en);
  words.Finish();
  return text;
}

std::optional<LocalDays> ReadDate(yaml::MappingReader& reader, const yaml::Node& node,
                                  std::string_view key) {
  const auto date = node.kind == yaml::Kind::kScalar ? ParseDate(node.scalar) : std::nullopt;
  if (!date) {
    reader.Error(node, Quoted(key) + " must be a date that there is", "write 2026-12-25");
  }
  return date;
}

int MinutesOf(std::string_view text, bool midnight_ends) {
  if (text.size() != 5 || text[2] != ':') return -1;
  if (midnight_ends && text == "24:00") return 24 * 60;
  int hour = 0, minute = 0;
  const auto first = std::from_chars(text.data(), text.data() + 2, hour);
  const auto second = std::from_chars(text.data() + 3, text.data() + 5, minute);
  if (first.ptr != text.data() + 2 || second.ptr != text.data() + 5) return -1;
  return hour >= 0 && hour < 24 && minute >= 0 && minute < 60 ? hour * 60 + minute : -1;
}

std::uint8_t ReadWeekdays(yaml::MappingReader& reader, const yaml::Node& node,
                          std::string_view key) {
  std::uint8_t weekdays = 0;
  const auto add = [&](const yaml::Node& word) {
    for (std::size_t i = 0; i < kWeekdays.size(); ++i) {
      if (word.kind != yaml::Kind::kScalar || word.scalar != kWeekdays[i]) continue;
      weekdays = static_cast<std::uint8_t>(weekdays | (1U << i));
      return;
    }
    reader.Error(word, Quoted(key) + " has days of the week",
                 "mon, tue, wed, thu, fri, sat or sun");
  };
  if (node.kind == yaml::Kind::kSequence) {
    for (const yaml::Node& word : node.items) add(word);
    if (node.items.empty()) reader.Error(node, Quoted(key) + " is empty");
  } else {
    add(node);
  }
  return weekdays;
}

SourcePlace PlaceIn(const yaml::Document& document, const yaml::Node& node, int column) {
  SourcePlace place = document.PlaceOf(node);
  place.column += column - 1;
  // A quoted scalar begins one byte after its mark; a block or a long one may be elsewhere.
  const auto at = static_cast<std::size_t>(node.column) - 1;
  if (at < place.text.size() && (place.text[at] == '"' || place.text[at] == '\'')) ++place.column;
  if (static_cast<std::size_t>(place.column) > place.text.size() + 1) place.column = node.column;
  return place;
}

zone::Zone ReadTimeZone(const yaml::Document& document, const yaml::Node& node,
                        std::vector<Status>& errors) {
  auto zone = zone::Zone::Load(node.scalar);
  if (zone.ok()) return *zone;
  errors.push_back(Status(Code::kInvalid, zone.status().message())
                       .WithHint(zone.status().hint())
                       .At(document.PlaceOf(node)));
  return zone::Zone::Utc();
}

}  // namespace upkeep::schedules
