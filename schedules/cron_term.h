// SPDX-License-Identifier: Apache-2.0
//
// Reads one field of a cron expression: a list of terms. Private to schedules/.
//
// THREADS: one reader, one thread.

#ifndef UPKEEP_SCHEDULES_CRON_TERM_H_
#define UPKEEP_SCHEDULES_CRON_TERM_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "schedules/cron_parser.h"

namespace upkeep::schedules {

enum class Field { kSecond, kMinute, kHour, kDay, kMonth, kWeekday, kYear };

/// "minute", "day-of-month" …
std::string_view FieldName(Field field);

/// What is wrong with a term; an empty message when nothing is.
struct TermError {
  int column = 0;
  std::string message, hint;
  bool bad() const { return !message.empty(); }
};

class FieldReader {
 public:
  /// `fields` receives what the field says.
  FieldReader(Field field, const CronOptions& options, CronFields& fields)
      : field_(field), options_(options), fields_(fields) {}

  TermError Read(Token token);

  /// A term was `*` or `?` with no step above 1: robfig's star bit.
  bool star() const { return star_; }

 private:
  TermError ReadTerm(Token term);
  bool ReadDayToken(Token term, TermError& error);
  bool ReadWeekdayToken(Token term, TermError& error);
  TermError ReadHash(Token term);
  TermError ReadRange(Token body, bool has_step, int& low, int& high);
  TermError ReadValue(Token token, int& value) const;
  TermError ReadNumber(Token token, int& value) const;
  TermError ReadStep(Token token, int& step) const;
  void Set(int low, int high, int step);
  void SetOne(int value);
  int Min() const;
  int Max() const;
  bool quartz() const { return options_.dialect == Dialect::kQuartz; }
  bool vixie() const { return options_.dialect == Dialect::kVixie; }
  TermError Bad(Token token, std::string message, std::string hint = "") const;

  Field field_;
  const CronOptions& options_;
  CronFields& fields_;
  bool star_ = false;
};

}  // namespace upkeep::schedules

#endif  // UPKEEP_SCHEDULES_CRON_TERM_H_
