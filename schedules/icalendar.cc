// SPDX-License-Identifier: Apache-2.0
#include "schedules/icalendar.h"

#include <algorithm>
#include <array>

#include "schedules/calendar_limits.h"
#include "schedules/icalendar_lines.h"
#include "schedules/icalendar_time.h"

namespace upkeep::schedules {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::seconds;

/// Properties that say nothing about when.
constexpr std::array<std::string_view, 26> kNoMatter{
    "UID", "DTSTAMP", "CREATED", "LAST-MODIFIED", "SEQUENCE", "DESCRIPTION", "LOCATION", "CLASS",
    "TRANSP", "URL", "PRIORITY", "ORGANIZER", "COMMENT", "CONTACT", "ATTENDEE", "GEO", "ATTACH",
    "RELATED-TO", "COLOR", "IMAGE", "CONFERENCE", "RESOURCES", "PRODID", "NAME", "SOURCE",
    "REFRESH-INTERVAL"};

bool NoMatter(const std::string& name) {
  return name.starts_with("X-") ||
         std::find(kNoMatter.begin(), kNoMatter.end(), name) != kNoMatter.end();
}

/// The lines of one VEVENT that matter.
struct Event {
  const ContentLine* begin = nullptr;
  const ContentLine *start = nullptr, *end = nullptr, *duration = nullptr, *summary = nullptr,
                    *rule = nullptr, *status = nullptr;
  std::vector<const ContentLine*> except, categories;
};

class Reader {
 public:
  Reader(const std::vector<ContentLine>& lines, std::vector<Status>& errors)
      : lines_(lines), errors_(errors) {}

  CalendarParts Read(const std::string& file) {
    bool calendar = false, version = false;
    for (; at_ < lines_.size(); ++at_) {
      const ContentLine& line = lines_[at_];
      const std::string value = Capitals(line.value);
      if (line.name == "BEGIN" && value == "VCALENDAR") {
        calendar = true;
      } else if (!calendar) {
        Error(line, "an iCalendar file begins with BEGIN:VCALENDAR");
        return std::move(parts_);
      } else if (line.name == "BEGIN" && value == "VEVENT") {
        ReadEvent();
      } else if (line.name == "BEGIN") {
        // Zones are looked up in tzdata by their names; the file's own rules are not needed.
        if (value != "VTIMEZONE") {
          Error(line, "the component '" + Shown(value) + "' is not supported");
        }
        SkipComponent(value);
      } else if (line.name == "VERSION") {
        version = true;
        if (line.value != "2.0") Error(line, "this is not version 2.0 of iCalendar");
      } else if (line.name == "X-WR-CALNAME") {
        parts_.title.en = parts_.title.ko = TextOf(line.value);
      } else if ((line.name == "CALSCALE" && value != "GREGORIAN") ||
                 (line.name == "METHOD" && value != "PUBLISH")) {
        Error(line, "'" + line.name + ":" + Shown(value) + "' is not supported");
      } else if (line.name != "CALSCALE" && line.name != "METHOD" && line.name != "END" &&
                 line.name != "CATEGORIES" && !NoMatter(line.name)) {
        Error(line, "the property '" + Shown(line.name) + "' is not supported");
      }
      if (errors_.size() >= kMaxErrors) break;
    }
    if (!calendar || !version) {
      const SourcePlace top{file, 1, 1, lines_.empty() ? "" : lines_.front().place.text};
      errors_.push_back(Status(Code::kInvalid, calendar ? "the file has no VERSION:2.0"
                                                        : "the file is empty")
                            .At(top));
    }
    return std::move(parts_);
  }

 private:
  static std::string Shown(const std::string& text) { return text.substr(0, 64); }

  void Error(const ContentLine& line, std::string message, std::string hint = "") {
    errors_.push_back(
        Status(Code::kInvalid, std::move(message)).WithHint(std::move(hint)).At(line.place));
  }

  /// To the END of the component whose BEGIN is the present line.
  void SkipComponent(const std::string& name) {
    const ContentLine& begin = lines_[at_];
    for (++at_; at_ < lines_.size(); ++at_) {
      if (lines_[at_].name == "END" && Capitals(lines_[at_].value) == name) return;
    }
    Error(begin, "there is no END:" + Shown(name));
  }

  void ReadEvent() {
    Event event;
    event.begin = &lines_[at_];
    const auto once = [&](const ContentLine*& slot, const ContentLine& line) {
      if (slot != nullptr) Error(line, "'" + line.name + "' stands twice in the event");
      slot = &line;
    };
    bool ended = false;
    for (++at_; at_ < lines_.size() && !ended; ++at_) {
      const ContentLine& line = lines_[at_];
      const std::string value = Capitals(line.value);
      if (line.name == "END" && value == "VEVENT") {
        ended = true;
        break;
      }
      if (line.name == "BEGIN") {
        if (value != "VALARM") Error(line, "the component '" + Shown(value) + "' is not supported");
        SkipComponent(value);
      } else if (line.name == "DTSTART") {
        once(event.start, line);
      } else if (line.name == "DTEND") {
        once(event.end, line);
      } else if (line.name == "DURATION") {
        once(event.duration, line);
      } else if (line.name == "SUMMARY") {
        once(event.summary, line);
      } else if (line.name == "RRULE") {
        once(event.rule, line);
      } else if (line.name == "CATEGORIES") {
        event.categories.push_back(&line);
      } else if (line.name == "STATUS") {
        once(event.status, line);
      } else if (line.name == "EXDATE") {
        event.except.push_back(&line);
      } else if (!NoMatter(line.name)) {
        Error(line, "the property '" + Shown(line.name) + "' is not supported",
              line.name == "RECURRENCE-ID"
                  ? "write the moved day as an event of its own, and an EXDATE"
                  : "");
      }
    }
    if (!ended) return Error(*event.begin, "there is no END:VEVENT");
    AddEvent(event);
  }

  void AddEvent(const Event& event) {
    const std::size_t before = errors_.size();
    if (event.start == nullptr) return Error(*event.begin, "the event has no DTSTART");
    const auto start = ReadTime(*event.start, errors_);
    if (!start) return;
    const auto length = LengthOf(event, *start);
    std::optional<Recurrence> rule;
    if (event.rule != nullptr) rule = ReadRule(*event.rule, *start, errors_);
    const std::vector<LocalDays> except = ExceptOf(event, *start);
    if (errors_.size() != before || !length) return;
    if (*length > (rule ? kMaxRepeatedLength : kMaxLength)) {
      return Error(*event.begin, rule ? "an event that repeats lasts at most 31 days"
                                      : "an event lasts at most 366 days");
    }
    // A cancelled event is one that is not held.
    if (event.status != nullptr && Capitals(event.status->value) == "CANCELLED") return;
    Text name;
    if (event.summary != nullptr) name.en = name.ko = TextOf(event.summary->value);
    std::string categories = ",";
    for (const ContentLine* line : event.categories) categories += Capitals(line->value) + ",";
    const auto has = [&](const char* word) {
      return categories.find(std::string(",") + word + ",") != std::string::npos;
    };
    const bool freeze = has("FREEZE");
    const bool window = freeze || has("BLACKOUT") || (!start->whole_day && !has("HOLIDAY"));
    if (!window && !start->whole_day) {
      return Error(*event.start, "a holiday is a whole day", "write VALUE=DATE");
    }
    if (rule && ++repeating_ > kMaxRepeating) {
      return Error(*event.begin, "a calendar has at most 500 events that repeat");
    }
    if (++events_ > kMaxEntries) {
      if (events_ == kMaxEntries + 1) Error(*event.begin, "a calendar has at most 5,000 events");
      return;
    }
    if (!window) {
      if (name.empty()) name = {.en = "holiday", .ko = "공휴일"};
      parts_.holidays.push_back({.first = floor<days>(start->at),
                                 .days = static_cast<int>(*length / days(1)),
                                 .repeats = rule,
                                 .except = except,
                                 .name = std::move(name)});
      return;
    }
    if (name.empty()) return Error(*event.begin, "a blackout or freeze needs a SUMMARY");
    Window made;
    made.kind = freeze ? WindowKind::kFreeze : WindowKind::kBlackout;
    made.reason = std::move(name);
    made.zone = start->zone;
    made.when =
        DatedWindow{.from = start->at, .length = *length, .repeats = rule, .except = except};
    parts_.windows.push_back(std::move(made));
  }

  std::optional<seconds> LengthOf(const Event& event, const ICalendarTime& start) {
    if (event.end != nullptr && event.duration != nullptr) {
      Error(*event.duration, "DTEND and DURATION exclude each other");
      return std::nullopt;
    }
    std::optional<seconds> length;
    const ContentLine* said = event.duration;
    if (event.duration != nullptr) length = ReadLength(*event.duration, errors_);
    if (event.end != nullptr) {
      said = event.end;
      const auto end = ReadTime(*event.end, errors_);
      if (!end) return std::nullopt;
      if (end->whole_day != start.whole_day ||
          end->zone.has_value() != start.zone.has_value()) {
        Error(*event.end, "DTEND must be of the same kind as DTSTART");
        return std::nullopt;
      }
      // Between two zones the length is what lies between on the clock of the first.
      zone::LocalSeconds at = end->at;
      if (start.zone && !(*start.zone == *end->zone)) {
        at = start.zone->ToLocal(end->zone->FromLocal(end->at).first);
      }
      length = at - start.at;
    }
    if (said == nullptr) {
      if (start.whole_day) return days(1);
      Error(*event.begin, "the event has neither DTEND nor DURATION");
      return std::nullopt;
    }
    if (!length) return std::nullopt;
    if (*length <= seconds(0)) {
      Error(*said, "the event ends before it begins");
      return std::nullopt;
    }
    if (start.whole_day && *length % days(1) != seconds(0)) {
      Error(*said, "a whole-day event lasts whole days");
      return std::nullopt;
    }
    return length;
  }

  std::vector<LocalDays> ExceptOf(const Event& event, const ICalendarTime& start) {
    std::vector<LocalDays> except;
    for (const ContentLine* line : event.except) {
      if (event.rule == nullptr) Error(*line, "EXDATE belongs to an event with RRULE");
      for (const ICalendarTime& time : ReadTimes(*line, errors_)) {
        zone::LocalSeconds at = time.at;
        if (start.zone && time.zone && !(*start.zone == *time.zone)) {
          at = start.zone->ToLocal(time.zone->FromLocal(time.at).first);
        }
        const LocalDays day = floor<days>(at);
        const bool same_time = at - day == start.at - floor<days>(start.at);
        if (time.whole_day != start.whole_day || !same_time) {
          Error(*line, "EXDATE must be of the same kind and time of day as DTSTART");
          break;
        }
        except.push_back(day);
      }
    }
    std::sort(except.begin(), except.end());
    except.erase(std::unique(except.begin(), except.end()), except.end());
    return except;
  }

  const std::vector<ContentLine>& lines_;
  std::vector<Status>& errors_;
  std::size_t at_ = 0;
  int events_ = 0, repeating_ = 0;
  CalendarParts parts_;
};

}  // namespace

CalendarParts ReadICalendar(std::string_view text, const std::string& file,
                            std::vector<Status>& errors) {
  const std::vector<ContentLine> lines = ReadContentLines(text, file, errors);
  if (!errors.empty()) return {};
  return Reader(lines, errors).Read(file);
}

}  // namespace upkeep::schedules
