// SPDX-License-Identifier: Apache-2.0
//
// Maps the table of commands to CLI11, which reads the command line.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <csignal>
#include <memory>
#include <sstream>

#include "base/korean.h"
#include "base/terminal_text.h"
#include "base/version.h"
#include "base/yaml/yaml.h"
#include "runner/cli/command.h"
#include "runner/cli/exit_codes.h"
#include "runner/cli/help_formatter.h"
#include "runner/cli/settings.h"

namespace upkeep::cli {
namespace {

/// "--target" of "-t,--target".
std::string LongName(const std::string& name) {
  const std::size_t at = name.find("--");
  return at == std::string::npos ? name : name.substr(at);
}

/// What CLI11 writes into while it parses one command.
struct Parsed {
  std::map<std::string, std::vector<std::string>> values;
  std::map<std::string, int> flags;
  std::vector<std::vector<std::string>> positionals;
};

void AddOption(CLI::App& app, const Option& option, Parsed& parsed, const std::string& language) {
  const std::string key = LongName(option.name);
  const std::string help = In(language, option.help);
  if (option.value.empty()) {
    app.add_flag(option.name, parsed.flags[key], help);
    return;
  }
  CLI::Option* const added = app.add_option(option.name, parsed.values[key], help);
  added->type_name(option.value)->allow_extra_args(false);
  if (!option.repeats) added->multi_option_policy(CLI::MultiOptionPolicy::Throw)->expected(1);
  if (!option.choices.empty()) added->check(CLI::IsMember(option.choices));
}

std::string ExitCodeHelp(const std::string& language, int columns) {
  constexpr int kMeaningColumn = 7;
  std::ostringstream text;
  text << In(language, "Exit codes") << ":\n";
  for (const ExitCode& code : ExitCodes()) {
    text << "  " << (code.number < 10 ? "  " : code.number < 100 ? " " : "") << code.number << "  "
         << Wrapped(In(language, code.meaning), columns, kMeaningColumn) << "\n";
  }
  return text.str();
}

/// Before any command is added, since commands inherit all of it.
void DescribeApp(CLI::App& app, const std::string& language, int columns) {
  const auto say = [&language](std::string_view english) { return In(language, english); };
  app.require_subcommand(1);
  app.formatter(std::make_shared<HelpFormatter>(columns));
  for (const char* label : {"Usage", "OPTIONS", "SUBCOMMAND", "SUBCOMMANDS", "POSITIONALS", "Positionals",
                            "REQUIRED", "Env", "Needs", "Excludes"}) {
    app.get_formatter()->label(label, say(label));
  }
  app.option_defaults()->group(say("Options"));
  app.set_help_flag("-h,--help", say("Print this help message and exit"));
  app.set_help_all_flag("--help-all", say("Help of every command"));
  app.footer(ExitCodeHelp(language, columns) + "\n" + say("First steps") +
             ": upkeep doctor · upkeep run daily · upkeep report daily");
  app.set_version_flag("--version", "upkeep " + std::string(Version()),
                       say("Display program version information and exit"));
}

/// As App::add_subcommand(). CLI11 makes the help options of a command before it takes over the default
/// group, and would show them under an English heading of their own.
CLI::App* AddSubcommand(CLI::App& parent, const std::string& name, const std::string& summary,
                        const std::string& language) {
  CLI::App* const sub = parent.add_subcommand(name, summary);
  for (CLI::Option* const help : sub->get_options()) help->group(In(language, "Options"));
  return sub;
}

/// The language, before the command line is parsed: parsing itself fails in words.
std::string LanguageTyped(int argc, const char* const* argv) {
  constexpr std::string_view kFlag = "--lang";
  Invocation typed;
  for (int i = 1; i < argc; ++i) {
    std::string_view word = argv[i];
    if (word == kFlag && i + 1 < argc) {
      word = argv[i + 1];
    } else if (word.starts_with(kFlag) && word.substr(kFlag.size()).starts_with("=")) {
      word.remove_prefix(kFlag.size() + 1);
    } else {
      continue;
    }
    // A language that there is not is complained of in the one that is set.
    if (word == "ko" || word == "en") typed.options[std::string(kFlag)] = {std::string(word)};
  }
  return Language(typed);
}

/// CLI11 says "The following argument was not expected: --tragte"; the near word helps more.
std::string HintFor(const std::string& message, const Command* command) {
  const std::size_t at = message.rfind("--");
  std::vector<std::string> known;
  if (at != std::string::npos && command != nullptr) {
    for (const Option& option : command->options) known.push_back(LongName(option.name));
    for (const Option& option : CommonOptions()) known.push_back(LongName(option.name));
    const std::string near = yaml::NearestWord(message.substr(at), known);
    if (!near.empty()) return "did you mean " + near + "?";
  }
  return command == nullptr ? "upkeep --help lists the commands"
                            : "upkeep " + command->name + " --help shows its options";
}

const Command* CommandTyped(int argc, const char* const* argv) {
  const Command* best = nullptr;
  for (const Command& command : Commands()) {
    std::istringstream words(command.name);
    std::string word;
    int at = 1;
    bool same = true;
    while (words >> word) {
      same = same && at < argc && word == argv[at];
      ++at;
    }
    if (same && (best == nullptr || command.name.size() > best->name.size())) best = &command;
  }
  return best;
}

/// Every name of every option that `command` has: "-o" and "--output".
std::vector<std::string> OptionNames(const Command& command) {
  std::vector<std::string> known = {"-h", "--help", "--help-all"};
  for (const std::vector<Option>& options : {command.options, CommonOptions()}) {
    for (const Option& option : options) {
      std::istringstream names(option.name);
      for (std::string name; std::getline(names, name, ',');) known.push_back(name);
    }
  }
  return known;
}

bool IsOptionOfACommand(const std::string& word) {
  return std::any_of(Commands().begin(), Commands().end(), [&](const Command& command) {
    const std::vector<std::string> known = OptionNames(command);
    return std::find(known.begin(), known.end(), word) != known.end();
  });
}

/// The first option typed that the command does not have; "" without one.
std::string UnknownOption(int argc, const char* const* argv, const Command& command) {
  const std::vector<std::string> known = OptionNames(command);
  for (int i = 1; i < argc && std::string_view(argv[i]) != "--"; ++i) {
    const std::string word = std::string(argv[i]).substr(0, std::string_view(argv[i]).find('='));
    const bool is_option = word.size() > 1 && word[0] == '-' && std::isdigit(static_cast<unsigned char>(word[1])) == 0;
    if (is_option && std::find(known.begin(), known.end(), word) == known.end()) return word;
  }
  return "";
}

/// Whether who reads Monitoring Plugins runs this: then standard output and 0 to 3 are all that is seen.
bool IsRunAsPlugin(const Command* command, int argc, const char* const* argv) {
  if (command == nullptr || command->name != "run") return false;
  for (int i = 1; i < argc; ++i) {
    std::string_view word = argv[i];
    if ((word == "-o" || word == "--output") && i + 1 < argc) word = argv[i + 1];
    if (word.starts_with("--output=")) word.remove_prefix(std::string_view("--output=").size());
    if (word.starts_with("-o")) word.remove_prefix(2);
    if (word == "nagios" || word == "nagios:-") return true;
  }
  return false;
}

int FailUsage(std::ostream& out, std::ostream& err, std::string message, const Command* command, int argc,
              const char* const* argv, const std::string& language) {
  // Its value counts as an argument too many, and that is what is complained of.
  const std::string unknown = command == nullptr ? "" : UnknownOption(argc, argv, *command);
  if (!unknown.empty()) message = "The following argument was not expected: " + unknown;
  Status status(Code::kUsage, message);
  std::string hint = HintFor(message, command);
  if (command == nullptr && argc > 1 && argv[1][0] != '-') {
    std::string wanted = argv[1];
    const std::string group = wanted + " ";
    const bool is_group = std::any_of(Commands().begin(), Commands().end(),
                                      [&](const Command& known) { return known.name.starts_with(group); });
    if (is_group) hint = "upkeep " + wanted + " --help lists its commands";
    if (is_group && argc > 2 && argv[2][0] != '-') wanted = group + argv[2];
    std::vector<std::string> names;
    for (const Command& known : Commands()) names.push_back(known.name);
    const std::string near = yaml::NearestWord(wanted, names);
    if (!near.empty()) hint = "did you mean 'upkeep " + near + "'?";
    const bool alone = is_group && wanted + " " == group;
    status = Status(Code::kUsage, alone ? "'upkeep " + wanted + "' needs one of its commands"
                                        : "there is no command '" + wanted + "'");
  }
  if (command == nullptr && argc > 1 && argv[1][0] == '-') {
    const std::string word = std::string(argv[1]).substr(0, std::string_view(argv[1]).find('='));
    if (IsOptionOfACommand(word)) {
      status = Status(Code::kUsage, "'" + std::string(argv[1]) + "' stands in front of the command");
      hint = "options come after the command: upkeep run daily --lang ko";
    } else {
      status = Status(Code::kUsage, "there is no option " + word);
      const std::string near = yaml::NearestWord(word, {"--help", "--help-all", "--version"});
      if (!near.empty()) hint = "did you mean " + near + "?";
    }
  }
  err << "upkeep: " << Describe(std::move(status).WithHint(hint), language) << "\n";
  if (IsRunAsPlugin(command, argc, argv)) {
    out << "UPKEEP UNKNOWN - " << Describe(Status(Code::kUsage, message), language) << "\n";
    return 3;
  }
  return 64;
}

int ParseAndRun(int argc, const char* const* argv, std::ostream& out, std::ostream& err, int columns) {
  const std::string language = LanguageTyped(argc, argv);
  CLI::App app(In(language, "Scheduled maintenance and checklists for Kubernetes clusters and their databases"),
               "upkeep");
  DescribeApp(app, language, columns > 0 ? columns : kUsualColumns);
  std::map<std::string, CLI::App*> groups;
  std::map<const CLI::App*, const Command*> command_of;
  std::map<const CLI::App*, std::unique_ptr<Parsed>> parsed_of;
  const Command* const typed = CommandTyped(argc, argv);

  for (const Command& command : Commands()) {
    CLI::App* parent = &app;
    std::string name = command.name;
    if (const std::size_t space = name.find(' '); space != std::string::npos) {
      const std::string group = name.substr(0, space);
      if (!groups.contains(group)) {
        groups[group] = AddSubcommand(app, group, "", language)->require_subcommand(1);
      }
      parent = groups[group];
      name = name.substr(space + 1);
    }
    // A group may be a command itself: `approvals` beside `approvals show`.
    const auto group = groups.find(command.name);
    CLI::App* const sub = group == groups.end()
                              ? AddSubcommand(*parent, name, In(language, command.summary), language)
                              : group->second->require_subcommand(0, 1);
    command_of[sub] = &command;
    // Options of the commands that were not typed matter only to --help-all.
    std::unique_ptr<Parsed>& parsed = parsed_of[sub];
    parsed = std::make_unique<Parsed>();
    sub->footer(command.examples.empty() ? "" : In(language, "Examples") + ":\n" + command.examples);
    parsed->positionals.resize(command.positionals.size());
    for (std::size_t i = 0; i < command.positionals.size(); ++i) {
      const Positional& positional = command.positionals[i];
      CLI::Option* const added =
          sub->add_option(positional.name, parsed->positionals[i], In(language, positional.help));
      added->required(positional.required);
      if (!positional.repeats) added->expected(positional.required ? 1 : 0, 1);
    }
    for (const Option& option : command.options) AddOption(*sub, option, *parsed, language);
    for (const Option& option : CommonOptions()) AddOption(*sub, option, *parsed, language);
  }
  for (CLI::App* sub : app.get_subcommands({})) sub->group(In(language, "Subcommands"));
  for (const auto& [group, sub] : groups) {
    for (CLI::App* child : sub->get_subcommands({})) child->group(In(language, "Subcommands"));
    if (const auto own = command_of.find(sub); own != command_of.end()) {
      sub->description(In(language, own->second->summary));
      continue;
    }
    std::string names;
    for (const CLI::App* child : sub->get_subcommands({})) {
      names += (names.empty() ? "" : ", ") + child->get_name();
    }
    sub->description(names);
  }

  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    const CLI::App* shown = &app;
    std::string before;   // The words in front of the one that is shown: "upkeep schedule".
    for (auto subs = app.get_subcommands(); !subs.empty(); subs = shown->get_subcommands()) {
      before += (before.empty() ? "" : " ") + shown->get_name();
      shown = subs.front();
    }
    out << shown->help(before);
    return 0;
  } catch (const CLI::CallForAllHelp&) {
    out << app.help("", CLI::AppFormatMode::All);
    return 0;
  } catch (const CLI::CallForVersion&) {
    out << "upkeep " << Version() << "\n";
    return 0;
  } catch (const CLI::ParseError& error) {
    return FailUsage(out, err, error.what(), typed, argc, argv, language);
  }

  const CLI::App* used = &app;
  for (auto subs = app.get_subcommands(); !subs.empty(); subs = used->get_subcommands()) {
    used = subs.front();
  }
  const auto found = command_of.find(used);
  if (found == command_of.end()) return FailUsage(out, err, "no command given", typed, argc, argv, language);
  const Parsed& parsed = *parsed_of[used];
  Invocation invocation;
  invocation.command = found->second->name;
  invocation.out = &out;
  invocation.err = &err;
  invocation.columns = columns;
  for (const auto& [name, values] : parsed.values) {
    if (!values.empty()) invocation.options[name] = values;
  }
  for (const auto& [name, count] : parsed.flags) {
    if (count > 0) invocation.options[name] = {};
  }
  for (const auto& values : parsed.positionals) {
    invocation.positionals.insert(invocation.positionals.end(), values.begin(), values.end());
  }
  return found->second->run(invocation);
}

}  // namespace

bool Invocation::Has(std::string_view name) const {
  return options.contains(std::string(name));
}

std::string Invocation::Value(std::string_view name, std::string_view fallback) const {
  const auto found = options.find(std::string(name));
  return found == options.end() || found->second.empty() ? std::string(fallback)
                                                         : found->second.back();
}

std::vector<std::string> Invocation::Values(std::string_view name) const {
  const auto found = options.find(std::string(name));
  return found == options.end() ? std::vector<std::string>() : found->second;
}

std::string Invocation::Say(std::string_view english) const {
  return In(Language(*this), english);
}

std::string Invocation::Describe(const Status& status) const {
  return redactor->Redact(upkeep::Describe(status, Language(*this)));
}

std::string Invocation::Fit(std::string_view text, int indent) const {
  return columns > 0 ? Wrapped(text, columns, indent) : std::string(text);
}

int Invocation::Fail(const Status& status) const {
  *err << "upkeep: " << Describe(status) << "\n";
  return ExitOf(status);
}

int Main(int argc, const char* const* argv, std::ostream& out, std::ostream& err, int columns) {
  // The version is asked for by scripts and probes; it need not wait for the table.
  if (argc == 2 && std::string_view(argv[1]) == "--version") {
    out << "upkeep " << Version() << "\n";
    return 0;
  }
  try {
    const int code = ParseAndRun(argc, argv, out, err, columns);
    out.flush();
    if (!out.good()) {
      // Who closed the pipe has what it wanted; other tools end by the signal, without a word.
      if (ReaderIsGone(STDOUT_FILENO)) return 128 + SIGPIPE;
      constexpr int kNotWritten = 73;
      if (code != kNotWritten) {   // The command did not say so itself.
        err << "upkeep: " << In(LanguageTyped(argc, argv), "standard output could not be written") << "\n";
      }
      return kNotWritten;
    }
    return code;
  } catch (const std::exception& error) {
    const Status fault = Status(Code::kInternal, std::string("a fault inside upkeep: ") + error.what())
                             .WithHint("please report it with the command that you typed");
    err << "upkeep: " << Describe(fault, LanguageTyped(argc, argv)) << "\n";
    return 70;
  }
}

}  // namespace upkeep::cli
