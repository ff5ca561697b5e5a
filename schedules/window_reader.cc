// SPDX-License-Identifier: Apache-2.0
#include "schedules/window_reader.h"

#include <utility>

#include "schedules/calendar_limits.h"
#include "schedules/words.h"

namespace upkeep::schedules {
namespace {

using std::chrono::days;
using std::chrono::minutes;
using std::chrono::seconds;
using zone::LocalSeconds;

constexpr std::size_t kMaxWindows = 500;
constexpr std::string_view kForms =
    "days, from and to (\"22:00\"), or cron and for, or from and to as dates";

/// "2026-12-24", or with a time of day, "2026-12-24T18:00". A date alone is its beginning, as an
/// end its end.
std::optional<LocalSeconds> ParseEnd(const std::string& text, bool is_end) {
  const auto date = ParseDate(std::string_view(text).substr(0, 10));
  if (!date) return std::nullopt;
  if (text.size() == 10) return LocalSeconds(*date) + days(is_end ? 1 : 0);
  const int minute = text[10] == 'T' || text[10] == ' '
                         ? MinutesOf(std::string_view(text).substr(11), is_end)
                         : -1;
  if (minute < 0) return std::nullopt;
  return LocalSeconds(*date) + minutes(minute);
}

class WindowReader {
 public:
  WindowReader(const yaml::Document& document, const yaml::Node& node, WindowKind kind,
               std::vector<Status>& errors)
      : document_(document), node_(node), kind_(kind), errors_(errors),
        reader_(document, node, kind == WindowKind::kFreeze ? "a freeze" : "a blackout window",
                errors) {}

  Window Read() {
    Window window;
    window.kind = kind_;
    if (!reader_.ok()) return window;
    if (const yaml::Node* reason = reader_.Take("reason")) {
      window.reason = ReadText(document_, *reason, "the reason", errors_);
    }
    if (window.reason.en.empty() && reader_.ok()) {
      reader_.Error(node_, "the window needs the key 'reason'",
                    "the reason of every slot that does not run in it");
    }
    if (kind_ == WindowKind::kFreeze) {
      ReadDated(window);
    } else if (const yaml::Node* cron = reader_.Take("cron")) {
      ReadCron(*cron, window);
    } else {
      ReadFromTo(window);
    }
    reader_.Finish();
    return window;
  }

 private:
  void ReadCron(const yaml::Node& cron, Window& window) {
    const yaml::Node* length = reader_.Take("for");
    const seconds lasts =
        std::chrono::floor<seconds>(reader_.OptionalDuration("for", seconds(0)));
    if (length == nullptr) {
      reader_.Error(cron, "'cron' needs the length of the window in 'for'", "write for: 4h");
    } else if (reader_.ok() && (lasts < seconds(1) || lasts > kMaxRepeatedLength)) {
      reader_.Error(*length, "a window that repeats lasts from 1s to 31d");
    }
    if (cron.kind != yaml::Kind::kScalar) {
      reader_.Error(cron, "'cron' must be one line such as 0 9 * * *");
      return;
    }
    CronOptions options;
    options.day_rule = DayRule::kReject;
    auto expression = CronExpression::Parse(cron.scalar, options);
    if (!expression.ok()) {
      const Status bad = expression.status();
      errors_.push_back(Status(Code::kInvalid, bad.message())
                            .WithHint(bad.hint())
                            .At(PlaceIn(document_, cron, bad.place() ? bad.place()->column : 1)));
      return;
    }
    if (expression->interval() || !(expression->zone() == zone::Zone::Utc())) {
      reader_.Error(cron, "a window's 'cron' has neither @every nor a zone of its own");
      return;
    }
    window.when = CronWindow{std::move(expression).value(), lasts};
  }

  void ReadFromTo(Window& window) {
    const yaml::Node* from = reader_.Take("from");
    const yaml::Node* to = reader_.Take("to");
    const yaml::Node* weekdays = reader_.Take("days");
    if (from == nullptr || to == nullptr || from->kind != yaml::Kind::kScalar ||
        to->kind != yaml::Kind::kScalar) {
      reader_.Error(node_, "the window does not say when it is", std::string(kForms));
      return;
    }
    const int begin = MinutesOf(from->scalar);
    if (begin < 0 && weekdays == nullptr) return ReadDated(window);
    WeeklyWindow weekly;
    if (weekdays != nullptr) weekly.weekdays = ReadWeekdays(reader_, *weekdays, "days");
    const int end = MinutesOf(to->scalar, true);
    for (const auto& [node, minute] : {std::pair(from, begin), std::pair(to, end)}) {
      if (minute < 0) {
        reader_.Error(*node, "'" + std::string(node == from ? "from" : "to") +
                                 "' must be a time of day", "write \"22:00\"");
      }
    }
    if (begin >= 0 && begin == end) {
      reader_.Error(*to, "the window ends where it begins", "from \"00:00\" to \"24:00\" is a whole day");
    }
    weekly.from = minutes(begin);
    weekly.length = minutes(end > begin ? end - begin : end + 24 * 60 - begin);
    window.when = weekly;
  }

  void ReadDated(Window& window) {
    const yaml::Node* from = reader_.Take("from");
    const yaml::Node* to = reader_.Take("to");
    std::optional<LocalSeconds> begin, end;
    const auto read = [&](const yaml::Node* node, const char* key, bool is_end) {
      std::optional<LocalSeconds> at;
      if (node == nullptr) {
        reader_.Error(node_, "the window needs the key '" + std::string(key) + "'");
        return at;
      }
      if (node->kind == yaml::Kind::kScalar) at = ParseEnd(node->scalar, is_end);
      if (!at) {
        reader_.Error(*node, "'" + std::string(key) + "' must be a date that there is, or a date "
                             "and a time of day", "write 2026-12-24 or 2026-12-24T18:00");
      }
      return at;
    };
    begin = read(from, "from", false);
    end = read(to, "to", true);
    if (!begin || !end) return;
    if (*begin >= *end) {
      reader_.Error(*to, "the window ends before it begins");
    } else if (*end - *begin > kMaxLength) {
      reader_.Error(*to, "a window lasts at most 366 days");
    }
    window.when =
        DatedWindow{.from = *begin, .length = *end - *begin, .repeats = {}, .except = {}};
  }

  const yaml::Document& document_;
  const yaml::Node& node_;
  WindowKind kind_;
  std::vector<Status>& errors_;
  yaml::MappingReader reader_;
};

}  // namespace

std::vector<Window> ReadWindows(const yaml::Document& document, const yaml::Node& list,
                                const std::string& key, WindowKind kind,
                                const std::optional<zone::Zone>& zone,
                                std::vector<Status>& errors) {
  std::vector<Window> windows;
  const auto error = [&](std::string message) {
    errors.push_back(Status(Code::kInvalid, std::move(message)).At(document.PlaceOf(list)));
  };
  if (list.kind != yaml::Kind::kSequence) {
    error("'" + key + "' must be a list");
    return windows;
  }
  if (list.items.size() > kMaxWindows) {
    error("'" + key + "' has more than 500 windows");
    return windows;
  }
  for (const yaml::Node& item : list.items) {
    windows.push_back(WindowReader(document, item, kind, errors).Read());
    windows.back().zone = zone;
  }
  return windows;
}

}  // namespace upkeep::schedules
