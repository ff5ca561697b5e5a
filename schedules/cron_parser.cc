// SPDX-License-Identifier: Apache-2.0
#include "schedules/cron_parser.h"

#include <cctype>

#include "schedules/cron_term.h"

namespace upkeep::schedules {
namespace {

struct Macro {
  std::string_view name;
  std::string_view fields;
};
constexpr Macro kMacros[] = {{"@yearly", "0 0 1 1 *"},   {"@annually", "0 0 1 1 *"},
                             {"@quarterly", "0 0 1 1,4,7,10 *"}, {"@monthly", "0 0 1 * *"},
                             {"@weekly", "0 0 * * 0"},   {"@daily", "0 0 * * *"},
                             {"@midnight", "0 0 * * *"}, {"@hourly", "0 * * * *"}};

bool IsSpace(char c) { return c == ' ' || c == '\t'; }

std::vector<Token> Split(Token line) {
  std::vector<Token> tokens;
  for (std::size_t at = 0; at < line.text.size();) {
    if (IsSpace(line.text[at])) {
      ++at;
      continue;
    }
    const std::size_t start = at;
    while (at < line.text.size() && !IsSpace(line.text[at])) ++at;
    tokens.push_back(line.Part(start, at - start));
  }
  return tokens;
}

bool IsWild(Token token) { return token.text == "*" || token.text == "?"; }

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return lower;
}

}  // namespace

Status CronParser::Refuse(int column, std::string message, std::string hint) const {
  return Status(Code::kInvalid, std::move(message))
      .WithHint(std::move(hint))
      .At({.file = "cron expression", .line = 1, .column = column, .text = std::string(text_)});
}

void CronParser::Warn(Token token, std::string message, std::string hint) {
  expression_.warnings_.push_back({token.column, std::move(message), std::move(hint)});
}

Result<CronExpression> CronParser::Parse() {
  constexpr std::size_t kLongest = 1024;
  if (text_.size() > kLongest) {
    text_ = text_.substr(0, kLongest);
    return Refuse(1, "the expression is longer than 1,024 bytes");
  }
  expression_.text_ = std::string(text_);
  expression_.dialect_ = options_.dialect;
  expression_.zone_ = options_.zone;
  Token rest{text_, 1};
  UPKEEP_RETURN_IF_ERROR(ReadZone(rest));
  const std::vector<Token> tokens = Split(rest);
  if (tokens.empty()) return Refuse(rest.column, "the expression is empty");
  UPKEEP_RETURN_IF_ERROR(tokens.front().text.front() == '@'
                             ? ReadMacro(rest.Part(static_cast<std::size_t>(
                                   tokens.front().column - rest.column)))
                             : ReadFields(tokens));
  return std::move(expression_);
}

Status CronParser::ReadZone(Token& rest) {
  while (!rest.text.empty() && IsSpace(rest.text.front())) rest = rest.Part(1);
  for (const std::string_view prefix : {"CRON_TZ=", "TZ="}) {
    if (!rest.text.starts_with(prefix)) continue;
    std::size_t end = prefix.size();
    while (end < rest.text.size() && !IsSpace(rest.text[end])) ++end;
    const Token name = rest.Part(prefix.size(), end - prefix.size());
    auto zone = zone::Zone::Load(name.text);
    if (!zone.ok()) return Refuse(name.column, zone.status().message(), zone.status().hint());
    expression_.zone_ = *zone;
    rest = rest.Part(end);
  }
  return Status::Ok();
}

Status CronParser::ReadMacro(Token macro) {
  std::size_t length = macro.text.size();
  while (IsSpace(macro.text[length - 1])) --length;
  const Token name = macro.Part(0, length);
  constexpr std::string_view kEvery = "@every ";
  if (options_.dialect == Dialect::kRobfig && name.text.starts_with(kEvery)) {
    return ReadEvery(name.Part(kEvery.size()));
  }
  if (options_.dialect == Dialect::kQuartz) {
    return Refuse(name.column, "the quartz dialect has no macros", "write the six fields");
  }
  for (const Macro& known : kMacros) {
    const bool ours = known.name == "@quarterly";
    if (Lower(name.text) != known.name || (ours && options_.dialect != Dialect::kVixie)) continue;
    std::vector<Token> tokens = Split({known.fields, 1});
    for (Token& token : tokens) token.column = name.column;
    return ReadFields(tokens);
  }
  const std::string word = Lower(name.text);
  std::string hint = "known: @hourly @daily @midnight @weekly @monthly @quarterly @yearly";
  if (word == "@reboot") hint = "a schedule plans its times ahead, and nobody plans a restart";
  if (word.starts_with("@every")) hint = "write a step, such as */5 * * * *, which has times of its own";
  return Refuse(name.column, "unknown macro '" + std::string(name.text) + "'", std::move(hint));
}

/// Go's durations: "1h30m", "15m50ns"; parts below a second do not count, a second is the least.
Status CronParser::ReadEvery(Token duration) {
  const std::string_view text = duration.text;
  double total = 0;
  std::size_t at = 0;
  while (at < text.size()) {
    double count = 0, unit = 0.1;
    const std::size_t start = at;
    for (; at < text.size() && std::isdigit(static_cast<unsigned char>(text[at])) != 0; ++at) {
      count = count * 10 + (text[at] - '0');
    }
    if (at > start && at < text.size() && text[at] == '.') {
      for (++at; at < text.size() && std::isdigit(static_cast<unsigned char>(text[at])) != 0;
           ++at, unit /= 10) {
        count += unit * (text[at] - '0');
      }
    }
    const std::size_t number_end = at;
    while (at < text.size() && text[at] != '.' &&
           std::isdigit(static_cast<unsigned char>(text[at])) == 0) {
      ++at;
    }
    const std::string_view name = text.substr(number_end, at - number_end);
    unit = name == "h"    ? 3600
           : name == "m"  ? 60
           : name == "s"  ? 1
           : name == "ms" ? 1e-3
           : name == "us" ? 1e-6
           : name == "ns" ? 1e-9
                          : 0;
    if (number_end == start || unit == 0 || count > 1e9) {
      return Refuse(duration.column + static_cast<int>(start),
                    "not a duration: '" + std::string(text) + "'", "write 90s, 15m or 1h30m");
    }
    total += count * unit;
  }
  if (text.empty()) return Refuse(duration.column, "a duration is missing");
  if (total > 400.0 * 366 * 86'400) return Refuse(duration.column, "the duration is too long");
  expression_.interval_ = std::chrono::seconds(std::max<long>(1, static_cast<long>(total)));
  return Status::Ok();
}

Status CronParser::ReadFields(const std::vector<Token>& tokens) {
  const bool quartz = options_.dialect == Dialect::kQuartz;
  const std::size_t least = quartz ? 6 : 5, most = quartz ? 7 : 6;
  if (tokens.size() < least || tokens.size() > most) {
    const Token& shown = tokens.size() > most ? tokens[most] : tokens.back();
    return Refuse(shown.column,
                  "an expression of this dialect has " + std::to_string(least) + " or " +
                      std::to_string(most) + " fields, and this one has " +
                      std::to_string(tokens.size()),
                  quartz ? "second minute hour day-of-month month day-of-week [year]"
                         : "[second] minute hour day-of-month month day-of-week");
  }
  std::vector<Field> order{Field::kMinute, Field::kHour, Field::kDay, Field::kMonth,
                           Field::kWeekday};
  if (tokens.size() >= 6) order.insert(order.begin(), Field::kSecond);
  if (tokens.size() == 7) order.push_back(Field::kYear);
  if (tokens.size() >= 6) expression_.fields_.seconds = 0;

  bool star_days = false;
  for (std::size_t i = 0; i < order.size(); ++i) {
    FieldReader reader(order[i], options_, expression_.fields_);
    if (TermError error = reader.Read(tokens[i]); error.bad()) {
      return Refuse(error.column, std::move(error.message), std::move(error.hint));
    }
    // "*" is every year, those after the last that can be written too.
    if (order[i] == Field::kYear && reader.star()) expression_.fields_.years.reset();
    if (order[i] == Field::kDay || order[i] == Field::kWeekday) {
      star_days = star_days || reader.star();
    }
  }
  const std::size_t first = tokens.size() >= 6 ? 1 : 0;
  const Token minute = tokens[first], hour = tokens[first + 1], day = tokens[first + 2],
              month = tokens[first + 3], weekday = tokens[first + 4];
  expression_.fields_.both_days_must_match =
      options_.dialect == Dialect::kRobfig
          ? star_days
          : quartz || day.text.front() == '*' || weekday.text.front() == '*';
  UPKEEP_RETURN_IF_ERROR(JoinDays(day, weekday));
  UPKEEP_RETURN_IF_ERROR(CheckThatItFires(day));
  ChooseDst(tokens.size(), minute, hour);
  Lint(minute, hour, day, month, weekday);
  return Status::Ok();
}

Status CronParser::JoinDays(Token day, Token weekday) {
  bool& both = expression_.fields_.both_days_must_match;
  if (options_.dialect == Dialect::kQuartz) {
    if ((day.text == "?") == (weekday.text == "?")) {
      return Refuse(weekday.column, "exactly one of day-of-month and day-of-week must be '?'",
                    "put ? where no day is meant");
    }
    return Status::Ok();
  }
  if (IsWild(day) || IsWild(weekday)) return Status::Ok();
  switch (options_.day_rule) {
    case DayRule::kDialect: break;
    case DayRule::kOr: both = false; break;
    case DayRule::kAnd: both = true; break;
    case DayRule::kReject:
      return Refuse(weekday.column,
                    std::string("day-of-month and day-of-week are both given, and cron takes ") +
                        (both ? "days that match both" : "days that match either"),
                    "write MON#1 for the first Monday, or say dayRule: and | or");
  }
  if (options_.day_rule == DayRule::kDialect) {
    Warn(weekday,
         both ? "day-of-month and day-of-week are both given: it fires on days that match both"
              : "day-of-month and day-of-week are both given: it fires on days that match either",
         "MON#1 is the first Monday of a month");
  }
  return Status::Ok();
}

Status CronParser::CheckThatItFires(Token day) {
  if (options_.accept_never || expression_.fields_.EverMatches()) return Status::Ok();
  return Refuse(day.column, "no date in the calendar matches these days and months: it never fires",
                "L is the last day of a month");
}

void CronParser::ChooseDst(std::size_t field_count, Token minute, Token hour) {
  const bool starred = minute.text.front() == '*' || hour.text.front() == '*' ||
                       minute.text == "?" || hour.text == "?";
  expression_.wildcard_ = starred;
  if (options_.dst) {
    expression_.dst_ = *options_.dst;
  } else if (options_.dialect == Dialect::kQuartz) {
    expression_.dst_ = {Gap::kSkip, Overlap::kFirst};
  } else if (options_.dialect == Dialect::kRobfig || field_count == 6) {
    expression_.dst_ = {Gap::kSkip, Overlap::kBoth};
  }
}

void CronParser::Lint(Token minute, Token hour, Token day, Token month, Token weekday) {
  const CronFields& fields = expression_.fields_;
  if (minute.text == "*" && hour.text != "*") {
    Warn(minute, "it fires every minute of each of these hours",
         "write 0 as the minute for once an hour");
  }
  const bool only_days = IsWild(weekday) && fields.last_days == 0 && fields.last_weekdays == 0 &&
                         fields.nearest_weekdays == 0;
  if (only_days && fields.days != 0 && (fields.days & 0x1FFFFFFEU) == 0 && IsWild(month)) {
    Warn(day, "not every month has this day", "write L for the last day of each month");
  }
  const auto uneven = [&](Token token, int size) {
    if (!token.text.starts_with("*/")) return;
    const std::string number(token.text.substr(2));
    if (number.size() > 4 || number.find_first_not_of("0123456789") != number.npos) return;
    const int step = std::stoi(number);
    if (step >= size) {
      Warn(token, "a step of " + number + " leaves only the first value", "");
    } else if (size % step != 0) {
      Warn(token, "steps of " + number + " do not divide " + std::to_string(size) +
                      ": the last one is shorter", "");
    }
  };
  uneven(minute, 60);
  uneven(hour, 24);
  if (options_.dialect == Dialect::kRobfig && minute.column > 1 && fields.seconds != 1) {
    Warn(minute, "it counts seconds, which a Kubernetes CronJob does not", "");
  }
}

}  // namespace upkeep::schedules
