// SPDX-License-Identifier: Apache-2.0
//
// Help of the terminal's width: what CLI11 says, with descriptions that go on under their column and
// Korean counted by the columns that it takes.
//
// THREADS: main only.

#ifndef UPKEEP_RUNNER_CLI_HELP_FORMATTER_H_
#define UPKEEP_RUNNER_CLI_HELP_FORMATTER_H_

#include <CLI/CLI.hpp>
#include <string>

namespace upkeep::cli {

class HelpFormatter : public CLI::Formatter {
 public:
  explicit HelpFormatter(int columns) : columns_(columns) {}

  std::string make_option(const CLI::Option* option, bool is_positional) const override;
  std::string make_subcommand(const CLI::App* app) const override;
  std::string make_description(const CLI::App* app) const override;
  std::string make_expanded(const CLI::App* app) const override;

 private:
  std::string Entry(const std::string& name, const std::string& description) const;
  int columns_;
  mutable int margin_ = 0;   ///< What CLI11 puts in front of the lines of an expanded command.
};

}  // namespace upkeep::cli

#endif  // UPKEEP_RUNNER_CLI_HELP_FORMATTER_H_
