// SPDX-License-Identifier: Apache-2.0
//
// Reads the text of a cron expression. Private to schedules/: callers use CronExpression::Parse.
//
// THREADS: one parser, one thread.

#ifndef UPKEEP_SCHEDULES_CRON_PARSER_H_
#define UPKEEP_SCHEDULES_CRON_PARSER_H_

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "schedules/cron.h"

namespace upkeep::schedules {

/// A part of the expression and where it stands (column from 1).
struct Token {
  std::string_view text;
  int column = 1;

  /// The part from `at` on, `count` bytes at most.
  Token Part(std::size_t at, std::size_t count = std::string_view::npos) const {
    return {text.substr(at, count), column + static_cast<int>(at)};
  }
};

class CronParser {
 public:
  /// Both must outlive the parser.
  CronParser(std::string_view text, const CronOptions& options)
      : text_(text), options_(options) {}

  Result<CronExpression> Parse();

 private:
  Status Refuse(int column, std::string message, std::string hint = "") const;
  Status ReadZone(Token& rest);
  Status ReadMacro(Token macro);
  Status ReadEvery(Token duration);
  Status ReadFields(const std::vector<Token>& tokens);
  Status JoinDays(Token day, Token weekday);
  Status CheckThatItFires(Token day);
  void ChooseDst(std::size_t field_count, Token minute, Token hour);
  void Lint(Token minute, Token hour, Token day, Token month, Token weekday);
  void Warn(Token token, std::string message, std::string hint);

  std::string_view text_;
  const CronOptions& options_;
  CronExpression expression_;
};

}  // namespace upkeep::schedules

#endif  // UPKEEP_SCHEDULES_CRON_PARSER_H_
