// SPDX-License-Identifier: Apache-2.0
#include "schedules/calendar_reader.h"

#include "schedules/calendar_limits.h"
#include "schedules/window_reader.h"
#include "schedules/words.h"

namespace upkeep::schedules {
namespace {

using std::chrono::days;


/// The holiday of each year whose date is "12-25".
std::optional<Holiday> Yearly(const std::string& text) {
  // 1972 has a 29th of February.
  const auto first = ParseDate("1972-" + text);
  if (!first) return std::nullopt;
  Recurrence rule;
  rule.frequency = Frequency::kYearly;
  return Holiday{.first = *first, .days = 1, .repeats = rule, .except = {}, .name = {}};
}

Holiday ReadHoliday(const yaml::Document& document, const yaml::Node& node,
                    std::vector<Status>& errors) {
  Holiday holiday;
  yaml::MappingReader reader(document, node, "a holiday", errors);
  if (!reader.ok()) return holiday;
  const yaml::Node* date = reader.Take("date");
  const yaml::Node* from = reader.Take("from");
  const yaml::Node* to = reader.Take("to");
  const yaml::Node* yearly = reader.Take("yearly");
  if (const yaml::Node* name = reader.Take("name")) {
    holiday.name = ReadText(document, *name, "the name", errors);
  } else {
    reader.Error(node, "a holiday needs the key 'name'");
  }
  reader.Finish();
  const int ways = (date != nullptr) + (yearly != nullptr) + (from != nullptr || to != nullptr);
  if (ways != 1 || (from == nullptr) != (to == nullptr)) {
    reader.Error(node, "a holiday has either 'date', or 'from' and 'to', or 'yearly'");
    return holiday;
  }
  if (yearly != nullptr) {
    auto made = yearly->kind == yaml::Kind::kScalar ? Yearly(yearly->scalar) : std::nullopt;
    if (!made) {
      reader.Error(*yearly, "'yearly' must be a month and a day that there is", "write 12-25");
      return holiday;
    }
    made->name = std::move(holiday.name);
    return *std::move(made);
  }
  const auto first = ReadDate(reader, date != nullptr ? *date : *from, date ? "date" : "from");
  if (first) holiday.first = *first;
  if (to == nullptr) return holiday;
  const auto last = ReadDate(reader, *to, "to");
  if (!first || !last) return holiday;
  if (*last < *first) {
    reader.Error(*to, "the holiday ends before it begins");
  } else if (*last - *first >= kMaxLength) {
    reader.Error(*to, "a holiday lasts at most 366 days");
  } else {
    holiday.days = static_cast<int>((*last - *first).count()) + 1;
  }
  return holiday;
}

void ReadHolidays(const yaml::Document& document, const yaml::Node& list, CalendarParts& parts,
                  std::vector<Status>& errors) {
  const auto error = [&](const yaml::Node& node, std::string message) {
    errors.push_back(Status(Code::kInvalid, std::move(message)).At(document.PlaceOf(node)));
  };
  if (list.kind != yaml::Kind::kSequence) return error(list, "'holidays' must be a list");
  if (list.items.size() > static_cast<std::size_t>(kMaxEntries)) {
    return error(list, "a calendar has at most 5,000 holidays");
  }
  int repeating = 0;
  for (const yaml::Node& item : list.items) {
    parts.holidays.push_back(ReadHoliday(document, item, errors));
    if (parts.holidays.back().repeats && ++repeating == kMaxRepeating + 1) {
      error(item, "a calendar has at most 500 holidays that repeat");
    }
  }
}

void ReadCovers(const yaml::Document& document, const yaml::Node& node, CalendarParts& parts,
                std::vector<Status>& errors) {
  yaml::MappingReader reader(document, node, "'covers'", errors);
  const yaml::Node* from = reader.Take("from");
  const yaml::Node* to = reader.Take("to");
  if (from != nullptr) parts.covers_from = ReadDate(reader, *from, "from");
  if (to != nullptr) parts.covers_until = ReadDate(reader, *to, "to");
  reader.Finish();
  if (parts.covers_from && parts.covers_until && *parts.covers_until < *parts.covers_from) {
    reader.Error(*to, "'covers' ends before it begins");
  }
}

}  // namespace

CalendarFile ReadCalendarDocument(const yaml::Document& document, std::vector<Status>& errors) {
  CalendarFile file;
  yaml::MappingReader head(document, document.root, "a calendar file", errors);
  if (!head.ok()) return file;
  const std::string version = head.RequiredString("apiVersion");
  if (const yaml::Node* node = head.Take("apiVersion"); node && version != kApiVersion) {
    head.Error(*node, "this is not a format that is read here: '" + version + "'",
               "write apiVersion: upkeep/v1");
  }
  const std::string kind = head.RequiredString("kind");
  if (const yaml::Node* node = head.Take("kind"); node && kind != "Calendar") {
    head.Error(*node, "this is no calendar: '" + kind + "'", "write kind: Calendar");
  }
  if (const yaml::Node* name = head.Take("name")) {
    file.parts.title = ReadText(document, *name, "the name", errors);
  }
  std::optional<zone::Zone> zone;
  if (const yaml::Node* node = head.Take("timeZone")) zone = ReadTimeZone(document, *node, errors);
  if (const yaml::Node* node = head.Take("weekend")) {
    file.weekend_given = true;
    const bool none = node->kind == yaml::Kind::kSequence && node->items.empty();
    file.parts.weekend = none ? std::uint8_t{0} : ReadWeekdays(head, *node, "weekend");
    if (file.parts.weekend == 0x7F) head.Error(*node, "a week without a working day");
  }
  if (const yaml::Node* node = head.Take("covers")) {
    ReadCovers(document, *node, file.parts, errors);
  }
  if (const yaml::Node* extends = head.Take("extends")) {
    for (const std::string& one : head.OptionalStrings("extends")) {
      file.extends.emplace_back(one, document.PlaceOf(*extends));
    }
  }
  if (const yaml::Node* node = head.Take("holidays")) {
    ReadHolidays(document, *node, file.parts, errors);
  }
  if (const yaml::Node* node = head.Take("blackout")) {
    file.parts.windows =
        ReadWindows(document, *node, "blackout", WindowKind::kBlackout, zone, errors);
  }
  if (const yaml::Node* node = head.Take("freeze")) {
    for (Window& window :
         ReadWindows(document, *node, "freeze", WindowKind::kFreeze, zone, errors)) {
      file.parts.windows.push_back(std::move(window));
    }
  }
  head.Finish();
  return file;
}

}  // namespace upkeep::schedules
