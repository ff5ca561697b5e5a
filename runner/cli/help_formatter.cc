// SPDX-License-Identifier: Apache-2.0
#include "runner/cli/help_formatter.h"

#include "base/terminal_text.h"

namespace upkeep::cli {
namespace {

constexpr int kNameMargin = 2, kDescriptionColumn = 30;

}  // namespace

std::string HelpFormatter::Entry(const std::string& name, const std::string& description) const {
  const int columns = columns_ - margin_;
  std::string text(kNameMargin, ' ');
  text += Wrapped(name, columns, 2 * kNameMargin);
  if (description.empty()) return text + "\n";
  const bool beside = DisplayWidth(text) < kDescriptionColumn;
  text = beside ? Padded(std::move(text), kDescriptionColumn) : text + "\n" + std::string(kDescriptionColumn, ' ');
  return text + Wrapped(description, columns, kDescriptionColumn) + "\n";
}

std::string HelpFormatter::make_option(const CLI::Option* option, bool is_positional) const {
  return Entry(make_option_name(option, is_positional) + make_option_opts(option), make_option_desc(option));
}

std::string HelpFormatter::make_subcommand(const CLI::App* app) const {
  return Entry(app->get_display_name(true), app->get_description());
}

std::string HelpFormatter::make_description(const CLI::App* app) const {
  const std::string description = app->get_description();
  return description.empty() ? "" : Wrapped(description, columns_ - margin_, 0) + "\n";
}

std::string HelpFormatter::make_expanded(const CLI::App* app) const {
  margin_ += 2;
  std::string text = CLI::Formatter::make_expanded(app);
  margin_ -= 2;
  return text;
}

}  // namespace upkeep::cli
