// SPDX-License-Identifier: Apache-2.0
//
// Shell completion, written from the table of commands. Ids of playbooks and schedules are asked for
// when they are wanted, since the script outlives them.
#include <map>
#include <sstream>

#include "runner/cli/command.h"

namespace upkeep::cli {
namespace {

constexpr std::string_view kPlaybookIds = "$(_upkeep_ids list)", kScheduleIds = "$(_upkeep_ids schedule list)";

std::string SpacedOut(const std::vector<std::string>& words, std::string_view gap = " ") {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : std::string(gap)) + word;
  return text;
}

/// {"-o", "--output"} of "-o,--output".
std::vector<std::string> NamesOf(const Option& option) {
  std::istringstream names(option.name);
  std::vector<std::string> all;
  for (std::string name; std::getline(names, name, ',');) all.push_back(name);
  return all;
}

std::string LongNames(const std::vector<Option>& options) {
  std::vector<std::string> names;
  for (const Option& option : options) names.push_back(NamesOf(option).back());
  return SpacedOut(names);
}

/// What may stand behind an option; "" for files and free text, which the shell knows best.
std::string ValuesOf(const Option& option) {
  const std::string name = NamesOf(option).back();
  if (name == "--playbook") return std::string(kPlaybookIds);
  if (name == "--schedule") return std::string(kScheduleIds);
  return SpacedOut(option.choices.empty() ? option.offers : option.choices);
}

std::string ValuesOf(const Positional& positional) {
  std::string values = SpacedOut(positional.offers);
  if (positional.name == "PLAYBOOK") values += (values.empty() ? "" : " ") + std::string(kPlaybookIds);
  if (positional.name == "SCHEDULE") values += (values.empty() ? "" : " ") + std::string(kScheduleIds);
  return values;
}

/// "case" lines that set `words` to what may stand behind the option typed last.
void AddValues(std::ostream& text, const std::vector<Option>& options, std::string_view margin) {
  for (const Option& option : options) {
    if (option.value.empty()) continue;
    text << margin << SpacedOut(NamesOf(option), "|") << ") words=\"" << ValuesOf(option) << "\" ;;\n";
  }
}

void AddCommand(std::ostream& text, const Command& command, const std::string& below) {
  const bool second_level = command.name.find(' ') != std::string::npos;
  text << "    '" << command.name << "'" << (second_level ? "*" : "' '*") << ")\n"
       << "      words='" << (command.options.empty() ? "" : LongNames(command.options) + " ")
       << LongNames(CommonOptions()) << "'\n";
  std::string named = below;
  bool takes = !below.empty();
  for (const Positional& positional : command.positionals) {
    takes = true;
    const std::string values = ValuesOf(positional);
    if (!values.empty()) named += (named.empty() ? "" : " ") + values;
  }
  // Where nothing but options can follow, they are offered before a dash is typed.
  if (takes) text << "      [[ $cur == -* ]] || words=\"" << named << "\"\n";
  text << "      case \"$last\" in\n";
  AddValues(text, command.options, "        ");
  text << "      esac ;;\n";
}

/// Names of second-level commands by group.
std::map<std::string, std::string> Groups() {
  std::map<std::string, std::string> groups;
  for (const Command& command : Commands()) {
    const std::size_t space = command.name.find(' ');
    if (space == std::string::npos) continue;
    std::string& names = groups[command.name.substr(0, space)];
    names += (names.empty() ? "" : " ") + command.name.substr(space + 1);
  }
  return groups;
}

std::string FirstWords() {
  std::string first;
  for (const Command& command : Commands()) {
    const std::string word = command.name.substr(0, command.name.find(' '));
    if ((" " + first + " ").find(" " + word + " ") == std::string::npos) first += (first.empty() ? "" : " ") + word;
  }
  return first;
}

std::string ForBash(bool zsh) {
  std::ostringstream text;
  if (zsh) text << "#compdef upkeep\nautoload -U +X bashcompinit && bashcompinit\n";
  text << "# upkeep completion; load with: source <(upkeep completion " << (zsh ? "zsh" : "bash") << ")\n"
       << "_upkeep_ids() { \"${COMP_WORDS[0]}\" \"$@\" 2>/dev/null | tail -n +2 | cut -d ' ' -f 1; }\n"
       << "_upkeep() {\n  local cur=${COMP_WORDS[COMP_CWORD]} last=${COMP_WORDS[COMP_CWORD-1]} words\n"
       << "  COMPREPLY=()\n"
       // The shell makes words of "--lang=ko" and "html:report.html" by their marks.
       << "  [[ $cur == = ]] && cur=''\n"
       << "  [[ $last == = ]] && last=${COMP_WORDS[COMP_CWORD-2]}\n"
       << "  [[ $cur == : || $last == : ]] && return\n"
       << "  case \"${COMP_WORDS[1]} ${COMP_WORDS[2]}\" in\n";
  const std::map<std::string, std::string> groups = Groups();
  for (const bool second_level : {true, false}) {   // `approvals show` is matched before `approvals`.
    for (const Command& command : Commands()) {
      if ((command.name.find(' ') != std::string::npos) != second_level) continue;
      const auto group = groups.find(command.name);
      AddCommand(text, command, group == groups.end() ? "" : group->second);
    }
  }
  for (const auto& [group, names] : groups) text << "    '" << group << "'' '*) words='" << names << "' ;;\n";
  text << "    *) words='" << FirstWords() << "' ;;\n  esac\n"
       << "  case \"$last\" in\n";
  AddValues(text, CommonOptions(), "    ");
  text << "  esac\n  [[ $COMP_CWORD -eq 1 ]] && words='" << FirstWords() << "'\n"
       << "  COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n}\ncomplete -o default -F _upkeep upkeep\n";
  return text.str();
}

void AddFishOptions(std::ostream& text, const std::vector<Option>& options, const std::string& condition) {
  for (const Option& option : options) {
    text << "complete -c upkeep" << condition << " -l " << NamesOf(option).back().substr(2);
    const std::vector<std::string>& words = option.choices.empty() ? option.offers : option.choices;
    if (!words.empty()) {
      text << " -x -a '" << SpacedOut(words) << "'";
    } else if (!option.value.empty()) {
      text << " -r";
    }
    text << "\n";
  }
}

std::string ForFish() {
  std::ostringstream text;
  for (const Command& command : Commands()) {
    const std::size_t space = command.name.find(' ');
    const std::string first = command.name.substr(0, space);
    const std::string condition = " -n '__fish_seen_subcommand_from " + first + "'";
    if (space == std::string::npos) {
      text << "complete -c upkeep -f -n __fish_use_subcommand -a " << first << " -d '"
           << command.summary << "'\n";
    } else {
      text << "complete -c upkeep -f -n __fish_use_subcommand -a " << first << "\n"
           << "complete -c upkeep -f" << condition << " -a " << command.name.substr(space + 1) << " -d '"
           << command.summary << "'\n";
    }
    for (const Positional& positional : command.positionals) {
      if (positional.offers.empty()) continue;
      text << "complete -c upkeep -f" << condition << " -a '" << SpacedOut(positional.offers) << "'\n";
    }
    AddFishOptions(text, command.options, condition);
  }
  AddFishOptions(text, CommonOptions(), "");
  return text.str();
}

}  // namespace

Result<std::string> CompletionScript(std::string_view shell) {
  if (shell == "bash" || shell == "zsh") return ForBash(shell == "zsh");
  if (shell == "fish") return ForFish();
  return Status(Code::kUsage, "there is no completion for the shell '" + std::string(shell) + "'")
      .WithHint("one of bash, zsh, fish");
}

}  // namespace upkeep::cli
