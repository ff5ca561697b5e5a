// SPDX-License-Identifier: Apache-2.0
#include "schedules/cron_term.h"

#include <array>
#include <cctype>

namespace upkeep::schedules {
namespace {

constexpr std::array<std::string_view, 12> kMonths{"JAN", "FEB", "MAR", "APR", "MAY", "JUN",
                                                   "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};
constexpr std::array<std::string_view, 7> kCronWeekdays{"SUN", "MON", "TUE", "WED",
                                                    "THU", "FRI", "SAT"};

bool SameWord(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (std::toupper(static_cast<unsigned char>(a[i])) != b[i]) return false;
  }
  return true;
}

template <std::size_t kCount>
int IndexOf(const std::array<std::string_view, kCount>& words, std::string_view word) {
  for (std::size_t i = 0; i < kCount; ++i) {
    if (SameWord(word, words[i])) return static_cast<int>(i);
  }
  return -1;
}

bool IsNumber(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == text.npos;
}

/// FNV-1a and a finalizer: the same on every machine, and near keys give far values.
std::uint64_t Hash(std::string_view key, Field field) {
  std::uint64_t hash = 0xCBF29CE484222325ULL + static_cast<std::uint64_t>(field);
  for (const char c : key) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3ULL;
  hash = (hash ^ (hash >> 30U)) * 0xBF58476D1CE4E5B9ULL;
  hash = (hash ^ (hash >> 27U)) * 0x94D049BB133111EBULL;
  return hash ^ (hash >> 31U);
}

}  // namespace

std::string_view FieldName(Field field) {
  constexpr std::array<std::string_view, 7> kNames{
      "second", "minute", "hour", "day-of-month", "month", "day-of-week", "year"};
  return kNames[static_cast<std::size_t>(field)];
}

int FieldReader::Min() const {
  if (field_ == Field::kYear) return kFirstYear;
  if (field_ == Field::kWeekday) return quartz() ? 1 : 0;
  return field_ == Field::kDay || field_ == Field::kMonth ? 1 : 0;
}

int FieldReader::Max() const {
  switch (field_) {
    case Field::kSecond:
    case Field::kMinute: return 59;
    case Field::kHour: return 23;
    case Field::kDay: return 31;
    case Field::kMonth: return 12;
    case Field::kWeekday: return options_.dialect == Dialect::kRobfig ? 6 : 7;
    case Field::kYear: return kLastYear;
  }
  return 0;
}

TermError FieldReader::Bad(Token token, std::string message, std::string hint) const {
  return {token.column, std::string(FieldName(field_)) + ": " + std::move(message),
          std::move(hint)};
}

TermError FieldReader::Read(Token token) {
  int terms = 0;
  bool alone = false;
  for (std::size_t start = 0; start <= token.text.size();) {
    const std::size_t comma = std::min(token.text.find(',', start), token.text.size());
    const Token term = token.Part(start, comma - start);
    start = comma + 1;
    // robfig drops empty terms; only a field of nothing else is an error there.
    if (term.text.empty() && options_.dialect == Dialect::kRobfig) continue;
    ++terms;
    const bool last_or_nth = quartz() && field_ == Field::kWeekday &&
                             (term.text.find_first_of("lL#") != std::string_view::npos);
    if (alone || (last_or_nth && terms > 1)) {
      return Bad(term, "L and # can't be mixed with other days in this dialect",
                 "write two schedules");
    }
    alone = last_or_nth;
    if (TermError error = ReadTerm(term); error.bad()) return error;
  }
  if (terms == 0) return Bad(token, "nothing stands here");
  return {};
}

TermError FieldReader::ReadTerm(Token term) {
  if (term.text.empty()) return Bad(term, "nothing stands between the commas");
  TermError error;
  if (field_ == Field::kDay && ReadDayToken(term, error)) return error;
  if (field_ == Field::kWeekday && ReadWeekdayToken(term, error)) return error;
  if (vixie() && (term.text.front() == 'H' || term.text.front() == 'h')) return ReadHash(term);

  const std::size_t slash = term.text.find('/');
  const bool has_step = slash != std::string_view::npos;
  int step = 1, low = 0, high = 0;
  if (has_step) {
    if (error = ReadStep(term.Part(slash + 1), step); error.bad()) return error;
  }
  if (error = ReadRange(term.Part(0, slash), has_step, low, high); error.bad()) return error;
  if (term.text.front() == '*' || term.text.front() == '?') star_ = star_ || step == 1;
  if (low <= high) {
    Set(low, high, step);
  } else {  // Only quartz gets here: the range goes over the end.
    const int size = Max() - Min() + 1;
    for (int value = low; value <= high + size; value += step) {
      SetOne(value > Max() ? value - size : value);
    }
  }
  return {};
}

TermError FieldReader::ReadRange(Token body, bool has_step, int& low, int& high) {
  low = Min();
  high = Max();
  if (body.text == "*") return {};
  if (body.text == "?") {
    if (!vixie() && (!quartz() || field_ == Field::kDay || field_ == Field::kWeekday)) return {};
    return Bad(body, "'?' does not stand here in this dialect", "write *");
  }
  if (body.text.empty()) {
    if (quartz() && has_step) return {};  // "/15" is "*/15" there.
    return Bad(body, "a value is missing", "write */n for every n-th");
  }
  const std::size_t dash = body.text.find('-');
  if (dash == std::string_view::npos) {
    if (TermError error = ReadValue(body, low); error.bad()) return error;
    high = has_step ? Max() : low;
    return {};
  }
  if (TermError error = ReadValue(body.Part(0, dash), low); error.bad()) return error;
  if (TermError error = ReadValue(body.Part(dash + 1), high); error.bad()) return error;
  if (low > high && (!quartz() || field_ == Field::kYear)) {
    return Bad(body, "the range " + std::string(body.text) + " runs backwards",
               "write it as two: " + std::string(body.text.substr(0, dash)) + "-" +
                   std::to_string(Max()) + "," + std::to_string(Min()) + "-" +
                   std::string(body.text.substr(dash + 1)));
  }
  return {};
}

TermError FieldReader::ReadNumber(Token token, int& value) const {
  if (token.text.empty()) return Bad(token, "a number is missing");
  if (!IsNumber(token.text)) {
    return Bad(token, "'" + std::string(token.text) + "' is not a number");
  }
  value = 0;
  for (const char c : token.text) {
    value = value * 10 + (c - '0');
    if (value > 1'000'000) return Bad(token, "the number is too large");
  }
  return {};
}

TermError FieldReader::ReadValue(Token token, int& value) const {
  if (field_ == Field::kMonth && IndexOf(kMonths, token.text) >= 0) {
    value = IndexOf(kMonths, token.text) + 1;
    return {};
  }
  if (field_ == Field::kWeekday && IndexOf(kCronWeekdays, token.text) >= 0) {
    value = IndexOf(kCronWeekdays, token.text) + Min();
    return {};
  }
  if (TermError error = ReadNumber(token, value); error.bad()) {
    if (field_ == Field::kMonth) error.hint = "months are 1 to 12 or JAN to DEC";
    if (field_ == Field::kWeekday) {
      error.hint = quartz() ? "days are 1 (Sunday) to 7 (Saturday) or SUN to SAT"
                            : "days are 0 (Sunday) to 6 (Saturday) or SUN to SAT";
    }
    return error;
  }
  if (value < Min() || value > Max()) {
    std::string hint;
    if (field_ == Field::kWeekday && value == 7) hint = "Sunday is 0 in this dialect";
    if (field_ == Field::kWeekday && value == 0) hint = "Sunday is 1 in this dialect";
    if (hint.empty()) {
      hint = quartz() ? "second minute hour day-of-month month day-of-week [year]"
                      : "[second] minute hour day-of-month month day-of-week";
    }
    return Bad(token, std::string(token.text) + " is outside " + std::to_string(Min()) + " to " +
                          std::to_string(Max()), std::move(hint));
  }
  return {};
}

TermError FieldReader::ReadStep(Token token, int& step) const {
  if (TermError error = ReadNumber(token, step); error.bad()) {
    error.hint = "a step is a number from 1 on";
    return error;
  }
  if (step == 0) return Bad(token, "a step of 0 never moves", "a step is a number from 1 on");
  const int size = field_ == Field::kYear ? 1'000'000 : Max() - Min() + 1;
  if (quartz() && step >= size) {
    return Bad(token, "a step of " + std::to_string(step) + " is beyond the field's " +
                          std::to_string(size) + " values");
  }
  return {};
}

bool FieldReader::ReadDayToken(Token term, TermError& error) {
  if (options_.dialect == Dialect::kRobfig) return false;
  if (SameWord(term.text, "L")) {
    fields_.last_days |= 1U;
    return true;
  }
  if (SameWord(term.text, "LW")) {
    fields_.last_weekdays |= 1U;
    return true;
  }
  const bool weekday = term.text.back() == 'W' || term.text.back() == 'w';
  if (quartz() && term.text.size() > 2 && SameWord(term.text.substr(0, 2), "L-")) {
    const Token number = term.Part(2, term.text.size() - 2 - (weekday ? 1 : 0));
    int before = 0;
    error = ReadNumber(number, before);
    if (!error.bad() && before > 30) error = Bad(number, "at most 30 days before the last");
    if (!error.bad()) (weekday ? fields_.last_weekdays : fields_.last_days) |= Bit(before);
    return true;
  }
  if (weekday && IsNumber(term.text.substr(0, term.text.size() - 1))) {
    int day = 0;
    error = ReadValue(term.Part(0, term.text.size() - 1), day);
    if (!error.bad()) fields_.nearest_weekdays |= Bit(day);
    return true;
  }
  return false;
}

bool FieldReader::ReadWeekdayToken(Token term, TermError& error) {
  if (options_.dialect == Dialect::kRobfig) return false;
  int day = 0;
  if (const std::size_t hash = term.text.find('#'); hash != std::string_view::npos) {
    if (error = ReadValue(term.Part(0, hash), day); error.bad()) return true;
    day = (day - (quartz() ? 1 : 0)) % 7;
    const Token which = term.Part(hash + 1);
    if (vixie() && SameWord(which.text, "L")) {
      fields_.last_of_weekday |= Bit(day);
      return true;
    }
    int nth = 0;
    if (error = ReadNumber(which, nth); error.bad()) return true;
    if (nth < 1 || nth > 5) {
      error = Bad(which, "a month has no such week: " + std::string(which.text),
                  vixie() ? "1 to 5, or L for the last" : "1 to 5");
      return true;
    }
    fields_.nth_weekdays[static_cast<std::size_t>(day)] |= static_cast<std::uint8_t>(Bit(nth));
    return true;
  }
  if (term.text.back() != 'L' && term.text.back() != 'l') return false;
  const Token name = term.Part(0, term.text.size() - 1);
  if (name.text.empty()) {
    if (quartz()) SetOne(7);  // The week's last day, not the month's.
    else error = Bad(term, "L needs a day in front of it", "write FRI#L for the last Friday");
    return true;
  }
  if (vixie() && !IsNumber(name.text)) {
    error = Bad(term, "'" + std::string(term.text) + "' is not a day",
                IndexOf(kCronWeekdays, name.text) >= 0
                    ? "write " + std::string(name.text) + "#L for the last one of a month"
                    : "");
    return true;
  }
  error = ReadValue(name, day);
  if (!error.bad()) fields_.last_of_weekday |= Bit((day - (quartz() ? 1 : 0)) % 7);
  return true;
}

TermError FieldReader::ReadHash(Token term) {
  // Day 29 and later would leave some months out; the week has seven days, not eight.
  int low = Min(), high = field_ == Field::kDay ? 28 : field_ == Field::kWeekday ? 6 : Max();
  std::size_t at = 1;
  if (at < term.text.size() && term.text[at] == '(') {
    const std::size_t close = term.text.find(')', at), dash = term.text.find('-', at);
    if (close == std::string_view::npos || dash == std::string_view::npos || dash > close) {
      return Bad(term.Part(at), "a range such as H(0-29) is expected");
    }
    const Token first = term.Part(at + 1, dash - at - 1);
    const Token last = term.Part(dash + 1, close - dash - 1);
    if (TermError error = ReadValue(first, low); error.bad()) return error;
    if (TermError error = ReadValue(last, high); error.bad()) return error;
    if (low > high) return Bad(first, "the range runs backwards");
    at = close + 1;
  }
  const int size = high - low + 1;
  const std::uint64_t hash = Hash(options_.hash_key, field_);
  if (at == term.text.size()) {
    SetOne(low + static_cast<int>(hash % static_cast<std::uint64_t>(size)));
    return {};
  }
  if (term.text[at] != '/') return Bad(term.Part(at), "H, H(a-b), H/n or H(a-b)/n is expected");
  int step = 0;
  const Token number = term.Part(at + 1);
  if (TermError error = ReadStep(number, step); error.bad()) return error;
  if (step > size) {
    return Bad(number, "a step of " + std::to_string(step) + " is larger than the range",
               "1 to " + std::to_string(size));
  }
  Set(low + static_cast<int>(hash % static_cast<std::uint64_t>(step)), high, step);
  return {};
}

void FieldReader::Set(int low, int high, int step) {
  for (int value = low; value <= high; value += step) SetOne(value);
}

void FieldReader::SetOne(int value) {
  const std::uint64_t wide = std::uint64_t{1} << static_cast<unsigned>(value % 64);
  switch (field_) {
    case Field::kSecond: fields_.seconds |= wide; break;
    case Field::kMinute: fields_.minutes |= wide; break;
    case Field::kHour: fields_.hours |= Bit(value); break;
    case Field::kDay: fields_.days |= Bit(value); break;
    case Field::kMonth: fields_.months |= Bit(value); break;
    case Field::kWeekday: fields_.weekdays |= Bit((value - (quartz() ? 1 : 0)) % 7); break;
    case Field::kYear:
      if (!fields_.years) fields_.years.emplace();
      fields_.years->set(static_cast<std::size_t>(value - kFirstYear));
      break;
  }
}

}  // namespace upkeep::schedules
