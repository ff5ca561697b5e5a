// SPDX-License-Identifier: Apache-2.0
#ifndef UPKEEP_TESTS_RUNNER_CLI_ENGLISH_H_
#define UPKEEP_TESTS_RUNNER_CLI_ENGLISH_H_

#include <regex>
#include <string>

#include "base/korean.h"

namespace upkeep::cli {

/// Whether English was left in a Korean line. A command to type is a command in any language, an
/// account is named as the store names it, and columns are no sentence.
inline bool HasEnglish(const std::string& line) {
  static const std::regex command("(upkeep|kubectl|velero|apt-get)( [A-Za-z0-9_./=<>:-]+)+|\\(os uid:[0-9]+\\)| {2,}");
  return HasEnglishProse(std::regex_replace(line, command, " () "));
}

}  // namespace upkeep::cli

#endif  // UPKEEP_TESTS_RUNNER_CLI_ENGLISH_H_
